"""Days and hours at which the people of the demonstration act, in local time (Europe/Paris)."""

from datetime import date, datetime

from django.utils import timezone

from calendars.working_days import add_working_days


def working_day(day: date, shift: int = 0) -> date:
    """The first working day from ``day`` on, then ``shift`` working days later; earlier when it is negative.

    ``working_day(day, -1)`` is the last working day before ``day``.
    """
    return add_working_days(day, shift) if shift < 0 else add_working_days(add_working_days(day, 0), shift)


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant in local time."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute, second))  # noqa: DTZ001
