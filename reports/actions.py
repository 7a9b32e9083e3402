"""What is done of a monthly report once it is counted: one page each."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format

from lifecycle.pages import Page, Pages
from network.requests import Request
from reports.headlines import hidden_headlines
from reports.models import Report
from reports.services import freeze_report, recompute_report
from reports.views import visible_report


def _month(request: Request, report: Report) -> Mapping[str, Any]:
    return {"month": date_format(report.month, "F Y"), "hidden": hidden_headlines(report.figures)}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "recompute",
        "recalculer",
        service=recompute_report,
        done="Les chiffres sont recalculés",
        template="reports/actions/recompute.html",
    ),
    Page(
        "freeze",
        "figer",
        service=freeze_report,
        done="Le mois est figé\u00a0: ses chiffres ne changent plus",
        template="reports/actions/freeze.html",
    ),
    Page("publish", "publier", done="Le rapport est publié", template="reports/actions/publish.html"),
    Page(
        "close_year",
        "arreter-le-bilan",
        done="Le bilan de l’année est arrêté\u00a0: son document est établi",
        template="reports/actions/close_year.html",
        after=lambda report: reverse("reports:year_detail", args=[report.month.year]),
    ),
)

urlpatterns = Pages(Report, visible_report, context=_month).urls("rapports", PAGES)
