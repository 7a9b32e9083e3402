"""When a point receives households by appointment: its week, the days it closes, its calendar."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from distribution.appointments import calendar_of_point
from distribution.forms.appointments import ClosureForm, OpeningForm
from distribution.models import Appointment, PointClosure, PointOpening
from distribution.opening_words import at_odds
from distribution.permissions import can_keep_appointment, can_open_hours
from distribution.services.openings import booked_within, close_days, left_by, open_days_again, open_hours, stop_hours
from distribution.views.appointments import calendar_response, upcoming
from distribution.views.points import visible_point
from lifecycle.acting import answer, asks_then_acts, posted
from network.requests import Request
from prescriptions.machine.prescription_rules import unrestricted
from refurb.models import DistributionPoint
from typography.french import in_a_sentence, plural


@asks_then_acts
def point_hours(request: Request, reference: str) -> HttpResponse:
    """The openings in force or to come, the closures to come, and a form for each; read by whoever serves the point."""
    point, actor = visible_point(request, reference), request.membership
    keeps = may_open(request, point)
    closing = request.method == "POST" and "closure" in request.POST
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    opening_form = OpeningForm(None if closing else posted(request), prefix="o")
    closure_form = ClosureForm(posted(request) if closing else None, prefix="f")
    if closing:
        made: Any = answer(request, closure_form, lambda data: close_days(actor=actor, point=point, **data), None)
    else:
        made = answer(request, opening_form, lambda data: open_hours(actor=actor, point=point, **data), None)
    if made is not None:
        messages.success(request, _added_sentence(made))
        return redirect("distribution:point_hours", reference=point.reference)
    today = timezone.localdate()
    context = {
        "point": point,
        "keeps": keeps,
        "has_calendar": can_keep_appointment(actor) is not None,
        "at_odds": at_odds(point, today),
        "openings": PointOpening.objects.filter(point=point).exclude(valid_to__lt=today),
        "closures": PointClosure.objects.filter(point=point, last_day__gte=today),
        "opening_form": opening_form,
        "closure_form": closure_form,
        "today": today,
    }
    return render(request, "distribution/point_hours.html", context)


@asks_then_acts
def point_hours_stop(request: Request, reference: str, pk: int) -> HttpResponse:
    """These hours end today: asked before, with what is booked later, which stays and is to be moved."""
    point = visible_point(request, reference)
    if not may_open(request, point):
        raise PermissionDenied
    opening = get_object_or_404(PointOpening.objects.filter(point=point), pk=pk)
    today = timezone.localdate()
    later = callable_rows(left_by(opening, last_day=today))
    if request.method == "POST":
        count = later.count()
        stop_hours(actor=request.membership, opening=opening, last_day=today)
        left = f" {to_be_moved(count)}" if count else ""
        messages.success(request, f"Arrêté\u00a0: {in_a_sentence(str(opening))}.{left}")
        return redirect("distribution:point_hours", reference=point.reference)
    told = later.aggregate(count=Count("pk"), first=Min("starts_at"), last=Max("starts_at"))
    context = {"point": point, "opening": opening, "today": today}
    return render(request, "distribution/opening_stop.html", context | told)


@require_POST
def point_closure_lift(request: Request, reference: str, pk: int) -> HttpResponse:
    """The point receives after all."""
    point = visible_point(request, reference)
    closure = get_object_or_404(PointClosure.objects.filter(point=point), pk=pk)
    open_days_again(actor=request.membership, closure=closure)
    messages.success(request, "Fermeture levée.")
    return redirect("distribution:point_hours", reference=point.reference)


@require_safe
def point_calendar(request: Request, reference: str) -> HttpResponse:
    """What is booked at a point from now on, for a calendar: hours and references, no name."""
    point = visible_point(request, reference)
    if can_keep_appointment(request.membership) is None:
        raise PermissionDenied
    content = calendar_of_point(upcoming(point, request.membership))
    return calendar_response(content, f"rendez-vous-{point.reference}.ics")


def may_open(request: Request, point: DistributionPoint) -> bool:
    """Whether the person says when this point receives."""
    scope = can_open_hours(request.membership)
    return scope is not None and DistributionPoint.objects.filter(scope, pk=point.pk).exists()


def _added_sentence(made: PointOpening | PointClosure) -> str:
    if isinstance(made, PointOpening):
        return f"Ouverture ajoutée\u00a0: {in_a_sentence(str(made))}."
    count = _to_move(booked_within(made.point, made.first_day, made.last_day))
    return f"Fermeture ajoutée. {to_be_moved(count)}" if count else "Fermeture ajoutée."


def _to_move(rows: Any) -> int:
    """How many « À faire » lists: to come, and of a household that may be called."""
    return callable_rows(rows.to_move(timezone.now())).count()


def callable_rows(rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Those of households that may be called."""
    return rows.filter(unrestricted("need__prescription__household"))


def to_be_moved(count: int) -> str:
    """What is booked at hours at which the point receives nobody any more."""
    moved = f"{count}\u00a0rendez-vous déjà pris {plural(count, 'est,sont')} à déplacer"
    return f"{moved}\u00a0: voir «\u00a0À faire\u00a0»."
