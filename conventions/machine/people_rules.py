"""When a circuit is stuck: who is reminded, who is asked instead, what is gone without (machines §3)."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from calendars.expressions import Shifted
from calendars.working_days import add_working_days
from conventions.enums import (
    ConventionState,
    PassOverReason,
    ReplaceReason,
    ReviewSubject,
    SignatureDeclineReason,
)
from conventions.machine.reading import coded
from conventions.parameters import (
    PASS_OVER_DAYS,
    REFUSAL_ANSWER_DAYS,
    REMIND_AFTER_DAYS,
    REMIND_BEFORE_DAYS,
    SIGNATURE_DAYS,
)
from conventions.permissions import PARTIES
from lifecycle.actors import Actor
from lifecycle.machine import Context, PerRow, Requirement
from lifecycle.requirements import PerRowValues, explained_in_comment
from network.enums import Role
from network.models import Membership

REPLACE_REASON = coded("replace_reason", ReplaceReason.values, "Dites pourquoi une autre personne est demandée.")
DECLINE_REASON = coded("decline_reason", SignatureDeclineReason.values, "Dites pourquoi vous ne signez pas ce texte.")
DECLINE_EXPLAINED = explained_in_comment(SignatureDeclineReason.TERMS)
"""Of the terms that do not suit, which ones: whoever opens the text again reads it."""
NOT_REFUSED_YET = Requirement(
    "not_refused_yet",
    "Ce texte est déjà refusé en l’état pour votre organisation\u00a0: une réponse est attendue.",
    lambda ctx: Q(answer_due_on=None),
)
REFUSED_TEXT = Requirement(
    "refused_text",
    "Aucun refus de signer n’attend de réponse ici.",
    lambda ctx: Q(answer_due_on__isnull=False),
)

TEXT_REOPENED = Requirement(
    "text_reopened",
    "Le texte n’est pas rouvert, ou il est déjà soumis de nouveau.",
    lambda ctx: Q(convention__state=ConventionState.CHANGES_REQUESTED, round=F("convention__round")),
    lifted_by="le responsable de l’EPCI ou le pilote, qui rouvrent le texte",
)


def _unsaid(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    return {} if ctx.comment.strip() else dict.fromkeys(per_row, ANSWERED_IN_WORDS.sentence)


ANSWERED_IN_WORDS = PerRow(
    "answered_in_words", "Écrivez votre réponse au signataire, sans nommer personne.", _unsaid, field="comment"
)


ANSWERED: tuple[Requirement | PerRow, ...] = (REFUSED_TEXT, ANSWERED_IN_WORDS)
"""What an answer to a refusal asks, whether the text stays as it is or is opened again."""


def answer_due_on(ctx: Context) -> date:
    """Until when a signatory who does not sign is answered."""
    return add_working_days(ctx.day, int(REFUSAL_ANSWER_DAYS.on(ctx.day)))


def signature_due_on(ctx: Context) -> date:
    """Until when a signature is asked, from today on."""
    return add_working_days(ctx.day, int(SIGNATURE_DAYS.on(ctx.day)))


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


def own_opinion(actor: Actor) -> Q:
    """The reviews that this actor answers, if asked: not the opinion on personal data of somebody else, by name."""
    return ~Q(subject=ReviewSubject.DATA_PROTECTION) | Q(asked_of=None) | Q(asked_of=actor.pk)


OWN_OPINION = Requirement(
    "own_opinion",
    "L’avis sur la protection des données est celui de la personne qui est nommée (RGPD, art. 38)\u00a0: remplacez-la"
    " si elle ne peut le donner.",
    lambda ctx: own_opinion(ctx.actor),
    lifted_by="la personne nommée, ou qui la remplace",
)

# --- who prepared the text does not give the opinion on personal data, if somebody else can


def _somebody_else() -> Q:
    """Whether another person of the organisation that is asked could give it."""
    others = Membership.objects.open().filter(
        organisation=OuterRef("organisation"), kind__in=PARTIES, role__in=(Role.REVIEWER, Role.MANAGER)
    )
    author = Coalesce(OuterRef("convention__created_by__user"), 0)
    return Q(Exists(others.exclude(user=author).exclude(pk=Coalesce(OuterRef("asked_of"), 0))))


def _prepared_by(user: int) -> Q:
    return Q(subject=ReviewSubject.DATA_PROTECTION, convention__created_by__user=user) & _somebody_else()


def _asks_another(ctx: Context) -> Any:
    to: Membership | None = ctx.values.get("to")
    return True if to is None else ~_prepared_by(to.user_id)


def _is_another(ctx: Context) -> Any:
    user = getattr(ctx.actor, "user_id", None)
    return True if user is None else ~Q(asked_of=None) | ~_prepared_by(user)


NOT_ITS_AUTHOR = Requirement(
    "not_its_author",
    "Cette personne a préparé le texte\u00a0: elle ne donne pas l’avis sur la protection des données (RGPD, art. 38)."
    " Choisissez-en une autre de l’organisation.",
    _asks_another,
    needs=("to",),
    field="to",
)
AUTHOR_GIVES_NONE = Requirement(
    "author_gives_none",
    "Vous avez préparé ce texte\u00a0: l’avis sur la protection des données revient à une autre personne de"
    " l’organisation (RGPD, art. 38).",
    _is_another,
    lifted_by="les relecteurs",
)


def _long_overdue(ctx: Context) -> Any:
    return Q(due_on__lt=ctx.day - timedelta(days=PASS_OVER_DAYS.on(ctx.day)))


LONG_OVERDUE = Requirement(
    "long_overdue",
    "On ne passe outre qu’un avis dont le délai est passé depuis les jours que prévoient les règles des conventions.",
    _long_overdue,
)

# --- reminders


def _to_be_reminded(ctx: Context, due_on: str = "due_on") -> Q:
    """Once some days before the deadline, then every so many days after it, from the day that follows it.

    Never twice a day, whatever the number that was recorded: the clock passes every quarter of an hour.
    """
    day, before, after = ctx.day, REMIND_BEFORE_DAYS.on(ctx.day), REMIND_AFTER_DAYS.on(ctx.day)
    begins = Shifted(due_on, -before)
    last = day + timedelta(days=before)
    near = Q(**{f"{due_on}__gte": day, f"{due_on}__lte": last, "asked_at__date__lt": begins})
    silent = Q(reminded_at__date__lte=F(due_on)) | Q(reminded_at__date__lte=day - timedelta(days=max(after, 1)))
    soon = near & (Q(reminded_at=None) | Q(reminded_at__date__lt=begins))
    late = Q(**{f"{due_on}__lt": day}) & (Q(reminded_at=None) | silent)
    return (soon | late) & Q(round=F("convention__round"))


def review_to_be_reminded(ctx: Context) -> Q:
    """An opinion that is awaited, near its deadline or late."""
    return _to_be_reminded(ctx) & Q(convention__state=ConventionState.IN_REVIEW)


def signature_to_be_reminded(ctx: Context) -> Q:
    """A signature that is awaited, near its deadline or late; of one who does not sign this text, the answer to her."""
    awaited = Q(answer_due_on=None) & _to_be_reminded(ctx)
    refused = Q(answer_due_on__isnull=False) & _to_be_reminded(ctx, "answer_due_on")
    return (awaited | refused) & Q(convention__state=ConventionState.SIGNING)
