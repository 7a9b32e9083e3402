"""What is missing before each verb of a convention that was submitted (machines §3), in the order of its life."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from calendars.expressions import Shifted
from conventions.enums import (
    ALIVE,
    ENDED,
    ActBody,
    ConventionState,
    DraftAbandonReason,
    Party,
    ResumeReason,
    ReviewState,
    SignatureState,
    SuspendReason,
    TerminateReason,
    TextReopenReason,
)
from conventions.machine.reading import coded
from conventions.models import Review, Signature
from conventions.parameters import REMINDERS
from lifecycle.machine import Context, Requirement
from network.enums import OrganisationKind

# --- request_changes, approve


def _of_round(**wanted: Any) -> Exists:
    return Exists(Review.objects.filter(convention=OuterRef("pk"), round=OuterRef("round"), **wanted))


ALL_ANSWERED = Requirement(
    "all_answered",
    "Une relecture est encore attendue.",
    lambda ctx: Q(_of_round()) & ~Q(_of_round(state=ReviewState.ASKED)),
    lifted_by="les relecteurs",
)
SOME_UNFAVOURABLE = Requirement(
    "some_unfavourable", "Aucun avis n’est défavorable.", lambda ctx: Q(_of_round(state=ReviewState.UNFAVOURABLE))
)
ALL_FAVOURABLE = Requirement(
    "all_favourable",
    "Un avis est défavorable.",
    lambda ctx: ~Q(_of_round(state=ReviewState.UNFAVOURABLE)),
    lifted_by="l’EPCI, en modifiant le texte",
)

# --- reopen, open_signature, complete_signature

REOPEN_REASON = coded("reopen_reason", TextReopenReason.values, "Dites pourquoi le texte est rouvert.")


def _act_dates(ctx: Context) -> bool:
    decided, executory = ctx.values.get("act_on"), ctx.values.get("act_executory_on")
    return not (decided and executory) or decided <= executory <= ctx.day


def _act_after_text(ctx: Context) -> Any:
    decided = ctx.values.get("act_on")
    return True if decided is None else Q(created_at__date__lte=decided)


ACT_BODY = Requirement(
    "act_body",
    "Dites qui a décidé\u00a0: le conseil, le bureau ou le président par délégation.",
    lambda ctx: ctx.values["act_body"] in ActBody.values if ctx.has("act_body") else True,
    needs=("act_body",),
    field="act_body",
)
ACT_NUMBER = Requirement(
    "act_number",
    "Indiquez le numéro de la délibération ou de la décision.",
    lambda ctx: bool(str(ctx.values["act_number"]).strip()) if ctx.has("act_number") else True,
    needs=("act_number",),
    field="act_number",
)
ACT_DATES = Requirement(
    "act_dates",
    "Indiquez la date de l’acte, puis celle où il est devenu exécutoire, au plus tard ce jour.",
    _act_dates,
    needs=("act_on", "act_executory_on"),
    field="act_executory_on",
)


ACT_AFTER_TEXT = Requirement(
    "act_after_text",
    "L’acte ne peut pas dater d’avant le jour où le projet a été préparé.",
    _act_after_text,
    field="act_on",
)
"""From the day it was prepared, not submitted: a text that is opened again keeps the act that approves it.

Whether an act that is older than the last submission allows what changed since, whoever records it says: the page asks.
"""


def _signed_by_all(ctx: Context) -> Q:
    signed = Signature.objects.filter(convention=OuterRef("pk"), round=OuterRef("round"), state=SignatureState.SIGNED)
    whole = Q()
    for party in Party:
        whole &= Q(Exists(signed.filter(party=party)))
    return whole


ALL_SIGNED = Requirement(
    "all_signed", "Une signature est encore attendue.", _signed_by_all, lifted_by="les signataires"
)

# --- activate and after

EFFECTIVE = Requirement(
    "effective",
    "La date d’effet n’est pas atteinte.",
    lambda ctx: Q(starts_on__lte=ctx.day),
)
TERRITORY_LIVES = Requirement(
    "territory_lives",
    "L’EPCI de cette convention est désormais réuni à un autre\u00a0: la succession se constate d’abord.",
    lambda ctx: Q(epci__succeeded_by=None) | ~Q(amends=None),
    lifted_by="le pilote, qui constate la succession",
)
"""What began on the territory of an EPCI that merged before its successor took its place."""
NOT_AMENDMENT = Requirement("not_amendment", "Un avenant suit la convention qu’il modifie.", lambda ctx: Q(amends=None))
SUSPEND_REASON = coded("suspend_reason", SuspendReason.values, "Dites pourquoi la convention est suspendue.")
RESUME_REASON = coded("resume_reason", ResumeReason.values, "Dites pourquoi elle reprend.")
TERMINATE_REASON = coded("terminate_reason", TerminateReason.values, "Dites pourquoi la convention est résiliée.")
ABANDON_REASON = coded("abandon_reason", DraftAbandonReason.values, "Dites pourquoi le projet est abandonné.")


def _fits_amendment(ctx: Context) -> Any:
    """That the amended convention has ended is said of an amendment only, and when it is true."""
    if ctx.values.get("reason") == TerminateReason.AMENDED_ENDED:
        return Q(amends__state__in=ENDED)
    return True


REASON_FITS = Requirement("reason_fits", "La convention modifiée n’a pas pris fin.", _fits_amendment, field="reason")
AMENDMENT_NOT_ALONE = Requirement(
    "amendment_not_alone",
    "Un avenant en vigueur ne se résilie pas seul\u00a0: il prend fin avec la convention qu’il modifie.",
    lambda ctx: (
        True
        if ctx.values.get("reason") == TerminateReason.AMENDED_ENDED
        else Q(amends=None) | Q(state=ConventionState.SIGNED)
    ),
)


def _succeeds(ctx: Context) -> bool | Q:
    if not ctx.has("successor"):
        return True
    successor = ctx.values["successor"]
    fits = OrganisationKind.EPCI in successor.kinds and successor.is_active and successor.epci_id is not None
    return ~Q(epci_party=successor.pk) if fits else False


def _follows_amended(ctx: Context) -> Q:
    return Q(amends=None) | Q(amends__succeeded_by=getattr(ctx.values.get("successor"), "pk", None) or 0)


WITH_AMENDED = Requirement(
    "with_amended",
    "Un avenant suit la convention qu’il modifie\u00a0: la succession se constate sur elle.",
    _follows_amended,
    lifted_by="le pilote, qui constate la succession",
)
SUCCESSOR = Requirement(
    "successor",
    "Choisissez l’EPCI qui succède\u00a0: un autre, enregistré comme tel, avec son territoire, et en activité.",
    _succeeds,
    needs=("successor",),
    field="successor",
)


def is_over(ctx: Context) -> Q:
    """The last day has passed. An amendment ends with what it amends."""
    return Q(amends=None, ends_on__lt=ctx.day)


def takes_effect(ctx: Context) -> Q:
    """The effective date is reached, and for an amendment what it amends is alive."""
    return Q(starts_on__lte=ctx.day) & (Q(amends=None) | Q(amends__state__in=ALIVE))


def is_to_be_reminded(ctx: Context) -> Q:
    """One of the days of reminder has come since the last one was sent; those before its beginning do not count.

    After days off the clock sends one reminder, not one per day that was missed; an end that is put off is reminded
    again.
    """
    day = ctx.day
    missed = Q(pk=None)
    for reminder in REMINDERS:
        days = reminder.on(ctx.day)
        reached = Shifted("ends_on", -days)
        missed |= Q(ends_on__lte=day + timedelta(days=days), starts_on__lt=reached) & (
            Q(reminded_at=None) | Q(reminded_at__date__lt=reached)
        )
    return Q(amends=None, ends_on__gte=day) & missed
