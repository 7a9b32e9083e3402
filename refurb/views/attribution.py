"""A log of nwipe whose disks have no serial number: a person says which drive each of its runs is about."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lifecycle.acting import answer, asks_then_acts, deposited, posted
from network.requests import Request
from refurb.enums import IN_THE_WORKSHOP, ErasureOutcome
from refurb.forms.reconditioning import AttributedLogForm, AttributionForm
from refurb.models import Device, Drive
from refurb.services import batches, locked_devices
from refurb.views.evidence import worked_on
from typography.french import plural

ATTRIBUTE = "attribute"


@asks_then_acts
def device_attribute_log(request: Request, reference: str) -> HttpResponse:
    """First the log; then each of its disks with the drives of the workshop that it may be, and how one knows."""
    device = worked_on(request, reference)
    log = AttributedLogForm(posted(request), deposited(request), by=request.membership)
    runs, form = None, None
    if request.method == "POST" and log.is_valid():
        runs = log.runs
        form = AttributionForm(
            request.POST if ATTRIBUTE in request.POST else None, runs=runs, drives=drives_to_prove(device)
        )
        if form.is_bound and (done := _attribute(request, device, log, form)) is not None:
            return done
    back = reverse("refurb:device_evidence", args=[device.reference])
    missing = [] if device.state in IN_THE_WORKSHOP else [locked_devices.NOT_IN_THE_WORKSHOP.sentence]
    context: dict[str, Any] = {
        "log": log,
        "form": form or log,
        "attribution": form,
        "device": device,
        "row": device,
        "back": back,
    }
    context |= {"title": "Attribuer un journal sans numéro de série", "missing": missing}
    return render(request, "refurb/actions/device_attribute_log.html", context)


def _attribute(request: Request, device: Device, log: AttributedLogForm, form: AttributionForm) -> HttpResponse | None:
    def do(data: dict[str, Any]) -> Any:
        return batches.attribute_runs(
            actor=request.membership,
            report=log.file,
            drives=form.chosen(),
            reason=data["reason"],
            clock=log.told_clock(),
        )

    recorded = answer(request, form, do, device)
    if recorded is None:
        return None
    accepted = sum(row.outcome == ErasureOutcome.ACCEPTED for row in recorded)
    s = plural(accepted)
    told = f"{accepted} effacement{s} sur {len(recorded)} prouvé{s}, attribué{s} par vous."
    (messages.success if accepted == len(recorded) else messages.warning)(request, told)
    return redirect("refurb:device_evidence", reference=device.reference)


def drives_to_prove(device: Device) -> list[Drive]:
    """The drives in place that nothing proves empty, in the devices that the workshop has: those of this one first."""
    found = Drive.objects.unproven().in_place().select_related("device")
    here = found.filter(device__workshop=device.workshop_id, device__state__in=IN_THE_WORKSHOP)
    rows = here.filter(stay=F("device__stay")).order_by("device__tag", "pk")
    return sorted(rows, key=lambda drive: drive.device_id != device.pk)
