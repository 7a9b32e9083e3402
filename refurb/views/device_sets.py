"""A verb on a selection of devices: what would happen, then the result, told by reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.forms import CommentForm
from lifecycle.machine import Reason, verbs_of
from refurb.forms.devices import DeviceRejectForm, DeviceReportMissingForm
from refurb.forms.distribution import DeviceReleaseAllotmentForm, DeviceSendBackForm
from refurb.models import Device
from refurb.permissions import (
    can_allot_device,
    can_report_missing_device,
    can_send_back_device,
    can_work_on_device,
)
from refurb.services.allotment import release_allotment_devices
from refurb.services.devices import report_missing_devices, start_devices
from refurb.services.shelves import send_back_devices
from refurb.services.stock import reject_devices

MOST = 500
"""How many devices are taken at once from a page."""


@dataclass(frozen=True)
class SetVerb:
    """A verb offered on a selection: what it asks, who may, the service that does it, the list it comes from."""

    name: str
    form: type[forms.Form]
    do: Callable[..., gate.Outcome]
    can: Callable[[Actor], object]
    back: str = "refurb:device_list"

    @property
    def label(self) -> str:
        return verbs_of(Device)[self.name].label


SET_VERBS = {
    one.name: one
    for one in (
        SetVerb("start", CommentForm, start_devices, can_work_on_device),
        SetVerb("reject", DeviceRejectForm, reject_devices, can_work_on_device),
        SetVerb("release_allotment", DeviceReleaseAllotmentForm, release_allotment_devices, can_allot_device),
        SetVerb("report_missing", DeviceReportMissingForm, report_missing_devices, can_report_missing_device),
        SetVerb("send_back", DeviceSendBackForm, send_back_devices, can_send_back_device, "refurb:send_back_list"),
    )
}


def offered_to(actor: Actor) -> list[SetVerb]:
    """What one may do with the boxes ticked in the list of devices."""
    return [one for one in SET_VERBS.values() if one.back == "refurb:device_list" and one.can(actor) is not None]


@require_POST
def device_set(request: HttpRequest) -> HttpResponse:
    """First what would happen, then, once confirmed, what did. Nothing moves before the confirmation."""
    actor = request.membership
    verb = SET_VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        raise Http404
    references = list(dict.fromkeys(request.POST.getlist("device")))[:MOST]
    if not references:
        messages.error(request, "Cochez au moins un appareil.")
        return redirect(verb.back)
    devices = Device.objects.visible_to(actor).filter(reference__in=references)
    confirmed = "confirm" in request.POST
    context: dict[str, Any] = {
        "title": verb.label,
        "set_url": reverse("refurb:device_set"),
        "back": reverse(verb.back),
        "kept_open": {"verb": verb.name},
    }
    form = verb.form(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            outcome = verb.do(actor=actor, devices=devices, **form.cleaned_data)
        except Refused as refused:
            outcome = gate.Outcome(refused=refused.reasons)
        return render(request, "refurb/device_set_result.html", context | told_of(outcome))
    foreseen = gate.preview(devices, verb.name, actor=actor)
    context |= told_of(foreseen) | {"form": form, "references": references}
    return render(request, "refurb/device_set.html", context)


def told_of(outcome: gate.Outcome) -> dict[str, Any]:
    """What moved or would, and each reason with the devices it keeps."""
    devices = Device.objects.in_bulk([*outcome.moved, *outcome.refused])
    kept: dict[Reason, list[Device]] = {}
    for pk, reasons in outcome.refused.items():
        for reason in reasons:
            kept.setdefault(reason, []).append(devices[pk])
    return {
        "moved": [devices[pk] for pk in outcome.moved],
        "refused_count": len(outcome.refused),
        "kept": sorted(kept.items(), key=lambda item: -len(item[1])),
    }
