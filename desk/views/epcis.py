"""The EPCI of the Nord, for the pilot: the map, and beside it the table that says the same and more."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.epcis import Today, epcis_today, map_context
from desk.todo.figures import entered, latest, month_name, standing
from desk.views.administration import pilot_only
from network.requests import Request
from prescriptions.enums import NeedKind
from reports.enums import Stage
from reports.models import Report
from reports.summary import Summary


@require_safe
def epci_list(request: Request) -> HttpResponse:
    """Each EPCI this day, with what the last report says of the devices handed over there."""
    pilot_only(request)
    report, rows = latest(request.membership), epcis_today(request.membership, timezone.now())
    handed = _handed_over(report, rows)
    context = {
        **map_context(rows),
        "rows": list(zip(rows, handed, strict=True)),
        "kinds": NeedKind,
        "total": {
            "places": sum(row.places or 0 for row in rows),
            "used": sum(row.used or 0 for row in rows),
            "left": sum(row.left or 0 for row in rows),
            "waiting": [(kind, sum(row.waiting[rank].count for row in rows)) for rank, kind in enumerate(NeedKind)],
            "handed": [sum(column) for column in zip(*handed, strict=True)],
        },
        "report": report,
        "month": month_name(report) if report is not None else "",
    }
    return render(request, "desk/epcis.html", context)


def _handed_over(report: Report | None, rows: list[Today]) -> list[tuple[int, int]]:
    """Of each EPCI, the devices at a household at the end of the month, and those handed over in it."""
    if report is None:
        return [(0, 0) for _ in rows]
    summary = Summary(report.figures, hides_small=False)
    places = [row.epci.siren for row in rows]
    stage = Stage.HANDED_OVER
    return [(int(standing(summary, stage, place)), int(entered(summary, stage, place))) for place in places]
