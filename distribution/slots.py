"""The hours at which a point may still receive a household: what it opens each week, less closures and what is taken.

Local hours: an appointment at ten is at ten all year round.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import holidays
from distribution.models.appointment import SEATED, Appointment, PointClosure, PointOpening
from refurb.models import DistributionPoint

DAY = timedelta(days=1)
HORIZON = timedelta(days=120)
"""How far ahead hours are looked for, at most."""


@dataclass(frozen=True)
class Slot:
    """One hour of a point. ``taken``: the seats that are; ``across``: how many others come then."""

    starts_at: datetime
    ends_at: datetime
    places: int
    taken: frozenset[int] = frozenset()
    across: int = 0

    @property
    def left(self) -> int:
        """How many households may still come then."""
        return self.places - len(self.taken) - self.across

    @property
    def seat(self) -> int:
        """The first seat that is free."""
        return next(seat for seat in range(1, self.places + 1) if seat not in self.taken)


def free_slots(
    point: DistributionPoint, after: datetime, until: datetime, most: int | None = None, *, but: int | None = None
) -> list[Slot]:
    """The hours of a point that begin after an instant and before another, with a place left; three queries.

    A point that is shut receives nobody.

    ``but``: an appointment (primary key) that is being moved: its own place is free.
    """
    if not point.is_active:
        return []
    last = min(until, after + HORIZON)
    taken = _taken(point, after, last, but)
    free = (_with_seats(one, taken[timezone.localdate(one.starts_at)]) for one in _hours(point, after, last))
    return list(islice((slot for slot in free if slot.left > 0), most))


def slot_at(point: DistributionPoint, starts_at: datetime, *, but: int | None = None) -> Slot | None:
    """The hour of a point that begins at this very instant, if it has one with a place left."""
    found = free_slots(point, starts_at - timedelta(microseconds=1), starts_at + timedelta(microseconds=1), but=but)
    return found[0] if found else None


def has_hours(point: DistributionPoint, day: date) -> bool:
    """Whether a point says, or will say, when it receives."""
    return PointOpening.objects.filter(point=point).exclude(valid_to__lt=day).exists()


def _hours(point: DistributionPoint, after: datetime, until: datetime) -> Iterator[Slot]:
    """Every hour, one begun at the same instant by two openings once, with the places of both."""
    first, last = timezone.localdate(after), timezone.localdate(until)
    openings = list(PointOpening.objects.filter(point=point, valid_from__lte=last).exclude(valid_to__lt=first))
    closures = list(PointClosure.objects.filter(point=point, first_day__lte=last, last_day__gte=first))
    day = first
    while day <= last:
        if day not in holidays(day.year) and not any(one.first_day <= day <= one.last_day for one in closures):
            yield from (slot for slot in _of_day(openings, day) if after < slot.starts_at < until)
        day += DAY


def _of_day(openings: Sequence[PointOpening], day: date) -> list[Slot]:
    found: dict[datetime, Slot] = {}
    for one in openings:
        if one.weekday != day.weekday() or day < one.valid_from or (one.valid_to is not None and day > one.valid_to):
            continue
        length = timedelta(minutes=one.minutes)
        starts = timezone.make_aware(datetime.combine(day, one.starts_at))
        closes = timezone.make_aware(datetime.combine(day, one.ends_at))
        while starts + length <= closes:
            same = found.get(starts)
            places = one.places + (same.places if same else 0)
            found[starts] = Slot(starts, max(starts + length, same.ends_at if same else starts), places)
            starts += length
    return [found[instant] for instant in sorted(found)]


type Seat = tuple[datetime, datetime, int]


def _taken(point: DistributionPoint, after: datetime, until: datetime, but: int | None) -> dict[date, list[Seat]]:
    """What is taken on each day: from when to when, and its seat."""
    first = on_day(timezone.localdate(after))[0]
    rows = Appointment.objects.filter(SEATED, point=point, starts_at__gte=first, starts_at__lte=until + DAY)
    found: dict[date, list[Seat]] = defaultdict(list)
    for pk, *seat in rows.values_list("pk", "starts_at", "ends_at", "seat"):
        if pk != but:
            found[timezone.localdate(seat[0])].append((seat[0], seat[1], seat[2]))
    return found


def _with_seats(hour: Slot, taken: Sequence[Seat]) -> Slot:
    """An hour with what is taken of it: its seats, and what was booked across it when hours were otherwise."""
    seats = frozenset(seat for starts, _, seat in taken if starts == hour.starts_at and seat <= hour.places)
    there = sum(starts < hour.ends_at and ends > hour.starts_at for starts, ends, _ in taken)
    return replace(hour, taken=seats, across=there - len(seats))


def on_day(day: date) -> tuple[datetime, datetime]:
    """The instants between which a local day runs."""
    return day_start(day), day_start(day + DAY)
