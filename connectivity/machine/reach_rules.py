"""An offer comes to where the household lives, or may: what was checked for the address wins over its commune."""

from django.db.models import BooleanField, Case, Q, Subquery, Value, When
from django.db.models.expressions import OuterRef
from django.db.models.functions import Coalesce

from connectivity.models import AddressCheck, TechnologyShare
from connectivity.permissions import can_serve_connection
from connectivity.reach import REACHED_BY
from lifecycle.machine import Context, Place, Requirement
from lifecycle.requirements import Condition


def _may_come(ctx: Context) -> Condition:
    """By one at least of the ways its line may come."""
    accesses = REACHED_BY.get(ctx.values["offer"].technology, ()) if ctx.has("offer") else ()
    if not accesses:
        return True
    comes = Q()
    for access in accesses:
        there = AddressCheck.objects.of_the_address().filter(file=OuterRef("pk"), access=access)
        checked = there.order_by("-checked_on", "-pk")
        here = TechnologyShare.objects.on(ctx.day).filter(
            commune=OuterRef("need__prescription__commune"), access=access
        )
        nowhere = Case(When(share=0, then=Value(value=False)), default=Value(value=True), output_field=BooleanField())
        comes |= Q(
            Coalesce(
                Subquery(checked.values("reached")[:1]),
                Subquery(here.annotate(may_come=nowhere).values("may_come")[:1]),
                Value(value=True),
                output_field=BooleanField(),
            )
        )
    return comes


COMES_THERE = Requirement(
    "comes_there",
    "Cette offre n’arrive pas là où vit le foyer\u00a0: choisissez-en une autre, ou notez ce qui arrive à son adresse.",
    _may_come,
    where=Place(
        "connectivity:connection_address",
        can_serve_connection,
        "un travailleur social du prescripteur, ou un conseiller du distributeur",
    ),
    field="offer",
)
