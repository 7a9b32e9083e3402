"""The date, the count and the signature of a pick-up through their pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from documents.models import StoredFile
from donations.enums import DonationState, SlipProof
from donations.models import Donation, PickUp
from refurb.enums import DeviceState
from refurb.services.devices import receive_device
from tests.donations.scene import Scene, again, first_line, laptops, load_law, screens
from tests.refurb.devices import new_tag
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db
S = DonationState
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def with_deed(scene: Scene) -> Donation:
    donation = scene.qualified()
    scene.accept(donation)
    return donation


# --- schedule


def slot(**changes: Any) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=7)
    given = {"day": day.isoformat(), "starts": "09:30", "ends": "11:00", "carrier": "La Navette"}
    return given | {"contact_name": "Accueil", "contact_phone": "03 00 00 00 00", "instructions": "Quai B"} | changes


def test_the_manager_fixes_a_date_then_another() -> None:
    scene = Scene()
    donation = with_deed(scene)
    client, url = acting(scene.north.manager), page_of(donation, "donation_schedule")

    client.post(url, slot())

    pick_up = PickUp.objects.get()
    local = timezone.localtime(pick_up.starts_at)
    assert (again(donation).state, local.hour, local.minute) == (S.SCHEDULED, 9, 30)
    opened = read(client, url)
    for known in ("Date actuelle", 'value="09:30"', 'value="La Navette"', "Quai B"):
        assert known in opened, known

    client.post(url, slot(starts="14:00", ends="", carrier="Autre"))
    moved = PickUp.objects.get()
    assert (moved.pk, moved.carrier, moved.revision) == (pick_up.pk, "Autre", 1)
    assert moved.ends_at - moved.starts_at == timedelta(hours=1)


def test_a_date_waits_for_the_deed_and_says_so() -> None:
    scene = Scene()
    donation = scene.qualified()
    client, url = acting(scene.north.manager), page_of(donation, "donation_schedule")

    page = read(client, url)
    assert "Le donateur n’a pas encore accepté l’acte de don de ce lot." in page
    assert 'name="carrier"' not in page
    refused = answered(client, url, **slot())
    assert "Le donateur n’a pas encore accepté l’acte de don de ce lot." in refused
    assert 'value="La Navette"' in refused


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"day": "2020-01-01"}, "id_day", "Indiquez le jour et l’heure de l’enlèvement, à partir d’aujourd’hui."),
        ({"day": "9999-12-31"}, "id_day", "vérifiez l’année"),
        ({"ends": "08:00"}, "id_ends", "La fin du créneau suit son début."),
        ({"carrier": " "}, "id_carrier", "obligatoire"),
        ({"contact_name": ""}, "id_contact_name", "obligatoire"),
    ],
)
def test_a_wrong_slot_is_told_on_its_field_and_nothing_typed_is_lost(
    change: dict[str, str], field: str, sentence: str
) -> None:
    scene = Scene()
    donation = with_deed(scene)

    page = answered(acting(scene.north.manager), page_of(donation, "donation_schedule"), **slot(**change))

    assert f'<a href="#{field}">' in page
    assert sentence in page
    assert "Quai B" in page
    assert not PickUp.objects.exists()


# --- count and sign


def test_a_pick_up_that_is_planned_is_not_offered_to_be_planned_but_to_be_changed() -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)
    client = acting(scene.north.manager)
    detail, page = page_of(donation, "donation_detail"), page_of(donation, "donation_schedule")
    assert "Planifier l’enlèvement" in read(client, detail)
    scene.schedule(donation, scene.north)
    assert "Planifier l’enlèvement" not in read(client, detail)
    assert "Fixer ou changer la date d’enlèvement" in read(client, detail)
    assert "<h1>Fixer ou changer la date d’enlèvement</h1>" in read(client, page)


def counted(donation: Donation, *quantities: int, **signed: Any) -> dict[str, Any]:
    """The page as the technician fills it in."""
    rows = zip(donation.lines.order_by("pk"), quantities, strict=True)
    data = {f"count_{row.pk}": quantity for row, quantity in rows}
    proof = {"proof": "attested", "signer_name": "Dominique Exemple", "attested": "on"}
    return data | {"done_on": timezone.localdate().isoformat(), "peripherals": 3} | proof | signed


def scan(name: str = "bordereau.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def test_the_technician_counts_and_the_lot_is_collected() -> None:
    scene = Scene(lines=(laptops(4), screens(2)))
    donation = scene.scheduled()
    client, url = acting(scene.north.technician), page_of(donation, "donation_collect")
    assert "Attendu\N{NO-BREAK SPACE}: 4." in read(client, url)

    done = client.post(url, counted(donation, 3, 2, comment="Un portable gardé", discard_1="on"))

    assert done.headers["Location"] == page_of(donation, "donation_detail")
    pick_up = PickUp.objects.get()
    assert again(donation).state == S.COLLECTED
    assert list(pick_up.counts.values_list("quantity", flat=True)) == [3, 2]
    assert (pick_up.peripherals, pick_up.proof, pick_up.signer_name) == (3, SlipProof.ATTESTED, "Dominique Exemple")
    assert "Accord recueilli sur place" in read(client, page_of(donation, "donation_detail"))


def test_a_count_that_falls_short_says_how_many_devices_it_discards_before_it_is_done() -> None:
    scene = Scene(lines=(laptops(4), screens(2)))
    donation = scene.scheduled()
    client, url = acting(scene.north.technician), page_of(donation, "donation_collect")

    page = answered(client, url, **counted(donation, 2, 1))
    assert "3 appareils attendus ne sont pas dans ce compte" in page
    assert 'name="discard_3"' in page
    assert PickUp.objects.get().done_at is None
    assert again(donation).state == S.SCHEDULED

    page = answered(client, url, **counted(donation, 1, 1, discard_3="on"))
    assert "4 appareils attendus ne sont pas dans ce compte" in page, "what was confirmed was another number"

    client.post(url, counted(donation, 1, 1, discard_4="on"))
    assert again(donation).state == S.COLLECTED
    assert donation.devices.filter(state=DeviceState.WITHDRAWN).count() == 4


def test_what_the_workshop_has_received_already_counts_in_what_a_pick_up_counts() -> None:
    scene = Scene(lines=(laptops(5),))
    donation = scene.scheduled()
    line = first_line(donation)
    for _ in range(2):
        receive_device(actor=scene.north.technician, line=line, tag=new_tag())
    client, url = acting(scene.north.technician), page_of(donation, "donation_collect")
    assert "Attendu\N{NO-BREAK SPACE}: 5, dont 2 déjà reçus à l’atelier, à compter aussi." in read(client, url)

    page = answered(client, url, **counted(donation, 1))
    assert "2 appareils de cette ligne sont déjà reçus à l’atelier" in page
    assert "discard_" not in page

    page = answered(client, url, **counted(donation, 3))
    assert "2 appareils attendus ne sont pas dans ce compte" in page

    client.post(url, counted(donation, 5))
    assert not donation.devices.filter(state=DeviceState.WITHDRAWN).exists()


def test_a_scanned_slip_is_kept_and_opened_again() -> None:
    scene = Scene()
    donation = scene.scheduled()
    data = counted(donation, 3, proof="scanned", signer_name="", attested="", deposit=scan())

    acting(scene.north.technician).post(page_of(donation, "donation_collect"), data)

    pick_up = PickUp.objects.get()
    assert (pick_up.proof, pick_up.signature.name) == (SlipProof.SCANNED, "bordereau.pdf")
    assert again(donation).state == S.COLLECTED


def test_an_error_elsewhere_loses_neither_the_count_nor_the_file() -> None:
    scene = Scene()
    donation = scene.scheduled()
    client, url = acting(scene.north.technician), page_of(donation, "donation_collect")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    data = counted(donation, 3, proof="scanned", deposit=scan(), done_on=tomorrow)

    page = answered(client, url, **data)
    assert '<a href="#id_done_on">' in page
    assert "Un enlèvement ne s’inscrit pas avant d’avoir eu lieu." in page
    assert "Déjà déposé\N{NO-BREAK SPACE}: bordereau.pdf" in page
    kept = page.split('name="kept" value="')[1].split('"')[0]

    again_data = counted(donation, 3, proof="scanned", kept=kept)
    client.post(url, again_data)
    assert PickUp.objects.get().signature == StoredFile.objects.get(name="bordereau.pdf")


def test_a_kept_file_serves_nobody_else() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    page = answered(
        acting(scene.north.technician),
        page_of(donation, "donation_collect"),
        **counted(donation, 2, proof="scanned", deposit=scan(), done_on=""),
    )
    kept = page.split('name="kept" value="')[1].split('"')[0]

    refused = answered(
        acting(scene.south.technician),
        page_of(donation, "donation_collect"),
        **counted(donation, 2, proof="scanned", kept=kept),
    )

    assert "Le fichier n’a pas été gardé" in refused


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"attested": ""}, "Cochez la case pour attester l’accord."),
        ({"signer_name": "", "peripherals": 10**12}, "Nommez la personne qui signe pour le donateur."),
        ({"proof": "scanned"}, "Joignez la signature tracée ou le bordereau numérisé."),
        ({"deposit": True}, "Un accord attesté par l’atelier n’a pas de fichier joint."),
        ({"deposit": True, "proof": ""}, "Un bordereau est joint"),
        ({"deposit": "texte", "proof": "scanned"}, "il faut ici"),
    ],
)
def test_a_signature_that_proves_nothing_is_refused(change: dict[str, Any], sentence: str) -> None:
    scene = Scene()
    donation = scene.scheduled()
    if change.get("deposit"):
        text = change["deposit"] == "texte"
        change = change | {"deposit": scan("notes.txt", b"Bonjour") if text else scan()}

    page = answered(
        acting(scene.north.technician), page_of(donation, "donation_collect"), **counted(donation, 3, **change)
    )

    assert sentence in page
    assert 'value="3"' in page
    assert PickUp.objects.get().done_at is None


def test_a_line_left_uncounted_is_named() -> None:
    scene = Scene(lines=(laptops(4), screens(2)))
    donation = scene.scheduled()
    data = counted(donation, 4, 2)
    uncounted = f"count_{donation.lines.order_by('pk').last().pk}"

    page = answered(acting(scene.north.technician), page_of(donation, "donation_collect"), **data | {uncounted: ""})

    assert "Comptez cette ligne, zéro compris." in page
    assert f'<a href="#id_{uncounted}">' in page


def test_the_slip_is_signed_later() -> None:
    scene = Scene()
    donation = scene.scheduled()
    client = acting(scene.north.technician)
    sign = page_of(donation, "donation_sign")
    assert client.get(sign).headers["Location"] == page_of(donation, "donation_collect")

    client.post(page_of(donation, "donation_collect"), counted(donation, 3, proof="", signer_name="", attested=""))
    assert again(donation).state == S.SCHEDULED
    assert client.get(page_of(donation, "donation_collect")).headers["Location"] == sign
    assert "Joignez la signature" in answered(client, sign, proof="scanned")
    assert "Choisissez comment le bordereau est signé." in answered(client, sign)

    client.post(sign, {"proof": "scanned", "deposit": scan()})

    assert again(donation).state == S.COLLECTED
    assert client.get(sign).headers["Location"] == page_of(donation, "donation_detail")


def test_a_lot_without_a_date_is_not_picked_up() -> None:
    scene = Scene()
    donation = scene.qualified()
    client, url = acting(scene.north.manager), page_of(donation, "donation_collect")
    page = read(client, url)
    assert "L’enlèvement de ce lot n’est pas planifié." in page
    assert client.post(url, counted(donation, 3)).status_code == 200
    assert not PickUp.objects.exists()


def test_hours_are_those_of_paris_on_both_sides_of_the_change() -> None:
    scene = Scene()
    donation = with_deed(scene)
    year = timezone.localdate().year + 1
    client, url = acting(scene.north.manager), page_of(donation, "donation_schedule")
    for month, offset in ((1, 1), (7, 2)):
        client.post(url, slot(day=f"{year}-{month:02}-15"))
        starts = PickUp.objects.get().starts_at
        assert starts == datetime.fromisoformat(f"{year}-{month:02}-15T09:30:00+0{offset}:00")
