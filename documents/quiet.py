"""When a household may be sent an SMS: not early, not late, neither on Sundays nor on public holidays."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from calendars.working_days import holidays
from documents.parameters import MESSAGES_FROM, MESSAGES_UNTIL

SUNDAY = 6
DAY = timedelta(days=1)
MIDNIGHT = 24
"""The last hour that a day has: « nobody after 24 » is nobody after its end."""
USUAL = (8, 20)
"""Hours that hold where those of a day were written the wrong way round: somebody is written to all the same."""


def loud_from(at: datetime) -> datetime:
    """The first instant from ``at`` on at which it may leave: ``at`` itself within the hours of its day."""
    day = timezone.localdate(at)
    while True:
        if day.weekday() != SUNDAY and day not in holidays(day.year):
            begins, ends = _hours(day)
            if at < begins:
                return begins
            if at < ends:
                return at
        day += DAY


def is_quiet(at: datetime) -> bool:
    """Whether nobody is written to at this instant."""
    return loud_from(at) > at


def _hours(day: date) -> tuple[datetime, datetime]:
    """Between which instants of a day one is written to; the project's own hours when those written leave none."""
    first, last = MESSAGES_FROM.on(day), min(MESSAGES_UNTIL.on(day), MIDNIGHT)
    if first >= last:
        first, last = USUAL
    return _hour(day, first), _hour(day, last)


def _hour(day: date, hour: int) -> datetime:
    whole = datetime.combine(day + DAY, time()) if hour == MIDNIGHT else datetime.combine(day, time(hour))
    return timezone.make_aware(whole)
