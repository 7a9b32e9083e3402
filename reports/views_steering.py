"""From a number of the yearly report that the pilot alone is told to its rows."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, QuerySet, Value, When
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from conventions.models import Convention
from lifecycle.journal import journal_of
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from refurb.models import DeviceEntry
from reports.conformity import rows_counted
from reports.refusals import BY_CODE, LINES, label_of_line, last_day, lines_refused
from reports.tables_steering import BehindLinesTable, BehindSteeringTable, BehindVolumesTable
from reports.views_drill_down import STAY
from reports.views_yearly import readable_year
from reports.volumes import Which, rows_handed_over
from reports.yearly import Year
from reports.yearly_steering import ALL, QUARTER_ROWS
from typography.french import Noun

HANDED_OVER: dict[str, str] = {
    Which.WITHIN: "remis dans la période",
    Which.IN_TIME: "remis avant son terme",
    Which.LATE: "remis après son terme",
}
LINE = Noun("ligne de lot", "lignes de lots", feminine=True)


@lists
def year_refusals(request: Request, year: int, what: str, reason: str) -> HttpResponseBase:
    """What was refused for one reason, or for any: rows of the journal, or lines of lots."""
    shown = _for_the_pilot(request, year)
    if what == LINES:
        rows = lines_refused(shown.period).select_related("line__donation")
        if reason != ALL:
            rows = rows.filter(code=reason)
        page = Listing(request, rows=rows, table=BehindLinesTable, noun=LINE)
        said = "Unités refusées dans les lots acceptés" + (
            "" if reason == ALL else f", «\u00a0{label_of_line(reason)}\u00a0»"
        )
        return _answer(page, shown, said)
    if (refused := BY_CODE.get(what)) is None:
        raise Http404("Ce nombre n’est pas au bilan.")
    labels = refused.labels(last_day(shown.period))
    found = {code: pks for code, pks in refused.rows(shown.period).items() if reason in (ALL, code)}
    why = Case(
        *(When(pk__in=pks, then=Value(labels.get(code, code))) for code, pks in found.items()),
        default=Value(""),
        output_field=CharField(),
    )
    journal = journal_of(refused.arrival.model)
    rows = journal.objects.filter(pk__in=[pk for pks in found.values() for pk in pks]).annotate(reason=why)
    page = Listing(request, rows=rows.select_related("object"), table=BehindSteeringTable, noun=STAY)
    return _answer(
        page,
        shown,
        refused.caption if reason == ALL else f"{refused.caption}, «\u00a0{labels.get(reason, reason)}\u00a0»",
    )


@lists
def year_volumes(request: Request, year: int, convention: str, what: str) -> HttpResponseBase:
    """The devices behind what was handed over under a year of a convention: in the period, before its end, after."""
    shown = _for_the_pilot(request, year)
    held = _convention(convention)
    rank, _, which = what.partition("-")
    if not (rank.isascii() and rank.isdecimal() and len(rank) == 1 and which in HANDED_OVER):
        raise Http404("Ce nombre n’est pas au bilan.")
    rows = _devices(rows_handed_over(shown.period, held.pk, int(rank), Which(which)))
    page = Listing(request, rows=rows, table=BehindVolumesTable, noun=STAY)
    return _answer(page, shown, f"{held.reference}, année n°\u00a0{rank}, {HANDED_OVER[which]}")


@lists
def year_conformity(request: Request, year: int, convention: str, what: str) -> HttpResponseBase:
    """The devices that reached a point in the quarters of the year under a convention, or were sent back faulty."""
    shown = _for_the_pilot(request, year)
    held = _convention(convention)
    if what not in QUARTER_ROWS:
        raise Http404("Ce nombre n’est pas au bilan.")
    first, last = date(year, 1, 1), date(year, 12, 31)
    pks = rows_counted(held.pk, first, last, shown.period.until, of_returned=what == "renvoyes")
    page = Listing(request, rows=_devices(pks), table=BehindVolumesTable, noun=STAY)
    return _answer(page, shown, f"{held.reference}, {QUARTER_ROWS[what]}")


def _convention(reference: str) -> Convention:
    return get_object_or_404(Convention.objects.originals(), reference=reference)


def _devices(pks: Collection[int]) -> QuerySet[DeviceEntry]:
    return DeviceEntry.objects.filter(pk__in=pks).select_related("object")


def _for_the_pilot(request: Request, year: int) -> Year:
    if not is_pilot(request.membership):
        raise PermissionDenied
    return readable_year(request, year)


def _answer(page: Listing, year: Year, measure: str) -> HttpResponseBase:
    if (answered := page.answered()) is not None:
        return answered
    return page.shown("reports/year_rows.html", year=year, measure=measure)
