"""Every act on a lot through its page: done, refused with its reasons, nothing typed lost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from donations.enums import DonationState
from donations.models import Allocation, DeedAcceptance, Donation, LineDecision
from donations.services.deeds import deed_of
from lifecycle.models import Comment
from reference.dated import fingerprint
from refurb.models import Device
from refurb.services.devices import receive_device
from tests.donations.scene import Scene, Workshop, again, laptops, load_law, public_scene, screens
from tests.refurb.devices import new_tag
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db
S = DonationState
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def shares(donation: Donation) -> dict[str, int]:
    """The shares of today, by workshop."""
    totals: dict[str, int] = {}
    for share in Allocation.objects.filter(donation=donation).current().select_related("workshop"):
        totals[share.workshop.name] = totals.get(share.workshop.name, 0) + share.quantity
    return totals


# --- qualify


def rulings(donation: Donation, *decided: dict[str, Any]) -> dict[str, Any]:
    """The page as the pilot fills it in, line by line; every line whole and reused unless said otherwise."""
    data: dict[str, Any] = {}
    for row, given in zip(donation.lines.order_by("pk"), decided, strict=True):
        whole = {"accepted": row.quantity, "destination": "reuse", "code": ""} | given
        data |= {f"line-{row.pk}-{name}": value for name, value in whole.items()}
    return data


def test_the_pilot_decides_line_by_line_and_gives_the_lot_to_a_workshop() -> None:
    scene = Scene(lines=(laptops(8), screens(4)))
    donation = scene.announced()
    data = rulings(donation, {"accepted": 5, "code": "condition"}, {})
    data |= {"workshop": scene.north.pk, "to_ratify": "on", "comment": "Écrans bienvenus"}

    done = acting(scene.pilot).post(page_of(donation, "donation_qualify"), data)

    assert done.headers["Location"] == page_of(donation, "donation_detail")
    qualified = again(donation)
    assert (qualified.state, qualified.to_ratify) == (S.QUALIFIED, True)
    assert shares(donation) == {scene.north.organisation.name: 9}
    assert Device.objects.filter(donation=donation).count() == 9
    assert Comment.objects.get().text == "Écrans bienvenus"


def test_a_line_is_shared_between_workshops_and_the_others_go_to_the_one_chosen() -> None:
    scene = Scene(lines=(laptops(8), screens(4)))
    donation = scene.announced()
    north, south = scene.north.pk, scene.south.pk
    data = rulings(donation, {f"share_{north}": 3, f"share_{south}": 5}, {}) | {"workshop": north}

    acting(scene.pilot).post(page_of(donation, "donation_qualify"), data)

    assert shares(donation) == {scene.north.organisation.name: 7, scene.south.organisation.name: 5}
    assert again(donation).to_ratify is False


def test_the_only_workshop_is_chosen_already() -> None:
    scene = Scene()
    donation, workshop = scene.announced(), scene.north
    page = read(acting(scene.pilot), page_of(donation, "donation_qualify"))
    assert f'<option value="{workshop.pk}" selected>' in page
    assert "les quantités décidées ne changent plus" in page
    assert "Partager cette ligne" not in page


def test_a_refused_decision_is_told_line_by_line_and_nothing_typed_is_lost() -> None:
    scene = Scene(lines=(laptops(8), screens(4), laptops(2)))
    donation, north, south = scene.announced(), scene.north.pk, scene.south.pk
    data = rulings(donation, {"accepted": 9}, {"accepted": 1}, {"accepted": 1, "code": "value", f"share_{south}": 1})
    data |= {"workshop": north, "comment": "À revoir"}

    page = answered(acting(scene.pilot), page_of(donation, "donation_qualify"), **data)

    assert "On ne peut accepter plus que ce qui est annoncé\N{NO-BREAK SPACE}: 8." in page
    assert "Dites pourquoi des appareils sont refusés" in page
    assert "Quantité acceptée (8 × ordinateur portable" in page
    for kept in ('value="9"', "À revoir", '<option value="value" selected>', "<details open>"):
        assert kept in page, kept
    assert again(donation).state == S.ANNOUNCED


def test_the_workshop_that_is_not_chosen_is_asked_for_at_its_field() -> None:
    scene = Scene(lines=(laptops(8), screens(4)))
    donation, north, _ = scene.announced(), scene.north.pk, scene.south.pk
    data = rulings(donation, {f"share_{north}": 8}, {})

    page = answered(acting(scene.pilot), page_of(donation, "donation_qualify"), **data)

    assert "Choisissez l’atelier, ou partagez chaque ligne acceptée." in page
    assert not Allocation.objects.exists()


def test_a_reason_to_refuse_left_on_a_line_accepted_whole_is_not_kept() -> None:
    scene = Scene()
    donation = scene.announced()
    data = rulings(donation, {"code": "type"}) | {"workshop": scene.north.pk}

    acting(scene.pilot).post(page_of(donation, "donation_qualify"), data)

    assert again(donation).state == S.QUALIFIED
    assert LineDecision.objects.get().code == ""


def test_what_the_rules_refuse_is_told_on_top() -> None:
    scene = Scene(lines=(laptops(8),))
    donation, north, _ = scene.announced(), scene.north.pk, scene.south.pk

    page = answered(
        acting(scene.pilot), page_of(donation, "donation_qualify"), **rulings(donation, {f"share_{north}": 3})
    )

    assert "Les quantités confiées aux ateliers doivent faire le total accepté (8 × ordinateur portable" in page
    assert not Allocation.objects.exists()


def test_an_old_line_is_proposed_for_recycling_and_refused_for_reuse() -> None:
    scene = Scene(lines=(laptops(2, purchase_year=2005),))
    donation = scene.announced()
    client, url = acting(scene.pilot), page_of(donation, "donation_qualify")
    workshop = {"workshop": scene.north.pk}

    opened = read(client, url)
    assert "Au-delà de l’âge limite" in opened
    assert '<option value="recycling" selected>' in opened
    assert "Au-delà de l’âge limite, un appareil est accepté pour le recyclage seulement" in answered(
        client, url, **rulings(donation, {}) | workshop
    )
    client.post(url, rulings(donation, {"destination": "recycling"}) | workshop)
    assert again(donation).state == S.QUALIFIED


def test_a_public_lot_needs_its_decision_and_a_value_under_the_ceiling() -> None:
    scene = public_scene(laptops(2, unit_value=Decimal(80)))
    donation = scene.announced(transfer_reference="")
    client, url = acting(scene.pilot), page_of(donation, "donation_qualify")
    data = rulings(donation, {}) | {"workshop": scene.north.pk}
    opened = read(client, url)
    assert "ne dépasse pas 300\N{NO-BREAK SPACE}€" in opened
    assert "valeur unitaire\N{NO-BREAK SPACE}: 80\N{NO-BREAK SPACE}€" in opened

    page = answered(client, url, **data, transfer_reference="")
    assert '<a href="#id_transfer_reference">' in page
    assert "un donateur public cède par une décision" in page

    client.post(url, data | {"transfer_reference": "D-7", "transfer_decided_on": "2026-02-01"})
    assert (again(donation).state, again(donation).transfer_reference) == (S.QUALIFIED, "D-7")


def test_a_value_over_the_ceiling_is_refused() -> None:
    scene = public_scene(laptops(2, unit_value=Decimal(301)))
    donation = scene.announced_before_the_law()
    data = rulings(donation, {}) | {"workshop": scene.north.pk, "transfer_reference": "D-1"}

    page = answered(acting(scene.pilot), page_of(donation, "donation_qualify"), **data)

    assert "ne dépasse pas le plafond légal du jour" in page
    assert f'<a href="{page_of(donation, "donation_correct_lines")}#lines">Y remédier' in page


def test_a_public_donor_notes_its_decision_after_announcing() -> None:
    scene = public_scene()
    donation = scene.announced(transfer_reference="")
    client, url = acting(scene.contact), page_of(donation, "donation_record_transfer")
    assert "Référence de la décision de cession" in answered(client, url, reference="")

    client.post(url, {"reference": "D-2026-9", "decided_on": "2026-03-04"})

    assert (again(donation).transfer_reference, again(donation).transfer_decided_on) == ("D-2026-9", date(2026, 3, 4))
    private = Scene()
    elsewhere = page_of(private.announced(), "donation_record_transfer")
    assert "La décision se note pour un donateur public" in read(acting(private.contact), elsewhere)


# --- decline, withdraw


def test_the_pilot_declines_with_a_reason() -> None:
    scene = Scene()
    donation = scene.announced()
    client, url = acting(scene.pilot), page_of(donation, "donation_decline")
    refused = answered(client, url, comment="Trop loin")
    assert "Choisissez le motif pour lequel le lot est écarté." in refused
    assert "Trop loin" in refused

    client.post(url, {"reason": "too_old"})

    assert (again(donation).state, again(donation).decline_reason) == (S.DECLINED, "too_old")
    assert "Matériel trop ancien" in read(acting(scene.contact), page_of(donation, "donation_detail"))


def test_a_contact_withdraws_with_a_reason_and_cannot_once_picked_up() -> None:
    scene = Scene()
    donation, gone = scene.qualified(), scene.scheduled()
    client = acting(scene.contact)
    assert "Ce brouillon est abandonné." in read(client, page_of(scene.draft(), "donation_withdraw"))
    asked = read(client, page_of(donation, "donation_withdraw"))
    assert "les ateliers qui avaient une part sont prévenus" in asked
    assert "Cela ne se défait pas." in asked

    client.post(page_of(donation, "donation_withdraw"), {"reason": "kept"})
    assert again(donation).state == S.WITHDRAWN

    scene.count(gone, scene.north, proof="", signer_name="")
    assert "Un enlèvement a déjà eu lieu." in read(client, page_of(gone, "donation_withdraw"))
    refused = answered(client, page_of(gone, "donation_withdraw"), reason="kept")
    assert "Un enlèvement a déjà eu lieu." in refused
    assert '<option value="kept" selected>' in refused


def test_an_act_that_comes_too_late_says_so() -> None:
    scene = Scene()
    donation = scene.declined()
    page = read(acting(scene.contact), page_of(donation, "donation_withdraw"))
    assert "n’est pas possible depuis l’état «\N{NO-BREAK SPACE}Écarté\N{NO-BREAK SPACE}»" in page
    assert "<textarea" not in page


# --- reassign


def test_the_pilot_gives_the_lot_to_another_workshop() -> None:
    scene = Scene(lines=(laptops(6), screens(2)))
    donation = scene.scheduled()
    first = donation.lines.order_by("pk")[0]
    client, url = acting(scene.pilot), page_of(donation, "donation_reassign")
    data = {f"line-{first.pk}-share_{scene.north.pk}": 2, f"line-{first.pk}-share_{scene.south.pk}": 4}
    refused = answered(client, url, **data, workshop=scene.south.pk)
    assert "Choisissez le motif de la réaffectation." in refused
    assert "<details open>" in refused

    client.post(url, data | {"reason": "balance", "workshop": scene.south.pk})

    assert again(donation).state == S.QUALIFIED
    assert shares(donation) == {scene.north.organisation.name: 2, scene.south.organisation.name: 6}


def test_a_share_that_does_not_make_the_total_is_refused() -> None:
    scene = Scene(lines=(laptops(6),))
    donation = scene.qualified()
    share = {f"line-{donation.lines.get().pk}-share_{scene.south.pk}": 4}

    page = answered(acting(scene.pilot), page_of(donation, "donation_reassign"), reason="balance", **share)

    assert "doivent faire le total accepté" in page
    assert 'value="4"' in page


def test_a_share_beyond_the_line_is_told_on_its_field() -> None:
    scene = Scene(lines=(laptops(6),))
    donation, other = scene.qualified(), scene.south
    share = f"line-{donation.lines.get().pk}-share_{other.pk}"

    page = answered(acting(scene.pilot), page_of(donation, "donation_reassign"), reason="balance", **{share: 10**12})

    assert f'<a href="#id_{share}">' in page


def test_a_workshop_gives_up_its_own_share_and_does_not_see_the_lot_any_more() -> None:
    scene = Scene(lines=(laptops(6),))
    donation, third = scene.scheduled(split=True), Workshop()
    client, url = acting(scene.north.manager), page_of(donation, "donation_reassign")
    opened = read(client, url)
    assert third.organisation.name in opened
    assert f'<option value="{scene.north.pk}"' not in opened

    done = client.post(url, {"reason": "capacity", "workshop": third.pk})

    assert done.headers["Location"].endswith("/lots/")
    assert shares(donation) == {third.organisation.name: 3, scene.south.organisation.name: 3}
    assert client.get(page_of(donation, "donation_detail")).status_code == 404


# --- the deed


def agreed(scene: Scene, donation: Donation, **changes: Any) -> dict[str, Any]:
    exact = deed_of(donation)[1]
    return {"agreed": "on", "name": scene.contact.user.get_full_name(), "sha256": fingerprint(exact)} | changes


def test_the_contact_reads_the_whole_deed_and_accepts_it() -> None:
    scene = Scene()
    donation = scene.qualified()
    client, url = acting(scene.contact), page_of(donation, "donation_accept_deed")
    page = read(client, url)
    assert "Le donateur donne le matériel désigné en annexe." in page
    assert f"SIRET {scene.donor.spaced_siret}" in page

    client.post(url, agreed(scene, donation, name=f"  {scene.contact.user.get_full_name().upper()} "))

    assert DeedAcceptance.objects.get().accepted_by == scene.contact
    accepted = read(client, url)
    assert DeedAcceptance.objects.get().sha256 in accepted
    assert "Accepter l’acte de don" not in accepted


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"agreed": ""}, "Cochez la case pour accepter l’acte de don."),
        ({"name": "Quelqu’un d’autre"}, "Ce n’est pas le nom de votre compte"),
        ({"sha256": "0" * 64}, "Le texte a changé depuis son affichage"),
    ],
)
def test_the_deed_is_not_accepted_without_box_name_and_the_text_shown(change: dict[str, str], sentence: str) -> None:
    scene = Scene()
    donation = scene.qualified()
    client, url = acting(scene.contact), page_of(donation, "donation_accept_deed")

    page = answered(client, url, **agreed(scene, donation, **change))

    assert sentence in page
    assert fingerprint(deed_of(donation)[1]) in page
    assert not DeedAcceptance.objects.exists()


def test_others_read_the_deed_and_cannot_accept_it() -> None:
    scene = Scene()
    donation = scene.qualified()
    for actor in (scene.pilot, scene.north.manager):
        client, url = acting(actor), page_of(donation, "donation_accept_deed")
        page = read(client, url)
        assert "Le donateur donne le matériel" in page
        assert "Accepter l’acte de don" not in page
        assert client.post(url, agreed(scene, donation)).status_code == 403


def test_there_is_no_deed_before_the_decision() -> None:
    scene = Scene()
    client, url = acting(scene.contact), page_of(scene.announced(), "donation_accept_deed")
    assert "L’acte de don s’écrit quand le lot est qualifié" in read(client, url)
    data = {"agreed": "on", "name": scene.contact.user.get_full_name(), "sha256": "0" * 64}
    assert "L’acte de don s’accepte quand le lot est qualifié." in answered(client, url, **data)


# --- balance


def received(scene: Scene, counts: dict[int, int]) -> Donation:
    donation = scene.collected(counts)
    for device in Device.objects.filter(donation=donation, state="collected").select_related("line"):
        receive_device(actor=scene.north.technician, line=device.line, tag=new_tag())
    return donation


def test_the_differences_are_explained_line_by_line_then_the_lot_is_balanced() -> None:
    scene = Scene(lines=(laptops(4), screens(2), laptops(3)))
    donation = received(scene, {0: 3, 2: 1})
    first, _, third = donation.lines.order_by("pk")
    client, balance = acting(scene.north.manager), page_of(donation, "donation_reconcile")
    differences = page_of(donation, "donation_differences")
    assert differences in read(client, balance)

    page = answered(client, differences, **{f"line-{first.pk}-code": "kept_by_donor", f"line-{third.pk}-code": ""})
    assert "Choisissez l’explication de cette ligne." in page
    assert "Explication (3 × ordinateur portable" in page
    assert '<option value="kept_by_donor" selected>' in page
    assert "écran" not in page

    said = {f"line-{first.pk}-code": "kept_by_donor", f"line-{third.pk}-code": "not_found"}
    assert client.post(differences, said).headers["Location"] == balance
    assert "Introuvable sur place" in read(client, balance)
    assert "Aucun écart n’attend d’explication." in read(client, differences)

    client.post(balance)
    assert again(donation).state == S.RECONCILED


def test_a_lot_with_devices_on_their_way_is_not_balanced() -> None:
    scene = Scene()
    donation = scene.collected()
    client, url = acting(scene.north.manager), page_of(donation, "donation_reconcile")

    assert "Des appareils sont encore attendus à l’atelier" in read(client, url)
    assert "Des appareils sont encore attendus à l’atelier" in answered(client, url, comment="")


def test_nothing_is_explained_before_the_pick_up() -> None:
    scene = Scene()
    url = page_of(scene.scheduled(), "donation_differences")
    assert "Les écarts s’expliquent quand le lot est enlevé." in read(acting(scene.north.manager), url)
