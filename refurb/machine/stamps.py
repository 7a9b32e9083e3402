"""What the verbs of a device write: sets of columns that are emptied together, and columns read from other rows."""

from django.db.models import Case, F, OuterRef, Subquery, When

from refurb.enums import DeviceState
from refurb.models import Grading

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
"""Missing: a reservation is over. What was brought back keeps its need, its warranty and the day of its return: what is
owed to its household is still owed. Its place is given back, as any is, and stays known for when it is found."""


def current_grading(column: str) -> Subquery:
    """Stamp: a column of the current grading of this stay and of this type."""
    current = Grading.objects.of_this_stay().filter(type=OuterRef("type")).order_by("-pk")
    return Subquery(current.values(column)[:1])
