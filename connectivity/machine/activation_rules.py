"""What is said of a line for it to be active (machines §5): since when, at what price, until when, on what evidence."""

from collections.abc import Callable

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from connectivity.enums import Channel, ConnectionState, EvidenceKind
from connectivity.machine.rules import ahead, fits, served_on
from connectivity.models import ConnectionFile, Offer
from connectivity.parameters import LONGEST_ENTITLEMENT_MONTHS
from connectivity.prices import dearest, is_over, price_of
from lifecycle.actors import SignedLink
from lifecycle.machine import Context, PerRow, Requirement
from lifecycle.requirements import Condition, PerRowValues
from network.enums import OrganisationKind
from typography.french import day, euros

NOT_BEFORE_SENT = Requirement(
    "sent_first",
    "Transmettez d’abord la demande à l’opérateur\u00a0: c’est lui qui déclare la ligne active.",
    lambda ctx: ~Q(state=ConnectionState.CHOSEN, channel=Channel.DESK),
    where=served_on("send"),
)
TO_COME = "Donnez le jour où la ligne a marché\u00a0: aujourd’hui ou avant."


def _to_come(ctx: Context) -> str:
    if not ctx.has("started_on"):
        return TO_COME
    return f"Vous notez le {day(ctx.values['started_on'])}, et nous sommes le {day(ctx.day)}. {TO_COME}"


STARTED = Requirement(
    "started",
    TO_COME,
    lambda ctx: not ctx.has("started_on") or ctx.values["started_on"] <= ctx.day,
    needs=("started_on",),
    field="started_on",
    says=_to_come,
)


def _not_before(name: str, said: str) -> Callable[[Context, PerRowValues], dict[int, str]]:
    """Not before the day the request was sent; where none is sent, not before the need was accepted."""

    def refused(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
        if not ctx.has(name):
            return {}
        given = ctx.values[name]
        asked = ConnectionFile.objects.filter(pk__in=list(per_row)).values_list(
            "pk", Coalesce("sent_at", "need__accepted_at")
        )
        return {
            pk: said.format(given=day(given), asked=day(since))
            for pk, since in asked
            if since is None or timezone.localdate(since) > given
        }

    return refused


STARTED_AFTER = PerRow(
    "started_after",
    "La ligne n’a pas pu marcher avant d’avoir été demandée\u00a0: vérifiez la date.",
    _not_before(
        "started_on",
        "La ligne n’a pas pu marcher le {given}, avant d’avoir été demandée le {asked}\u00a0: vérifiez la date.",
    ),
    field="started_on",
)


def _before_its_visit(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    if not ctx.has("started_on") or ctx.values.get("early_confirmed"):
        return {}
    given = ctx.values["started_on"]
    planned = ConnectionFile.objects.filter(pk__in=list(per_row), appointment_on__gt=given)
    return {
        pk: f"Vous notez le {day(given)}, avant le raccordement prévu le {day(visit)}\u00a0: corrigez la date, ou"
        " confirmez-la sur la page de la demande."
        for pk, visit in planned.values_list("pk", "appointment_on")
    }


AFTER_ITS_VISIT = PerRow(
    "after_visit",
    "Une ligne qui a marché avant le raccordement prévu se confirme.",
    _before_its_visit,
    field="started_on",
)
PRICE_GIVEN = Requirement(
    "price",
    "Donnez le prix payé, zéro compris.",
    lambda ctx: not ctx.has("monthly_price") or ctx.values["monthly_price"] >= 0,
    needs=("monthly_price",),
    field="monthly_price",
)


def _over_its_price(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Above what its offer says on the day the line began, or on that of the choice: that of the row, or one given.

    Where it says no price, above all that is sold on that day.
    """
    if not ctx.has("monthly_price") or ctx.values.get("price_confirmed"):
        return {}
    paid, since = ctx.values["monthly_price"], ctx.values.get("started_on") or ctx.day
    files = ConnectionFile.objects.filter(pk__in=list(per_row)).select_related("offer")
    offers = {file.pk: ctx.values["offer"] if ctx.has("offer") else file.offer for file in files}
    most = {offer: dearest(offer, since) for offer in set(offers.values()) if offer is not None}
    return {
        pk: f"Vous notez {euros(paid)}, et {_costs(offer, sold)}\u00a0: corrigez le prix, ou confirmez"
        " que c’est bien celui qui est payé (depuis un fichier\u00a0: sur la page de la demande)."
        for pk, offer in offers.items()
        if offer is not None and (sold := most[offer]) is not None and is_over(paid, sold)
    }


def _costs(offer: Offer, sold: Offer) -> str:
    """``sold``: the version of the offer that costs the most, or, where it has no price, the dearest of others."""
    if sold.code == offer.code:
        return f"l’offre coûte {price_of(sold)}"
    return f"le prix de l’offre est à confirmer, quand la plus chère du catalogue, {sold}, coûte {price_of(sold)}"


PRICE_OF_OFFER = PerRow(
    "price_of_offer",
    "Un prix plus haut que celui de l’offre se confirme.",
    _over_its_price,
    field="monthly_price",
)


def _ends_later(ctx: Context) -> Condition:
    if not ctx.has("entitlement_ends_on"):
        return True
    first = ctx.values["started_on"] if ctx.has("started_on") else ctx.day
    return bool(ctx.values["entitlement_ends_on"] > first)


def _evidence_fits(ctx: Context) -> Condition:
    """The operator's own word is evidence; anybody else shows something that was seen."""
    if not ctx.has("evidence_kind"):
        return True
    kind = ctx.values["evidence_kind"]
    answers = isinstance(ctx.actor, SignedLink) or ctx.actor.kind == OrganisationKind.OPERATOR
    return kind in EvidenceKind.values and (kind == EvidenceKind.OPERATOR) == answers


ENDS_LATER = Requirement(
    "ends_later", "Le droit à l’offre se termine après le début de la ligne.", _ends_later, field="entitlement_ends_on"
)
ENDS_IN_TIME = Requirement(
    "ends_in_time",
    "Ce terme du droit est trop lointain\u00a0: vérifiez l’année.",
    lambda ctx: (
        not ctx.has("entitlement_ends_on")
        or ctx.values["entitlement_ends_on"] <= ahead(ctx, LONGEST_ENTITLEMENT_MONTHS)
    ),
    field="entitlement_ends_on",
)
EVIDENCE_SEEN = Requirement(
    "evidence",
    "Dites ce qui montre que la ligne marche\u00a0: nature, date et référence de ce que vous avez vu.",
    _evidence_fits,
    needs=("evidence_kind", "evidence_on", "evidence_reference"),
    field="evidence_kind",
)
EVIDENCE_DATED = Requirement(
    "evidence_on",
    "Ce que vous avez vu ne peut être daté de demain.",
    lambda ctx: not ctx.has("evidence_on") or ctx.values["evidence_on"] <= ctx.day,
    field="evidence_on",
)

EVIDENCE_AFTER = PerRow(
    "evidence_after",
    "Ce que vous avez vu est daté d’avant la demande\u00a0: vérifiez la date.",
    _not_before(
        "evidence_on",
        "Ce que vous avez vu est daté du {given}, avant la demande du {asked}\u00a0: vérifiez la date.",
    ),
    field="evidence_on",
)
EVIDENCE_FITS = fits(
    "evidence_reference",
    "evidence_reference",
    "La référence de la preuve est trop longue\u00a0: 60 caractères au plus.",
)
