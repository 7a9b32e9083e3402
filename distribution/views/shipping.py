"""Prepare a delivery: a convention, a point, then one tag after another; shipped together at the end."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from conventions.models import Convention
from distribution.destinations import serves_nobody
from distribution.forms.deliveries import DeliveryScanForm, DeliveryStartForm
from distribution.permissions import can_ship_device
from distribution.services.allotment import ship_devices
from distribution.tables import counted
from lifecycle import gate
from lifecycle.acting import asks_then_acts
from lifecycle.exceptions import Refused
from lifecycle.sets import MOST, told_of
from network.requests import Request
from refurb.enums import DeviceState
from refurb.models import Device
from refurb.models.device import DeviceQuerySet
from refurb.tags import normal


@asks_then_acts
def delivery_prepare(request: Request) -> HttpResponse:
    """Nothing is written before « Expédier »: the parcel is what this page holds."""
    if can_ship_device(request.membership) is None:
        raise PermissionDenied
    allotted = allotted_here(request)
    waiting = Count("devices", filter=Q(devices__in=allotted.values("pk")))
    conventions = (
        Convention.objects.filter(pk__in=allotted.values("convention"))
        .annotate(waiting=waiting)
        .select_related("epci", "distributor")
    )
    chosen = {"convention": request.GET.get("convention") or (conventions[0].pk if len(conventions) == 1 else None)}
    start = DeliveryStartForm(request.GET if "point" in request.GET else None, initial=chosen, conventions=conventions)
    if not start.is_valid():
        return render(request, "distribution/delivery_start.html", {"form": start, "conventions": conventions})
    convention, point = start.cleaned_data["convention"], start.cleaned_data["point"]
    parcel = Parcel(allotted, convention, request.POST.getlist("device"), workshop=request.membership.organisation_id)
    context: dict[str, Any] = {"convention": convention, "point": point, "unserved": serves_nobody(convention, point)}
    if request.method == "POST":
        if "ship" in request.POST and parcel.devices:
            shipped = _ship(request, parcel, point)
            if shipped is not None:
                return shipped
        else:
            context |= _changed(parcel, request.POST)
    context |= {"form": DeliveryScanForm(), "parcel": parcel}
    return render(request, "distribution/delivery_prepare.html", context)


class Parcel:
    """The devices scanned so far, the last one first, and those that could still join them."""

    def __init__(
        self, allotted: DeviceQuerySet, convention: Convention, references: list[str], *, workshop: int | None
    ) -> None:
        self.convention, self.workshop = convention, workshop
        self.all: list[Device] = list(
            allotted.filter(convention=convention).annotate(with_screen=Count("screens")).order_by("tag")
        )
        known = {device.reference: device for device in self.all}
        self.devices: list[Device] = [known[one] for one in dict.fromkeys(references) if one in known][:MOST]

    @property
    def others(self) -> list[Device]:
        """Those allotted to the convention that are not in the parcel."""
        inside = {device.pk for device in self.devices}
        return [device for device in self.all if device.pk not in inside]

    def take(self, tag: str) -> str:
        """Put in the device of a tag; the sentence that says why not, or nothing."""
        found = next((device for device in self.all if device.tag_key == normal(tag)), None)
        if found is None:
            return self._why_not(tag)
        if found in self.devices:
            return f"«\u00a0{found.tag}\u00a0» est déjà dans la livraison."
        self.devices.insert(0, found)
        return ""

    def _why_not(self, tag: str) -> str:
        """It left already under this convention, as a page that answers late makes one scan again; or it is no such."""
        gone = Device.objects.filter(
            workshop=self.workshop, tag_key=normal(tag), convention=self.convention, delivery__isnull=False
        )
        left = gone.select_related("delivery").first()
        if left is None or left.delivery is None:
            return f"«\u00a0{tag}\u00a0» n’est pas un appareil affecté à cette convention."
        return f"«\u00a0{left.tag}\u00a0» est déjà parti\u00a0: il est dans la livraison {left.delivery.reference}."


def _changed(parcel: Parcel, data: Any) -> dict[str, str]:
    """One more, all of them, or one less; told in one line."""
    if "remove" in data:
        parcel.devices = [device for device in parcel.devices if device.reference != data["remove"]]
        return {"told": "Retiré de la livraison."}
    if "all" in data:
        added = parcel.others
        parcel.devices = [*added, *parcel.devices][:MOST]
        return {"told": f"{counted(len(added), 'appareil')} de plus dans la livraison."}
    tag = data.get("tag", "").strip()
    if not tag:
        return {"wrong": "Scannez une étiquette." if "ship" not in data else "Scannez au moins un appareil."}
    wrong = parcel.take(tag)
    return {"wrong": wrong} if wrong else {"told": f"{parcel.devices[0]}\u00a0: dans la livraison."}


def _ship(request: Request, parcel: Parcel, point: Any) -> HttpResponse | None:
    """Ship what is in the parcel; None when nothing left."""
    devices = Device.objects.filter(pk__in=[device.pk for device in parcel.devices])
    try:
        outcome = ship_devices(actor=request.membership, devices=devices, point=point)
    except Refused as refused:
        outcome = gate.Outcome(refused=refused.reasons)
    for reason, kept in told_of(Device, outcome).kept:
        messages.error(request, f"{', '.join(map(str, kept))}\u00a0: {reason.sentence}")
    if not outcome.moved:
        return None
    shipped = Device.objects.select_related("delivery").get(pk=outcome.moved[0])
    assert shipped.delivery is not None
    messages.success(request, f"{counted(len(outcome.moved), 'appareil')} en livraison vers {point}.")
    return redirect("distribution:delivery_detail", reference=shipped.delivery.reference)


def allotted_here(request: Request) -> DeviceQuerySet:
    """What the workshop has to send, the screens that go with a desktop left out."""
    actor = request.membership
    mine = Device.objects.visible_to(actor).main().filter(workshop=actor.organisation_id)
    return mine.filter(state=DeviceState.ALLOTTED)


def prepare_url(convention: int, point: int) -> str:
    """The page of a parcel for this convention and this point."""
    return f"{reverse('distribution:delivery_prepare')}?{urlencode({'convention': convention, 'point': point})}"
