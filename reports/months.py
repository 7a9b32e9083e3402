"""Months of Europe/Paris: half-open, from the 1st at 00:00 to the next 1st at 00:00 (machines §0.10)."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Bounds(NamedTuple):
    """The first instant of a month, and the first one after it."""

    start: datetime
    end: datetime


def month_of(instant: datetime) -> date:
    """The first day of the month in which an aware ``instant`` falls, in Paris."""
    return instant.astimezone(PARIS).date().replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after ``month`` (a first day)."""
    return month.replace(year=month.year + 1, month=1) if month.month == 12 else month.replace(month=month.month + 1)


def previous_month(month: date) -> date:
    """The first day of the month before ``month`` (a first day)."""
    return month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1)


def bounds(month: date) -> Bounds:
    """The two instants between which a month lies; hours are those of Paris, changes of hour included."""
    return Bounds(_midnight(month), _midnight(next_month(month)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)
