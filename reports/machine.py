"""The life of a monthly report (machines §6): computed, frozen, published."""

from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractMonth, ExtractYear

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Context, Given, Machine, Requirement, Verb
from network.enums import RolloutState
from network.machine.rollout import REACHED, RolloutMachine
from reports.begun import months_begun
from reports.enums import ReportState
from reports.figures import Reckoning, reckon
from reports.models import Report, yearly_papers
from reports.months import month_of
from reports.permissions import can_compute, can_freeze, can_publish
from reports.secrecy.frozen import with_secrets

S = ReportState
LATE = timedelta(hours=1)
"""How long after its end a month may be frozen."""

_reckoned: ContextVar[tuple[Context, Reckoning] | None] = ContextVar("reports_reckoned", default=None)


class Reckoned:
    """Stamp: one part of the figures of the month given, read from the journal once per move.

    Nobody gives the figures: whoever calls the gate, they are those of the journal. ``settled`` waits first for the
    transactions that are writing in it. What is hidden of them is chosen at the same time, and kept with them.
    """

    def __init__(self, part: str, *, settled: bool = False) -> None:
        self.part, self.settled = part, settled

    def __call__(self, ctx: Context) -> Any:
        known = _reckoned.get()
        if known is None or known[0] is not ctx:
            reckoned = reckon(ctx.values["month"], ctx.at, settled=self.settled)
            known = (ctx, with_secrets(reckoned, ctx.at, settled=self.settled))
            _reckoned.set(known)
        return getattr(known[1], self.part)


def _figures(*, settled: bool = False) -> dict[str, Any]:
    return {part: Reckoned(part, settled=settled) for part in ("figures", "as_of")} | {
        "figures_sha256": Reckoned("sha256", settled=settled)
    }


ONE_PER_MONTH = Requirement(
    "month_once", "Le rapport de ce mois existe déjà.", constraint="reports_report_month_once", field="month"
)
MONTH_BEGUN = Requirement(
    "month_begun",
    "Ce mois n’a pas encore commencé.",
    lambda ctx: Q(month__lte=month_of(ctx.at)),
    field="month",
)
MONTH_OVER = Requirement(
    "month_over",
    "Un mois se fige à partir d’une heure après sa fin, quand plus rien ne peut s’y inscrire.",
    lambda ctx: Q(month__lt=month_of(ctx.at - LATE)),
)
SAME_MONTH = Requirement(
    "same_month",
    "Le mois donné n’est pas celui du rapport.",
    lambda ctx: Q(month=ctx.values["month"]) if ctx.has("month") else True,
    needs=("month",),
)
YEAR_OVER = Requirement(
    "year_over", "Le bilan d’une année s’arrête sur le rapport de décembre.", lambda ctx: Q(month__month=12)
)
YEAR_PUBLISHED = Requirement(
    "year_published",
    "Tous les mois de l’année ne sont pas publiés\u00a0: publiez-les d’abord.",
    lambda ctx: ~Q(Exists(of_the_year().exclude(state=S.PUBLISHED))) & ~Q(Exists(before_a_hole())) & begins_with(ctx),
    lifted_by="le pilote, en publiant chaque mois",
)
YEAR_OPEN = Requirement(
    "year_open", "Le bilan de cette année est déjà arrêté.", lambda ctx: ~Q(Exists(yearly_papers()))
)


def of_the_year() -> QuerySet[Report]:
    """The reports of the same year as an outer one."""
    return Report.objects.filter(month__year=ExtractYear(OuterRef("month")))


def before_a_hole() -> QuerySet[Report]:
    """Those of them, before the outer one, which no report of the month after follows."""
    month = OuterRef("month")
    after = Report.objects.filter(month__year=ExtractYear(month), month__month=ExtractMonth(month) + 1)
    return of_the_year().filter(month__lt=OuterRef("month")).exclude(Exists(after))


def begins_with(ctx: Context) -> Q:
    """The year has a report of its January, or of the first month of all."""
    first = months_begun(ctx.at)[0]
    return Q(Exists(of_the_year().filter(Q(month=first) | Q(month__month=1))))


class ReportMachine(Machine, of=Report):
    """From the first computation to the figures that never change and are shown."""

    name = "report"
    reference_prefix = "R"
    dimensions = ("month", "as_of", "figures_sha256")
    tones = {S.COMPUTED: "todo", S.PUBLISHED: "done"}

    compute = Verb(
        "Calculer",
        source=CREATION,
        target=S.COMPUTED,
        who=can_compute,
        requires=[MONTH_BEGUN, ONE_PER_MONTH],
        stamps={"month": Given("month"), "computed_at": AT, "computed_by": ACTOR, **_figures()},
        done="Calculé depuis le journal",
        why="A month that runs is counted up to now.",
    )

    recompute = Verb(
        "Recalculer",
        source=S.COMPUTED,
        target=SAME,
        who=can_compute,
        requires=[SAME_MONTH],
        stamps={"computed_at": AT, "computed_by": ACTOR, **_figures()},
        done="Recalculé depuis le journal",
        why="What was entered since is counted.",
    )

    freeze = Verb(
        "Figer",
        source=S.COMPUTED,
        target=S.FROZEN,
        who=can_freeze,
        requires=[MONTH_OVER, SAME_MONTH],
        stamps={
            "frozen_at": AT,
            "frozen_by": ACTOR,
            "computed_at": AT,
            "computed_by": ACTOR,
            **_figures(settled=True),
        },
        done="Figé\u00a0: les chiffres du mois ne changent plus",
        irreversible=True,
        why="Counted one last time; the month is closed for every journal.",
    )

    publish = Verb(
        "Publier",
        source=S.FROZEN,
        target=S.PUBLISHED,
        who=can_publish,
        stamps={"published_at": AT, "published_by": ACTOR},
        done="Publié",
        irreversible=True,
        why="Observers and EPCI read it; its paper is frozen.",
    )

    close_year = Verb(
        "Arrêter le bilan de l’année",
        source=S.PUBLISHED,
        target=SAME,
        who=can_publish,
        requires=[YEAR_OVER, YEAR_PUBLISHED, YEAR_OPEN],
        done="Bilan de l’année arrêté",
        irreversible=True,
        why="The twelve published months are added once for all; the paper for the steering committee is frozen.",
    )


RolloutMachine.extend(
    settle=Verb(
        "Constater le rythme de croisière",
        source=RolloutState.AGREED,
        target=RolloutState.CRUISING,
        follows=["report.publish"],
        stamps=REACHED,
        done="Rythme de croisière",
        why="Each of the last published months tells devices handed over there: what is published, and nothing else.",
    ),
    slow=Verb(
        "Constater un rythme retombé",
        source=RolloutState.CRUISING,
        target=RolloutState.AGREED,
        follows=["report.publish"],
        stamps=REACHED,
        done="Rythme retombé",
        why="None of the last published months tells any: the convention stands, little is handed over.",
    ),
)
