"""Where local days begin and end, for reservations and hand-overs."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def day_start(day: date) -> datetime:
    """The first instant of a local day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_after(at: datetime, days: int) -> datetime:
    """The end of the local day that comes so many days after that of ``at``: an instant that is not in it any more."""
    return day_start(timezone.localdate(at) + timedelta(days=days + 1))


def last_day(end: datetime) -> date:
    """The last local day of what falls at ``end``, the instant that follows it."""
    return timezone.localdate(end - timedelta(microseconds=1))
