"""The life of a monthly report (machines §6): computed, frozen, published."""

from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.db.models import Q

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Context, Given, Machine, Requirement, Verb
from reports.enums import ReportState
from reports.figures import Reckoning, reckon
from reports.models import Report
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
