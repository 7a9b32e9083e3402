"""The figures of the month as the reports kept them: nothing is counted here again."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from lifecycle.actors import SYSTEM, Actor
from network.models import Epci
from reports.enums import ReportState, Stage
from reports.household_tables import NeedSummary
from reports.models import Report
from reports.parameters import THRESHOLD
from reports.summary import Summary
from typography.french import HARD, grouped, plural

WITHHELD = "Nombre non publié"
LESS = "moins de {}"
"""How anyone reads a small number of the département that is not about households."""


@dataclass(frozen=True)
class Link:
    """One link of the département's chain: whose it is, how many devices passed it in the month, what they did.

    ``place``: where the page of the report says the same number.
    """

    label: str
    number: str
    done: str
    said: str
    place: str
    is_withheld: bool = False


@dataclass(frozen=True)
class TodoFigure:
    """One figure with its name."""

    label: str
    number: str


def latest(actor: Actor | None) -> Report | None:
    """The last report one may read; one query."""
    return Report.objects.visible_to(actor).order_by("-month").first()


def published() -> Report | None:
    """The last report that the Département published: what anyone may read of the month."""
    return Report.objects.visible_to(SYSTEM).filter(state=ReportState.PUBLISHED).order_by("-month").first()


def month_name(report: Report) -> str:
    """« octobre 2026 »."""
    return date_format(report.month, "F Y").replace(" ", HARD)


def threshold_of(report: Report) -> int:
    """Under how many households a number of this month is not told."""
    chosen: dict[str, int] = report.figures.get("secrets", {})
    return chosen.get("threshold", THRESHOLD.usual)


def month_links(report: Report, *, hides_small: bool) -> list[Link]:
    """Donateur · Atelier · Convention · Point de distribution · Foyer, with what passed each link in the month.

    ``hides_small``: what the month hides is not told, nor any number under the threshold, whatever it counts.
    """
    summary = Summary(report.figures, hides_small=hides_small)
    threshold = threshold_of(report) if hides_small else 0
    numbers = (
        (
            "Donateur",
            summary.announced,
            "annoncé,annoncés",
            "par des entreprises et des organismes publics",
            "announced",
        ),
        ("Atelier", summary.reconditioned, "reconditionné,reconditionnés", "effacés, testés, classés", "reconditioned"),
        ("Convention", entered(summary, Stage.ALLOTTED), "affecté,affectés", "à une convention d’EPCI", "stages"),
        (
            "Point de distribution",
            entered(summary, Stage.AVAILABLE),
            "mis en rayon,mis en rayon",
            "près des foyers",
            "stages",
        ),
        ("Foyer", summary.handed_over, "remis,remis", "à prix solidaire, avec garantie", "handed-over"),
    )
    return [
        Link(label, *_figure_and_endings(count, endings, threshold), said, place, is_withheld=isinstance(count, str))
        for label, count, endings, said, place in numbers
    ]


def _figure_and_endings(count: int | str, endings: str, threshold: int) -> tuple[str, str]:
    if isinstance(count, str):
        return WITHHELD, plural(2, endings)
    if 0 < count < threshold:
        return LESS.format(threshold), plural(2, endings)
    return grouped(count), plural(count, endings)


def entered(summary: Summary, stage: Stage, place: str = "") -> int | str:
    """How many devices entered a stage in the month, everywhere or in one territory (its SIREN)."""
    return summary.number("entered", stage, place)


def standing(summary: Summary, stage: Stage, place: str = "") -> int | str:
    """How many devices stood at a stage at the end of the month, everywhere or in one territory (its SIREN)."""
    return summary.number("closing", stage, place)


def territory(report: Report, epci: Epci) -> list[TodoFigure]:
    """What happened in one territory in the month; what the report hides is hidden here too."""
    summary, served = Summary(report.figures, hides_small=True), NeedSummary(report.figures, hides_small=True)
    place = epci.siren
    facts: list[tuple[str, int | str]] = [
        ("Appareils enlevés chez les donateurs du territoire", entered(summary, Stage.COLLECTED, place)),
        ("Appareils reconditionnés, venus du territoire", entered(summary, Stage.RECONDITIONED, place)),
        ("Appareils remis à un foyer, au titre de la convention", entered(summary, Stage.HANDED_OVER, place)),
        ("Appareils au point de distribution, en fin de mois", standing(summary, Stage.AVAILABLE, place)),
        *((f"Besoins en attente{HARD}: {label}", cell) for label, cell in _needs(served, epci)),
    ]
    return [TodoFigure(label, grouped(number)) for label, number in facts]


def _needs(served: NeedSummary, epci: Epci) -> list[tuple[str, int | str]]:
    if not served.is_counted:
        return []
    table = served.needs_by_territory()
    row = next((row for row in table.rows if row.label == epci.short_name), None)
    names = (name.lower() for name in table.plain_head[1:])
    return [] if row is None else list(zip(names, row.cells, strict=True))


def month_of_the_departement(actor: Actor | None, *, hides_small: bool) -> dict[str, Any]:
    """What the template of the chain reads: the last report one may read, its month, its links."""
    report = latest(actor)
    if report is None:
        return {"report": None, "month": "", "links": []}
    return {"report": report, "month": month_name(report), "links": month_links(report, hides_small=hides_small)}
