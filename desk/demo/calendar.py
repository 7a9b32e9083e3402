"""Working days and hours in France, in local time: when the people of the demonstration act."""

from datetime import date, datetime, timedelta
from functools import cache

from django.utils import timezone

ONE_DAY = timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, *divmod(year, 100)
    leap, common = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    weekday = (32 + 2 * common + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of metropolitan France (code du travail, art. L. 3133-1)."""
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    moving = (1, 39, 50)  # days after Easter: Easter Monday, Ascension, Whit Monday
    return frozenset(
        [date(year, month, day) for month, day in fixed] + [easter(year) + timedelta(days=after) for after in moving]
    )


def is_worked(day: date) -> bool:
    """Monday to Friday, but for public holidays."""
    return day.weekday() < 5 and day not in holidays(day.year)


def working_day(day: date, shift: int = 0) -> date:
    """The first working day from ``day`` on, then ``shift`` working days later; earlier when it is negative.

    ``working_day(day, -1)`` is the last working day before ``day``.
    """
    step = -ONE_DAY if shift < 0 else ONE_DAY
    while shift >= 0 and not is_worked(day):
        day += step
    for _ in range(abs(shift)):
        day += step
        while not is_worked(day):
            day += step
    return day


def months_before(day: date, count: int) -> date:
    """The same day ``count`` months earlier, or the last day of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    for length in (31, 30, 29, 28):
        if day.day <= length or length == 28:
            try:
                return date(year, month + 1, min(day.day, length))
            except ValueError:
                continue
    raise AssertionError("unreachable")


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant in local time (Europe/Paris)."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute, second))  # noqa: DTZ001
