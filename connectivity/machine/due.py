"""When the clock acts on a connection file: on working days for operators, on days of the calendar for the rest."""

from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import DateField, Exists, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from calendars.working_days import add_working_days
from connectivity.enums import UNDER_WAY, AfterLoss, ConnectionState, CurrentLine, Technology
from connectivity.machine.rules import ago
from connectivity.models import ConnectionFile, CopperClosure, ProofSeen
from connectivity.parameters import (
    COPPER_ALERTS,
    FIRST_REMINDER_DAYS,
    NO_ANSWER_DAYS,
    RENEWALS,
    SECOND_REMINDER_DAYS,
    UNTOUCHED_DAYS,
)
from lifecycle.machine import Context
from lifecycle.requirements import Condition
from prescriptions.enums import NeedKind
from prescriptions.machine.prescription_rules import unrestricted
from reference.parameters import parameters_on

S = ConnectionState
HOUSEHOLD = "need__prescription__household"


RIGHT_TO_KEEP = Q(after_loss__in=["", AfterLoss.OTHER_OFFER])
"""Something is still to be done before the right ends: it is renewed, or another offer is found."""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _worked(ctx: Context, number: int) -> datetime:
    """What came before this instant has seen ``number`` working days pass, today included."""
    return _midnight(add_working_days(ctx.day + timedelta(days=1), -number))


def is_unanswered(ctx: Context) -> Condition:
    """Nobody answered for 30 days, unless told otherwise: the operator asked, or the worker told of a problem."""
    return Q(waiting_since__lte=ago(ctx, days=NO_ANSWER_DAYS.on(ctx.day))) & unrestricted(HOUSEHOLD)


def wants_reminder(ctx: Context) -> Condition:
    """Five working days have passed, and not ten, unless told otherwise."""
    terms = parameters_on(ctx.day)
    waits = Q(
        reminders=0,
        waiting_since__lt=_worked(ctx, terms[FIRST_REMINDER_DAYS]),
        waiting_since__gte=_worked(ctx, terms[SECOND_REMINDER_DAYS]),
    )
    return waits & unrestricted(HOUSEHOLD)


def wants_second_reminder(ctx: Context) -> Condition:
    """Ten working days have passed, unless told otherwise, and not yet what closes the file."""
    terms = parameters_on(ctx.day)
    waits = Q(
        reminders__lt=2,
        waiting_since__lt=_worked(ctx, terms[SECOND_REMINDER_DAYS]),
        waiting_since__gt=ago(ctx, days=terms[NO_ANSWER_DAYS]),
    )
    return waits & unrestricted(HOUSEHOLD)


def wants_renewal(ctx: Context) -> Condition:
    """The entitlement ends in 60 days, then in 30, unless told otherwise, and nobody was told since."""
    day, terms = ctx.day, parameters_on(ctx.day)
    told = TruncDate("renewal_told_at", tzinfo=timezone.get_current_timezone())
    milestones = [
        Q(
            entitlement_ends_on__lte=day + timedelta(days=days),
            told_on__lt=F("entitlement_ends_on") - timedelta(days=days),
        )
        for days in (terms[code] for code in RENEWALS)
    ]
    own = ConnectionFile.objects.annotate(told_on=Coalesce(told, date(1, 1, 1), output_field=DateField()))
    due = own.filter(reduce(or_, milestones), RIGHT_TO_KEEP, pk=OuterRef("pk"), entitlement_ends_on__gte=day)
    return Exists(due)


def is_over(ctx: Context) -> Condition:
    """The last day of the entitlement has passed, and the line does not go on at another price."""
    return Q(entitlement_ends_on__lt=ctx.day) & ~Q(after_loss=AfterLoss.FULL_PRICE)


def goes_on(ctx: Context) -> Condition:
    """The last day of a lost right has passed, and the line goes on at another price."""
    return Q(entitlement_ends_on__lt=ctx.day, after_loss=AfterLoss.FULL_PRICE)


def is_untouched(ctx: Context) -> Condition:
    """Offers were proposed, or one was chosen, 60 days ago unless told otherwise, and nothing came of it."""
    limit = ago(ctx, days=UNTOUCHED_DAYS.on(ctx.day))
    proofs = ProofSeen.objects.filter(file=OuterRef("pk"), seen_at__gt=limit)
    return Q(~Exists(proofs), state__in=(S.PROPOSED, S.CHOSEN), touched_at__lte=limit) & unrestricted(HOUSEHOLD)


class _MonthsBefore(Func):
    """A day so many months before another, as the calendar counts."""

    output_field = DateField()
    template = "(%(expressions)s - make_interval(months => %(months)s))::date"

    def __init__(self, expression: Any, months: int) -> None:
        super().__init__(expression, months=months)


def is_on_copper() -> Q:
    """The household's line is in copper: the one it has while another is looked for, or the one it was given.

    It may be, while a fixed line is looked for and nobody knows what it has today.
    """
    looking = Q(state__in=UNDER_WAY, current_line=CurrentLine.COPPER)
    looking |= Q(state__in=UNDER_WAY, current_line=CurrentLine.UNKNOWN, kind=NeedKind.FIXED_CONNECTION)
    return looking | Q(state=S.ACTIVE, offer__technology=Technology.COPPER)


def wants_copper_alert(ctx: Context) -> Condition:
    """Copper closes where the household lives in 12 months, then 6, then 3, and nobody was told since.

    These are the usual delays, which rows may tell otherwise.
    """
    day, terms = ctx.day, parameters_on(ctx.day)
    closures = CopperClosure.objects.on(day).filter(commune=OuterRef("need__prescription__commune"))
    told = TruncDate("copper_told_at", tzinfo=timezone.get_current_timezone())
    own = ConnectionFile.objects.filter(is_on_copper(), pk=OuterRef("pk"))
    own = own.annotate(closes_on=Subquery(closures.values("technical_on")[:1]))
    own = own.annotate(told_on=Coalesce(told, date(1, 1, 1), output_field=DateField()))
    milestones = []
    for months in {terms[code] for code in COPPER_ALERTS}:
        own = own.annotate(**{f"before_{months}": _MonthsBefore("closes_on", months)})
        milestones.append(Q(**{f"before_{months}__lte": day, "told_on__lt": F(f"before_{months}")}))
    return Exists(own.filter(reduce(or_, milestones), closes_on__gt=day))
