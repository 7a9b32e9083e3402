"""When a circuit is stuck: who is reminded, who is asked instead, what is gone without (machines §3)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import F, Q

from calendars.expressions import Shifted
from conventions.enums import (
    ConventionState,
    PassOverReason,
    ReplaceReason,
    ReviewSubject,
    SignatureDeclineReason,
)
from conventions.machine.reading import coded
from conventions.models import declined
from conventions.parameters import PASS_OVER_DAYS, REMIND_AFTER_DAYS, REMIND_BEFORE_DAYS
from conventions.permissions import PARTIES
from lifecycle.machine import Context, Requirement
from lifecycle.requirements import explained_in_comment
from network.enums import Role

REPLACE_REASON = coded("replace_reason", ReplaceReason.values, "Dites pourquoi une autre personne est demandée.")
DECLINE_REASON = coded("decline_reason", SignatureDeclineReason.values, "Dites pourquoi vous ne signez pas ce texte.")
DECLINE_EXPLAINED = explained_in_comment(SignatureDeclineReason.TERMS)
"""Of the terms that do not suit, which ones: whoever opens the text again reads it."""
PASS_OVER_REASON = coded("pass_over_reason", PassOverReason.values, "Dites pourquoi vous passez outre.")

# --- another person


def _of_the_same(ctx: Context, roles: Collection[str], present: str) -> Any:
    """Somebody else of the organisation that is asked, whose account is open, in one of these roles."""
    to = ctx.values.get("to")
    if to is None:
        return True
    if to.closed_at is not None or not to.user.is_active or to.kind not in PARTIES or to.role not in roles:
        return False
    return Q(organisation=to.organisation_id) & (Q(**{present: None}) | ~Q(**{present: to.pk}))


OTHER_REVIEWER = Requirement(
    "to",
    "Choisissez une autre personne de l’organisation, relectrice ou responsable, dont le compte est ouvert.",
    lambda ctx: _of_the_same(ctx, (Role.REVIEWER, Role.MANAGER), "asked_of"),
    needs=("to",),
    field="to",
)
OTHER_SIGNATORY = Requirement(
    "to",
    "Choisissez une autre personne de la même partie, signataire ou responsable, dont le compte est ouvert.",
    lambda ctx: _of_the_same(ctx, (Role.SIGNATORY, Role.MANAGER), "signatory"),
    needs=("to",),
    field="to",
)

# --- going on without an opinion

NOT_DATA_PROTECTION = Requirement(
    "not_data_protection",
    "L’avis sur la protection des données ne se passe pas\u00a0: remplacez le relecteur (RGPD, art. 38).",
    lambda ctx: ~Q(subject=ReviewSubject.DATA_PROTECTION),
)
OWN_OPINION = Requirement(
    "own_opinion",
    "L’avis sur la protection des données est celui de la personne qui est nommée (RGPD, art. 38)\u00a0: remplacez-la"
    " si elle ne peut le donner.",
    lambda ctx: ~Q(subject=ReviewSubject.DATA_PROTECTION) | Q(asked_of=None) | Q(asked_of=ctx.actor.pk),
    lifted_by="la personne nommée, ou qui la remplace",
)


def _long_overdue(ctx: Context) -> Any:
    return Q(due_on__lt=ctx.day - timedelta(days=PASS_OVER_DAYS.on(ctx.day)))


LONG_OVERDUE = Requirement(
    "long_overdue",
    "On ne passe outre qu’un avis dont le délai est passé depuis les jours que prévoient les règles des conventions.",
    _long_overdue,
)

# --- reminders


def _to_be_reminded(ctx: Context) -> Q:
    """Once some days before the deadline, then every so many days after it, from the day that follows it.

    Never twice a day, whatever the number that was recorded: the clock passes every quarter of an hour.
    """
    day, before, after = ctx.day, REMIND_BEFORE_DAYS.on(ctx.day), REMIND_AFTER_DAYS.on(ctx.day)
    begins = Shifted("due_on", -before)
    near = Q(due_on__gte=day, due_on__lte=day + timedelta(days=before), asked_at__date__lt=begins)
    silent = Q(reminded_at__date__lte=F("due_on")) | Q(reminded_at__date__lte=day - timedelta(days=max(after, 1)))
    soon = near & (Q(reminded_at=None) | Q(reminded_at__date__lt=begins))
    late = Q(due_on__lt=day) & (Q(reminded_at=None) | silent)
    return (soon | late) & Q(round=F("convention__round"))


def review_to_be_reminded(ctx: Context) -> Q:
    """An opinion that is awaited, near its deadline or late."""
    return _to_be_reminded(ctx) & Q(convention__state=ConventionState.IN_REVIEW)


def signature_to_be_reminded(ctx: Context) -> Q:
    """A signature that is awaited, near its deadline or late; not of whoever said that she does not sign this text."""
    return _to_be_reminded(ctx) & Q(convention__state=ConventionState.SIGNING) & ~Q(declined())
