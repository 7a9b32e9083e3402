"""Appointments: the hours of each point, who is expected on the last day, who did not come, whom nobody called yet."""

from datetime import date, datetime, time, timedelta
from random import Random

from calendars.days import day_start
from demo.agenda import Thread
from demo.calendar import local
from demo.cast import Cast
from demo.context import Stage
from distribution.models import Appointment
from distribution.services.appointments import book_appointment
from distribution.services.openings import open_hours
from distribution.slots import free_slots
from refurb.enums import DeviceState
from refurb.models import Device

MORNING = (time(9, 30), time(12))
AFTERNOON = (time(14), time(17))
SATURDAY = 5
AT_ONCE = 2
BEFORE = (6, 3, 1)
"""So many working days before the end, the points call those for whom something was put aside."""
CALLS = 6
"""How many households they call then; the others are still to be called."""
ANNOUNCED = 3
"""Of whom one in three was not reached: the hour is on the first page, to be told."""


def open_points(cast: Cast, first: date) -> None:
    """Each point receives in the morning and the afternoon; on Saturdays, in the morning."""
    for point in cast.points.values():
        for weekday in range(SATURDAY + 1):
            for begins, ends in (MORNING,) if weekday == SATURDAY else (MORNING, AFTERNOON):
                open_hours(
                    actor=cast.pilot,
                    point=point,
                    weekday=weekday,
                    starts_at=begins,
                    ends_at=ends,
                    minutes=30,
                    places=AT_ONCE,
                    valid_from=first,
                )


def coming(stage: Stage) -> Thread:
    """The first calls lead to hours before the end, of which some are missed; the last ones to that of the last day."""
    chance = Random("appointments")  # noqa: S311 nothing here is a secret
    for back in BEFORE:
        yield (at := local(stage.back(back), 11, 40))
        on = stage.last if back == BEFORE[-1] else stage.back(BEFORE[BEFORE.index(back) + 1])
        booked = Appointment.objects.booked().values("need")
        held = Device.objects.main().filter(state=DeviceState.RESERVED, moved_at__lte=at).exclude(need__in=booked)
        for rank, device in enumerate(held.select_related("need", "point").order_by("pk")[:CALLS]):
            with stage.agenda.trying("coming", device.reference):
                _call(stage, device, on + timedelta(days=rank % 2 * 2), at, chance, known=rank % ANNOUNCED != 1)


def _call(stage: Stage, device: Device, on: date, at: datetime, chance: Random, *, known: bool) -> None:
    """The first hour that is free from that day on, until the reservation falls."""
    point, need, until = device.point, device.need, device.reserved_until
    code = next(code for code, one in stage.cast.points.items() if one == point)
    if point is None or need is None or until is None:
        return
    slots = free_slots(point, max(day_start(on), at), until, 1)
    if slots:
        actor = stage.cast.adviser(code, chance)
        book_appointment(actor=actor, need=need, starts_at=slots[0].starts_at, known=known, at=at)
