"""A household that answers no is served nothing: what was held is free at once, and nothing is held anew."""

import pytest
from django.urls import reverse

from connectivity.services.connections import propose_connection
from distribution.enums import HandOverProof
from distribution.models import HandOver
from distribution.services.hand_overs import hand_over_device, reserve_device
from lifecycle import gate
from lifecycle.exceptions import Refused
from prescriptions.enums import NeedKind, NeedState, NeedUse
from prescriptions.models import Need, rank_of
from prescriptions.services.prescriptions import reconsider_prescription
from refurb.enums import DeviceState
from tests.distribution.shelves import Shelf, screen_of
from tests.pages import acting, read
from tests.prescriptions.answers import ADDRESS, said_no
from tests.prescriptions.files import accepted_prescription, again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db
S = DeviceState


@pytest.fixture
def need(shelf: Shelf) -> Need:
    return shelf.need(email=ADDRESS)


def choose(need: Need) -> str:
    return reverse("distribution:need_choose", args=[need.reference])


def two_needs(shelf: Shelf) -> list[Need]:
    """A computer and a smartphone for one household, on one prescription."""
    asked = accepted_prescription(
        needs=[(NeedKind.COMPUTER, NeedUse.STUDIES), (NeedKind.SMARTPHONE, NeedUse.WORK)],
        commune=shelf.commune,
        distributor=shelf.distributor,
        prescriber=shelf.prescriber,
        email=ADDRESS,
    )
    return list(asked.needs.order_by("pk"))


# --- what was held when the answer came


def test_what_was_reserved_is_free_in_the_same_transaction_and_the_need_keeps_its_rank(
    shelf: Shelf, need: Need
) -> None:
    before = rank_of(need)
    device = shelf.reserved(need=need)
    declined = said_no(need.prescription)
    assert fresh(device).state == S.AVAILABLE
    assert not HandOver.objects.current().filter(device=device).exists()
    waits = again(need)
    assert waits.state == NeedState.WAITING
    assert waits.accepted_at == need.accepted_at
    assert rank_of(waits) is None
    act = declined.journal.get(verb="decline")
    released = fresh(device).journal.get(verb="release")
    assert (released.cause_machine, released.cause_entry, released.via) == ("prescription", act.pk, act.via)
    reconsider_prescription(actor=declined.worker, prescription=declined)
    assert rank_of(again(need)) == before


def test_the_adviser_reads_on_the_device_why_it_is_free(shelf: Shelf, need: Need) -> None:
    device = shelf.reserved(need=need)
    said_no(need.prescription)
    page = read(acting(shelf.adviser), reverse("refurb:device_detail", args=[device.reference]))
    assert "Le foyer a répondu non" in page


def test_a_desktop_is_freed_with_its_screen(shelf: Shelf, need: Need) -> None:
    desktop = shelf.reserved(shelf.on_the_shelf(shelf.desktop()), need)
    said_no(need.prescription)
    assert {fresh(desktop).state, screen_of(desktop).state} == {S.AVAILABLE}


def test_what_was_handed_over_stays_with_the_household(shelf: Shelf) -> None:
    first, _ = two_needs(shelf)
    device = shelf.handed_over(shelf.reserved(need=first))
    said_no(first.prescription)
    assert fresh(device).state == S.HANDED_OVER
    assert again(first).state == NeedState.MET


# --- what is held anew


def test_nothing_is_reserved_while_the_no_stands(shelf: Shelf, need: Need) -> None:
    device = shelf.available()
    said_no(need.prescription)
    with pytest.raises(Refused, match="rien ne lui est réservé tant que cette réponse tient") as refused:
        reserve_device(actor=shelf.adviser, device=device, need=need)
    reason = next(iter(refused.value.all))
    assert (reason.code, reason.lifted_by) == (
        "not_declined", "le travailleur social du foyer, en notant qu’il a changé d’avis",
    )  # fmt: skip
    assert fresh(device).state == S.AVAILABLE


def test_it_is_reserved_again_once_the_household_has_changed_its_mind(shelf: Shelf, need: Need) -> None:
    declined = said_no(need.prescription)
    reconsider_prescription(actor=declined.worker, prescription=declined)
    assert shelf.reserved(need=need).state == S.RESERVED


def test_a_hand_over_undone_after_a_no_is_not_made_again(shelf: Shelf) -> None:
    first, _ = two_needs(shelf)
    device = shelf.handed_over(shelf.reserved(need=first))
    said_no(first.prescription)
    gate.apply(device, "undo_hand_over", actor=shelf.adviser, reason="entry")
    with pytest.raises(Refused, match="libérez l’appareil"):
        shelf.hand_over(fresh(device))
    first_page = acting(shelf.adviser).get(reverse("desk:home")).content.decode()
    assert reverse("prescriptions:need_detail", args=[first.reference]) in first_page
    gate.apply(fresh(device), "release", actor=shelf.adviser)
    assert again(first).state == NeedState.WAITING


def test_a_screen_is_not_asked_when_its_desktop_goes(shelf: Shelf, need: Need) -> None:
    desktop = shelf.reserved(shelf.on_the_shelf(shelf.desktop()), need)
    hand_over_device(actor=shelf.adviser, device=desktop, proof=HandOverProof.ATTESTED)
    assert screen_of(desktop).state == S.HANDED_OVER


# --- the pages that serve


def test_the_queue_says_the_no_apart_and_offers_no_device(shelf: Shelf, need: Need) -> None:
    device = shelf.available()
    page = read(acting(shelf.adviser), reverse("distribution:need_queue"))
    assert f'value="{device.reference}"' in page
    said_no(need.prescription)
    page = read(acting(shelf.adviser), reverse("distribution:need_queue"))
    assert "0 besoin en attente" in page.replace("\u00a0", " ")
    assert need.reference in page.partition("Foyers qui ont répondu non")[2]
    assert f'value="{device.reference}"' not in page
    page = read(acting(shelf.adviser), choose(need))
    assert "qu’il n’en a plus besoin" in page
    assert f'value="{device.reference}"' not in page


def test_a_device_is_not_offered_to_a_need_whose_household_said_no(shelf: Shelf, need: Need) -> None:
    device, other = shelf.available(), shelf.need()
    said_no(need.prescription)
    page = read(acting(shelf.adviser), reverse("distribution:device_reserve", args=[device.reference]))
    assert other.reference in page
    assert need.reference not in page


def test_the_first_page_of_the_adviser_has_it_apart_from_what_is_to_serve(shelf: Shelf, need: Need) -> None:
    said_no(need.prescription)
    page = acting(shelf.adviser).get(reverse("desk:home")).content.decode()
    assert "Foyers qui ont répondu non" in page
    assert choose(need) not in page
    assert "Aucun besoin d’équipement n’attend." in page


def test_the_page_of_the_prescription_leads_to_no_choice_and_to_no_derogation(shelf: Shelf, need: Need) -> None:
    said_no(need.prescription)
    page = read(acting(shelf.adviser), reverse("prescriptions:prescription_detail", args=[need.prescription.reference]))
    assert choose(need) not in page
    assert reverse("distribution:derogation_ask", args=[need.reference]) not in page


# --- connections


def test_no_offer_is_proposed_while_the_no_stands(shelf: Shelf) -> None:
    need = shelf.need(NeedKind.FIXED_CONNECTION, email=ADDRESS)
    declined = said_no(need.prescription)
    url = reverse("prescriptions:need_detail", args=[need.reference])
    opening = reverse("connectivity:connection_propose", args=[need.reference])
    assert opening not in read(acting(declined.worker), url)
    with pytest.raises(Refused, match="rien ne se fait pour lui"):
        propose_connection(actor=declined.worker, need=need)
    reconsider_prescription(actor=declined.worker, prescription=declined)
    assert opening in read(acting(declined.worker), url)


def test_a_need_whose_household_said_no_has_no_place_and_takes_it_again_when_its_mind_changes(
    shelf: Shelf, need: Need
) -> None:
    other = shelf.need()
    assert rank_of(other).place == 2  # type: ignore[union-attr]
    declined = said_no(need.prescription)
    first = rank_of(other)
    assert first is not None
    assert (first.place, first.among, rank_of(need)) == (1, 1, None)
    reconsider_prescription(actor=declined.worker, prescription=declined)
    places = [(rank.place, rank.among) for rank in (rank_of(other), rank_of(need)) if rank is not None]
    assert places == [(2, 2), (1, 2)]
