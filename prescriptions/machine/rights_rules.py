"""What is missing before each verb of a request to exercise a right, and when the clock recalls it (machines §4.26)."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from calendars.expressions import DayOf
from lifecycle.actors import SYSTEM, SignedLink
from lifecycle.machine import Context, Requirement
from lifecycle.requirements import Place, as_expression
from network.permissions import protects_data
from prescriptions.enums import (
    OPEN_RIGHTS,
    Bond,
    Doubt,
    HouseholdState,
    Prolongation,
    RightKind,
    RightsChannel,
    RightsRefusal,
    RightsState,
    ToldBy,
)
from prescriptions.machine.household_rules import NOTHING_BINDS, shifted
from prescriptions.models import (
    Fact,
    Household,
    HouseholdAccess,
    HouseholdCorrection,
    HouseholdEntry,
    Prescription,
    RightsRequest,
    RightsRequestEntry,
    SocialStory,
)
from prescriptions.parameters import IDENTITY_DAYS, LIFT_DAYS, RIGHTS_OLDEST_MONTHS, RIGHTS_REMIND_DAYS
from prescriptions.permissions import can_instruct_rights_request

EXPORTED = "rights_export"
"""What the log of accesses says of whoever took the export of all that is known of a household."""
ANSWER_DRAWN = "rights_letter"
"""What it says of whoever opened the letter that answers, before the answer is noted."""
CHANGES_LETTER = ("receive", "identify", "prolong")
"""The verbs after which a letter drawn earlier is of another moment of the request."""


type Writings = tuple[tuple[QuerySet[Any], str], ...]


def _coded(name: str, codes: Iterable[str], sentence: str) -> Requirement:
    """A code of a list, given."""
    known = frozenset(codes)
    return Requirement(
        name,
        sentence,
        lambda ctx: not ctx.has(name) or ctx.values[name] in known,
        needs=(name,),
        field=name,
    )


# --- receive


def _between(ctx: Context) -> Q:
    oldest = shifted(ctx.day, -RIGHTS_OLDEST_MONTHS.on(ctx.day))
    return Q(received_on__lte=ctx.day, received_on__gte=oldest)


def _seen(ctx: Context) -> Any:
    """The household is one that this person may see; the officer is written to by anybody."""
    if ctx.actor is SYSTEM or protects_data(ctx.actor):
        return True
    if isinstance(ctx.actor, SignedLink):
        own = Prescription.objects.filter(pk=ctx.actor.key_of("prescription"), household=OuterRef("household"))
        return Exists(own)
    seen = Household.objects.visible_to(ctx.actor)
    joined = seen.filter(state=HouseholdState.JOINED, joined_into=OuterRef("household"))
    return Q(household__in=seen.values("pk")) | Q(Exists(joined))


HOUSEHOLD_SEEN = Requirement("household_seen", "Vous ne suivez pas ce foyer.", _seen)
STILL_NAMED = Requirement(
    "still_named",
    "Ce dossier est déjà effacé\u00a0: plus rien n’y nomme ce foyer. Répondez-le-lui.",
    lambda ctx: ~Q(household__state=HouseholdState.ANONYMISED),
)
RECEIVED_ON = Requirement(
    "received_on",
    "Dites quel jour la demande est arrivée\u00a0: ni dans le futur, ni il y a plus d’un an.",
    _between,
    constraint="prescriptions_rights_due_after",
    field="received_on",
)
BY_ITS_PAGE = Requirement(
    "channel",
    "Dites par où la demande est arrivée.",
    lambda ctx: Q(channel=RightsChannel.PAGE) if isinstance(ctx.actor, SignedLink) else ~Q(channel=RightsChannel.PAGE),
    field="channel",
)
SAID = Requirement(
    "words",
    "Dites ce qui est faux.",
    lambda ctx: ~Q(kind=RightKind.RECTIFICATION, words="") | Q(channel=RightsChannel.PAGE),
    field="words",
)
TRUTH = Requirement(
    "truth",
    "Dites ce qui est vrai.",
    lambda ctx: ~Q(kind=RightKind.RECTIFICATION, truth="") | Q(channel=RightsChannel.PAGE),
    field="truth",
)
NOT_ASKED_YET = Requirement(
    "kind",
    "Ce foyer a déjà demandé la même chose, et attend la réponse\u00a0: ouvrez cette demande.",
    lambda ctx: (
        ~Q(
            Exists(
                RightsRequest.objects.open()
                .filter(household=OuterRef("household"), kind=OuterRef("kind"))
                .exclude(pk=OuterRef("pk"))
            )
        )
    ),
    constraint="prescriptions_rights_one_open",
    field="kind",
)

# --- instruct

DOUBT_GIVEN = _coded("doubt", Doubt.values, "Dites ce qui fait douter de l’identité.")
PROLONGATION_GIVEN = _coded("prolongation", Prolongation.values, "Dites pourquoi un mois ne suffit pas.")
REFUSAL_GIVEN = _coded("refusal", RightsRefusal.values, "Dites pourquoi la demande est refusée.")
TOLD_BY = _coded("told_by", ToldBy.values, "Dites comment la personne en est prévenue.")
DUE_GIVEN = Requirement("due_on", "L’échéance n’a pas pu être calculée.", needs=("due_on",))
ONCE = Requirement(
    "prolonged_once",
    "La réponse est déjà prolongée\u00a0: elle ne l’est qu’une fois.",
    lambda ctx: Q(prolonged_at=None),
)
IN_TIME = Requirement(
    "in_time",
    "L’échéance est passée\u00a0: une réponse ne se prolonge que dans le premier mois. Répondez.",
    lambda ctx: Q(due_on__gte=ctx.day),
)


def _can_be_written_to(ctx: Context) -> Any:
    """By e-mail, to an address that the file has; not of an erasure, after which Maillon knows no address."""
    if ctx.values.get("told_by") != ToldBy.EMAIL:
        return True
    return Q(Exists(Household.objects.filter(~Q(email=""), pk=OuterRef("household")))) & ~Q(kind=RightKind.ERASURE)


EMAIL_KNOWN = Requirement(
    "email_known",
    "Maillon ne peut pas écrire à ce foyer\u00a0: son dossier n’a pas d’adresse électronique, ou va être effacé. "
    "Choisissez une autre façon de répondre.",
    _can_be_written_to,
    field="told_by",
)


def _corrected(writings: Callable[[str, str], Writings] | None = None) -> Q:
    """Something was written again since the day the request came, whenever it was noted; anything unless said."""
    of = writings or _writings
    noted_later = Q(received_at__date__gt=F("received_on"))
    return _again(of("gte", "received_at")) | noted_later & _again(of("date__gte", "received_on"))


def with_correction(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each with ``corrected_at``: when the file of an open rectification was last corrected since it was asked.

    What a prescription says (a fact, its story) is written for other reasons too: that tells nobody it was done.
    """
    noted_later = Q(received_at__date__gt=F("received_on"))
    asked = Q(kind=RightKind.RECTIFICATION, state__in=OPEN_RIGHTS)
    last = Case(
        When(asked & noted_later, then=_last_written("date__gte", "received_on")),
        When(asked, then=_last_written("gte", "received_at")),
        output_field=DateTimeField(),
    )
    told: QuerySet[Any] = rows.annotate(corrected_at=last)
    return told


def to_correct() -> Q:
    """The rectifications whose file its worker has not corrected yet."""
    return Q(kind=RightKind.RECTIFICATION, state=RightsState.RECEIVED) & ~_corrected(_corrections)


def _again(writings: Writings) -> Q:
    return reduce(or_, (Q(Exists(rows)) for rows, _ in writings))


def _last_written(since: str, column: str) -> Greatest:
    return Greatest(*(Subquery(rows.order_by(f"-{at}").values(at)[:1]) for rows, at in _corrections(since, column)))


def _corrections(since: str, column: str) -> Writings:
    """What is corrected of a file since the day in a column of the request, each with the column of its hour."""
    household, day = OuterRef("household"), OuterRef(column)
    lives = HouseholdEntry.objects.filter(object=household, verb__in=("move", "locate", "correct_commune"))
    return (
        (HouseholdCorrection.objects.filter(household=household, **{f"corrected_at__{since}": day}), "corrected_at"),
        (lives.filter(**{f"at__{since}": day}), "at"),
    )


def _writings(since: str, column: str) -> Writings:
    """That, and what its prescriptions say."""
    household, day = OuterRef("household"), OuterRef(column)
    return (
        *_corrections(since, column),
        (Fact.objects.filter(prescription__household=household, **{f"recorded_at__{since}": day}), "recorded_at"),
        (SocialStory.objects.filter(prescription__household=household, **{f"written_at__{since}": day}), "written_at"),
    )


CORRECTED = Requirement(
    "corrected",
    "Rien n’a été corrigé dans le dossier depuis la demande\u00a0: faites-le corriger, ou refusez avec le motif.",
    lambda ctx: ~Q(kind=RightKind.RECTIFICATION) | _corrected(),
    lifted_by="le travailleur social du foyer, par «\u00a0Corriger l’identité ou le contact\u00a0»",
)


def _exported() -> QuerySet[HouseholdAccess]:
    return HouseholdAccess.objects.filter(
        household=OuterRef("household"), what=EXPORTED, at__gte=OuterRef("received_at")
    )


EXPORT_MADE = Requirement(
    "exported",
    "L’export n’a pas été ouvert depuis la demande\u00a0: prenez-le ici, puis remettez-le.",
    lambda ctx: ~Q(kind=RightKind.ACCESS) | Q(Exists(_exported())),
)


def _answer_drawn(ctx: Context) -> Any:
    """Told by the letter printed here, an erasure waits for it: afterwards nothing knows where to send it."""
    if ctx.values.get("told_by") != ToldBy.LETTER:
        return True
    moved = RightsRequestEntry.objects.filter(
        object=OuterRef(OuterRef("pk")), verb__in=CHANGES_LETTER, at__gt=OuterRef("at")
    )
    corrected = HouseholdCorrection.objects.filter(household=OuterRef("household"), corrected_at__gt=OuterRef("at"))
    drawn = HouseholdAccess.objects.filter(
        household=OuterRef("household"), what=ANSWER_DRAWN, at__gte=OuterRef("received_at")
    ).exclude(Exists(moved) | Exists(corrected))
    return ~Q(kind=RightKind.ERASURE) | Q(Exists(drawn))


LETTER_DRAWN = Requirement(
    "letter_drawn",
    "La lettre n’a pas été ouverte depuis la demande, ou depuis le dernier changement\u00a0: imprimez-la d’abord. "
    "Après, elle ne s’imprime plus.",
    _answer_drawn,
    where=Place(
        page="prescriptions:rights_request_detail",
        can=can_instruct_rights_request,
        who="le délégué à la protection des données",
        anchor="letters",
    ),
    field="told_by",
)


def _told_between(ctx: Context) -> Any:
    """Not before it was received, nor so late that the letter would tell a day nobody knows yet."""
    if not ctx.has("told_on"):
        return True
    told: date = ctx.values["told_on"]
    return Q(received_on__lte=told) if told <= ctx.day + timedelta(days=SENT_WITHIN) else Q(pk__in=[])


SENT_WITHIN = 7
"""Days after the answer was noted in which its letter leaves at the latest: longer, it is another letter."""
TOLD_ON = Requirement(
    "told_on",
    "Dites quel jour la réponse est remise ou envoyée\u00a0: pas avant la demande, et dans les 7 jours au plus tard.",
    _told_between,
    needs=("told_on",),
    field="told_on",
)

# --- an erasure that something holds back

LIFTED_BY_WORKER = frozenset({"no_live_file", Bond.LINE_SOUGHT.value, Bond.LINE_ACTIVE.value})
LIFTED_AT_A_POINT = frozenset({Bond.DEVICE_RESERVED.value, Bond.DEVICE_RETURNED.value})
"""The codes of the rules of what the household's worker may end, and of what is ended at the point."""
ERASURE_ASKED = Q(kind=RightKind.ERASURE, state=RightsState.RECEIVED)


def waits_for_its_worker(at: datetime) -> Q:
    """The erasures that are held back by what the household's worker may end: a request, a line."""
    ctx = Context(at, SYSTEM)
    free = Household.objects.filter(pk=OuterRef("household"))
    for rule in NOTHING_BINDS:
        if rule.code in LIFTED_BY_WORKER:
            free = free.filter(as_expression(rule.condition(ctx)))
    return ERASURE_ASKED & ~Q(Exists(free))


# --- a limitation ends


def told_long_ago(at: datetime) -> Q:
    """From the day that the letter said, whatever the number of days became since."""
    lifts_on = DayOf(LIFT_DAYS.days_after("lift_told_at"))
    return Q(lift_told_at__isnull=False) & Q(LessThanOrEqual(lifts_on, Value(timezone.localdate(at))))


IS_RESTRICTION = Requirement(
    "is_restriction",
    "Seule une limitation se lève.",
    lambda ctx: Q(kind=RightKind.RESTRICTION),
)
NOT_LIFTED = Requirement("not_lifted", "Cette limitation est déjà levée.", lambda ctx: Q(lifted_at=None))
NOT_ANNOUNCED = Requirement(
    "not_announced",
    "La fin de cette limitation est déjà annoncée à la personne.",
    lambda ctx: Q(lift_told_at=None),
)
ANNOUNCED = Requirement(
    "announced",
    "La personne doit l’apprendre avant\u00a0: annoncez d’abord la fin de la limitation, puis attendez les jours"
    " prévus.",
    lambda ctx: told_long_ago(ctx.at),
    lifted_by="le délégué à la protection des données, par «\u00a0Annoncer la fin de la limitation\u00a0»",
)

# --- the clock


def unanswered(ctx: Context) -> Q:
    """Whoever asked was told to say who he is, by a day that has passed."""
    closes_at = IDENTITY_DAYS.days_after("identity_asked_at")
    return Q(identity_asked_at__isnull=False) & Q(LessThanOrEqual(closes_at, Value(ctx.at)))


def nears(ctx: Context) -> Q:
    """The answer is due in ten days unless told otherwise, and nobody was told since."""
    soon = ctx.day + timedelta(days=RIGHTS_REMIND_DAYS.on(ctx.day))
    return Q(due_on__lte=soon, due_on__gte=ctx.day, reminded_at=None)


def is_overdue(ctx: Context) -> Q:
    """The day of the answer has passed."""
    return Q(due_on__lt=ctx.day, overdue_at=None)
