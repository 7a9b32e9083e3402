"""The yearly report (domaine §8): the frozen months of a year as one, and what a month alone cannot tell.

What it counts is the sum of what was told month by month, so that whoever holds the twelve reports finds it again. What
is told besides (how long things took, who took part, what was paid) is read from journals that these months closed, or
from rows that nobody rewrites: it says the same for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils.formats import date_format

from lifecycle.actors import Actor
from network.permissions import is_pilot
from reports.adding import Over, added, as_one
from reports.enums import ReportState
from reports.household_tables import NeedSummary
from reports.models import Report, ReportQuerySet
from reports.months import bounds, month_of
from reports.secrecy.believed import ACTS_SINCE
from reports.standing import TimeSpan
from reports.summary import Summary, SummaryRow, SummaryTable

FIRST, LAST, SUM, SIGNED = Over.FIRST, Over.LAST, Over.SUM, Over.SIGNED
FLOW = (FIRST, SUM, SUM, SIGNED, LAST)
"""What stood first, what entered and left, what else varied, what stands last: the line adds up as that of a month."""
NEEDS = (FIRST, SUM, SUM, SIGNED, LAST, LAST, SUM, SUM)
STAGES_HEAD = ("Étape", "Au début", "Entrées", "Sorties", "Autres variations", "À la fin")
STATES_HEAD = ("État", *STAGES_HEAD[1:])
NEEDS_HEAD = (
    *("Besoin", "En attente, au début", "Mis en attente", "Sortis de l’attente", "Autres variations"),
    *("En attente, à la fin", "En cours, à la fin", "Satisfaits", "Non satisfaits"),
)
MONTHS_HEAD = (
    *("Mois", "Annoncés", "Nouveaux suivis", "Reconditionnés", "Remis à un foyer", "Besoins satisfaits"),
    *("Remis au recycleur", "Effacements manquants, à la fin", "Incidents"),
)
MONTHS = (SUM, SUM, SUM, SUM, SUM, SUM, LAST, SUM)


@dataclass(frozen=True)
class MonthRead:
    """One frozen month, as its reader is told it."""

    report: Report
    summary: Summary
    served: NeedSummary

    @property
    def name(self) -> str:
        """« octobre 2026 »."""
        return date_format(self.report.month, "F Y")

    @property
    def cells(self) -> tuple[int | str, ...]:
        """Its first numbers, in the order of ``MONTHS_HEAD``."""
        told, served = self.summary, self.served
        return (
            *(told.announced, told.new_devices, told.reconditioned, told.handed_over, served.met),
            *(told.recycled, told.missing_drives, told.incidents),
        )


class Year:
    """The months of a year that are frozen, for one reader: published ones only for whoever does not steer."""

    def __init__(self, year: int, reports: Sequence[Report], expected: Sequence[date], *, hides_small: bool) -> None:
        self.year, self.hides_small = year, hides_small
        self.months = [
            MonthRead(
                report,
                Summary(report.figures, hides_small=hides_small),
                NeedSummary(report.figures, hides_small=hides_small),
            )
            for report in reports
        ]
        known = {report.month for report in reports}
        last = max(known, default=date.min)
        self.missing = [month for month in expected if month < last and month not in known]
        """Months without figures between others: the lines do not add up over them."""
        self.to_come = [month for month in expected if month > last]

    @property
    def title(self) -> str:
        """« Bilan de l’année 2026 »."""
        return f"Bilan de l’année {self.year}"

    @property
    def is_whole(self) -> bool:
        """Whether every month that can be counted is there, December too."""
        return bool(self.months) and not self.missing and not self.to_come and self.last.month.month == 12

    @property
    def last(self) -> Report:
        """The report of the last month."""
        return self.months[-1].report

    @property
    def period(self) -> TimeSpan:
        """From the first instant of the first month to the last one of the last."""
        return TimeSpan(bounds(self.months[0].report.month).start, bounds(self.last.month).end)

    @property
    def before(self) -> TimeSpan:
        """The year before."""
        return TimeSpan(bounds(date(self.year - 1, 1, 1)).start, bounds(date(self.year - 1, 12, 1)).end)

    @property
    def standing(self) -> str:
        """Which months are added, in one sentence."""
        names = [month.name for month in self.months]
        told = f"de {names[0]} à {names[-1]}" if len(names) > 1 else f"de {names[0]} seul"
        told = told.replace("de a", "d’a").replace("de o", "d’o")
        are_published = all(month.report.state == ReportState.PUBLISHED for month in self.months)
        kind = "publiés" if are_published and self.hides_small else "figés"
        counted = f"{len(names)}\u00a0mois {kind}" if len(names) > 1 else f"Un mois {kind[:-1]}"
        return f"{counted}, {told}." + ("" if self.is_whole else " L’année n’est pas entière.")

    def by_month(self) -> SummaryTable:
        """The first numbers of each month, then of all of them."""
        rows = tuple(
            SummaryRow(date_format(month.report.month, "F").capitalize(), month.cells) for month in self.months
        )
        columns = list(zip(*(row.cells for row in rows), strict=True))
        total = tuple(added(cells) if way is SUM else cells[-1] for way, cells in zip(MONTHS, columns, strict=True))
        return SummaryTable("L’année, mois par mois", MONTHS_HEAD, rows, SummaryRow("Année", total))

    @cached_property
    def first_numbers(self) -> dict[str, int | str]:
        """The first numbers of the year, by the name of their column."""
        return dict(zip(MONTHS_HEAD[1:], self.by_month().total.cells, strict=True))

    def stages(self) -> SummaryTable:
        """Each stage: what stood at first, entered, left, varied otherwise, stands at last."""
        tables = [month.summary.stages() for month in self.months]
        return as_one(tables, "Appareils par étape, sur l’année", FLOW, STAGES_HEAD)

    def territories(self) -> SummaryTable:
        """What was done, by EPCI of the pick-up, or of the convention from allotment on."""
        tables = [month.summary.territories_at("entered") for month in self.months]
        return as_one(tables, "Actes de l’année par EPCI et par étape", _sums(tables))

    def distribution(self) -> SummaryTable:
        """What was done from allotment to return, by EPCI of the convention."""
        tables = [month.summary.distribution_at("entered") for month in self.months]
        return as_one(tables, "Actes de l’année par EPCI de la convention", _sums(tables))

    def types(self) -> SummaryTable:
        """What was done, by type."""
        tables = [month.summary.types_at("entered") for month in self.months]
        return as_one(tables, "Actes de l’année par type et par étape", _sums(tables))

    def quantities(self) -> list[SummaryTable]:
        """What was announced, accepted and taken: by kind of donor, by type."""
        by_donor = [month.summary.quantities_by_donor() for month in self.months]
        by_type = [month.summary.quantities_by_type() for month in self.months]
        return [
            as_one(by_donor, "Quantités de l’année par nature de donateur", _sums(by_donor)),
            as_one(by_type, "Quantités de l’année par type", _sums(by_type)),
        ]

    def needs(self) -> list[SummaryTable]:
        """The needs of households, by state and by kind; none of months that did not count them."""
        if not all(month.served.is_counted for month in self.months):
            return []
        by_state = [month.served.needs_by_state() for month in self.months]
        by_kind = [month.served.needs_by_kind() for month in self.months]
        return [
            as_one(by_state, "Besoins par état, sur l’année", FLOW, STATES_HEAD),
            as_one(by_kind, "Besoins des foyers, sur l’année", NEEDS, NEEDS_HEAD),
        ]

    def left_to_do(self) -> list[SummaryTable]:
        """What waits at the end of the last month: needs by EPCI, and devices that are there for them."""
        served = self.months[-1].served
        return [served.needs_by_territory(), served.tension_by_kind()] if served.is_counted else []


def year_of(actor: Actor, year: int, begun: Sequence[date], at: datetime) -> Year:
    """The year as an actor may read it; ``begun``: the months from the first row of the journals on."""
    reports = _readable(Report.objects.visible_to(actor)).filter(month__year=year)
    is_told_all = is_pilot(actor)
    return Year(year, list(reports.order_by("month")), _expected(year, begun, at), hides_small=not is_told_all)


def year_of_readers(year: int, begun: Sequence[date], at: datetime, *, published: bool = True) -> Year:
    """The year as all its readers are told it, whoever asks; ``published``: without the months that are only frozen."""
    states = (ReportState.PUBLISHED,) if published else (ReportState.FROZEN, ReportState.PUBLISHED)
    reports = _readable(Report.objects.filter(month__year=year, state__in=states))
    return Year(year, list(reports.order_by("month")), _expected(year, begun, at), hides_small=True)


def years_of(actor: Actor) -> list[int]:
    """The years of which the actor may read a frozen month, the last one first."""
    reports = _readable(Report.objects.visible_to(actor))
    return sorted({month.year for month in reports.values_list("month", flat=True)}, reverse=True)


def _sums(tables: Sequence[SummaryTable]) -> tuple[Over, ...]:
    return (SUM,) * len(tables[-1].total.cells)


def _expected(year: int, begun: Sequence[date], at: datetime) -> list[date]:
    """The months of the year that are over, from the first row of the journals on."""
    return [month for month in begun if month.year == year and month < month_of(at)]


def _readable(reports: ReportQuerySet) -> ReportQuerySet:
    """Those that are frozen, and tell acts from what else varied: earlier figures cannot be added to those of today."""
    return reports.exclude(state=ReportState.COMPUTED).filter(figures__version__gte=ACTS_SINCE)
