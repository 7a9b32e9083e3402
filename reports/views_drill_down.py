"""From a number of a report to its rows: devices, needs, lots. A household behind them stays behind its wall."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, When
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from donations.models import DonationEntry
from lists.listing import Listing, lists
from network.models import Epci
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.models import NeedEntry
from refurb.models import Device, DeviceEntry
from reports.drill_down import DEVICES, NEEDS
from reports.enums import OPEN_TO_EPCI, Counting, Measure
from reports.evidence import evidence_behind
from reports.filters import behind_filter, behind_lots, behind_of_epci
from reports.models import Report
from reports.permissions import opens_rows_of
from reports.tables import BehindEvidenceTable, BehindLotsTable, BehindNeedsTable, BehindOfEpci, BehindTable
from reports.views import title_of_month, visible_report
from typography.french import Noun

EVIDENCE = {"disques": "drives", "introuvables": "devices", "incidents": "incidents", "saisis": "typed"}
MEASURED = {
    "drives": "Effacements manquants (disques)",
    "devices": "Appareils introuvables sans preuve d’effacement",
    "incidents": "Incidents ouverts dans le mois",
    "typed": "Effacements saisis dans le mois",
}
STAY = Noun("ligne du journal", "lignes du journal")


@lists
def report_devices(request: Request, reference: str) -> HttpResponseBase:
    """The devices behind a number: all of them for the pilot, those of its own territory for an EPCI."""
    if (scope := opens_rows_of(request.membership)) is None:
        raise PermissionDenied
    report, pilot = visible_report(request, reference), is_pilot(request.membership)
    own = Epci.objects.filter(scope).alphabetical()
    if not pilot and (asked_fully := _kept_for_epci(request, own)):
        return redirect(f"{request.path}?{asked_fully}")
    rows = DeviceEntry.objects.select_related("object", "origin_epci", "convention_epci")
    page = Listing(
        request,
        rows=_with_end(rows, report),
        table=BehindTable if pilot else BehindOfEpci,
        noun=STAY,
        filters=behind_filter(report, DEVICES, by_line=True) if pilot else behind_of_epci(report, own),
    )
    if not pilot:
        asked = page.filter.asked
        if (
            not own.filter(siren__in=asked.places).exists()
            or request.GET.get("ligne")
            or asked.stage not in OPEN_TO_EPCI
        ):
            raise PermissionDenied
    return _answer(page, report, "Les appareils derrière un nombre")


def _kept_for_epci(request: Request, own: QuerySet[Epci]) -> str:
    """The query of an EPCI with its territory and a stage, which it does not take off; empty when they are there."""
    query, first = request.GET.copy(), own.first()
    if first is None or {"epci", "etape"} <= set(query):
        return ""
    for name, value in (("mesure", Measure.CLOSING), ("etape", OPEN_TO_EPCI[0]), ("epci", first.pk)):
        query.setdefault(name, str(value))
    query.pop("tous", None)
    return query.urlencode()


@lists
def report_needs(request: Request, reference: str) -> HttpResponseBase:
    """The needs behind a number, for the pilot: never whose they are."""
    report = _for_the_pilot(request, reference)
    rows = _with_end(NeedEntry.objects.select_related("object", "epci"), report)
    asked = behind_filter(report, NEEDS, by_line=True)
    page = Listing(request, rows=rows, table=BehindNeedsTable, noun=STAY, filters=asked)
    return _answer(page, report, "Les besoins derrière un nombre")


@lists
def report_lots(request: Request, reference: str) -> HttpResponseBase:
    """The lots behind what was announced or accepted, for the pilot."""
    report = _for_the_pilot(request, reference)
    rows = DonationEntry.objects.select_related("object")
    page = Listing(request, rows=rows, table=BehindLotsTable, noun=STAY, filters=behind_lots(report))
    if (answered := page.answered()) is not None:
        return answered
    found = sum(page.filter.qs.values_list("quantity", flat=True))
    return _shown(page, report, "Les lots derrière un nombre", found)


@lists
def report_evidence(request: Request, reference: str, what: str) -> HttpResponseBase:
    """The devices behind missing and typed erasures and incidents, as of the instant of the figures, for the pilot."""
    report = _for_the_pilot(request, reference)
    if (name := EVIDENCE.get(what)) is None:
        raise Http404("Ce nombre n’est pas au rapport.")
    devices = evidence_behind(report.bounds.start, report.as_of)[name]
    each = Case(*(When(pk=pk, then=count) for pk, count in devices.items()), default=0, output_field=IntegerField())
    page = Listing(
        request,
        rows=Device.objects.filter(pk__in=devices).annotate(quantity=each),
        table=BehindEvidenceTable,
        noun=Noun("appareil", "appareils"),
    )
    if (answered := page.answered()) is not None:
        return answered
    figures = report.figures
    alone = {"incidents": figures["incidents"], "typed": figures.get("typed_erasures", 0)}
    kept = {**figures["missing_erasures"], **alone}
    return page.shown(
        "reports/report_devices.html",
        figure=kept[name],
        found=devices.total(),
        report=report,
        title=title_of_month(report),
        heading="Les appareils derrière un nombre",
        measure=MEASURED[name],
        of_evidence=True,
    )


def _for_the_pilot(request: Request, reference: str) -> Report:
    if not is_pilot(request.membership):
        raise PermissionDenied
    return visible_report(request, reference)


def _with_end(rows: Any, report: Report) -> Any:
    """Each row of a journal with the instant of the next one of its object, up to that of the figures."""
    following = rows.model.objects.filter(object=OuterRef("object"), seq=OuterRef("seq") + 1, at__lt=report.as_of)
    return rows.annotate(ended=Subquery(following.values("at")[:1]))


def _answer(page: Listing, report: Report, title: str) -> HttpResponseBase:
    if (answered := page.answered()) is not None:
        return answered
    found = page.filter.rows_behind
    return _shown(page, report, title, found.number, added=len(found.added), taken=len(found.taken))


def _shown(page: Listing, report: Report, title: str, found: int, **context: Any) -> HttpResponse:
    measure = dict([*Measure.choices, *Counting.choices])[page.filter.asked.measure]
    told = {"report": report, "title": title_of_month(report), "heading": title, "measure": measure}
    return page.shown("reports/report_devices.html", figure=page.filter.figure, found=found, **told, **context)
