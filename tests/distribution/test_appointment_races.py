"""Real connections act on the same hour, or on the same appointment, at the same time."""

from functools import partial
from typing import Any

import pytest

from distribution.enums import AppointmentCancelReason, AppointmentState
from distribution.models import Appointment
from distribution.services.appointments import cancel_appointment, move_appointment
from lifecycle import gate
from lifecycle.exceptions import Refused
from tests.distribution.hours import booked, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
S = AppointmentState


def refusals(ends: list[Any]) -> list[Refused]:
    return [end for end in ends if isinstance(end, Refused)]


def test_one_need_booked_twice_at_once_is_expected_once(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    hours = [slot.starts_at for slot in next_hours(shelf, device, 2)]
    ends = at_once(*(partial(booked, shelf, device, hour) for hour in hours))
    assert [reason.code for end in refusals(ends) for reason in end.all] == ["one_booked"]
    assert Appointment.objects.booked().count() == 1


def test_moved_and_cancelled_or_its_device_released_at_once_it_ends_cancelled(shelf: Shelf) -> None:
    opened(shelf)
    device, other = shelf.reserved(), shelf.reserved()
    made, theirs = booked(shelf, device), booked(shelf, other)
    later = next_hours(shelf, device, 3)
    at_once(
        lambda: move_appointment(actor=shelf.adviser, appointment=made, starts_at=later[0].starts_at),
        lambda: cancel_appointment(actor=shelf.adviser, appointment=made, reason=AppointmentCancelReason.HOUSEHOLD),
    )
    at_once(
        lambda: move_appointment(actor=shelf.adviser, appointment=theirs, starts_at=later[1].starts_at),
        lambda: gate.apply(other, "release", actor=shelf.adviser),
    )
    assert set(Appointment.objects.values_list("state", flat=True)) == {S.CANCELLED}
