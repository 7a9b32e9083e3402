"""The yearly report: the frozen months of a year as one, on a page, as a paper, as a workbook."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from documents.responses import document_response
from lifecycle.unkept import unkept
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import NeedState
from reports.begun import months_begun
from reports.chart import bar_chart
from reports.drill_down_links import Leads, Led
from reports.enums import Counting, Measure, ReportState, Stage
from reports.permissions import sees_reports
from reports.summary import LIST, LOTS_LIST, NEEDS_LIST, Query, SummaryTable
from reports.views import XLSX
from reports.yearly import MONTHS_HEAD, Year, year_of, years_of
from reports.yearly_facts import facts_of
from reports.yearly_paper import MEANINGS, draw_yearly_proof, plain_tables, told
from reports.yearly_steering import STEERING_MEANINGS, steering_of
from reports.yearly_workbook import write_yearly_workbook

YEARS = range(2000, 2200)
"""A year that is none of these has no report: it is not asked of the database."""
DRAWN = ("Reconditionnés", "Remis à un foyer")
ENTERED = ("mesure", Measure.ENTERED.value)
MONTH_QUERIES: tuple[Query, ...] = (
    (LOTS_LIST, ("mesure", Counting.ANNOUNCED.value)),
    (("mesure", Counting.NEW.value),),
    (ENTERED, ("etape", Stage.RECONDITIONED.value)),
    (ENTERED, ("etape", Stage.HANDED_OVER.value)),
    (NEEDS_LIST, ENTERED, ("etape", NeedState.MET.value)),
    (ENTERED, ("etape", Stage.RECYCLED.value)),
    ((LIST, "preuves/disques"),),
    ((LIST, "preuves/incidents"),),
)
"""What asks for the rows behind each number of a month, in the order of ``MONTHS_HEAD``."""


@require_safe
def year_detail(request: Request, year: int) -> HttpResponse:
    """The year: its months side by side, what was done by EPCI and type, how long it took, what is left to do."""
    shown = readable_year(request, year)
    months, facts, paper = shown.by_month(), facts_of(shown), shown.last.yearly_paper
    context = {
        "year": shown,
        "months": _led_to_months(shown, months, Leads(request.membership)),
        "charts": [
            (f"chart-{rank}", name, bar_chart(months, MONTHS_HEAD.index(name) - 1)) for rank, name in enumerate(DRAWN)
        ],
        "stages": _led(shown.stages())[0],
        "territories": _led(shown.territories(), shown.distribution()),
        "types": _led(shown.types()),
        "quantities": _led(*shown.quantities()),
        "needs": _led(*shown.needs()),
        "left_to_do": _led(*shown.left_to_do()),
        "plain": plain_tables(facts),
        "steering": steering_of(shown),
        "steering_meanings": STEERING_MEANINGS.items(),
        "meanings": MEANINGS.items(),
        "told": told(facts),
        "paper": paper,
        "closing": _closing(shown) if paper is None else "",
        "years": years_of(request.membership),
        "is_pilot": is_pilot(request.membership),
    }
    return render(request, "reports/year_detail.html", context)


@require_safe
def year_pdf(request: Request, year: int) -> HttpResponseBase:
    """The paper of a year that was closed; before, a proof that says it is one. Both are written for all readers."""
    shown = readable_year(request, year)
    if paper := shown.last.yearly_paper:
        return document_response(paper)
    response = HttpResponse(
        draw_yearly_proof(year, timezone.now(), published=shown.hides_small), content_type="application/pdf"
    )
    return _named(response, shown, "pdf", "inline")


@require_safe
def year_xlsx(request: Request, year: int) -> HttpResponse:
    """The same figures as a workbook."""
    shown = readable_year(request, year)
    content = write_yearly_workbook(shown, facts_of(shown), steering_of(shown))
    return _named(HttpResponse(content, content_type=XLSX), shown, "xlsx", "attachment")


def readable_year(request: Request, year: int) -> Year:
    """The year as this reader may read it; a 404 when no month of it is to be read."""
    if sees_reports(request.membership) is None:
        raise PermissionDenied
    now = timezone.now()
    shown = year_of(request.membership, year, months_begun(now), now) if year in YEARS else None
    if shown is None or not shown.months:
        raise Http404("Aucun mois de cette année n’est à lire.")
    return shown


def _closing(year: Year) -> str:
    """Where the pilot closes the year that waits for nothing else; else nothing."""
    published = all(month.report.state == ReportState.PUBLISHED for month in year.months)
    may = not year.hides_small and year.is_whole and published
    return reverse("reports:report_close_year", args=[year.last.reference]) if may else ""


def _led(*tables: SummaryTable) -> list[Led]:
    """Tables whose numbers lead nowhere: the rows behind them are on the page of each month."""
    return [
        Led(
            table,
            [
                (row.label, [(name, cell, "") for name, cell in zip(table.plain_head[1:], row.cells, strict=True)])
                for row in (*table.rows, table.total)
            ],
        )
        for table in tables
    ]


def _led_to_months(year: Year, table: SummaryTable, leads: Leads) -> Led:
    """Each number of a month leads to the rows that it counts, or else to the page of its report; the sums nowhere."""
    lines = []
    for row, month in zip(table.rows, year.months, strict=True):
        page = reverse("reports:report_detail", args=[month.report.reference])
        told = zip(table.plain_head[1:], row.cells, map(leads.url, MONTH_QUERIES), strict=True)
        lines.append((row.label, [(name, cell, _leads_to(page, cell, rows)) for name, cell, rows in told]))
    return Led(table, [*lines, *_led(table)[0].lines[-1:]])


def _leads_to(page: str, cell: int | str, rows: str) -> str:
    return f"{page}{rows}" if cell and isinstance(cell, int) else page


def _named(response: HttpResponse, year: Year, ending: str, disposition: str) -> HttpResponse:
    response["Content-Disposition"] = f'{disposition}; filename="bilan-{year.year}.{ending}"'
    unkept(response)
    response["X-Content-Type-Options"] = "nosniff"
    return response
