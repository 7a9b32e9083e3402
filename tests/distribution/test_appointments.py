"""An appointment: an hour of a point taken once, for what is put aside; told, recalled, honoured, missed, cancelled."""

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.days import day_start
from calendars.working_days import holidays
from distribution.enums import AppointmentCancelReason, AppointmentState, ClosureReason
from distribution.models import Appointment, PointOpening
from distribution.services.appointments import book_appointment, cancel_appointment, move_appointment, slots_for
from distribution.services.openings import close_days, open_hours, stop_hours
from distribution.slots import DAY, _of_day, free_slots
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from prescriptions.enums import DropReason
from prescriptions.services.needs import drop_need
from refurb.enums import DeviceState
from refurb.models import Device
from tests.distribution.hours import a_later_hour, booked, need_of, next_hours, opened
from tests.distribution.shelves import Shelf, screen_of
from tests.network.factories import make_membership
from tests.prescriptions.answers import ADDRESS, said_no
from tests.prescriptions.files import again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db
S = AppointmentState


def reasons(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


# --- an hour is taken once


def test_an_hour_is_taken_once_and_the_next_ones_are_proposed(shelf: Shelf, device: Device) -> None:
    other = shelf.reserved()
    first, second, _ = next_hours(shelf, device)

    made = booked(shelf, device, first.starts_at)

    assert (made.state, made.starts_at, made.seat, made.places) == (S.BOOKED, first.starts_at, 1, 1)
    with pytest.raises(Refused) as refused:
        booked(shelf, other, first.starts_at)
    assert reasons(refused) == {"seat_left"}
    assert next_hours(shelf, other)[0] == second


def test_an_hour_of_two_places_is_taken_twice(shelf: Shelf) -> None:
    opened(shelf, places=2)
    rows = [shelf.reserved() for _ in range(3)]
    hour = next_hours(shelf, rows[0])[0].starts_at

    assert [booked(shelf, row, hour).seat for row in rows[:2]] == [1, 2]
    with pytest.raises(Refused, match="vient d’être prise"):
        booked(shelf, rows[2], hour)


def test_the_database_itself_gives_a_seat_once_and_no_seat_beyond_the_last(shelf: Shelf, device: Device) -> None:
    made, other = booked(shelf, device), shelf.reserved()
    hour = {"starts_at": made.starts_at, "ends_at": made.ends_at, "places": 1}
    for seat in (1, 2):
        new = Appointment(need=need_of(other), point=made.point)
        with pytest.raises((Refused, IntegrityError)), transaction.atomic():
            gate.create(new, "book", actor=shelf.adviser, seat=seat, **hour)
    assert Appointment.objects.count() == 1


def test_a_cancelled_hour_is_free_again(shelf: Shelf, device: Device) -> None:
    made, other = booked(shelf, device), shelf.reserved()
    cancel_appointment(actor=shelf.adviser, appointment=made, reason=AppointmentCancelReason.POINT)
    assert booked(shelf, other, made.starts_at).seat == 1
    assert fresh(device).state == DeviceState.RESERVED


def test_moving_frees_the_former_hour_and_another_may_take_it(shelf: Shelf, device: Device) -> None:
    made, other = booked(shelf, device, next_hours(shelf, device)[0].starts_at), shelf.reserved()
    before = made.starts_at
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=a_later_hour(shelf, device))
    assert moved.starts_at != before
    assert booked(shelf, other, before).seat == 1
    with pytest.raises(Refused, match="vient d’être prise"):
        move_appointment(actor=shelf.adviser, appointment=moved, starts_at=before)


def test_what_was_booked_before_hours_changed_takes_its_place_of_the_hours_across_it(shelf: Shelf) -> None:
    old = opened(shelf, places=1)
    device, other = shelf.reserved(), shelf.reserved()
    made = booked(shelf, device)
    for one in old:
        PointOpening.objects.filter(pk=one.pk).update(valid_to=timezone.localdate() - DAY)
    opened(shelf, valid_from=timezone.localdate(), minutes=45, places=1)
    assert made.starts_at is not None
    assert made.ends_at is not None
    day = timezone.localdate(made.starts_at)
    left = [slot for slot in slots_for(other, actor=shelf.adviser) if timezone.localdate(slot.starts_at) == day]
    assert left
    assert all(slot.ends_at <= made.starts_at or slot.starts_at >= made.ends_at for slot in left)
    moving = slots_for(device, actor=shelf.adviser, but=made.pk)
    assert len([slot for slot in moving if timezone.localdate(slot.starts_at) == day]) > len(left)


def test_fewer_places_count_whoever_holds_one_beyond_them(shelf: Shelf) -> None:
    opened(shelf, places=2)
    rows = [shelf.reserved() for _ in range(3)]
    hour = next_hours(shelf, rows[0])[0].starts_at
    first = booked(shelf, rows[0], hour)
    booked(shelf, rows[1], hour)
    cancel_appointment(actor=shelf.adviser, appointment=first, reason=AppointmentCancelReason.POINT)
    PointOpening.objects.update(places=1)
    with pytest.raises(Refused, match="vient d’être prise"):
        booked(shelf, rows[2], hour)


# --- what it leans on


def test_without_a_device_put_aside_no_hour_is_taken(shelf: Shelf) -> None:
    opened(shelf)
    need = shelf.need()
    with pytest.raises(Refused) as refused:
        book_appointment(actor=shelf.adviser, need=need, starts_at=timezone.now() + DAY)
    assert reasons(refused) == {"held"}


def test_one_appointment_at_a_time(shelf: Shelf, device: Device) -> None:
    booked(shelf, device)
    with pytest.raises(Refused) as refused:
        booked(shelf, device, next_hours(shelf, device)[0].starts_at)
    assert reasons(refused) == {"one_booked"}


def test_no_hour_is_proposed_nor_taken_once_the_reservation_has_fallen(shelf: Shelf, device: Device) -> None:
    until = device.reserved_until
    assert until is not None
    assert all(slot.starts_at < until for slot in slots_for(device, actor=shelf.adviser))
    after = free_slots(shelf.point, until, until + timedelta(days=3), 1)[0]
    with pytest.raises(Refused) as refused:
        booked(shelf, device, after.starts_at)
    assert reasons(refused) == {"before_it_falls"}


@pytest.mark.parametrize("minutes", [-60, 7])
def test_an_hour_that_the_point_does_not_have_or_that_is_past_is_refused(
    shelf: Shelf, device: Device, minutes: int
) -> None:
    hour = a_later_hour(shelf, device) + timedelta(minutes=minutes) if minutes > 0 else timezone.now() - DAY
    with pytest.raises(Refused):
        booked(shelf, device, hour)
    assert not Appointment.objects.exists()


def test_what_is_released_is_expected_no_more_and_the_household_is_to_be_told(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    gate.apply(device, "release", actor=shelf.adviser)
    gone = again(made)
    assert (gone.state, gone.told_at) == (S.CANCELLED, None)
    assert Appointment.objects.to_tell(timezone.now()).get() == gone


def test_a_need_given_up_a_desktop_and_its_screen_released_lost_or_handed_over_take_the_appointment_along(
    shelf: Shelf,
) -> None:
    opened(shelf)
    ends: list[tuple[str, Any]] = []
    for end in ("drop", "release", "lost", "hand_over"):
        desktop = shelf.on_the_shelf(shelf.desktop())
        held = shelf.reserve(desktop)
        made = booked(shelf, held)
        match end:
            case "drop":
                drop_need(actor=shelf.adviser, need=need_of(held), reason=DropReason.UNREACHABLE)
            case "release":
                gate.apply(held, "release", actor=shelf.adviser)
            case "lost":
                shelf.missing(held)
            case _:
                shelf.hand_over(held)
        ends.append((end, again(made).state))
        assert fresh(screen_of(desktop)).state != DeviceState.RESERVED
    assert ends == [("drop", S.CANCELLED), ("release", S.CANCELLED), ("lost", S.CANCELLED), ("hand_over", S.HONOURED)]


def test_a_household_that_answers_no_is_expected_no_more_and_is_not_called_to_be_told_so(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved(need=shelf.need(email=ADDRESS))
    made = booked(shelf, device)
    said_no(need_of(device).prescription)
    assert again(made).state == S.CANCELLED
    assert not Appointment.objects.to_tell(timezone.now()).exists()


# --- what the point opens


def test_closures_and_public_holidays_have_no_hour(shelf: Shelf) -> None:
    opened(shelf)
    day = timezone.localdate() + timedelta(days=3)
    close_days(actor=shelf.pilot, point=shelf.point, first_day=day, last_day=day + DAY, reason=ClosureReason.LEAVE)
    begins = day_start(timezone.localdate() + DAY)
    days = {timezone.localdate(slot.starts_at) for slot in free_slots(shelf.point, begins, begins + timedelta(days=90))}
    assert not days & {day, day + DAY}
    assert not days & set(holidays(day.year)) | days & set(holidays(day.year + 1))
    assert len(days) > 80


def test_hours_that_overlap_are_refused_and_those_that_are_stopped_are_no_more(shelf: Shelf) -> None:
    monday = opened(shelf)[0]
    tomorrow = timezone.localdate() + DAY
    said: dict[str, Any] = {"starts_at": time(11), "ends_at": time(14), "minutes": 30, "places": 1}
    with pytest.raises(Refused, match="reçoit déjà"):
        open_hours(actor=shelf.pilot, point=shelf.point, weekday=0, valid_from=tomorrow, **said)
    stop_hours(actor=shelf.pilot, opening=monday, last_day=timezone.localdate())
    open_hours(actor=shelf.pilot, point=shelf.point, weekday=0, valid_from=tomorrow, **said)
    hours = free_slots(shelf.point, day_start(tomorrow), day_start(tomorrow + timedelta(days=14)))
    mondays = {timezone.localtime(one.starts_at).time() for one in hours if one.starts_at.astimezone().weekday() == 0}
    assert time(9) not in mondays


@pytest.mark.parametrize(
    ("role", "kind", "may"),
    [
        (Role.ADVISER, OrganisationKind.DISTRIBUTOR, False),
        (Role.MANAGER, OrganisationKind.DISTRIBUTOR, True),
        (Role.TECHNICIAN, OrganisationKind.RECONDITIONER, False),
        (Role.WORKER, OrganisationKind.PRESCRIBER, False),
    ],
)
def test_the_manager_says_when_his_point_receives_and_nobody_else(
    shelf: Shelf, role: Role, kind: OrganisationKind, may: bool
) -> None:
    at_home = shelf.distributor if kind == OrganisationKind.DISTRIBUTOR else None
    actor = make_membership(role, kind, at_home)
    said: dict[str, Any] = {"starts_at": time(9), "ends_at": time(12), "minutes": 30, "places": 1, "weekday": 1}

    def declare() -> PointOpening:
        return open_hours(actor=actor, point=shelf.point, valid_from=timezone.localdate(), **said)

    if may:
        assert declare().declared_by == actor
    else:
        with pytest.raises(PermissionDenied):
            declare()
    stranger = make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR)
    with pytest.raises(PermissionDenied):
        open_hours(actor=stranger, point=shelf.point, valid_from=timezone.localdate(), **said | {"weekday": 2})


@given(
    begins=st.integers(6 * 12, 21 * 12),
    length=st.integers(1, 60),
    minutes=st.integers(5, 240),
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
@settings(max_examples=60, deadline=None)
def test_hours_fill_the_opening_without_overlap_whatever_the_day(
    begins: int, length: int, minutes: int, day: date
) -> None:
    """Summer time too: an appointment at ten is at ten."""
    ends = min(begins + length, 22 * 12)
    opening = PointOpening(
        weekday=day.weekday(),
        starts_at=time(begins // 12, begins % 12 * 5),
        ends_at=time(ends // 12, ends % 12 * 5),
        minutes=minutes,
        places=2,
        valid_from=day,
    )
    slots = _of_day([opening], day)
    assert len(slots) == (ends - begins) * 5 // minutes
    for before, after in pairwise(slots):
        assert before.ends_at == after.starts_at
    if slots:
        assert timezone.localtime(slots[0].starts_at).time() == opening.starts_at


# --- who reads it


def test_who_reads_the_reservation_reads_the_appointment_and_nobody_else(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    prescription = need_of(device).prescription
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, prescription.prescriber)
    readers = {"adviser": shelf.adviser, "worker": worker}
    others = {
        "pilot": shelf.pilot,
        "stranger": shelf.stranger,
        "relay": shelf.relay,
        "technician": shelf.technician,
        "another worker": make_membership(Role.WORKER, OrganisationKind.PRESCRIBER),
        "nobody": None,
    }
    assert [name for name, one in readers.items() if made in Appointment.objects.visible_to(one)] == [*readers]
    assert [name for name, one in others.items() if made in Appointment.objects.visible_to(one)] == []
    with pytest.raises(Unknown):
        move_appointment(actor=shelf.stranger, appointment=made, starts_at=made.starts_at)
    with pytest.raises(PermissionDenied):
        cancel_appointment(actor=worker, appointment=made, reason=AppointmentCancelReason.OTHER)
