"""What no household shows of an offer: it comes to its home, or may; whom it is asked of is there to answer.

What was checked for the address wins over its commune.
"""

from django.db.models import BooleanField, Case, Exists, Q, Subquery, Value, When
from django.db.models.expressions import OuterRef
from django.db.models.functions import Coalesce

from connectivity.enums import Channel
from connectivity.machine.rules import served_on
from connectivity.models import AddressCheck, ConnectionFile, TechnologyShare
from connectivity.models.closed_offer import closed_words, refused_as_closed
from connectivity.models.reach import words_of_operators
from connectivity.reach import REACHED_BY
from lifecycle.machine import Context, PerRow, Requirement
from lifecycle.requirements import Condition, PerRowValues
from network.models import Organisation

_CHECKED_THERE = served_on("address")


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


def _told_unserved(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Those to whose address the operator of the offer answered that its network does not come."""
    offer = ctx.values["offer"] if ctx.has("offer") else None
    if offer is None or offer.operator_id is None:
        return {}
    files = dict(ConnectionFile.objects.filter(pk__in=list(per_row)).values_list("pk", "need__prescription__household"))
    words = words_of_operators(set(files.values()))
    key = (offer.operator_id, offer.technology)
    found = {pk: words.get(household, {}).get(key) for pk, household in files.items()}
    return {pk: f"{word.sentence} {AND_THEN}" for pk, word in found.items() if word is not None}


AND_THEN = "Choisissez une autre offre, ou notez ce qui arrive à son adresse."
OPERATOR_SERVES = PerRow(
    "operator_serves",
    "L’opérateur de cette offre a répondu que son réseau n’arrive pas à cette adresse.",
    _told_unserved,
    where=_CHECKED_THERE,
    field="offer",
)
COMES_THERE = Requirement(
    "comes_there",
    "Cette offre n’arrive pas là où vit le foyer\u00a0: choisissez-en une autre, ou notez ce qui arrive à son adresse.",
    _may_come,
    where=_CHECKED_THERE,
    field="offer",
)


def _offer_answered(ctx: Context) -> Condition:
    if not ctx.has("offer") or ctx.values["offer"].channel != Channel.DESK:
        return True
    return Organisation.objects.filter(pk=ctx.values["offer"].operator_id, is_active=True).exists()


OFFER_ANSWERED = Requirement(
    "offer_answered",
    "L’opérateur de cette offre n’est plus en activité\u00a0: personne n’y recevrait la demande. Choisissez-en une"
    " autre.",
    _offer_answered,
    field="offer",
)

NOT_SAID_CLOSED = "Son opérateur a répondu que cette offre est fermée\u00a0: choisissez-en une autre."


def _sold(ctx: Context) -> Condition:
    return not ctx.has("offer") or not refused_as_closed().filter(offer=ctx.values["offer"].pk).exists()


def _said_closed(ctx: Context) -> str:
    word = closed_words().get(ctx.values["offer"].pk) if ctx.has("offer") else None
    return NOT_SAID_CLOSED if word is None else f"{word.sentence} Choisissez-en une autre."


OFFER_SOLD = Requirement("offer_sold", NOT_SAID_CLOSED, _sold, says=_said_closed, field="offer")
OFFER_STILL_SOLD = Requirement(
    "offer_still_sold",
    NOT_SAID_CLOSED,
    lambda ctx: ~Exists(refused_as_closed().filter(offer=OuterRef("offer"))),
    where=served_on("choose"),
)

CORRECTED_BY = "le travailleur social du foyer, par «\u00a0Corriger l’identité ou le contact\u00a0»"
OPERATOR_REACHES = Requirement(
    "operator_reaches",
    "Aucun moyen de joindre le foyer n’est écrit\u00a0: l’opérateur ne pourrait ni l’appeler, ni lui écrire, ni venir.",
    lambda ctx: (
        ~Q(need__prescription__household__phone="")
        | ~Q(need__prescription__household__email="")
        | ~Q(need__prescription__household__address="") & ~Q(need__prescription__household__postcode="")
    ),
    lifted_by=CORRECTED_BY,
)

ELSEWHERE = ~Q(offer__technology__in=[str(one) for one in REACHED_BY])
"""What is had elsewhere than at home; the line of the others is installed, or its box is sent, at an address."""
STREET_WRITTEN = Requirement(
    "street_written",
    "L’adresse du foyer (numéro et rue) n’est pas écrite\u00a0: l’opérateur ne saurait pas où amener la ligne.",
    lambda ctx: ELSEWHERE | ~Q(need__prescription__household__address=""),
    lifted_by=CORRECTED_BY,
)
POSTCODE_WRITTEN = Requirement(
    "postcode_written",
    "Le code postal du foyer n’est pas écrit\u00a0: l’opérateur ne saurait pas où amener la ligne.",
    lambda ctx: ELSEWHERE | ~Q(need__prescription__household__postcode=""),
    lifted_by=CORRECTED_BY,
)
AT_HOME = (STREET_WRITTEN, POSTCODE_WRITTEN)
"""The commune is always known of a household that is served."""
