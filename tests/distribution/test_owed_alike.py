"""A household that brought a device back is given no second one of its kind until that return is settled."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.urls import reverse

from distribution.enums import SettlementKind, UndoTakeBackReason
from distribution.services import returns
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from prescriptions.enums import DropReason, NeedKind, NeedUse
from prescriptions.models import Need
from prescriptions.models.need import rank_of
from prescriptions.services.households import attach_household, detach_household
from prescriptions.services.needs import drop_need
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.pages import acting, done, read
from tests.prescriptions.files import Circle, accepted_prescription, again
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


def refusal(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code: reason.sentence for reason in refused.value.all}


def asked_again(shelf: Shelf, device: Device, kind: str = NeedKind.COMPUTER) -> Need:
    """The same need in a second prescription of the household to which a device was given."""
    circle = Circle(shelf.prescriber, shelf.distributor, shelf.commune)
    return circle.accepted(((kind, NeedUse.WORK),), device.need.prescription.household).needs.get()


def joined(shelf: Shelf, one: Need, two: Need) -> None:
    attach_household(actor=shelf.pilot, household=two.prescription.household, same_as=one.prescription.household)


def test_while_what_it_brought_back_is_owed_nothing_of_the_kind_is_held_for_the_household(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    need, spare = asked_again(shelf, sold), shelf.available()
    back = shelf.take_back(sold)

    told = refusal(lambda: shelf.reserve(spare, need))["owed_alike"]

    assert str(back.reference) in told
    for verb in ("réparé", "échangez-le", "remboursement", "Annuler le retour", "Détachez"):
        assert verb in told
    page = acting(shelf.adviser).post(
        reverse("distribution:need_choose", args=[need.reference]), {"device": spare.reference}
    )
    assert str(back.reference) in page.content.decode()
    returns.settle_return(actor=shelf.adviser, device=back, kind=SettlementKind.GIVEN_UP)
    assert shelf.reserve(spare, need).state == "reserved"


def test_of_another_kind_or_in_the_same_request_a_second_one_is_given(shelf: Shelf) -> None:
    two = ((NeedKind.COMPUTER, NeedUse.WORK), (NeedKind.COMPUTER, NeedUse.STUDIES))
    places = {"commune": shelf.commune, "prescriber": shelf.prescriber, "distributor": shelf.distributor}
    first, second = accepted_prescription(needs=two, **places).needs.order_by("pk")
    shelf.returned(shelf.handed_over(shelf.reserved(need=first)))
    assert shelf.handed_over(shelf.reserved(need=second)).state == "handed_over"

    sold = shelf.handed_over()
    tablet = asked_again(shelf, sold, NeedKind.TABLET)
    shelf.take_back(sold)
    assert shelf.reserve(shelf.available("tablet"), tablet).state == "reserved"


def test_what_was_held_before_is_not_handed_over_and_its_page_says_which_device_is_owed(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    held = shelf.reserved(need=asked_again(shelf, sold))
    back = shelf.take_back(sold)

    assert str(back.reference) in refusal(lambda: shelf.hand_over(held))["owed_alike"]
    assert str(back.reference) in read(acting(shelf.adviser), page_of(held, "device_detail"))

    shelf.repair(back)
    returns.give_back_device(actor=shelf.adviser, device=back)
    assert shelf.hand_over(held).state == "handed_over"


def test_two_files_found_to_be_of_one_household_after_the_second_device_was_held_are_asked_the_same(
    shelf: Shelf,
) -> None:
    back, held = shelf.returned(), shelf.reserved()
    joined(shelf, back.need, held.need)

    assert "owed_alike" in refusal(lambda: shelf.hand_over(held))

    detach_household(actor=shelf.pilot, household=held.need.prescription.household)
    assert shelf.hand_over(held).state == "handed_over"


def test_an_exchange_or_what_is_given_back_is_what_was_owed_and_goes(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    held = shelf.reserved(need=asked_again(shelf, sold))
    back = shelf.take_back(sold)
    assert shelf.exchange(shelf.available(), back).state == "handed_over"
    assert shelf.hand_over(held).state == "handed_over"


def test_a_refund_lets_the_second_one_go(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    held = shelf.reserved(need=asked_again(shelf, sold))
    back = shelf.take_back(sold)
    returns.settle_return(
        actor=shelf.adviser, device=back, kind=SettlementKind.REFUND, amount=Decimal(1), means="transfer"
    )
    assert shelf.hand_over(held).state == "handed_over"


def test_a_return_undone_after_a_second_device_was_given_asks_whether_the_household_has_both(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    back = shelf.take_back(sold)
    other = shelf.handed_over()
    page = page_of(back, "device_undo_take_back")
    assert "has_both" not in read(acting(shelf.adviser), page)
    joined(shelf, back.need, other.need)

    undo = {"actor": shelf.adviser, "reason": UndoTakeBackReason.ENTRY}
    assert set(refusal(lambda: gate.apply(back, "undo_take_back", **undo))) == {"second_known"}
    assert str(other.reference) in read(acting(shelf.adviser), page)
    done(acting(shelf.adviser), page, reason=UndoTakeBackReason.ENTRY, has_both="on")

    assert (fresh(sold).state, again(sold.need).lost_at) == ("handed_over", None)
    assert fresh(sold).journal.latest("seq").values["has_both"] is True
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_one_that_waits_behind_what_is_owed_stops_nobody_and_its_place_says_so(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    first = asked_again(shelf, sold)
    shelf.take_back(sold)
    second = shelf.need()

    assert shelf.reserve(shelf.available(), second, out_of_order="").state == "reserved"
    assert rank_of(again(first)) is not None
    queue = read(acting(shelf.adviser), reverse("distribution:need_queue") + "?served=later")
    assert "l’appareil rapporté" in queue
    drop_need(actor=shelf.adviser, need=first, reason=DropReason.NO_LONGER_NEEDED)
