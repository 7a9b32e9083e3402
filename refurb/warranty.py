"""Calendar arithmetic of warranties and reservations, in local days."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from django.utils import timezone


def add_months(day: date, months: int) -> date:
    """The same day of the month, so many months later; the last day of a month that is too short for it."""
    rank = day.year * 12 + day.month - 1 + months
    year, month = divmod(rank, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_start(day: date) -> datetime:
    """The first instant of a local day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_after(at: datetime, days: int) -> datetime:
    """The end of the local day that comes so many days after that of ``at``: an instant that is not in it any more."""
    return day_start(timezone.localdate(at) + timedelta(days=days + 1))
