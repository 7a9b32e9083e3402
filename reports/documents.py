"""The paper of a report: what it says is frozen when it is published; before, it is drawn anew as a proof."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.formats import date_format

from documents.kinds import register_kind
from documents.models import Document
from documents.services import freeze_document, render_pdf
from lifecycle.actors import Actor
from lifecycle.templatetags.lifecycle import moment
from reports.definitions import definitions
from reports.enums import ReportState
from reports.household_tables import NeedSummary
from reports.models import PAPER, Report
from reports.summary import Summary

FIRST_TEMPLATE = "documents/reports/monthly_report.html"
SECOND_TEMPLATE = "documents/reports/monthly_report_2.html"
THIRD_TEMPLATE = "documents/reports/monthly_report_3.html"
FOURTH_TEMPLATE = "documents/reports/monthly_report_4.html"
TEMPLATE = "documents/reports/monthly_report_5.html"


def register_kinds() -> None:
    """Declare the paper and its templates; the second counts the needs of households, the third sums the month up.

    The fourth tells acts from what else varied, of devices and of needs. The fifth begins with what was announced, and
    the proof of a month that is frozen says that it is one.
    """
    register_kind(PAPER, "Rapport mensuel du gisement", FIRST_TEMPLATE)
    register_kind(PAPER, "Rapport mensuel du gisement", SECOND_TEMPLATE, version=2)
    register_kind(PAPER, "Rapport mensuel du gisement", THIRD_TEMPLATE, version=3)
    register_kind(PAPER, "Rapport mensuel du gisement", FOURTH_TEMPLATE, version=4)
    register_kind(PAPER, "Rapport mensuel du gisement", TEMPLATE, version=5)


def title_of(report: Report) -> str:
    """« Gisement du Nord – octobre 2026 »."""
    return f"Gisement du Nord – {date_format(report.month, 'F Y')}"


def freeze_paper(report: Report, *, by: Actor, at: datetime) -> Document:
    """Freeze what the paper of a published report says."""
    return freeze_document(
        kind=PAPER,
        owner=(report.machine.name, report.pk),
        values=paper_values(report),
        by=by,
        at=at,
        title=title_of(report),
    )


def draw_proof(report: Report) -> bytes:
    """The PDF of a report that is not published yet, marked as such and kept nowhere."""
    return render_pdf(
        TEMPLATE,
        {"values": paper_values(report) | {"is_proof": True}, "reference": report.reference},
        title=title_of(report),
        identifier=report.reference,
        date=report.moved_at,
    )


def paper_values(report: Report) -> dict[str, Any]:
    """Everything the paper says, in words and whole numbers; whoever draws it, it is written for all its readers."""
    summary = Summary(report.figures, hides_small=True)
    served = NeedSummary(report.figures, hides_small=True)
    tables = {
        "stages": summary.stages(),
        "territories_closing": summary.territories_at("closing"),
        "territories_entered": summary.territories_at("entered"),
        "types_closing": summary.types_at("closing"),
        "types_entered": summary.types_at("entered"),
        "distribution_closing": summary.distribution_at("closing"),
        "distribution_entered": summary.distribution_at("entered"),
        "needs_by_state": served.needs_by_state(),
        "needs_by_kind": served.needs_by_kind(),
        "needs_by_territory": served.needs_by_territory(),
        "tension_by_kind": served.tension_by_kind(),
        "tension_by_territory": served.tension_by_territory(),
        "quantities_by_donor": summary.quantities_by_donor(),
        "quantities_by_type": summary.quantities_by_type(),
    }
    return {
        "reference": report.reference,
        "month": date_format(report.month, "F Y"),
        "standing": standing(report),
        "is_final": report.state != ReportState.COMPUTED,
        "sha256": report.published_sha256,
        "announced": summary.announced,
        "new_devices": summary.new_devices,
        "reconditioned": summary.reconditioned,
        "handed_over": summary.handed_over,
        "recycled": summary.recycled,
        "counts_needs": served.is_counted,
        "met": served.met,
        "waiting": served.waiting,
        "missing_drives": summary.missing_drives,
        "missing_devices": summary.missing_devices,
        "incidents": summary.incidents,
        "typed_erasures": summary.typed_erasures,
        "variations": [list(line) for line in summary.variations()],
        "need_variations": [list(line) for line in served.variations()],
        "definitions": [list(pair) for pair in definitions(report.figures)],
    } | {name: asdict(table) for name, table in tables.items()}


def standing(report: Report) -> str:
    """How far the figures go and how firm they are, in one sentence."""
    if report.state == ReportState.COMPUTED:
        whole = "mois entier" if report.is_whole else f"arrêtés au {moment(report.as_of)}"
        return f"Chiffres provisoires ({whole}), calculés le {moment(report.computed_at)}."
    assert report.frozen_at is not None
    return f"Chiffres du mois entier, figés le {moment(report.frozen_at)}\u00a0: ils ne changent plus."
