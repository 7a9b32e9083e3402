"""From the shelf to a household and back, through the pages: needs, reservation, note, hand-over, returns."""

import base64
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from conventions.services.quotas import set_reserve
from distribution.enums import HandOverProof, SettlementKind
from distribution.models import Derogation, HandOver, Settlement
from distribution.panels import convention_panel, household_panel, need_panel, prescription_panel
from distribution.services import hand_overs
from distribution.services.returns import settle_return
from lifecycle import gate
from network.enums import OrganisationKind, Role
from prescriptions.enums import ContactChannel, NeedKind, NeedState, PrescriptionState
from prescriptions.models import Need, Prescription
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from tests.distribution.shelves import DRAWING, Shelf
from tests.network.factories import make_epci, make_membership, make_organisation
from tests.pages import shown
from tests.refurb.devices import fresh
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db
S = DeviceState
QUEUE = "distribution:need_queue"
DRAWN = f"data:image/png;base64,{base64.b64encode(DRAWING).decode()}"


def choose(need: Need) -> str:
    return reverse("distribution:need_choose", args=[need.reference])


def state_of(need: Need) -> str:
    return Need.objects.get(pk=need.pk).state


# --- needs and reservations


def test_needs_are_in_order_with_what_suits_and_one_click_reserves(shelf: Shelf) -> None:
    first, second = shelf.need(), shelf.need()
    phone = shelf.need(NeedKind.SMARTPHONE)
    laptop = shelf.available(price=80)
    client = acting(shelf.adviser)

    page = read(client, reverse(QUEUE), tous="1")
    assert page.index(first.reference) < page.index(second.reference)
    assert f"Réserver {laptop.tag}" in page
    assert "3 besoins en attente" in page
    assert "Aucun appareil disponible ne convient" in page
    assert first.reference not in read(client, reverse(QUEUE), kind="smartphone")
    assert phone.reference in read(client, reverse(QUEUE), kind="smartphone")

    done = client.post(choose(first), {"device": laptop.reference})
    assert done.headers["Location"] == page_of(laptop, "device_detail")
    held = fresh(laptop)
    assert (held.state, held.need) == (S.RESERVED, first)
    note = HandOver.objects.get(device=laptop)
    assert (note.price, note.co_funding, note.to_pay) == (80, 0, 80)
    assert state_of(first) == NeedState.IN_PROGRESS
    assert "Un appareil sert déjà ce besoin" in read(client, choose(first))


def test_the_page_of_a_need_explains_its_rank_and_names_whom_to_call(shelf: Shelf) -> None:
    need = shelf.need()
    shelf.need()
    page = read(acting(shelf.adviser), choose(need))
    assert "1<sup>er</sup> sur 2</strong> à attendre ce besoin" in page
    for told in ("Territoire", "Usage", "Attente", need.prescription.household.last_name, "Appel téléphonique"):
        assert told in page, told


def test_a_household_reached_through_its_worker_is_not_called(shelf: Shelf) -> None:
    need = shelf.need()
    household = need.prescription.household
    household.contact_channel, household.phone = ContactChannel.WORKER, "0699000042"
    household.save()
    page = read(acting(shelf.adviser), choose(need))
    assert f"À joindre par son travailleur social\u00a0: {household.prescriber}" in page
    assert "0699000042" not in page


def test_a_device_of_another_territory_waits_for_a_derogation(shelf: Shelf) -> None:
    need, elsewhere = shelf.need(), make_epci()
    device = shelf.available(convention=shelf.another_convention(epci=elsewhere))
    client = acting(shelf.adviser)
    page = read(client, choose(need))
    assert "D’un autre territoire" in page
    assert device.tag not in page
    page = client.post(choose(need), {"device": device.reference}).content.decode()
    assert "Ce foyer n’habite pas le territoire de la convention" in page
    assert fresh(device).state == S.AVAILABLE

    pilot = acting(shelf.pilot)
    found = pilot.get(reverse("distribution:derogation_list"), {"reference": need.reference.lower()})
    url = reverse("distribution:derogation_grant", args=[need.reference])
    assert found.headers["Location"] == url
    assert "Écrivez la raison" in answered(pilot, url, kind="territory")
    pilot.post(url, {"kind": "territory", "reason": "Aucun point plus proche."})
    assert Derogation.objects.get().need == need
    assert "déjà accordée" in read(pilot, url)
    assert "Aucun point plus proche." in read(pilot, reverse("distribution:derogation_list"))

    assert f"Réserver {device.tag}" in read(client, reverse(QUEUE))
    client.post(choose(need), {"device": device.reference})
    assert HandOver.objects.get(device=device).derogation == Derogation.objects.get()


def test_a_reservation_from_the_device_with_a_share_paid_by_another(shelf: Shelf) -> None:
    need, device = shelf.need(), shelf.available(price=80)
    client, url = acting(shelf.adviser), page_of(device, "device_reserve")
    page = read(client, url, besoin=need.reference)
    assert f'value="{need.pk}" selected' in page
    assert "180\u00a0€ au plus" in page

    page = answered(client, url, need=str(need.pk), price="200", co_funding="30", comment="À garder.")
    assert "Le prix dépasse le plafond légal du jour" in page
    assert "Nommez qui prend en charge" in page
    assert 'value="200"' in page
    assert "À garder." in page
    assert state_of(need) == NeedState.WAITING

    client.post(url, {"need": need.pk, "price": "80", "co_funding": "30,50", "funder": shelf.funder.pk})
    note = HandOver.objects.get(device=device)
    assert (note.co_funding, note.to_pay, note.funder) == (Decimal("30.5"), Decimal("49.5"), shelf.funder)


def test_what_another_pays_follows_the_need_to_its_next_device(shelf: Shelf) -> None:
    device = shelf.reserved(shelf.available(price=120), co_funding=50, funder=shelf.funder)
    need, funder = device.need, str(shelf.funder)
    assert need is not None
    client = acting(shelf.adviser)
    kept = f"Les 50\u00a0€ que paie {funder} suivent le besoin"
    assert kept in read(client, page_of(device, "device_release"))
    client.post(page_of(device, "device_release"), {})

    other = shelf.available(price=120)
    assert f"50\u00a0€ pris en charge par {funder}" in read(client, page_of(other, "device_reserve"))
    assert f"50\u00a0€ pris en charge par {funder}" in read(client, choose(need))
    client.post(choose(need), {"device": other.reference})
    note = HandOver.objects.current().get(device=other)
    assert (note.co_funding, note.funder, note.to_pay) == (50, shelf.funder, 70)


def test_what_another_pays_is_no_more_than_the_price_of_the_next_device(shelf: Shelf) -> None:
    device = shelf.reserved(shelf.available(price=120), co_funding=50, funder=shelf.funder)
    need, client = device.need, acting(shelf.adviser)
    assert need is not None
    for price, paid in ((30, 30), (0, 0), (80, 50)):
        client.post(page_of(device, "device_release"), {})
        device = shelf.available(price=price)
        client.post(page_of(device, "device_reserve"), {"need": need.pk, "price": price, "co_funding": ""})
        note = HandOver.objects.current().get(device=device)
        assert (note.co_funding, note.to_pay) == (paid, price - paid), price


def test_a_zero_that_is_typed_takes_back_what_another_paid(shelf: Shelf) -> None:
    device = shelf.reserved(shelf.available(price=120), co_funding=50, funder=shelf.funder)
    need, client = device.need, acting(shelf.adviser)
    assert need is not None
    for typed in ("0", ""):
        client.post(page_of(device, "device_release"), {})
        device = shelf.available(price=80)
        client.post(page_of(device, "device_reserve"), {"need": need.pk, "price": "80", "co_funding": typed})
        assert HandOver.objects.current().get(device=device).co_funding == 0
    assert "suivent le besoin" not in read(client, page_of(device, "device_release"))


def test_what_another_paid_for_a_device_that_was_handed_over_is_spent(shelf: Shelf) -> None:
    device = shelf.hand_over(shelf.reserved(shelf.available(price=120), co_funding=50, funder=shelf.funder))
    assert device.need_id is not None
    assert hand_overs.co_funding_kept([device.need_id]) == {}


def test_only_what_the_last_payer_paid_follows_and_nothing_that_was_corrected(shelf: Shelf) -> None:
    device = shelf.reserved(shelf.available(price=120), co_funding=90, funder=shelf.funder)
    need, client = device.need, acting(shelf.adviser)
    assert need is not None
    corrected = {"price": Decimal(30), "co_funding": Decimal(30), "funder": shelf.funder}
    hand_overs.prepare_hand_over(actor=shelf.adviser, device=device, **corrected)
    client.post(page_of(device, "device_release"), {})
    assert hand_overs.co_funding_kept([need.pk])[need.pk].co_funding == 30
    other, second = make_organisation(OrganisationKind.FUNDER), shelf.available(price=20)
    client.post(
        page_of(second, "device_reserve"), {"need": need.pk, "price": "20", "co_funding": "20", "funder": other.pk}
    )
    client.post(page_of(second, "device_release"), {})
    kept = hand_overs.co_funding_kept([need.pk])[need.pk]
    assert (kept.co_funding, kept.funder) == (20, other)


def test_a_reservation_is_lifted_and_the_need_waits_again(shelf: Shelf) -> None:
    device = shelf.reserved()
    need = device.need
    assert need is not None
    client = acting(shelf.adviser)
    assert "à son rang" in read(client, page_of(device, "device_release"))
    client.post(page_of(device, "device_release"), {})
    assert fresh(device).state == S.AVAILABLE
    assert state_of(need) == NeedState.WAITING


def test_an_adviser_of_a_relay_serves_the_households_around_from_its_own_point(shelf: Shelf) -> None:
    need, device = shelf.need(), shelf.available(point=shelf.relay_point)
    client = acting(shelf.relay)
    page = read(client, reverse(QUEUE))
    assert need.reference in page
    assert f"Réserver {device.tag}" in page
    client.post(choose(need), {"device": device.reference})
    asked = read(client, page_of(device, "device_hand_over"))
    assert need.prescription.household.last_name in asked
    assert "une remise s’annule le jour même seulement" in asked
    url = page_of(device, "device_hand_over")
    client.post(url, {"proof": "attested", "attested": "on"} | shown(client, url))
    assert fresh(device).state == S.HANDED_OVER
    assert state_of(need) == NeedState.MET


# --- hand over


def test_the_page_of_a_hand_over_tells_what_is_paid_and_attests_the_signature(shelf: Shelf) -> None:
    device = shelf.reserved(shelf.available(price=80), co_funding=30, funder=shelf.funder)
    need = device.need
    assert need is not None
    client, url = acting(shelf.adviser), page_of(device, "device_hand_over")
    page = read(client, url)
    for told in (
        "80\u00a0€",
        "30\u00a0€",
        str(shelf.funder),
        "<strong>50\u00a0€</strong>",
        "180\u00a0€, respecté",
        "24 mois",
    ):
        assert told in page, told
    assert need.prescription.household.last_name in page
    assert page_of(device, "hand_over_note", device.hand_overs.get().pk) in page

    assert "Faites signer la fiche" in answered(client, url)
    page = answered(client, url, proof="attested", comment="À garder.")
    assert "Cochez la case pour attester la signature." in page
    assert "À garder." in page
    assert fresh(device).state == S.RESERVED

    client.post(url, {"proof": "attested", "attested": "on"} | shown(client, url))
    assert fresh(device).state == S.HANDED_OVER
    assert state_of(need) == NeedState.MET
    assert Prescription.objects.get(pk=need.prescription_id).state == PrescriptionState.FULFILLED
    page = read(client, page_of(device, "device_detail"))
    assert "Garanti jusqu’au" in page
    assert "en cours" in page


def test_a_signature_drawn_on_the_screen_is_kept_as_an_image(shelf: Shelf) -> None:
    device = shelf.reserved()
    client, url = acting(shelf.adviser), page_of(device, "device_hand_over")
    assert "Faites signer dans le cadre" in answered(client, url, proof="drawn")
    broken = {"drawn": "data:image/png;base64,???"} | shown(client, url)
    assert "Faites signer dans le cadre" in answered(client, url, proof="drawn", **broken)
    client.post(url, {"proof": "drawn", "drawn": DRAWN} | shown(client, url))
    note = HandOver.objects.get(device=device)
    assert note.proof == HandOverProof.DRAWN
    served = client.get(page_of(device, "hand_over_signature", note.pk))
    assert b"".join(served.streaming_content) == DRAWING


def test_a_scanned_note_survives_an_error_elsewhere(shelf: Shelf) -> None:
    device = shelf.reserved()
    client, url = acting(shelf.adviser), page_of(device, "device_hand_over")
    assert "Joignez la photo ou le scan" in answered(client, url, proof="scanned")
    scan = SimpleUploadedFile("fiche.png", DRAWING, content_type="image/png")
    held = shown(client, url)
    page = answered(client, url, deposit=scan, **held)
    assert "Déjà déposé\u00a0: fiche.png" in page
    kept = page.split('name="kept" value="')[1].split('"')[0]
    client.post(url, {"proof": "scanned", "kept": kept} | held)
    assert fresh(device).state == S.HANDED_OVER


def test_the_note_is_prepared_again_at_another_price(shelf: Shelf) -> None:
    device = shelf.reserved(shelf.available(price=80))
    client, url = acting(shelf.adviser), page_of(device, "device_prepare_hand_over")
    assert 'value="80' in read(client, url)
    assert "Le prix dépasse le plafond" in answered(client, url, price="500")
    done = client.post(url, {"price": "60"}, follow=True).content.decode()
    assert "le foyer paie 60\u00a0€" in done
    assert [note.price for note in device.hand_overs.current()] == [60]


def test_a_hand_over_is_undone_the_same_day(shelf: Shelf) -> None:
    device = shelf.handed_over()
    need = device.need
    assert need is not None
    client, url = acting(shelf.adviser), page_of(device, "device_undo_hand_over")
    assert "Dites pourquoi la remise est annulée." in answered(client, url)
    client.post(url, {"reason": "entry"})
    assert fresh(device).state == S.RESERVED
    assert state_of(need) == NeedState.IN_PROGRESS


# --- what comes back


def test_a_device_comes_back_is_repaired_and_given_back_with_more_warranty(shelf: Shelf) -> None:
    device = shelf.handed_over()
    before = device.warranty_until
    client = acting(shelf.adviser)
    client.post(page_of(device, "device_take_back"), {"reason": "fault", "comment": "Ne démarre plus"})
    listed = read(client, reverse("distribution:return_list"))
    assert device.tag in listed
    assert "sous garantie</span> jusqu’au" in listed
    told = read(client, page_of(device, "device_detail"))
    assert "Rangé à" not in told, "that was in the workshop"
    assert f"c’est à l’atelier de le faire, {device.workshop}, quand" in told
    assert "ajoutez chaque stockage" not in told
    assert "À réparer, à échanger ou à rembourser" in listed

    technician = acting(shelf.technician)
    technician.post(
        page_of(device, "device_repair"),
        {"kind": "battery", "work": "Batterie changée", "quantity": "1", "minutes": "20"},
    )
    assert "Réparé\u00a0: à rendre au foyer" in read(client, reverse("distribution:return_list"))
    assert "rendez-le à son foyer" in read(client, page_of(device, "device_detail"))
    client.post(page_of(device, "device_give_back"), {})
    given = fresh(device)
    assert given.state == S.HANDED_OVER
    assert before is not None
    assert given.warranty_until is not None
    assert given.warranty_until > before


def test_the_workshop_is_led_to_note_the_repair_of_what_a_household_brought_back(shelf: Shelf) -> None:
    device = shelf.returned()
    link = f'href="{page_of(device, "device_repair")}"'
    for member in (shelf.technician, shelf.manager):
        for page in ("device_detail", "device_evidence"):
            assert link in read(acting(member), page_of(device, page)), (member, page)
    told = read(acting(shelf.technician), page_of(device, "device_evidence"))
    assert page_of(device, "device_fit_part") in told
    assert page_of(device, "device_test") not in told, "tests are of what is in the workshop"
    assert link not in read(acting(shelf.adviser), page_of(device, "device_detail"))


def test_the_household_that_has_a_device_is_not_told_with_the_refund_of_the_one_before(shelf: Shelf) -> None:
    device, bench = shelf.returned(), shelf.bench
    settle_return(actor=shelf.adviser, device=device, kind=SettlementKind.REFUND, amount=Decimal(1), means="transfer")
    assert "<dt>Issue</dt><dd>Remboursement" in read(acting(shelf.adviser), page_of(device, "device_detail"))
    started = gate.apply(fresh(device), "start", actor=shelf.technician)
    again = shelf.handed_over(shelf.reserved(shelf.on_the_shelf(bench.recondition(bench.prepared(started)))))
    assert again.stay == Settlement.objects.get().stay, "the same stay saw both"
    told = read(acting(shelf.adviser), page_of(again, "device_detail"))
    assert "Remis le" in told
    assert "<dt>Issue</dt>" not in told


def test_a_device_under_warranty_is_exchanged_for_one_that_suits(shelf: Shelf) -> None:
    back = shelf.returned()
    need = back.need
    assert need is not None
    tablet = shelf.available(DeviceType.TABLET)
    spare = shelf.available()
    client, url = acting(shelf.adviser), page_of(back, "device_replace")
    page = read(client, url)
    assert spare.tag in page
    assert tablet.tag not in page
    assert "Choisissez l’appareil de remplacement." in answered(client, url)
    assert "depuis l’appareil rapporté" in read(client, page_of(spare, "device_exchange"))

    done = client.post(url, {"device": spare.reference})
    assert done.headers["Location"] == page_of(spare, "device_exchange")
    for device, other in ((back, spare), (spare, back)):
        page = read(client, page_of(device, "device_detail"))
        assert "Échange préparé" in page
        assert page_of(other, "device_detail") in page
        assert f'href="{page_of(spare, "device_exchange")}">Signer et remettre en échange' in page
    assert "Échange préparé" in read(client, url), "whoever chooses another sees that this one is promised"
    page = read(client, done.headers["Location"])
    assert f"sans rien payer. Il remplace\u00a0: {back}" in page
    assert "un échange ne s’annule pas" in read(client, page_of(spare, "device_exchange"))
    signed = page_of(spare, "device_exchange")
    client.post(signed, {"proof": "attested", "attested": "on"} | shown(client, signed))

    replaced = fresh(spare)
    assert (replaced.state, replaced.need, replaced.sale_price) == (S.HANDED_OVER, need, 0)
    assert Settlement.objects.get(device=back).kind == SettlementKind.EXCHANGE
    page = read(acting(shelf.technician), page_of(back, "device_detail"))
    assert f"Échange\u00a0: {spare}" in page
    assert need.prescription.household.last_name not in page


def test_a_household_is_refunded_or_gives_the_device_up(shelf: Shelf) -> None:
    back = shelf.returned()
    client, url = acting(shelf.adviser), page_of(back, "device_settle")
    assert "le montant ne se corrige plus" in read(client, url)
    assert "Notez le montant remboursé." in answered(client, url, kind="refund")
    assert "au plus égal à ce que le foyer a payé" in answered(client, url, kind="refund", amount="900", means="cash")
    assert "laissez vide" in answered(client, url, kind="given_up", amount="10")
    client.post(url, {"kind": "refund", "amount": "25", "means": "cash"})
    assert Settlement.objects.get().amount == 25
    assert "déjà inscrite" in read(client, url)
    assert "Foyer servi autrement" in read(client, reverse("distribution:return_list"))
    technician = acting(shelf.technician)
    technician.post(page_of(back, "device_start"), {})
    assert fresh(back).state == S.IN_PROCESS


# --- panels


def test_the_pages_of_prescriptions_show_devices_to_those_who_may(shelf: Shelf) -> None:
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, shelf.prescriber)
    stranger = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    device = shelf.reserved()
    need = device.need
    assert need is not None
    prescription, household = need.prescription, need.prescription.household
    for panel, row in ((need_panel, need), (prescription_panel, prescription), (household_panel, household)):
        for actor in (worker, shelf.adviser, shelf.pilot):
            shown = panel(row, actor)
            assert shown is not None
            assert [one for one, _, _ in shown["context"]["lines"][0]["devices"]] == [device]
        for actor in (stranger, shelf.technician, shelf.stranger):
            assert panel(row, actor) is None
    seen = prescription_panel(prescription, worker)
    assert seen is not None
    assert [linked for _, linked, _ in seen["context"]["lines"][0]["devices"]] == [False]
    page = read(acting(worker), reverse("prescriptions:prescription_detail", args=[prescription.reference]))
    note = page_of(device, "hand_over_note", device.hand_overs.get().pk)
    assert note in page
    assert page_of(device, "device_detail") + '"' not in page
    back = shelf.take_back(shelf.handed_over(device))
    page = read(acting(worker), reverse("prescriptions:prescription_detail", args=[prescription.reference]))
    assert f"{back}\u00a0: retour SAV" in page, "the capitals of an acronym stay"


def test_the_panel_of_a_waiting_need_leads_the_adviser_to_the_devices_and_the_pilot_to_a_derogation(
    shelf: Shelf,
) -> None:
    need = shelf.need()
    lines = {}
    for who in ("adviser", "pilot"):
        shown = need_panel(need, getattr(shelf, who))
        assert shown is not None
        lines[who] = shown["context"]["lines"][0]
    assert lines["adviser"]["choose"] == choose(need)
    assert lines["adviser"]["grant"] == ""
    assert lines["pilot"]["grant"] == reverse("distribution:derogation_grant", args=[need.reference])
    page = read(acting(shelf.adviser), reverse("prescriptions:prescription_detail", args=[need.prescription.reference]))
    assert "Équipement" in page
    assert "Choisir un appareil" in page


def test_the_page_of_a_convention_counts_its_devices(shelf: Shelf) -> None:
    shelf.allotted()
    device: Device = shelf.available()
    assert device.convention is not None
    shown = convention_panel(device.convention, shelf.pilot)
    assert shown is not None
    assert shown["context"]["lines"] == [
        ("Affecté", [1], 1),
        ("Disponible au point de distribution", [1], 1),
    ]
    page = read(acting(shelf.pilot), reverse("conventions:convention_detail", args=[device.convention.reference]))
    assert "Appareils de la convention" in page


def test_the_page_of_a_convention_says_which_of_its_devices_take_a_place_of_its_quotas(shelf: Shelf) -> None:
    shelf.allotted()
    shelf.missing(shelf.available())
    party = shelf.convention.epci_party
    epci = make_membership(Role.MANAGER, OrganisationKind.EPCI, party)
    for reader in (shelf.pilot, epci):
        shown = convention_panel(shelf.convention, reader)
        assert shown is not None
        assert shown["context"]["placed"] == ([1], 1)
        assert sum(total for _, _, total in shown["context"]["lines"]) == 2
        assert (shown["context"]["missing"], shown["context"]["reserve"]) == (1, 0)
        page = read(acting(reader), reverse("conventions:convention_detail", args=[shelf.convention.reference]))
        assert "Comptés dans les quotas" in page
        assert "Un appareil manquant ne compte dans aucun quota\u00a0: sa place est rendue" in page
    assert shelf.convention.quotas.aggregate(used=Sum("used"))["used"] == 1


def test_a_device_that_takes_a_place_of_the_reserve_takes_none_of_its_convention(shelf: Shelf) -> None:
    shelf.allotted()
    set_reserve(actor=shelf.pilot, type="laptop", year=timezone.localdate().year, total=1)
    shelf.allotted(actor=shelf.pilot, reserve=True)
    shown = convention_panel(shelf.convention, shelf.pilot)
    assert shown is not None
    assert (shown["context"]["placed"], shown["context"]["reserve"]) == (([1], 1), 1)
    page = read(acting(shelf.pilot), reverse("conventions:convention_detail", args=[shelf.convention.reference]))
    assert "Dont 1 appareil, sur une place de la réserve départementale." in page


def test_the_name_of_a_household_is_in_no_address(shelf: Shelf) -> None:
    device = shelf.reserved()
    assert device.need is not None
    name = device.need.prescription.household.last_name
    for url in (reverse("distribution:reservation_list"), page_of(device, "device_hand_over"), choose(device.need)):
        page = read(acting(shelf.adviser), url)
        assert name in page
        assert not [part for part in page.split('href="')[1:] if name in part.split('"')[0]]
