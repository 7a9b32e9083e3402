"""What is missing before each verb of a connection file (machines §5), in the order of a file's life."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    TextChoices,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from calendars.working_days import add_months, is_working_day, unworked
from connectivity.enums import (
    Channel,
    ConnectionAbandonReason,
    ConnectionState,
    EndReason,
    OfferAgreement,
    OperatorRefusalCode,
    ProblemCode,
    TechnicianSlot,
    Technology,
)
from connectivity.models import (
    ConnectionEntry,
    ConnectionFile,
    CopperClosure,
    Offer,
    ProblemAnswer,
)
from connectivity.parameters import FARTHEST_APPOINTMENT_MONTHS
from connectivity.permissions import can_serve_connection
from lifecycle.actors import System
from lifecycle.machine import Context, PerRow, Place, Requirement
from lifecycle.requirements import Condition, PerRowValues
from prescriptions.enums import CONNECTION_KINDS, NeedState
from prescriptions.machine import need_rules
from reference.parameters import DatedParameter
from typography.french import full_day


def served_on(page: str) -> Place:
    who = "un travailleur social du prescripteur, ou un conseiller du distributeur"
    return Place(f"connectivity:connection_{page}", can_serve_connection, who)


# --- propose

NEED_WAITS = Requirement(
    "need_waits",
    "Il faut un besoin de connexion qui attend, dans une prescription acceptée.",
    lambda ctx: Q(need__state=NeedState.WAITING, need__kind__in=CONNECTION_KINDS, kind=F("need__kind")),
    field="need",
)
NOT_DECLINED = Requirement(
    need_rules.NOT_DECLINED.code,
    need_rules.NOT_DECLINED.sentence,
    lambda ctx: Q(need__prescription__declined_at=None),
    lifted_by=need_rules.DECLINED_LIFTED_BY,
    field="need",
)
NO_OTHER_FILE = Requirement(
    "no_other_file",
    "Un dossier de connexion est déjà ouvert pour ce besoin.",
    constraint="connectivity_connection_one_live",
    field="need",
)

# --- choose


def _offer_in_force(ctx: Context) -> Condition:
    return not ctx.has("offer") or Offer.objects.on(ctx.day).filter(pk=ctx.values["offer"].pk).exists()


def _offer_fits(ctx: Context) -> Condition:
    return Q(kind__in=ctx.values["offer"].kinds) if ctx.has("offer") else True


def _copper_sold(ctx: Context) -> Condition:
    if not ctx.has("offer") or ctx.values["offer"].technology != Technology.COPPER:
        return True
    here = CopperClosure.objects.on(ctx.day).filter(commune=OuterRef("need__prescription__commune"))
    return ~Exists(here.filter(commercial_on__lte=ctx.day))


def _among(name: str, choices: type[TextChoices], sentence: str, *, code: str = "") -> Requirement:
    """A code that is given, and is one of these."""
    return Requirement(
        code or name,
        sentence,
        lambda ctx: not ctx.has(name) or ctx.values[name] in choices.values,
        needs=(name,),
        field=name,
    )


OFFER_IN_FORCE = Requirement(
    "offer",
    "Choisissez une offre en vigueur aujourd’hui.",
    _offer_in_force,
    needs=("offer",),
    field="offer",
)
OFFER_FITS = Requirement("offer_kind", "Cette offre ne répond pas à ce besoin.", _offer_fits, field="offer")
COPPER_SOLD = Requirement(
    "copper_sold",
    "Le cuivre ne se vend plus dans la commune du foyer\u00a0: choisissez une offre par la fibre ou le mobile.",
    _copper_sold,
    field="offer",
)
PRICE_TOLD = Requirement(
    "price_told",
    "Le prix de cette offre est à confirmer\u00a0: dites-le au foyer avant son accord, et cochez que c’est dit.",
    lambda ctx: not ctx.has("offer") or not ctx.values["offer"].is_to_confirm or bool(ctx.values.get("price_told")),
    field="price_told",
)
AGREED = _among("agreement", OfferAgreement, "Dites comment le foyer a donné son accord à cette offre.")

# --- send

HAS_DESK = Requirement(
    "desk",
    "Cette offre ne passe pas par l’opérateur\u00a0: la personne y souscrit elle-même, ou l’achète au point de "
    "distribution.",
    lambda ctx: Q(channel=Channel.DESK),
)
STILL_IN_FORCE = Requirement(
    "offer_still",
    "L’offre choisie n’est plus en vigueur, ou a une nouvelle version\u00a0: choisissez de nouveau avec la personne.",
    lambda ctx: Exists(Offer.objects.on(ctx.day).filter(pk=OuterRef("offer"))),
    where=served_on("choose"),
)
OPERATOR_WORKS = Requirement(
    "operator",
    "L’opérateur de cette offre n’est plus en activité.",
    lambda ctx: Q(operator__is_active=True),
    lifted_by="le pilote, dans la fiche de l’organisation",
)

# --- what the operator answers


def fits(name: str, column: str, sentence: str) -> Requirement:
    """What is typed fits where it is kept: it is never cut in silence."""

    def is_short(ctx: Context) -> Condition:
        longest = getattr(ConnectionFile._meta.get_field(column), "max_length", 0)
        return len(str(ctx.values.get(name) or "")) <= longest

    return Requirement(f"{name}_length", sentence, is_short, field=name)


def _unanswered(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    answered = ProblemAnswer.objects.filter(file=OuterRef("pk"), problem_at=OuterRef("problem_at"))
    stopped = ConnectionFile.objects.filter(pk__in=list(per_row), state=ConnectionState.PROBLEM)
    silent = stopped.filter(~Exists(answered)).values_list("pk", flat=True)
    return dict.fromkeys(silent, PROBLEM_ANSWERED.sentence)


PROBLEM_ANSWERED = PerRow(
    "problem_answered",
    "L’opérateur a signalé un problème\u00a0: dites-lui ce qui a été fait.",
    _unanswered,
    where=served_on("send"),
    field="answer",
)
PROBLEM_CODED = _among("problem", ProblemCode, "Dites quel est le problème.")
OPERATOR_REFERENCE = Requirement(
    "operator_reference",
    "Donnez la référence de la demande chez l’opérateur.",
    needs=("operator_reference",),
    field="operator_reference",
)
OPERATOR_REFERENCE_FITS = fits(
    "operator_reference", "operator_reference", "La référence est trop longue\u00a0: 40 caractères au plus."
)
NOTE_EXPLAINS = Requirement(
    "note_explains",
    "«\u00a0Autre\u00a0» ne dit rien à qui suit le foyer\u00a0: écrivez de quoi il s’agit.",
    lambda ctx: (
        "other" not in (ctx.values.get("problem"), ctx.values.get("refusal"))
        or bool(str(ctx.values.get("note") or "").strip())
    ),
    field="note",
)
NOTE_FITS = fits("note", "operator_note", "La précision est trop longue\u00a0: 300 caractères au plus.")


def ahead(ctx: Context, months: DatedParameter[int]) -> date:
    """The last day that a date of this kind may be: so many months from the day judged, as a dated row says."""
    return add_months(ctx.day, months.on(ctx.day))


def _dated(name: str, sentence: str, right: Callable[[date, Context], bool], code: str) -> Requirement:
    return Requirement(
        code,
        sentence,
        lambda ctx: not ctx.has(name) or right(ctx.values[name], ctx),
        needs=(name,),
        field=name,
    )


APPOINTMENT = _dated(
    "appointment_on",
    "Donnez la date du raccordement\u00a0: aujourd’hui ou plus tard.",
    lambda given, ctx: given >= ctx.day,
    "appointment",
)
APPOINTMENT_NEAR = Requirement(
    "appointment_near",
    "Cette date est trop lointaine pour un raccordement\u00a0: vérifiez l’année.",
    lambda ctx: (
        not ctx.has("appointment_on") or ctx.values["appointment_on"] <= ahead(ctx, FARTHEST_APPOINTMENT_MONTHS)
    ),
    field="appointment_on",
)


def _unworked_day(ctx: Context) -> str:
    given = ctx.values["appointment_on"]
    return (
        f"{full_day(given).capitalize()} {unworked(given)}\u00a0: corrigez la date, ou confirmez-la (depuis un"
        " fichier\u00a0: sur la page de la demande)."
    )


DAY_WORKED = Requirement(
    "day_worked",
    "Un raccordement un jour qui n’est pas ouvré se confirme.",
    lambda ctx: (
        not ctx.has("appointment_on")
        or bool(ctx.values.get("day_confirmed"))
        or is_working_day(ctx.values["appointment_on"])
    ),
    says=_unworked_day,
    field="appointment_on",
)
SLOT_KNOWN = Requirement(
    "slot",
    "Le moment de la journée n’est pas connu.",
    lambda ctx: not ctx.has("appointment_slot") or ctx.values["appointment_slot"] in TechnicianSlot.values,
    field="appointment_slot",
)

LAST_APPOINTMENT = Subquery(
    ConnectionEntry.objects.filter(object=OuterRef("pk"), verb="schedule")
    .order_by("-seq")
    .values(day=Cast(KeyTextTransform("appointment_on", "values"), DateField()))[:1]
)
"""The day that was planned last, as the journal has it."""

# --- the line is active

HAS_TERM = Requirement(
    "term",
    "Le droit à cette offre n’a pas de terme\u00a0: il n’y a rien à renouveler.",
    lambda ctx: Q(entitlement_ends_on__isnull=False),
)
LATER_TERM = Requirement(
    "later_term",
    "Donnez le nouveau terme du droit\u00a0: après le terme actuel.",
    lambda ctx: (
        Q(entitlement_ends_on__lt=ctx.values["entitlement_ends_on"]) if ctx.has("entitlement_ends_on") else True
    ),
    needs=("entitlement_ends_on",),
    field="entitlement_ends_on",
)


# --- the ways out: people give a code; the clock has its own


def _code(name: str, choices: type[TextChoices], sentence: str, constraint: str) -> Requirement:
    return Requirement(
        name,
        sentence,
        lambda ctx: not ctx.has(name) or ctx.values[name] in choices.values,
        constraint=constraint,
        field=name,
    )


REFUSAL_CODED = _code(
    "refusal", OperatorRefusalCode, "Dites pourquoi la demande est refusée.", "connectivity_connection_refused"
)
END_CODED = _code("reason", EndReason, "Dites pourquoi la ligne se termine.", "connectivity_connection_ended")
ABANDON_CODED = _code(
    "reason", ConnectionAbandonReason, "Dites pourquoi le dossier est abandonné.", "connectivity_connection_abandoned"
)


def given_or(name: str, by_clock: str) -> Callable[[Context], str]:
    """A stamp: the code that was given, or the clock's own when nobody acts and none is given."""

    def pick(ctx: Context) -> str:
        given = str(ctx.values.get(name) or "")
        return given or (by_clock if isinstance(ctx.actor, System) else "")

    return pick


def note_of_a_refusal(ctx: Context) -> Any:
    """What is given with it; of the clock, which says nothing, what the operator had said of its problem stays."""
    if isinstance(ctx.actor, System):
        return F("operator_note")
    return Value(str(ctx.values.get("note") or ""))


def ago(ctx: Context, *, days: int) -> datetime:
    """So many times 24 hours before."""
    return ctx.at - timedelta(days=days)
