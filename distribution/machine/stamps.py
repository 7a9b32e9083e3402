"""What the verbs of distribution write: days computed from numbers with a date, columns read from the note in force."""

from datetime import date, datetime

from django.db.models import IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from calendars.days import end_after
from calendars.expressions import Shifted
from distribution.models import HandOver
from distribution.models.hand_over import HandOverQuerySet
from distribution.parameters import REPAIR_MONTHS, RESERVATION_DAYS, WARRANTY_MONTHS
from lifecycle.machine import Computed, Context
from refurb.models.device import DeviceEntry, DeviceQuerySet

ARRIVALS = ("register", "receive", "send_back", "take_back")
"""The verbs that begin a stay."""


def reserved_until(ctx: Context) -> datetime:
    """When a reservation made now falls: the end of a day."""
    return end_after(ctx.at, RESERVATION_DAYS.on(ctx.day))


def _warranty_until(ctx: Context) -> Shifted:
    months = _months_written("warranty_months", HandOver.objects.current(), WARRANTY_MONTHS.on(ctx.day))
    return Shifted(Value(ctx.day), months, "months")


WARRANTY_UNTIL = Computed(_warranty_until)
"""The last day of the warranty of what is handed over now: so many months as its note says, whatever the day's are."""


def prolonged(devices: DeviceQuerySet, day: date) -> dict[int, date]:
    """The last day of each warranty after a repair: so many months more as the note that was signed says."""
    signed = HandOver.objects.done().filter(need=OuterRef("need")).order_by("-pk")
    months = _months_written("repair_months", signed, REPAIR_MONTHS.on(day))
    covered = devices.filter(warranty_until__isnull=False).annotate(later=Shifted("warranty_until", months, "months"))
    return dict(covered.values_list("pk", "later"))


def _months_written(name: str, notes: HandOverQuerySet, usual: int) -> Coalesce:
    """What the note of a device says, or that of the desktop which its screen goes with; ``usual`` once forgotten."""
    its_own = notes.filter(Q(device=OuterRef("pk")) | Q(device=OuterRef("attached_to")))
    written = Cast(KeyTextTransform(name, "document__values"), IntegerField())
    return Coalesce(Subquery(its_own.annotate(months=written).values("months")[:1]), Value(usual))


def _arrived_before() -> Subquery:
    """When the stay began that the last return ended: at the arrival before it, returns that were undone left aside."""
    later = DeviceEntry.objects.filter(object=OuterRef("object"), seq__gt=OuterRef("seq"))
    returns = later.filter(verb__in=("take_back", "undo_take_back")).order_by("seq")
    arrivals = DeviceEntry.objects.filter(object=OuterRef("pk"), verb__in=ARRIVALS)
    arrivals = arrivals.annotate(then=Coalesce(Subquery(returns.values("verb")[:1]), Value("")))
    stand = arrivals.exclude(verb="take_back", then="undo_take_back").order_by("-seq")
    return Subquery(stand.values("at")[1:2])


ARRIVED_BEFORE = _arrived_before()


def current_note(column: str) -> Subquery:
    """Stamp: a column of the hand-over note in force of this device; null for a screen, which has none."""
    return Subquery(HandOver.objects.current().filter(device=OuterRef("pk")).values(column)[:1])
