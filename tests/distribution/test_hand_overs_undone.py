"""A hand-over that did not take place is undone the same day, whatever else its household asks."""

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.todo.prescribers import todo_of
from distribution.enums import UndoHandOverReason
from lifecycle import gate
from lifecycle.verification import verify_journals
from network.models import Membership
from prescriptions.enums import DropReason
from prescriptions.models import Need
from prescriptions.services.households import attach_household
from prescriptions.services.needs import drop_need
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.prescriptions.files import Circle, again

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
    assert need.journal.latest("seq").sentence() == told
    page = read(acting(shelf.adviser), reverse("prescriptions:need_detail", args=[need.reference]))
    assert told in page
