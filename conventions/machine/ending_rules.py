"""What is missing before a convention ends: by the agreement of its three parties, or by one alone (machines §3)."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from conventions.enums import ENDED_ALONE, ConventionState, EndDeclineReason, Party, TerminateReason
from conventions.machine.reading import coded
from conventions.models import EndConsent, EndNotice, EndNoticeQuerySet, lapsed
from conventions.parameters import BREACH_NOTICE_DAYS, END_TOLD_DAYS, NOTICE_DAYS
from conventions.permissions import PARTIES
from lifecycle.machine import Computed, Context, Requirement
from network.enums import OrganisationKind
from reference.parameters import ValuesOfDay, parameters_on

NONE_PROPOSED = Requirement(
    "none_proposed", "Une fin est déjà proposée aux parties.", lambda ctx: Q(end_proposed_at=None)
)
PROPOSED = Requirement(
    "proposed", "Aucune fin n’est proposée aux parties.", lambda ctx: Q(end_proposed_at__isnull=False)
)

DECLINE_REASON = coded(
    "decline_reason",
    EndDeclineReason.values,
    "Dites pourquoi cette fin est écartée\u00a0: les autres parties le lisent.",
)


def consents() -> Any:
    """Those of the proposal under way."""
    return EndConsent.objects.filter(convention=OuterRef("pk"), round=OuterRef("end_round"))


def party_of(ctx: Context) -> str | None:
    """For which party one acts: the party given, else that of one's organisation."""
    given: str | None = ctx.values.get("party")
    by_kind = {OrganisationKind.EPCI: Party.EPCI, OrganisationKind.RECONDITIONER: Party.RECONDITIONER}
    by_kind[OrganisationKind.DISTRIBUTOR] = Party.DISTRIBUTOR
    if given or ctx.actor.kind not in PARTIES:
        return given
    return by_kind[OrganisationKind(ctx.actor.kind)]


def _consent_is_kept(ctx: Context) -> Any:
    """Written just before; a preview asks whether it is still to be given. Without a proposal none is asked for."""
    party = party_of(ctx)
    if party is None:
        return True
    given = Q(Exists(consents().filter(party=party)))
    return Q(end_proposed_at=None) | (given if ctx.has("party") else ~given)


CONSENT = Requirement(
    "consent", "Votre partie a déjà donné son accord.", _consent_is_kept, needs=("party",), field="party"
)


def _agreed(ctx: Context) -> Any:
    if ctx.values.get("reason") != TerminateReason.AGREEMENT:
        return True
    whole = Q(end_proposed_at__isnull=False)
    for party in Party:
        whole &= Q(Exists(consents().filter(party=party)))
    return whole


AGREED = Requirement(
    "agreed",
    "Un accord entre les parties se donne à trois\u00a0: proposez la fin, les deux autres parties la confirment.",
    _agreed,
    lifted_by="les deux autres parties",
    field="reason",
)


# --- by one party alone: its paper first, which the two others read; the end once the delay has passed

DELAYS = {TerminateReason.NOTICE: NOTICE_DAYS, TerminateReason.BREACH: BREACH_NOTICE_DAYS}
"""How long after its paper one party alone ends a convention, by why."""


def notices() -> EndNoticeQuerySet:
    """Those of the convention that are open."""
    return EndNotice.objects.open().filter(convention=OuterRef("pk"))


def own_notices(ctx: Context) -> EndNoticeQuerySet:
    """The one of the party for which one acts: none, or one."""
    return notices().filter(party=party_of(ctx) or "")


def _lapsed(ctx: Context) -> Q:
    return lapsed(parameters_on(ctx.day), ctx.day)


NONE_NOTICED = Requirement(
    "none_noticed",
    "Votre partie a déjà enregistré un préavis ou une mise en demeure\u00a0: elle peut le retirer\u00a0; resté sans"
    " suite, il cesse de compter.",
    lambda ctx: ~Q(Exists(own_notices(ctx).exclude(_lapsed(ctx)))),
    constraint="conventions_endnotice_once",
    lifted_by="un signataire de votre partie, qui le retire",
)
NOTICE_REASON = coded(
    "notice_reason", [reason.value for reason in ENDED_ALONE], "Dites si c’est un préavis ou une mise en demeure."
)


def _dated(ctx: Context) -> bool | Q:
    """A paper that ends what was signed is younger than the signatures, and was written already."""
    given_on = ctx.values.get("notice_on")
    if not given_on:
        return True
    return Q(signed_at__date__lte=given_on) if given_on <= ctx.day else False


NOTICE_DATED = Requirement(
    "notice_dated",
    "La date du préavis ou de la mise en demeure\u00a0: pas avant la dernière signature, ni après ce jour.",
    _dated,
    needs=("notice_on",),
    field="notice_on",
)
NOTICE_PAPER = Requirement(
    "notice_paper",
    "Déposez le préavis ou la mise en demeure que votre partie a envoyé.",
    needs=("notice_file",),
    field="deposit",
)


def _in_time(ctx: Context) -> bool | Q:
    """An amendment that is in force before a delay has passed ends with what it amends, and by no paper of its own."""
    given_on, reason = ctx.values.get("notice_on"), ctx.values.get("reason")
    if not given_on or reason not in DELAYS:
        return True
    first = alone_from(given_on, ctx.day, reason, ctx.day)
    return Q(amends=None) | ~Q(state=ConventionState.SIGNED) | Q(starts_on__gt=first)


AMENDMENT_IN_TIME = Requirement(
    "amendment_in_time",
    "Cet avenant entre en vigueur avant la fin du délai\u00a0: il prendra fin avec la convention qu’il modifie. C’est"
    " elle que l’on résilie, ou dont on propose la fin aux parties.",
    _in_time,
    needs=("notice_on", "reason"),
    field="notice_on",
)
NOTICED_BEFORE = Requirement(
    "noticed_before",
    "Aucun préavis, aucune mise en demeure de votre partie n’est enregistré.",
    lambda ctx: Q(Exists(own_notices(ctx))),
    lifted_by="un signataire de votre partie",
)


def _alone(ctx: Context) -> bool:
    """Whether what is asked is an end by one party alone: what follows another act says why."""
    return not ctx.has("reason") or ctx.values["reason"] in ENDED_ALONE


def _told_first(ctx: Context) -> bool | Q:
    """The paper of the party that acts is there, and is the one that is said."""
    if not _alone(ctx):
        return True
    told = own_notices(ctx)
    if ctx.has("reason"):
        told = told.filter(reason=ctx.values["reason"])
    if ctx.has("notice_on"):
        told = told.filter(given_on=ctx.values["notice_on"])
    return Q(Exists(told))


TOLD_FIRST = Requirement(
    "told_first",
    "Enregistrez d’abord votre préavis ou votre mise en demeure\u00a0: les deux autres parties le lisent avant la fin.",
    _told_first,
    lifted_by="un signataire de votre partie",
)


def alone_from(given_on: date, told_on: date, reason: str, day: date) -> date:
    """The first day on which one party alone ends it: its delay has passed, and the two others have had time to read.

    By the delays in force on ``day``.
    """
    delay = timedelta(days=DELAYS[TerminateReason(reason)].on(day))
    return max(given_on + delay, told_on + timedelta(days=END_TOLD_DAYS.on(day)))


def ends_alone_on(days: ValuesOfDay, day: date) -> Subquery:
    """Of a convention, the first day on which a party may end it alone; NULL when no notice of it counts."""
    first = EndNotice.objects.pending(days, day).filter(convention=OuterRef("pk")).order_by("alone_on")
    return Subquery(first.values("alone_on")[:1])


def _ends_by(ctx: Context) -> Subquery:
    """The notice by which it ends, of an end by one party alone; NULL of another."""
    return Subquery(own_notices(ctx).filter(reason=ctx.values.get("reason") or "").values("pk")[:1])


ENDS_BY = Computed(_ends_by)
NOTICE_GIVEN = Requirement(
    "notice",
    "Le délai prévu n’est pas écoulé depuis votre préavis ou votre mise en demeure, ou depuis son enregistrement ici.",
    lambda ctx: ~Q(Exists(own_notices(ctx).filter(alone_on__gt=ctx.day))) if _alone(ctx) else True,
    needs=("notice_on",),
    field="notice_on",
)
NOTICE_FOLLOWED = Requirement(
    "notice_followed",
    "Ce préavis ou cette mise en demeure est resté sans suite et ne compte plus\u00a0: enregistrez-en un autre.",
    lambda ctx: ~Q(Exists(own_notices(ctx).filter(_lapsed(ctx)))) if _alone(ctx) else True,
    lifted_by="un signataire de votre partie",
)
