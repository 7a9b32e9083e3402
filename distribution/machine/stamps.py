"""What the verbs of distribution write: days computed from numbers with a date, columns read from the note in force."""

from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from calendars.days import end_after
from calendars.working_days import add_months
from distribution.models import HandOver
from distribution.parameters import RESERVATION_DAYS, WARRANTY_MONTHS
from lifecycle.machine import Context


def reserved_until(ctx: Context) -> datetime:
    """When a reservation made now falls: the end of a day."""
    return end_after(ctx.at, RESERVATION_DAYS.on(ctx.day))


def warranty_until(ctx: Context) -> date:
    """The last day of the warranty of what is handed over now."""
    return add_months(ctx.day, WARRANTY_MONTHS.on(ctx.day))


def current_note(column: str) -> Subquery:
    """Stamp: a column of the hand-over note in force of this device; null for a screen, which has none."""
    return Subquery(HandOver.objects.current().filter(device=OuterRef("pk")).values(column)[:1])
