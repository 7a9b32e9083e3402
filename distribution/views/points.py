"""Distribution points: the list, one of them with what is on its shelf, opening and changing one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from distribution.forms.deliveries import PointCreateForm, PointForm
from distribution.opening_words import at_odds
from distribution.permissions import can_serve_device, can_ship_device
from distribution.services.points import create_point, edit_point
from distribution.tables import PointTable
from lifecycle.acting import answer, asks_then_acts, posted
from lists.listing import Listing, lists
from network.requests import Request
from refurb.enums import ARRIVED, DeviceState
from refurb.models import Device, DistributionPoint
from refurb.permissions import can_edit_point
from typography.french import Noun

POINT = Noun("point", "points")


@lists
def point_list(request: Request) -> HttpResponseBase:
    """Where devices are handed over, the points of relays included."""
    actor = request.membership
    if all(can(actor) is None for can in (can_serve_device, can_edit_point, can_ship_device)):
        raise PermissionDenied
    rows = DistributionPoint.objects.visible_to(actor).select_related("organisation", "distributor", "commune")
    page = Listing(request, rows=rows, table=PointTable, noun=POINT)
    return page.respond("distribution/point_list.html", can_create=can_edit_point(actor) is not None)


@require_safe
def point_detail(request: Request, reference: str) -> HttpResponse:
    """One point: where, when, and, for whoever serves it, how many devices by type and state."""
    point = visible_point(request, reference)
    here = Device.objects.visible_to(request.membership).filter(point=point, state__in=(DeviceState.SHIPPED, *ARRIVED))
    counted = here.order_by().values_list("state", "type").annotate(Count("pk")).order_by("state", "type")
    states, types = dict(DeviceState.choices), dict(Device._meta.get_field("type").choices or [])
    context = {
        "point": point,
        "stock": [(states[state], types[type_], count) for state, type_, count in counted],
        "may_edit": may_edit(request, point),
        "at_odds": at_odds(point, timezone.localdate()),
    }
    return render(request, "distribution/point_detail.html", context)


@asks_then_acts
def point_create(request: Request) -> HttpResponse:
    """A new point of the distributor."""
    actor = request.membership
    if can_edit_point(actor) is None:
        raise PermissionDenied
    form = PointCreateForm(posted(request), by=actor)
    made = answer(
        request,
        form,
        lambda data: create_point(actor=actor, **{"distributor": actor.organisation} | data),
        None,
    )
    if made is not None:
        messages.success(request, f"Point «\u00a0{made}\u00a0» ouvert.")
        return redirect("distribution:point_detail", reference=made.reference)
    context = {"form": form, "title": "Ouvrir un point de distribution", "back": reverse("distribution:point_list")}
    return render(request, "distribution/point_form.html", context | {"submit": "Ouvrir le point"})


@asks_then_acts
def point_edit(request: Request, reference: str) -> HttpResponse:
    """What is said of a point, and whether it is in service."""
    point = visible_point(request, reference)
    if not may_edit(request, point):
        raise PermissionDenied
    form = PointForm(posted(request), instance=DistributionPoint.objects.get(pk=point.pk))
    changed = answer(request, form, lambda data: edit_point(actor=request.membership, point=point, **data), None)
    back = reverse("distribution:point_detail", args=[point.reference])
    if changed is not None:
        messages.success(request, "Point modifié.")
        return redirect(back)
    context = {
        "form": form,
        "point": point,
        "title": f"Modifier «\u00a0{point}\u00a0»",
        "back": back,
        "submit": "Enregistrer",
    }
    return render(request, "distribution/point_form.html", context)


def visible_point(request: Request, reference: str) -> DistributionPoint:
    """The point, if the person works with points and may see this one; else a 404."""
    actor = request.membership
    if all(can(actor) is None for can in (can_serve_device, can_edit_point, can_ship_device)):
        raise PermissionDenied
    seen = DistributionPoint.objects.visible_to(actor).select_related("organisation", "distributor", "commune")
    return get_object_or_404(seen, reference=reference)


def may_edit(request: Request, point: DistributionPoint) -> bool:
    """Whether the person keeps this point: the pilot, the manager of its distributor."""
    scope = can_edit_point(request.membership)
    return scope is not None and DistributionPoint.objects.filter(scope, pk=point.pk).exists()
