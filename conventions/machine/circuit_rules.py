"""What is missing before a review is answered and a signature given (machines §3)."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from conventions.enums import ConventionState, SignatureMethod
from conventions.models import ReviewPoint, Signature
from lifecycle.machine import Context, Requirement

# --- review

IN_REVIEW = Requirement(
    "in_review",
    "La convention n’est plus en relecture.",
    lambda ctx: Q(convention__state=ConventionState.IN_REVIEW, round=F("convention__round")),
)
HAS_POINTS = Requirement(
    "points",
    "Un avis défavorable désigne au moins un article et ce qui doit y changer.",
    lambda ctx: Q(Exists(ReviewPoint.objects.filter(review=OuterRef("pk")))) if _is_answered(ctx) else True,
    needs=("points",),
    field="points",
)


def _is_answered(ctx: Context) -> bool:
    """The points are evidence, written just before the answer; a preview asks whether any would do."""
    return ctx.has("points")


# --- signature

SIGNING = Requirement(
    "signing",
    "La signature de la convention n’est pas ouverte.",
    lambda ctx: Q(convention__state=ConventionState.SIGNING, round=F("convention__round")),
)
RENDERED = Requirement(
    "rendered",
    "Le document est en préparation\u00a0: il se signe dans quelques instants.",
    lambda ctx: Q(document__rendered__isnull=False),
)
HASH_QUOTED = Requirement(
    "hash_quoted",
    "Le document a changé depuis son affichage\u00a0: relisez-le avant de le signer.",
    lambda ctx: (
        Q(document__rendered__sha256=ctx.values["sha256"]) | Q(document__rendered=None) if ctx.has("sha256") else True
    ),
    needs=("sha256",),
    field="sha256",
)
METHOD_KNOWN = Requirement(
    "method",
    "Dites comment la convention est signée.",
    lambda ctx: ctx.values["method"] in SignatureMethod.values if ctx.has("method") else True,
    needs=("method",),
    field="method",
)


def _right_hand(ctx: Context) -> Any:
    """On screen the named signatory himself; otherwise someone else, of another party, who confirms."""
    if not ctx.has("method"):
        return True
    if ctx.values["method"] == SignatureMethod.SCREEN:
        return Q(signatory=ctx.actor.pk)
    return ~Q(organisation=ctx.actor.organisation_id) & ~Q(signatory__user__memberships=ctx.actor.pk)


RIGHT_HAND = Requirement(
    "right_hand",
    "À l’écran, seul le signataire désigné signe\u00a0; une signature sur papier ou par parapheur est confirmée"
    " par une autre partie.",
    _right_hand,
    field="method",
)


def _in_time(ctx: Context) -> Any:
    signed_on: date | None = ctx.values.get("signed_on")
    if not signed_on:
        return True
    if signed_on > ctx.day:
        return False
    return Q(
        Exists(
            Signature.objects.filter(pk=OuterRef("pk")).annotate(day=TruncDate("asked_at")).filter(day__lte=signed_on)
        )
    )


SIGNED_IN_TIME = Requirement(
    "signed_on",
    "La date de signature se situe entre le jour où le document a été établi et aujourd’hui.",
    _in_time,
    field="signed_on",
)
