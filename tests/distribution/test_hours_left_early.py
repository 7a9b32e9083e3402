"""Who comes before the hour leaves it to another; undone, nobody sits on two seats of it."""

import pytest
from django.db.models import Q

from distribution import appointing
from distribution.enums import AppointmentState, UndoHandOverReason
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.models import Device
from tests.distribution.hours import booked, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.prescriptions.files import again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db
S = AppointmentState


@pytest.fixture
def device(shelf: Shelf) -> Device:
    opened(shelf)
    return shelf.reserved()


def test_who_comes_before_the_hour_leaves_it_to_another_who_keeps_it(shelf: Shelf, device: Device) -> None:
    other, made = shelf.reserved(), booked(shelf, device)
    handed = shelf.hand_over(device)
    undone = {"actor": shelf.adviser, "reason": UndoHandOverReason.ENTRY}
    gate.apply(handed, "undo_hand_over", **undone)
    assert again(made).state == S.BOOKED, "nobody took it meanwhile"
    handed = shelf.hand_over(fresh(device))
    assert again(made).state == S.HONOURED
    taken = booked(shelf, other, made.starts_at)
    assert (taken.starts_at, taken.seat) == (made.starts_at, made.seat)
    gate.apply(handed, "undo_hand_over", **undone)
    assert (again(made).state, again(taken).state) == (S.HONOURED, S.BOOKED)
    later = booked(shelf, fresh(device), next_hours(shelf, fresh(device))[0].starts_at)
    assert later.state == S.BOOKED, "another hour is fixed with it"


def test_an_hour_taken_while_the_hand_over_is_being_undone_refuses_it_with_a_sentence_and_seats_nobody_twice(
    shelf: Shelf, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, made = shelf.reserved(), booked(shelf, device)
    handed = shelf.hand_over(device)
    booked(shelf, other, made.starts_at)
    monkeypatch.setattr(appointing, "SEATED", Q(pk__in=[]))
    with pytest.raises(Refused, match="vient d’être prise"):
        gate.apply(handed, "undo_hand_over", actor=shelf.adviser, reason=UndoHandOverReason.ENTRY)
    assert again(made).state == S.HONOURED
