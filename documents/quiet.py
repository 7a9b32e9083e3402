"""When a household may be sent an SMS: not early, not late, neither on Sundays nor on public holidays."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from calendars.working_days import holidays
from documents.parameters import MESSAGES_FROM, MESSAGES_UNTIL

SUNDAY = 6
DAY = timedelta(days=1)


def loud_from(at: datetime) -> datetime:
    """The first instant from ``at`` on at which it may leave: ``at`` itself within the hours of its day."""
    day = timezone.localdate(at)
    while True:
        if day.weekday() != SUNDAY and day not in holidays(day.year):
            begins, ends = (_hour(day, number.on(day)) for number in (MESSAGES_FROM, MESSAGES_UNTIL))
            if at < begins:
                return begins
            if at < ends:
                return at
        day += DAY


def is_quiet(at: datetime) -> bool:
    """Whether nobody is written to at this instant."""
    return loud_from(at) > at


def _hour(day: object, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))  # type: ignore[arg-type]
