"""What a household brings back: exchange it, or settle it otherwise."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from distribution.enums import SERVES, SettlementKind
from distribution.forms.households import ExchangeChoiceForm, SettleForm
from distribution.models import Settlement
from distribution.permissions import can_exchange_device, can_settle_return
from distribution.returns_told import last_letter, way_of
from distribution.services.hand_overs import prepare_exchange
from distribution.services.returns import paid_for, settle_return
from distribution.views.device_sheet import distribution_of
from distribution.views.needs import available_to
from documents.responses import document_response
from lifecycle.acting import answer, asks_then_acts, posted
from network.requests import Request
from prescriptions.views.rows import opened
from refurb.models import Device
from refurb.models.returns import is_brought_back, is_lost_in_return
from refurb.views.devices import DEVICE_PAGES, visible_device
from typography.french import euros


@asks_then_acts
def device_settle(request: Request, reference: str) -> HttpResponse:
    """Refunded, or given up: the workshop may then work on the device again."""
    device = visible_device(request, reference)
    if can_settle_return(request.membership) is None:
        raise PermissionDenied
    form = SettleForm(posted(request))
    paid = paid_for(device)
    form.fields["amount"].help_text = f"{euros(paid)} au plus\u00a0: ce que le foyer a payé lui-même." if paid else ""
    return DEVICE_PAGES.record(
        request,
        device,
        form,
        settle_return,
        title="Servir le foyer autrement",
        done=lambda device, settled: f"{device}\u00a0: {settled}. {_then(device)}{_paper(device, settled)}",
        submit="Enregistrer l’issue",
        warning="Cela ne se défait pas\u00a0: l’appareil ne reviendra plus à ce foyer, le montant ne se corrige plus."
        " Son travailleur social, prévenu, dit si le besoin attend de nouveau.",
        impossible=_not_to_settle(device),
    )


@asks_then_acts
def device_replace(request: Request, reference: str) -> HttpResponse:
    """The device brought back, and those on the shelf that could replace it: choosing one prepares its note."""
    device = visible_device(request, reference)
    if can_exchange_device(request.membership) is None:
        raise PermissionDenied
    offered = replacements(request, device)
    form = ExchangeChoiceForm(posted(request), devices=offered)
    chosen: dict[str, Any] = {}

    def prepare(data: dict[str, Any]) -> Any:
        chosen["device"] = data["device"]
        return prepare_exchange(actor=request.membership, device=data["device"], replaces=device)

    if answer(request, form, prepare, device) is not None:
        messages.success(request, "La fiche d’échange est prête\u00a0: faites-la signer.")
        return redirect("distribution:device_exchange", reference=chosen["device"].reference)
    covered = is_lost_in_return(device) or (
        device.returned_at
        and device.warranty_until
        and (timezone.localdate(device.returned_at) <= device.warranty_until)
    )
    context = {"form": form, "device": device, "offered": offered, "covered": covered}
    context["brought_back"] = is_brought_back(device)
    return render(request, "distribution/device_replace.html", context)


@require_safe
def device_return_letter(request: Request, reference: str) -> FileResponse:
    """The last letter that tells a household of its return, for those who serve it; who opens it is logged."""
    device = visible_device(request, reference)
    told = distribution_of(device, request.membership)
    if told.household is None or told.return_letter is None:
        raise Http404
    document = told.return_letter.letter
    assert document is not None
    return document_response(opened(request, told.household, document))


@require_safe
def device_repaired_letter(request: Request, reference: str) -> FileResponse:
    """The letter that tells a household that its device is repaired, for those who serve it; who opens it is logged."""
    device = visible_device(request, reference)
    told = distribution_of(device, request.membership)
    if told.household is None or told.repaired is None or told.repaired.letter is None:
        raise Http404
    document = told.repaired.letter.letter
    assert document is not None
    return document_response(opened(request, told.household, document))


def replacements(request: Request, device: Device) -> Any:
    """What is on the shelf, of a type that serves the same need, under a convention of the same territory."""
    if not is_brought_back(device) or device.need is None or device.convention is None:
        return Device.objects.none()
    types = SERVES.get(device.need.kind, ())
    return available_to(request).filter(type__in=types, convention__epci=device.convention.epci_id)


def _paper(device: Device, settled: Settlement) -> str:
    """How the household has what its refund says; nothing of what it gave up."""
    if settled.kind != SettlementKind.REFUND or device.need is None or device.returned_at is None:
        return ""
    if (made := last_letter(device.need, settled.recorded_at)) is None:
        told = way_of(device.need)
        return f" {told.label} au foyer\u00a0: il part à son heure." if told else " Aucun message ne part au foyer."
    return (
        f" {made.letter.title if made.letter else ''}\u00a0: imprimez sa lettre depuis cette page, et remettez-la ou"
        " postez-la."
    )


def _then(device: Device) -> str:
    if is_lost_in_return(device):
        return "Retrouvé, il se réceptionne à l’atelier et rejoint le stock."
    return "L’atelier peut le reprendre en traitement."


def _not_to_settle(device: Device) -> str:
    if not is_brought_back(device):
        return "L’appareil n’est pas en retour SAV."
    if Settlement.objects.filter(device=device, stay=device.stay).exists():
        return "L’issue de ce retour est déjà inscrite."
    return ""
