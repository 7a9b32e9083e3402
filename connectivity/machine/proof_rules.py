"""What the proofs of a need of connection say of the conditions of an offer (machines §5.4, §5.7), as a set asks it.

Those of a file of the need that is closed count too. Of each condition, the last proof that tells decides: by its own
day, then by when it was noted. One that was held to another figure and does not tell is passed over, as
`connectivity.eligibility` does.
"""

from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Greatest

from connectivity.enums import COMPUTED
from connectivity.machine.rules import served_on
from connectivity.models import OfferCondition, ProofSeen
from connectivity.permissions import can_renew_connection
from lifecycle.machine import Context, Place, Requirement
from lifecycle.requirements import Condition

_LOST_ON = Place("connectivity:connection_lose_right", can_renew_connection, "un travailleur social du prescripteur")


def _asked(ctx: Context, seen: QuerySet[Any]) -> QuerySet[Any]:
    """The conditions of the file's offer, with what the last proof says of each on the day; None when none tells."""
    today = Cast(Value(ctx.day), DateField())
    oldest = ExpressionWrapper(today - OuterRef("fresh_days"), output_field=DateField())
    asked = Coalesce(OuterRef("ceiling"), F("ceiling"))
    telling = seen.filter(
        Q(ceiling=None) | Q(holds=True, ceiling__lte=asked) | Q(holds=False, ceiling__gte=asked),
        file__need=OuterRef(OuterRef("need")),
        rule=OuterRef("rule"),
        dated_on__lte=ctx.day,
        dated_on__gte=Coalesce(oldest, Value(date.min, DateField())),
    )
    last = telling.order_by("-dated_on", "-seen_at", "-pk").values("holds")[:1]
    conditions = OfferCondition.objects.filter(offer=OuterRef("offer")).exclude(rule__in=COMPUTED)
    return conditions.annotate(met=Subquery(last, output_field=BooleanField()))


def _since_the_right_began() -> QuerySet[Any]:
    """Since the right was renewed; else since the line worked, or passed to the offer that it has now."""
    begun = Greatest(OuterRef(OuterRef("active_at")), OuterRef(OuterRef("chosen_at")))
    return ProofSeen.objects.filter(Q(seen_at__gt=Coalesce(OuterRef(OuterRef("renewed_at")), begun)))


def _all_seen(ctx: Context, seen: QuerySet[Any]) -> Condition:
    return ~Exists(_asked(ctx, seen).filter(met=None))


def _none_against(ctx: Context, seen: QuerySet[Any]) -> Condition:
    return ~Exists(_asked(ctx, seen).filter(met=False))


PROOFS_FRESH = Requirement(
    "proofs",
    "Une pièce demandée par l’offre n’a pas été vue, ou n’est plus assez récente.",
    lambda ctx: _all_seen(ctx, ProofSeen.objects.all()),
    where=served_on("proof"),
)
CONDITIONS_MET = Requirement(
    "conditions_met",
    "La dernière pièce vue montre qu’une condition de cette offre n’est pas remplie\u00a0: choisissez une autre offre"
    " avec la personne. Si une pièce plus récente dit le contraire, notez-la d’abord.",
    lambda ctx: _none_against(ctx, ProofSeen.objects.all()),
    where=served_on("choose"),
)
PROVEN_AGAIN = Requirement(
    "proven_again",
    "Chaque pièce demandée par l’offre est à regarder de nouveau, et récente.",
    lambda ctx: _all_seen(ctx, _since_the_right_began()),
    where=served_on("proof"),
)
STILL_MET = Requirement(
    "still_met",
    "La dernière pièce vue montre qu’une condition de cette offre n’est plus remplie\u00a0: dites que le droit est"
    " perdu, et ce qui suit. Si une pièce plus récente dit le contraire, notez-la d’abord.",
    lambda ctx: _none_against(ctx, _since_the_right_began()),
    where=_LOST_ON,
)

RIGHT_PROVEN = [PROVEN_AGAIN, STILL_MET]
