"""What the verbs of a device write: sets of columns that are emptied together, and columns read from other rows."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from lifecycle.machine import Context
from network.calendar import add_months
from refurb.days import end_after
from refurb.enums import DeviceState
from refurb.parameters import RESERVATION_DAYS, WARRANTY_MONTHS

NOT_PRICED = {"grade": "", "grading": None, "price": None, "price_ceiling": None, "ready_at": None}
NOT_UNUSABLE = {"unusable_at": None, "unusable_reason": ""}
NOT_MISSING = {"missing_at": None, "missing_reason": ""}
NOT_RESERVED = {"reserved_at": None, "reserved_until": None}
NOT_SOLD = {"handed_over_at": None, "sale_price": None, "sale_ceiling": None, "warranty_until": None}
NOT_RETURNED = {"returned_at": None, "return_reason": ""}
NOT_SHIPPED = {"point": None, "delivery": None, "shipped_at": None}
NOT_ALLOTTED = {"convention": None, "convention_epci": None, "quota": None, "allotted_at": None}
HELD_FOR_NOBODY = {"need": None, "replaces": None, **NOT_RESERVED, **NOT_SOLD, **NOT_RETURNED}
NEVER_CAME = {"tag": "", "tag_twin": 0, "received_at": None, "stay": 0}
SERVES_NOBODY = {**NOT_ALLOTTED, **NOT_SHIPPED, "available_at": None, **HELD_FOR_NOBODY, "attached_to": None}
"""Nothing of a convention, a distribution point, a household or a desktop is left."""

_RESERVED = When(state=DeviceState.RESERVED, then=None)
LOST = {
    "need": Case(_RESERVED, default=F("need")),
    "reserved_at": Case(_RESERVED, default=F("reserved_at")),
    "reserved_until": Case(_RESERVED, default=F("reserved_until")),
}
"""Missing: a reservation is over; a device brought back keeps its need, as any keeps its convention and its quota."""


def reserved_until(ctx: Context) -> datetime:
    """When a reservation made now falls: the end of a day."""
    return end_after(ctx.at, RESERVATION_DAYS.on(ctx.day))


def warranty_until(ctx: Context) -> date:
    """The last day of the warranty of what is handed over now."""
    return add_months(ctx.day, WARRANTY_MONTHS.on(ctx.day))


@dataclass(frozen=True)
class CurrentGrading:
    """Stamp: a column of the current grading of this stay and of this type.

    The query is made when the row is read: while machines are declared there are no models yet.
    """

    column: str

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        gradings = apps.get_model("refurb", "Grading")._default_manager.all().of_this_stay()
        current = gradings.filter(type=OuterRef("type")).order_by("-pk")
        return Subquery(current.values(self.column)[:1]).resolve_expression(*args, **kwargs)


@dataclass(frozen=True)
class CurrentNote:
    """Stamp: a column of the hand-over note in force of this device; ``otherwise`` for a screen, which has none."""

    column: str
    otherwise: Any = None

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        notes = apps.get_model("refurb", "HandOver")._default_manager.all().current()
        found = Subquery(notes.filter(device=OuterRef("pk")).values(self.column)[:1])
        expression = found if self.otherwise is None else Coalesce(found, Value(Decimal(self.otherwise)))
        return expression.resolve_expression(*args, **kwargs)
