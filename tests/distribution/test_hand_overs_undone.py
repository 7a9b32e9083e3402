"""A hand-over that did not take place is undone the same day, whatever else its household asks."""

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.todo.prescribers import todo_of
from distribution.enums import UndoHandOverReason
from distribution.models import HandOver
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from network.models import Membership
from prescriptions.enums import DropReason
from prescriptions.models import Need
from prescriptions.services.households import attach_household, detach_household
from prescriptions.services.needs import drop_need
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.prescriptions.files import Circle, again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db


def undo(shelf: Shelf, device: Device, reason: str = UndoHandOverReason.ENTRY) -> Device:
    undone: Device = gate.apply(device, "undo_hand_over", actor=shelf.adviser, reason=reason)
    return undone


def asked_twice(worker: Membership) -> list[int]:
    block = next(one for one in todo_of(worker, timezone.now()).blocks if one.key == "besoins-en-double")
    return [row.pk for row in block.rows]


def circle_of(shelf: Shelf) -> Circle:
    return Circle(shelf.prescriber, shelf.distributor, shelf.commune)


def test_it_is_undone_though_the_same_is_asked_elsewhere_and_the_worker_is_told_of_both(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    worker, circle = sold.need.prescription.worker, circle_of(shelf)
    second = circle.accepted(household=sold.need.prescription.household).needs.get()
    assert asked_twice(worker) == []

    undone = undo(shelf, sold)

    assert (undone.state, again(sold.need).state, again(second).state) == ("reserved", "in_progress", "waiting")
    assert asked_twice(worker) == [sold.need_id]
    assert asked_twice(circle.worker) == [second.pk]
    for need in (sold.need, second):
        page = read(acting(worker), reverse("prescriptions:need_detail", args=[need.reference]))
        assert "Demandé plus d’une fois pour ce foyer" in page
        assert reverse("prescriptions:need_drop", args=[need.reference]) in page
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []

    drop_need(actor=circle.worker, need=second, reason=DropReason.NO_LONGER_NEEDED)
    assert asked_twice(worker) == asked_twice(circle.worker) == []
    assert shelf.hand_over(undone).state == "handed_over"


def test_what_is_only_asked_or_already_held_for_the_other_need_stops_it_no_more(shelf: Shelf) -> None:
    sold, held = shelf.handed_over(), shelf.reserved()
    filed = circle_of(shelf).submitted(household=sold.need.prescription.household)
    assert undo(shelf, sold).state == "reserved"
    assert asked_twice(sold.need.prescription.worker) == [sold.need_id]
    assert filed.needs.get().state == "asked"

    other = shelf.handed_over()
    same = {"household": held.need.prescription.household, "same_as": other.need.prescription.household}
    attach_household(actor=shelf.pilot, **same)
    assert undo(shelf, other).state == "reserved"
    assert {again(held.need).state, again(other.need).state} == {"in_progress"}


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (UndoHandOverReason.WRONG_PERSON, "Plus satisfait\u00a0: mauvais foyer"),
        (UndoHandOverReason.CHANGED_MIND, "Plus satisfait\u00a0: le foyer y renonce sur place"),
        (UndoHandOverReason.ENTRY, "Plus satisfait\u00a0: erreur de saisie"),
    ],
)
def test_the_need_tells_why_it_is_not_met_any_more(shelf: Shelf, reason: str, told: str) -> None:
    sold = shelf.handed_over()
    undo(shelf, sold, reason)
    need = Need.objects.get(pk=sold.need_id)
    assert told in [entry.sentence() for entry in need.journal.filter(verb="unmeet")]
    page = read(acting(shelf.adviser), reverse("prescriptions:need_detail", args=[need.reference]))
    assert told in page


def test_who_gives_it_up_on_the_spot_keeps_nothing_put_aside_and_waits_for_nothing(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    need, prescription = sold.need, sold.need.prescription

    undone = undo(shelf, sold, UndoHandOverReason.CHANGED_MIND)

    assert (fresh(undone).state, fresh(undone).need) == ("available", None)
    assert (again(need).state, again(need).drop_reason) == ("unmet", DropReason.OFFER_DECLINED)
    assert again(prescription).state == "closed_unmet"
    assert not HandOver.objects.current().filter(device=sold).exists()
    page = read(acting(shelf.adviser), reverse("prescriptions:need_detail", args=[need.reference]))
    assert "le foyer y renonce sur place" in page
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def both_held(shelf: Shelf) -> tuple[Device, Device]:
    """The hand-over of the first is undone once another is put aside in another file of the same household."""
    first, second = shelf.handed_over(), shelf.reserved()
    same = {"household": second.need.prescription.household, "same_as": first.need.prescription.household}
    attach_household(actor=shelf.pilot, **same)
    return undo(shelf, first), second


def refused_second(shelf: Shelf, device: Device) -> str:
    with pytest.raises(Refused) as refused:
        shelf.hand_over(device)
    return next(reason.sentence for reason in refused.value.all if reason.code == "second_meanwhile")


@pytest.mark.parametrize("goes_first", [0, 1])
def test_of_two_devices_held_for_one_household_the_second_is_not_handed_over(shelf: Shelf, goes_first: int) -> None:
    held = both_held(shelf)
    for device in held:
        page = read(acting(shelf.adviser), reverse("prescriptions:need_detail", args=[device.need.reference]))
        assert "Demandé plus d’une fois pour ce foyer" in page
    given, left = held[goes_first], held[1 - goes_first]

    assert shelf.hand_over(given).state == "handed_over"

    told = refused_second(shelf, left)
    assert str(given.reference) in told
    assert again(left).state == "reserved"
    page = read(acting(shelf.adviser), reverse("prescriptions:need_detail", args=[left.need.reference]))
    assert f"ce foyer a reçu {given.reference}, du même genre" in page


def test_the_second_is_handed_over_once_somebody_decided_that_the_household_has_both(shelf: Shelf) -> None:
    first, second = both_held(shelf)
    need = second.need
    shelf.hand_over(first)
    refused_second(shelf, second)
    free = gate.apply(second, "release", actor=shelf.adviser)
    assert shelf.hand_over(shelf.reserve(free, again(need))).state == "handed_over"


def test_the_second_is_handed_over_once_the_first_is_undone_or_its_file_is_detached(shelf: Shelf) -> None:
    first, second = both_held(shelf)
    sold = shelf.hand_over(first)
    refused_second(shelf, second)
    undo(shelf, sold)
    assert shelf.hand_over(second).state == "handed_over"
    refused_second(shelf, again(first))
    detach_household(actor=shelf.pilot, household=again(second.need.prescription.household))
    assert shelf.hand_over(again(first)).state == "handed_over"


def test_what_was_given_before_a_second_request_is_served_stops_nothing(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    need = circle_of(shelf).accepted(household=sold.need.prescription.household).needs.get()
    assert shelf.hand_over(shelf.reserve(shelf.available(), need)).state == "handed_over"
