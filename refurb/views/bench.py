"""The bench: describe a device, test its functions, compute its grade, note a repair."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from lifecycle.acting import answer, asks_then_acts, posted
from network.requests import Request
from refurb.enums import CheckResult, DriveKind
from refurb.forms.bench import GradingForm, RepairForm, TestRunForm
from refurb.forms.devices import DeviceDescribeForm
from refurb.forms.evidence import gigabytes
from refurb.grading import Grade, Scale, Unmeasurable, compute
from refurb.models import Checklist, Device, Drive, Grading, GradingScale
from refurb.services import bench, processors
from refurb.services.devices import describe_device
from refurb.usual import SYSTEM, SYSTEM_LIKE, usual_system
from refurb.views.devices import DEVICE_PAGES, visible_device, works_on
from refurb.views.evidence import worked_on
from refurb.views.sheet import last_results, measured

EVERYTHING_WORKS = "all_ok"
COMPUTE = "compute"


@asks_then_acts
def device_test(request: Request, reference: str) -> HttpResponse:
    """The checklist of the type on one page; « Tout fonctionne » ticks what is left and records nothing yet."""
    device = worked_on(request, reference)
    checklist = Checklist.objects.filter(type=device.type).on(timezone.localdate()).first()
    if checklist is None:
        return _nothing_in_force(request, device, bench.NO_CHECKLIST.sentence)
    if EVERYTHING_WORKS in request.POST:
        ticked = {code: said for code, said in request.POST.items() if said in CheckResult.values}
        working = dict.fromkeys(checklist.functions.values_list("code", flat=True), CheckResult.OK)
        form = TestRunForm(checklist=checklist, initial=working | ticked)
    else:
        form = TestRunForm(posted(request), checklist=checklist, initial=last_results(device))
    run = answer(
        request,
        form,
        lambda data: bench.record_test_run(actor=request.membership, device=device, results=form.results()),
        device,
    )
    if run is not None:
        if run.passed:
            messages.success(request, "Tests enregistrés\u00a0: l’appareil est en état de marche.")
        else:
            messages.warning(
                request, "Tests enregistrés\u00a0: une fonction reste à tester, ou une essentielle est en défaut."
            )
        return redirect("refurb:device_evidence", reference=device.reference)
    context = {"form": form, "device": device, "checklist": checklist}
    return render(request, "refurb/actions/device_test.html", context)


@asks_then_acts
def device_grade(request: Request, reference: str) -> HttpResponse:
    """The grade by a scale: « Calculer » shows the sum and records nothing, « Enregistrer » keeps it."""
    device = worked_on(request, reference)
    scales = GradingScale.objects.filter(types__contains=[device.type]).on(timezone.localdate())
    scale_row = scales.filter(code=request.GET["scale"]).first() if "scale" in request.GET else scales.first()
    if scale_row is None:
        return _nothing_in_force(request, device, bench.NO_SCALE.sentence)
    scale = scale_row.as_scale()
    form = GradingForm(posted(request), scale=scale, initial=known_measures(device), processor=device.processor)
    computed = None
    if COMPUTE in request.POST:
        computed = _computed(form, scale)
    else:
        graded = answer(
            request,
            form,
            lambda data: bench.grade_device(
                actor=request.membership,
                device=device,
                measures=form.measures(),
                cosmetic=data["cosmetic"],
                scale=scale_row,
            ),
            device,
        )
        if graded is not None:
            messages.success(request, f"Grade enregistré\u00a0: {graded.label}.")
            return redirect("refurb:device_evidence", reference=device.reference)
    context = {"form": form, "device": device, "scale": scale_row, "scales": scales, "computed": computed}
    return render(request, "refurb/actions/device_grade.html", context)


@asks_then_acts
def device_repair(request: Request, reference: str) -> HttpResponse:
    """What was done to the device; a part of the stock is fitted on a page of its own."""
    device = worked_on(request, reference)
    form = RepairForm(posted(request))
    repaired = answer(
        request,
        form,
        lambda data: bench.record_repair(actor=request.membership, device=device, **data),
        device,
    )
    back = reverse("refurb:device_evidence", args=[device.reference])
    if repaired is not None:
        messages.success(request, "Réparation enregistrée.")
        return redirect(back)
    context = {"form": form, "device": device, "row": device, "title": "Enregistrer une réparation", "back": back}
    return render(request, "refurb/actions/_device.html", context | {"submit": "Enregistrer"})


def _nothing_in_force(request: Request, device: Device, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("refurb:device_evidence", reference=device.reference)


def _computed(form: GradingForm, scale: Scale) -> dict[str, Any] | None:
    """The grade these measures would give, with its sum; what is missing goes beside its field."""
    if not form.is_valid():
        return None
    try:
        grade: Grade = compute(scale, {**form.measures(), "cosmetic": form.cleaned_data["cosmetic"]})
    except Unmeasurable as error:
        for name, sentence in error.measures.items():
            form.add_error(name if name in form.fields else None, sentence)
        return None
    return measured_lines(grade, scale)


def measured_lines(grade: Grade, scale: Scale) -> dict[str, Any]:
    """A grade with its sum line by line, each measure in words."""
    units = {criterion.code: criterion.unit for criterion in scale.criteria}
    lines = [
        {"label": line.label, "measure": measured(line.measure, units[line.code]), "points": line.points}
        for line in grade.lines
    ]
    return {"label": grade.label, "score": grade.score, "lines": lines, "caps": [cap.label for cap in grade.caps]}


def known_measures(device: Device) -> dict[str, Any]:
    """What the form opens with: the last measures of this stay, else what was read on the device and of its storage."""
    last = Grading.objects.current().filter(device=device, stay=device.stay).order_by("-pk").first()
    if last is not None:
        return dict(last.measures)
    found = Drive.objects.in_place().exclude(kind=DriveKind.CARD).filter(device=device, stay=device.stay)
    drive = found.order_by("pk").first()
    known: dict[str, Any] = {"ram_gb": device.memory_gb} if device.memory_gb else {}
    if (usual := usual_system(device)) is not None:
        known |= {SYSTEM: usual.system, SYSTEM_LIKE: usual.like}
    if (score := processors.proposed_score(device, timezone.localdate())) is not None:
        known |= {processors.MEASURE: score.score, processors.SOURCE: score.source}
    if drive is None:
        return known
    kind = drive.kind if drive.kind != DriveKind.INTERNAL else ""
    return known | {"storage_kind": kind, "storage_gb": gigabytes(drive.capacity)}


@asks_then_acts
def device_describe(request: Request, reference: str) -> HttpResponse:
    """What is read on the device, and where it is put: no verb hangs on it."""
    device = visible_device(request, reference)
    if not works_on(device, request.membership):
        raise PermissionDenied
    form = DeviceDescribeForm(posted(request), instance=Device.objects.get(pk=device.pk))
    return DEVICE_PAGES.record(
        request, device, form, describe_device, title="Décrire l’appareil", done="Description enregistrée"
    )
