"""A verb on a selection of devices: what would happen, then the result, told by reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason, verbs_of
from refurb.forms.devices import CommentForm, DeviceRejectForm, DeviceReportMissingForm
from refurb.models import Device
from refurb.services.devices import report_missing_devices, start_devices
from refurb.services.stock import reject_devices

MOST = 500
"""How many devices are taken at once from a page."""


@dataclass(frozen=True)
class SetVerb:
    """A verb offered on a selection: what it asks, and the service that does it."""

    name: str
    form: type[forms.Form]
    do: Callable[..., gate.Outcome]

    @property
    def label(self) -> str:
        return verbs_of(Device)[self.name].label


SET_VERBS = {
    one.name: one
    for one in (
        SetVerb("start", CommentForm, start_devices),
        SetVerb("reject", DeviceRejectForm, reject_devices),
        SetVerb("report_missing", DeviceReportMissingForm, report_missing_devices),
    )
}


@require_POST
def device_set(request: HttpRequest) -> HttpResponse:
    """First what would happen, then, once confirmed, what did. Nothing moves before the confirmation."""
    actor = request.membership
    references = list(dict.fromkeys(request.POST.getlist("device")))[:MOST]
    if not references:
        messages.error(request, "Cochez au moins un appareil.")
        return redirect("refurb:device_list")
    verb = SET_VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        raise Http404
    devices = Device.objects.visible_to(actor).filter(reference__in=references)
    confirmed = "confirm" in request.POST
    form = verb.form(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            outcome = verb.do(actor=actor, devices=devices, **form.cleaned_data)
        except Refused as refused:
            outcome = gate.Outcome(refused=refused.reasons)
        return render(request, "refurb/device_set_result.html", _told(verb, outcome))
    foreseen = gate.preview(devices, verb.name, actor=actor)
    context = _told(verb, foreseen) | {"form": form, "references": references}
    return render(request, "refurb/device_set.html", context)


def _told(verb: SetVerb, outcome: gate.Outcome) -> dict[str, Any]:
    """What moved or would, and each reason with the devices it keeps."""
    devices = Device.objects.in_bulk([*outcome.moved, *outcome.refused])
    kept: dict[Reason, list[Device]] = {}
    for pk, reasons in outcome.refused.items():
        for reason in reasons:
            kept.setdefault(reason, []).append(devices[pk])
    return {
        "verb": verb,
        "moved": [devices[pk] for pk in outcome.moved],
        "refused_count": len(outcome.refused),
        "kept": sorted(kept.items(), key=lambda item: -len(item[1])),
    }
