"""Real connections act on the same hour, or on the same appointment, at the same time."""

from functools import partial
from typing import Any

import pytest

from distribution.enums import AppointmentCancelReason, AppointmentState
from distribution.models import Appointment
from distribution.services.answers import confirm_appointment
from distribution.services.appointments import cancel_appointment, move_appointment
from lifecycle import gate
from lifecycle.actors import SignedLink
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


def test_two_who_read_the_same_hour_move_it_at_once_and_one_is_told_that_it_changed(shelf: Shelf) -> None:
    opened(shelf)
    made = booked(shelf, shelf.reserved())
    read = made.starts_at
    hours = [slot.starts_at for slot in next_hours(shelf, shelf.reserved(), 4) if slot.starts_at != read][:2]
    ends = at_once(
        *(
            partial(move_appointment, actor=shelf.adviser, appointment=made, starts_at=hour, shown_at=read)
            for hour in hours
        )
    )
    assert [reason.code for end in refusals(ends) for reason in end.all] == ["same_hour"]
    assert Appointment.objects.get(pk=made.pk).starts_at in hours


def test_whoever_gives_up_the_hour_that_he_has_read_does_not_give_up_the_one_that_another_has_just_taken(
    shelf: Shelf,
) -> None:
    opened(shelf)
    made = booked(shelf, shelf.reserved())
    read, later = made.starts_at, next_hours(shelf, shelf.reserved(), 3)[-1].starts_at
    ends = at_once(
        lambda: move_appointment(actor=shelf.adviser, appointment=made, starts_at=later, shown_at=read),
        lambda: cancel_appointment(
            actor=shelf.adviser, appointment=made, reason=AppointmentCancelReason.HOUSEHOLD, shown_at=read
        ),
    )
    found = Appointment.objects.get(pk=made.pk)
    assert len(refusals(ends)) == 1
    assert found.state == S.CANCELLED or found.starts_at == later
    if found.state == S.BOOKED:
        assert [reason.code for end in refusals(ends) for reason in end.all] == ["same_hour"]


def test_a_household_comes_at_no_hour_but_the_one_that_it_has_read(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    made = booked(shelf, device)
    read, later = made.starts_at, next_hours(shelf, device, 3)[-1].starts_at
    move_appointment(actor=shelf.adviser, appointment=made, starts_at=later)
    link = SignedLink("sms", opens=("prescription", device.need.prescription_id))
    with pytest.raises(Refused) as refused:
        confirm_appointment(actor=link, appointment=made, shown_at=read)
    assert "same_hour" in {reason.code for reason in refused.value.all}
