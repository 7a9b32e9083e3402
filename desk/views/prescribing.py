"""Where somebody prescribes, what structures did of their requests, and what leaves about an awareness session."""

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.activity import by_month, first_month, of_structures
from desk.awareness import calendar_of, draw_sheet
from desk.coverage import communes_with_standing, coverage, totals
from desk.enums import Prescribing
from desk.epcis import draw_map
from desk.filters import UncoveredFilter
from desk.tables import UncoveredTable
from desk.views.administration import pilot_only
from distribution.views.appointments import calendar_response
from documents.responses import drawn_response
from lists.listing import Listing, lists
from network.models import AwarenessSession
from network.models.directory import prescribers
from network.parameters import ACTIVE_MONTHS
from network.permissions import is_pilot, prescribes
from network.requests import Request
from network.views.awareness import visible_awareness
from typography.french import Noun

COMMUNE = Noun("commune", "communes", feminine=True)


@require_safe
def coverage_map(request: Request) -> HttpResponse:
    """The EPCI of the Nord as tiles, and beside them the table that says the same and more."""
    pilot_only(request)
    now = timezone.now()
    rows = coverage(now)
    context = {
        "map": draw_map(rows),
        "rows": rows,
        "total": totals(rows),
        "months": ACTIVE_MONTHS.on(timezone.localdate(now)),
    }
    return render(request, "desk/prescribing/coverage.html", context)


@lists
def uncovered_list(request: Request) -> HttpResponseBase:
    """The communes that no active structure serves; each leads to what one does about it."""
    pilot_only(request)
    rows = communes_with_standing(timezone.now()).exclude(standing=Prescribing.ACTIVE)
    page = Listing(
        request,
        rows=rows.select_related("epci").annotate(people=F("population")),
        table=UncoveredTable,
        noun=COMMUNE,
        filters=UncoveredFilter,
        empty="Chaque commune du département a une structure qui a déposé une demande récemment.",
    )
    months = ACTIVE_MONTHS.on(timezone.localdate())
    return page.respond("desk/prescribing/uncovered.html", months=months)


@require_safe
def activity_list(request: Request) -> HttpResponse:
    """The year of each structure that prescribes, for the pilot."""
    pilot_only(request)
    now = timezone.now()
    context = {"rows": of_structures(now), "since": first_month(now)}
    return render(request, "desk/prescribing/activity_list.html", context)


@require_safe
def activity(request: Request, reference: str) -> HttpResponse:
    """The months of one structure: for its own people, who read each of these requests, and for the pilot."""
    actor, now = request.membership, timezone.now()
    if not is_pilot(actor) and not prescribes(actor):
        raise PermissionDenied
    seen = prescribers() if is_pilot(actor) else prescribers().filter(pk=actor.organisation_id)
    structure = get_object_or_404(seen, reference=reference)
    whole, months = by_month(structure, now)
    context = {"structure": structure, "whole": whole, "months": months, "is_pilot": is_pilot(actor)}
    return render(request, "desk/prescribing/activity.html", context)


@require_safe
def awareness_sheet(request: Request, reference: str) -> FileResponse:
    """The sheet of attendance, to print."""
    session = _session(request, reference)
    return drawn_response(draw_sheet(session, timezone.now()), f"presence-{reference}.pdf")


@require_safe
def awareness_calendar(request: Request, reference: str) -> HttpResponse:
    """The date of a session, for a calendar."""
    return calendar_response(calendar_of(_session(request, reference)), f"sensibilisation-{reference}.ics")


def _session(request: Request, reference: str) -> AwarenessSession:
    return visible_awareness(request, reference)
