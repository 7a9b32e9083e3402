"""The shelf of a distribution point: stock, reservations, returns, what is to be sent back."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Exists, IntegerField, OuterRef, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from lifecycle.actors import Actor
from prescriptions.enums import PrescriptionState
from prescriptions.models import Prescription
from prescriptions.permissions import can_accept_prescription
from refurb.enums import ARRIVED, DeviceState
from refurb.filters.distribution import ShelfFilter
from refurb.models import Delivery, Device, Repair, Settlement
from refurb.models.device import DeviceQuerySet
from refurb.permissions import can_serve_device
from refurb.tables.distribution import ReservationTable, ReturnTable, SendBackTable, ShelfTable
from refurb.views.device_sets import SET_VERBS

S = DeviceState
PER_PAGE = 50
ON_THE_SHELF = (S.AVAILABLE, S.RESERVED, S.RETURNED)
"""What one finds there by looking; the others are on their way, with a household or looked for."""


@require_safe
def shelf(request: HttpRequest) -> HttpResponse:
    """The stock of one's points, with what falls soon and what is on its way."""
    here = at_my_points(request)
    asked_for_a_state = bool(request.GET.get("state"))
    rows = here.filter(state__in=(S.SHIPPED, *ARRIVED, S.MISSING) if asked_for_a_state else ON_THE_SHELF)
    first = Case(When(state=S.AVAILABLE, then=Value(0)), default=Value(1), output_field=IntegerField())
    ordered = rows.main().order_by(first, "available_at", "pk").select_related("point", "convention_epci")
    chosen = ShelfFilter(request.GET, queryset=ordered, request=request)
    table = ShelfTable(chosen.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {
        "filter": chosen,
        "table": table,
        "available": here.main().filter(state=S.AVAILABLE).count(),
        "reserved": here.main().filter(state=S.RESERVED).count(),
        "returned": here.main().filter(state=S.RETURNED).count(),
        "coming": Delivery.objects.visible_to(request.membership).open().count(),
        "to_examine": to_examine(request.membership),
        "to_send_back": here.main().to_send_back(timezone.now()).count(),
    }
    return render(request, "refurb/shelf.html", context)


def to_examine(actor: Actor) -> int:
    """How many demands wait for the answer of whoever acts: none where somebody else answers."""
    if can_accept_prescription(actor) is None:
        return 0
    return Prescription.objects.visible_to(actor).filter(state=PrescriptionState.SUBMITTED).count()


@require_safe
def reservation_list(request: HttpRequest) -> HttpResponse:
    """What is held for households, the first to fall first."""
    rows = at_my_points(request).main().filter(state=S.RESERVED).order_by("reserved_until", "pk")
    table = ReservationTable(rows.select_related("point", "need__prescription__household"))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    return render(request, "refurb/reservation_list.html", {"table": table})


@require_safe
def return_list(request: HttpRequest) -> HttpResponse:
    """What households brought back, the oldest first, and where each stands."""
    rows = at_my_points(request).main().filter(state=S.RETURNED).order_by("returned_at", "pk")
    of_this_return: dict[str, Any] = {"device": OuterRef("pk"), "stay": OuterRef("stay")}
    annotated = rows.annotate(
        repaired=Exists(Repair.objects.filter(**of_this_return)),
        settled=Exists(Settlement.objects.filter(**of_this_return)),
    )
    table = ReturnTable(annotated.select_related("point", "need"))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    return render(request, "refurb/return_list.html", {"table": table})


@require_safe
def send_back_list(request: HttpRequest) -> HttpResponse:
    """What is left of conventions that ended too long ago to hand anything over."""
    rows = at_my_points(request).main().to_send_back(timezone.now()).order_by("convention__ended_on", "pk")
    table = SendBackTable(rows.select_related("point", "convention"))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    return render(request, "refurb/send_back_list.html", {"table": table, "verb": SET_VERBS["send_back"]})


def at_my_points(request: HttpRequest) -> DeviceQuerySet:
    """The devices of the points one serves. Raises PermissionDenied (403) for whoever serves none."""
    actor = request.membership
    scope = can_serve_device(actor)
    if scope is None:
        raise PermissionDenied
    return Device.objects.visible_to(actor).filter(scope)
