"""Evidence: what is found in a device, and what proves that it holds nothing more."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from documents.responses import file_response
from lifecycle.acting import answer, asks_then_acts, deposited, posted
from lifecycle.actors import Actor
from lifecycle.typed import whole_ones
from network.requests import Request
from refurb.enums import IN_THE_WORKSHOP, SOLDERED_STORAGE, DeviceType, ErasureOutcome
from refurb.forms.evidence import (
    DestructionForm,
    DonorCertificateForm,
    DriveForm,
    DriveRemovalForm,
    ErasureForm,
    StorageAbsenceForm,
    UndoneForm,
)
from refurb.forms.reconditioning import DepositedLogForm
from refurb.models import Destruction, Device, Drive, DriveRemoval, Erasure
from refurb.permissions import can_settle_drive
from refurb.services import drive_acts, erasures, evidence, locked_devices
from refurb.views.devices import visible_device, works_on
from refurb.views.sheet import sheet_of
from refurb.views.steps import next_step


@require_safe
def device_evidence(request: Request, reference: str) -> HttpResponse:
    """The bench sheet of a device: storage, erasures, tests, grade, and what is to be done next."""
    device = visible_device(request, reference)
    context = {
        "device": device,
        "sheet": sheet_of(device),
        "step": next_step(device, request.membership),
        "works": works_on(device, request.membership),
        "settles": settles(device, request.membership),
        "on_bench": device.state in IN_THE_WORKSHOP,
    }
    return render(request, "refurb/device_evidence.html", context)


@asks_then_acts
def device_record_drive(request: Request, reference: str) -> HttpResponse:
    """Inventory one storage, or correct one (``?replace=`` its key): the former stays, superseded."""
    device = worked_on(request, reference)
    former = _replaced(request, Drive.objects.current().filter(device=device, stay=device.stay))
    form = DriveForm(posted(request), device=device, supersedes=former)
    return _record(
        request,
        device,
        form,
        lambda data: evidence.record_drive(actor=request.membership, device=device, supersedes=former, **data),
        title="Corriger le stockage" if former else "Ajouter un stockage",
        done="Stockage inventorié.",
    )


@asks_then_acts
def device_attest_no_storage(request: Request, reference: str) -> HttpResponse:
    """A person's word that nothing in the device holds data."""
    device = worked_on(request, reference)
    initial = {"reason": "no_storage"} if device.type == DeviceType.SCREEN else None
    form = StorageAbsenceForm(posted(request), initial=initial)
    return _record(
        request,
        device,
        form,
        lambda data: evidence.attest_no_storage(actor=request.membership, device=device, reason=data["reason"]),
        title="Attester l’absence de stockage",
        done="Absence de stockage attestée.",
        missing=[evidence.STORAGE_SOLDERED.sentence] if device.type in SOLDERED_STORAGE else [],
    )


@asks_then_acts
def device_record_erasure(request: Request, reference: str, pk: int) -> HttpResponse:
    """Record what a tool did, with its report. The verdict is computed from the figures, whatever the report says."""
    device, drive = _drive(request, reference, pk)
    former = _replaced(request, Erasure.objects.current().filter(drive=drive))
    form = ErasureForm(posted(request), deposited(request), by=request.membership, drive=drive)
    return _record(
        request,
        device,
        form,
        lambda data: erasures.record_erasure(
            actor=request.membership,
            drive=drive,
            run=form.run(),
            report=form.stored,
            supersedes=former,
            confirmed=data["confirmed"],
        ),
        title="Remplacer un effacement" if former else "Enregistrer un effacement",
        done=_verdict_told,
        template="refurb/actions/device_record_erasure.html",
        drive=drive,
    )


@asks_then_acts
def device_record_log(request: Request, reference: str, pk: int) -> HttpResponse:
    """Deposit the log of nwipe about one drive: all that it says is read by Maillon, nothing is typed."""
    device, drive = _drive(request, reference, pk)
    form = DepositedLogForm(posted(request), deposited(request), by=request.membership, drive=drive)
    return _record(
        request,
        device,
        form,
        lambda data: erasures.record_log(
            actor=request.membership, drive=drive, report=form.file, clock=form.told_clock()
        ),
        title="Déposer le journal d’un effacement",
        done=_verdict_told,
        template="refurb/actions/device_record_log.html",
        drive=drive,
    )


@asks_then_acts
def device_keep_donor_certificate(request: Request, reference: str, pk: int) -> HttpResponse:
    """A donor's own certificate is kept and shown, and never counts."""
    device, drive = _drive(request, reference, pk)
    form = DonorCertificateForm(posted(request), deposited(request), by=request.membership)
    return _record(
        request,
        device,
        form,
        lambda data: erasures.keep_donor_certificate(
            actor=request.membership,
            drive=drive,
            tool=data["tool"],
            finished_at=data["finished_at"],
            report=data["deposit"],
        ),
        title="Garder le certificat du donateur",
        done="Certificat gardé\u00a0: il ne compte pas, le stockage reste à effacer.",
        drive=drive,
    )


@asks_then_acts
def device_record_destruction(request: Request, reference: str, pk: int) -> HttpResponse:
    """A drive that exists no more, here or at a recycler's who certifies it."""
    device, drive = _drive(request, reference, pk)
    form = DestructionForm(posted(request), deposited(request), by=request.membership)
    return _record(
        request,
        device,
        form,
        lambda data: evidence.record_destruction(
            actor=request.membership,
            drive=drive,
            kind=data["kind"],
            method=data["method"],
            destroyed_at=data["destroyed_at"],
            recycler=data["recycler"],
            certificate=data["deposit"],
            confirmed=data["confirmed"],
        ),
        title="Enregistrer une destruction",
        done="Destruction enregistrée.",
        drive=drive,
        names={"certificate": "deposit"},
    )


@asks_then_acts
def device_remove_drive(request: Request, reference: str, pk: int) -> HttpResponse:
    """A drive taken out: it is followed until it is erased or destroyed; or a drive that is said not to be there."""
    device = _settled_or_worked_on(request, reference)
    drive = get_object_or_404(Drive.objects.current(), device=device, pk=pk)
    form = DriveRemovalForm(posted(request), by=request.membership, device=device)
    return _record(
        request,
        device,
        form,
        lambda data: evidence.remove_drive(actor=request.membership, drive=drive, **data),
        title="Enregistrer un retrait",
        done="Retrait enregistré.",
        drive=drive,
    )


@asks_then_acts
def device_undo_destruction(request: Request, reference: str, pk: int) -> HttpResponse:
    """A destruction that was recorded of the wrong drive: it is to be proven again."""
    device = _settled_or_worked_on(request, reference)
    act = get_object_or_404(Destruction.objects.filter(undone="").select_related("drive__device"), device=device, pk=pk)
    return _undo(
        request,
        device,
        act,
        lambda data: drive_acts.undo_destruction(actor=request.membership, destruction=act, reason=data["reason"]),
        title="Annuler une destruction",
        done="Destruction annulée\u00a0: le disque est de nouveau à effacer ou à détruire.",
    )


@asks_then_acts
def device_undo_removal(request: Request, reference: str, pk: int) -> HttpResponse:
    """A withdrawal that was recorded of the wrong drive: it is in its device."""
    device = _settled_or_worked_on(request, reference)
    act = get_object_or_404(
        DriveRemoval.objects.filter(undone="").select_related("drive__device"), device=device, pk=pk
    )
    return _undo(
        request,
        device,
        act,
        lambda data: drive_acts.undo_removal(actor=request.membership, removal=act, reason=data["reason"]),
        title="Annuler un retrait",
        done="Retrait annulé\u00a0: le disque est de nouveau dans l’appareil.",
    )


def _undo(
    request: Request,
    device: Device,
    act: drive_acts.Act,
    do: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    done: str,
) -> HttpResponse:
    return _record(
        request,
        device,
        UndoneForm(posted(request)),
        do,
        title=title,
        done=done,
        drive=act.drive,
        warning=f"{act.drive}\u00a0: ce qui a été enregistré reste lisible, et ne compte plus. L’appareil ne sort pas"
        " de l’atelier tant que ce disque n’est pas prouvé.",
    )


@require_safe
def erasure_report(request: Request, reference: str, pk: int) -> FileResponse:
    """The report of an erasure, for whoever sees the device."""
    device = visible_device(request, reference)
    erasure = get_object_or_404(Erasure.objects.select_related("report"), device=device, pk=pk, report__isnull=False)
    assert erasure.report is not None
    return file_response(erasure.report)


@require_safe
def destruction_certificate(request: Request, reference: str, pk: int) -> FileResponse:
    """The certificate or the picture of a destruction, for whoever sees the device."""
    device = visible_device(request, reference)
    rows = Destruction.objects.select_related("certificate")
    destruction = get_object_or_404(rows, device=device, pk=pk, certificate__isnull=False)
    assert destruction.certificate is not None
    return file_response(destruction.certificate)


def settles(device: Device, actor: Actor) -> bool:
    """Whether he says which of two devices holds a drive."""
    scope = can_settle_drive(actor)
    return scope is not None and Device.objects.filter(scope, pk=device.pk).exists()


def worked_on(request: Request, reference: str) -> Device:
    """The device, if the person works on it; raises Http404 when he does not see it, PermissionDenied else."""
    device = visible_device(request, reference)
    if not works_on(device, request.membership):
        raise PermissionDenied
    return device


def _settled_or_worked_on(request: Request, reference: str) -> Device:
    device = visible_device(request, reference)
    if not works_on(device, request.membership) and not settles(device, request.membership):
        raise PermissionDenied
    return device


def _drive(request: Request, reference: str, pk: int) -> tuple[Device, Drive]:
    device = worked_on(request, reference)
    return device, get_object_or_404(Drive.objects.current(), device=device, pk=pk)


def _replaced(request: Request, rows: Any) -> Any:
    """The row that is corrected, named in the address."""
    wanted = request.GET.get("replace")
    if wanted is None:
        return None
    return get_object_or_404(rows, pk__in=whole_ones([wanted]))


def _verdict_told(request: Request, erasure: Erasure) -> None:
    """The verdict at once, with its reasons: an erasure that proves nothing is recorded too."""
    if erasure.outcome == ErasureOutcome.ACCEPTED:
        messages.success(request, "Effacement enregistré\u00a0: la preuve est acceptée.")
    else:
        why = " ".join(erasure.refusal_labels)
        messages.warning(request, f"Effacement enregistré, mais il ne prouve rien. {why}")
    if erasure.to_look_at:
        messages.warning(request, erasure.to_look_at)


def _record(
    request: Request,
    device: Device,
    form: forms.Form,
    do: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    done: str | Callable[[Request, Any], None],
    template: str = "refurb/actions/_device.html",
    **context: Any,
) -> HttpResponse:
    """The page that adds one row of evidence; back to the bench sheet."""
    back = reverse("refurb:device_evidence", args=[device.reference])
    recorded = answer(request, form, do, device, names=context.pop("names", {}))
    if recorded is not None:
        if callable(done):
            done(request, recorded)
        else:
            messages.success(request, done)
        return redirect(back)
    if device.state not in IN_THE_WORKSHOP and "drive" not in context:
        context["missing"] = [locked_devices.NOT_IN_THE_WORKSHOP.sentence]
    context |= {"form": form, "device": device, "row": device, "title": title, "back": back, "submit": "Enregistrer"}
    return render(request, template, context)
