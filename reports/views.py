"""Monthly reports: the list, one of them with its exports, and the verbs of its life."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from documents.responses import document_response
from documents.services.papers import canonical, hashed_values
from lifecycle.acting import Step, answer, asks_then_acts, posted
from lifecycle.unkept import unkept
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import NeedState
from reports.chart import bar_chart
from reports.definitions import definitions
from reports.documents import draw_proof, standing
from reports.drill_down_links import Leads
from reports.enums import Counting, Measure, ReportState, Stage
from reports.forms import MonthForm
from reports.headlines import hidden_headlines
from reports.household_tables import WAITING_AT_THE_END, NeedSummary
from reports.machine import LATE
from reports.models import Report
from reports.permissions import can_compute, sees_reports
from reports.secrecy.published import published
from reports.services import (
    compute_report,
    differences,
    months_to_compute,
)
from reports.summary import LIST, LOTS_LIST, NEEDS_LIST, Summary
from reports.tables import ReportTable
from reports.workbook import write_workbook
from reports.yearly import years_of
from typography.french import Noun

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPORT = Noun("rapport", "rapports")
JSON = "application/json"
TOLD = (Stage.RECONDITIONED, Stage.HANDED_OVER, Stage.RECYCLED)
"""The stages whose entries of the month come first on the page."""
CLOSING = -1
"""The column of the closing numbers in the table of stages."""


@lists
def report_list(request: Request) -> HttpResponseBase:
    """The reports one may read; ``?mois=2026-10`` leads to that month's."""
    if sees_reports(request.membership) is None:
        raise PermissionDenied
    rows = Report.objects.visible_to(request.membership)
    if "mois" in request.GET:
        return _to_month(rows, request.GET["mois"])
    page = Listing(request, rows=rows.defer("figures"), table=ReportTable, noun=REPORT, per_page=24)
    context = {"can_compute": can_compute(request.membership) is not None, "years": years_of(request.membership)}
    return page.respond("reports/report_list.html", **context)


@require_safe
def report_detail(request: Request, reference: str) -> HttpResponse:
    """One month: stages, territories, types, quantities, proofs, corrections, and what each figure means."""
    report = visible_report(request, reference)
    pilot = is_pilot(request.membership)
    summary = Summary(report.figures, hides_small=not pilot)
    stages = summary.stages()
    leads = Leads(request.membership)
    served = NeedSummary(report.figures, hides_small=not pilot)
    context = {
        "report": report,
        "title": title_of_month(report),
        "standing": standing(report),
        "step": _step(report, pilot=pilot),
        "summary": summary,
        "stages": leads.of(stages)[0],
        "entered": {stage.name: leads.url((("mesure", Measure.ENTERED), ("etape", stage))) for stage in TOLD},
        "chart": bar_chart(stages, CLOSING),
        "territories": leads.of(summary.territories_at("closing"), summary.territories_at("entered")),
        "types": leads.of(summary.types_at("closing"), summary.types_at("entered")),
        "quantities": leads.of(summary.quantities_by_donor(), summary.quantities_by_type()),
        "variations": leads.lines(summary.gathered()),
        "need_variations": leads.lines(served.gathered(), NEEDS_LIST),
        "announced": leads.url((LOTS_LIST, ("mesure", Counting.ANNOUNCED))),
        "new": leads.url((("mesure", Counting.NEW),)),
        "met": leads.url((NEEDS_LIST, ("mesure", Measure.ENTERED), ("etape", NeedState.MET))),
        "waiting": leads.url(WAITING_AT_THE_END),
        "evidence": {
            what: leads.url(((LIST, f"preuves/{what}"),)) for what in ("disques", "introuvables", "incidents", "saisis")
        },
        "paper": report.paper,
        "definitions": definitions(report.figures),
        "differences": differences(report),
        "months": Report.objects.visible_to(request.membership).values_list("month", flat=True),
        "served": served,
        "distribution": leads.of(summary.distribution_at("closing"), summary.distribution_at("entered")),
        "needs": leads.of(served.needs_by_state(), served.needs_by_kind(), served.needs_by_territory()),
        "tension": leads.of(served.tension_by_kind(), served.tension_by_territory()),
        "is_pilot": pilot,
        "hidden": hidden_headlines(report.figures) if pilot else [],
    }
    return render(request, "reports/report_detail.html", context)


@require_safe
def report_json(request: Request, reference: str) -> HttpResponse:
    """The figures in the very bytes whose SHA-256 is printed, for the pilot: they hold every count of households."""
    if not is_pilot(request.membership):
        raise PermissionDenied
    report = visible_report(request, reference)
    return _named(HttpResponse(canonical(report.figures), content_type=JSON), report, "json", "attachment")


@require_safe
def report_public(request: Request, reference: str) -> HttpResponse:
    """The numbers that all readers are told, in the very bytes whose SHA-256 is printed for them."""
    report = visible_report(request, reference)
    if not report.published_sha256:
        raise Http404("Ce rapport n’a pas de chiffres publiés.")
    content = canonical(published(report.figures))
    return _named(HttpResponse(content, content_type=JSON), report, "publies.json", "attachment")


@require_safe
def report_values(request: Request, reference: str) -> HttpResponse:
    """What the published paper says, in the very bytes whose SHA-256 it prints, for whoever reads it."""
    report = visible_report(request, reference)
    if (paper := report.paper) is None:
        raise Http404("Ce rapport n’est pas publié.")
    return _named(HttpResponse(hashed_values(paper), content_type=JSON), report, "document.json", "attachment")


@require_safe
def report_pdf(request: Request, reference: str) -> HttpResponseBase:
    """The paper of a published report; before, a proof that says it is one."""
    report = visible_report(request, reference)
    if paper := report.paper:
        return document_response(paper)
    response = HttpResponse(draw_proof(report), content_type="application/pdf")
    return _named(response, report, "pdf", "inline")


@require_safe
def report_xlsx(request: Request, reference: str) -> HttpResponse:
    """The same figures as a workbook."""
    report = visible_report(request, reference)
    return _named(
        HttpResponse(write_workbook(report, hides_small=not is_pilot(request.membership)), content_type=XLSX),
        report,
        "xlsx",
        "attachment",
    )


@asks_then_acts
def report_compute(request: Request) -> HttpResponse:
    """Choose a month and count it."""
    if can_compute(request.membership) is None:
        raise PermissionDenied
    form = MonthForm(posted(request), months=months_to_compute())
    report = answer(request, form, lambda data: compute_report(actor=request.membership, **data), None)
    if report is not None:
        return redirect("reports:report_detail", reference=report.reference)
    return render(request, "reports/report_compute.html", {"form": form})


def visible_report(request: Request, reference: str) -> Report:
    """The report, if the person may see it; else a 404."""
    return get_object_or_404(Report.objects.visible_to(request.membership), reference=reference)


def _step(report: Report, *, pilot: bool) -> Step:
    """Who acts next: the pilot, until the month is published."""
    if pilot and report.waits_for_its_year:
        return Step("Rapport publié\u00a0: le bilan de l’année est à arrêter", "arrêtez-le", "close_year")
    if report.state == ReportState.PUBLISHED:
        return Step("Rapport publié\u00a0: plus rien n’est attendu", dated=False)
    if report.state == ReportState.FROZEN:
        return Step("En attente de la publication", "publiez le rapport" if pilot else "", "publish")
    if not report.is_whole and timezone.now() < report.bounds.end + LATE:
        return Step("Le mois n’est pas fini\u00a0: il se fige à partir d’une heure après sa fin", dated=False)
    return Step("En attente du pilotage", "relisez les chiffres, puis figez le mois" if pilot else "", "freeze")


def title_of_month(report: Report) -> str:
    """« Gisement d’octobre 2026 »."""
    month = date_format(report.month, "F Y")
    return f"Gisement {'d’' if month[0] in 'ao' else 'de '}{month}"


def _to_month(rows: Any, asked: str) -> HttpResponseRedirect:
    try:
        month = date.fromisoformat(f"{asked}-01")
    except ValueError:
        raise Http404("Ce mois ne se lit pas.") from None
    return redirect("reports:report_detail", reference=get_object_or_404(rows.defer("figures"), month=month).reference)


def _named(response: HttpResponse, report: Report, ending: str, disposition: str) -> HttpResponse:
    name = f"gisement-{report.month:%Y-%m}-{report.reference}.{ending}"
    response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    unkept(response)
    response["X-Content-Type-Options"] = "nosniff"
    return response
