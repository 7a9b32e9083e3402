"""The verbs of one device: fetch, ask, one service, tell, go back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lifecycle.acting import act, answer, posted
from lifecycle.forms import CommentForm
from refurb.forms.devices import (
    DeviceAwaitPartForm,
    DeviceCedeForm,
    DeviceDescribeForm,
    DeviceDismantleForm,
    DeviceReceiveForm,
    DeviceReclassifyForm,
    DeviceRecycleForm,
    DeviceRejectForm,
    DeviceReopenForm,
    DeviceReportMissingForm,
    DeviceReturnToDonorForm,
    DeviceUndoRejectForm,
    DeviceWithdrawForm,
)
from refurb.models import Device
from refurb.services import devices, stock
from refurb.views.devices import visible_device, works_on

DONE = {
    "collect": "enlevé",
    "receive": "reçu à l’atelier",
    "start": "pris en traitement",
    "await_part": "en attente d’une pièce",
    "resume": "repris",
    "recondition": "reconditionné",
    "reopen": "remis en traitement",
    "reject": "déclaré non réemployable",
    "undo_reject": "de nouveau à traiter",
    "dismantle": "démonté pour pièces",
    "recycle": "remis au recycleur",
    "cede": "cédé",
    "report_missing": "signalé manquant",
    "withdraw": "retiré",
    "return_to_donor": "rendu au donateur",
    "reclassify": "reclassé",
    "undo_receive": "réception annulée, de nouveau attendu",
    "undo_early_receive": "réception annulée, de nouveau attendu",
    "undo_register": "enregistrement annulé",
    "attach": "rattaché à son ordinateur",
    "detach": "séparé de son ordinateur",
    "allot": "affecté à la convention",
    "release_allotment": "de nouveau en stock à l’atelier",
    "ship": "en livraison",
    "cancel_shipment": "expédition annulée",
    "stock_in": "mis en rayon",
    "send_back": "renvoyé à l’atelier",
    "find": "de nouveau en rayon",
    "release": "de nouveau disponible",
    "undo_hand_over": "remise annulée, de nouveau réservé",
    "take_back": "repris en retour SAV",
    "give_back": "rendu au foyer",
    "reserve": "réservé. La fiche d’achat est prête",
    "hand_over": "remis au foyer. La garantie court à partir d’aujourd’hui",
    "exchange": "remis au foyer en échange",
}
"""What the page says when it is done."""
PLAIN = "refurb/actions/_device.html"
asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])


def act_on(
    request: HttpRequest,
    device: Device,
    verb: str,
    form: forms.Form,
    service: Callable[..., Any],
    **context: Any,
) -> HttpResponse:
    """One verb; the service takes what the form cleaned."""
    context.setdefault("template", PLAIN)
    return act(
        request,
        device,
        verb,
        form,
        lambda data: service(actor=request.membership, device=device, **data),
        done=f"{device} : {DONE[verb]}.",
        back=reverse("refurb:device_detail", args=[device.reference]),
        device=device,
        **context,
    )


@asks_then_acts
def device_collect(request: HttpRequest, reference: str) -> HttpResponse:
    """A unit taken away after the others of its lot."""
    device = visible_device(request, reference)
    return act_on(request, device, "collect", CommentForm(posted(request)), devices.collect_device)


@asks_then_acts
def device_receive(request: HttpRequest, reference: str) -> HttpResponse:
    """This very device is in hand: known, or found again."""
    device = visible_device(request, reference)
    form = DeviceReceiveForm(posted(request), initial={"tag": device.tag, "place": device.place})
    return act_on(request, device, "receive", form, devices.receive_device)


@asks_then_acts
def device_start(request: HttpRequest, reference: str) -> HttpResponse:
    """Onto the bench, whose page comes next."""
    device = visible_device(request, reference)
    form = CommentForm(posted(request))
    after = reverse("refurb:device_recondition", args=[device.reference])
    return act_on(request, device, "start", form, devices.start_device, after=after)


@asks_then_acts
def device_await_part(request: HttpRequest, reference: str) -> HttpResponse:
    """Stopped until a part is there."""
    device = visible_device(request, reference)
    form = DeviceAwaitPartForm(posted(request))
    return act_on(request, device, "await_part", form, devices.await_part_device)


@asks_then_acts
def device_resume(request: HttpRequest, reference: str) -> HttpResponse:
    """The part is there, or is no longer waited for."""
    device = visible_device(request, reference)
    return act_on(request, device, "resume", CommentForm(posted(request)), devices.resume_device)


@asks_then_acts
def device_reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Back on the bench; the evidence of this stay still counts."""
    device = visible_device(request, reference)
    form = DeviceReopenForm(posted(request))
    return act_on(request, device, "reopen", form, stock.reopen_device)


@asks_then_acts
def device_reject(request: HttpRequest, reference: str) -> HttpResponse:
    """It will not be used again."""
    device = visible_device(request, reference)
    form = DeviceRejectForm(posted(request))
    return act_on(request, device, "reject", form, stock.reject_device)


@asks_then_acts
def device_undo_reject(request: HttpRequest, reference: str) -> HttpResponse:
    """« Non réemployable » was an error."""
    device = visible_device(request, reference)
    form = DeviceUndoRejectForm(posted(request))
    return act_on(request, device, "undo_reject", form, stock.undo_reject_device, submit="Revenir sur la décision")


@asks_then_acts
def device_dismantle(request: HttpRequest, reference: str) -> HttpResponse:
    """To pieces; what is recovered enters the stock of parts."""
    device = visible_device(request, reference)
    form = DeviceDismantleForm(posted(request))

    def dismantle(*, comment: str, **given: Any) -> Device:
        return stock.dismantle_device(actor=request.membership, device=device, parts=form.recovered(), comment=comment)

    template = "refurb/actions/device_dismantle.html"
    warning = (
        "L’appareil n’existe plus comme tel\u00a0: les pièces comptées entrent au stock, le reste part aux déchets, et"
        " chaque disque reste suivi jusqu’à sa preuve d’effacement ou de destruction."
    )
    return act_on(request, device, "dismantle", form, dismantle, template=template, warning=warning)


@asks_then_acts
def device_recycle(request: HttpRequest, reference: str) -> HttpResponse:
    """To a recycler, with a waste tracking number."""
    device = visible_device(request, reference)
    form = DeviceRecycleForm(posted(request), by=request.membership)
    return act_on(request, device, "recycle", form, stock.recycle_device)


@asks_then_acts
def device_cede(request: HttpRequest, reference: str) -> HttpResponse:
    """Out of the chain, to someone who is named."""
    device = visible_device(request, reference)
    warning = "L’appareil sort du stock et de Maillon\u00a0: il ne servira plus de foyer, et ses preuves restent ici."
    return act_on(request, device, "cede", DeviceCedeForm(posted(request)), stock.cede_device, warning=warning)


@asks_then_acts
def device_report_missing(request: HttpRequest, reference: str) -> HttpResponse:
    """Expected and not found; an incident may follow."""
    device = visible_device(request, reference)
    form = DeviceReportMissingForm(posted(request))
    warning = (
        "Si l’appareil avait quitté le donateur et que rien ne prouve son effacement, un incident est ouvert : "
        "le donateur, le responsable de l’atelier et le pilote sont prévenus aussitôt."
    )
    return act_on(request, device, "report_missing", form, devices.report_missing_device, warning=warning)


@asks_then_acts
def device_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """It will not come."""
    device = visible_device(request, reference)
    form = DeviceWithdrawForm(posted(request))
    warning = (
        "L’appareil n’est plus attendu\u00a0: il sort du lot et de ses comptes. S’il arrive quand même, il s’enregistre"
        " comme inattendu."
    )
    return act_on(request, device, "withdraw", form, devices.withdraw_device, warning=warning)


@asks_then_acts
def device_return_to_donor(request: HttpRequest, reference: str) -> HttpResponse:
    """Leased, claimed or stolen: back to whoever gave it."""
    device = visible_device(request, reference)
    form = DeviceReturnToDonorForm(posted(request))
    warning = (
        "L’appareil quitte l’atelier et Maillon, avec les données qu’il porte encore\u00a0: son parcours s’arrête ici."
    )
    return act_on(request, device, "return_to_donor", form, devices.return_to_donor_device, warning=warning)


@asks_then_acts
def device_reclassify(request: HttpRequest, reference: str) -> HttpResponse:
    """The type for a technician, the EPCI of origin for the pilot."""
    device = visible_device(request, reference)
    form = DeviceReclassifyForm(posted(request), by=request.membership, device=device)
    return act_on(request, device, "reclassify", form, devices.reclassify_device)


@asks_then_acts
def device_describe(request: HttpRequest, reference: str) -> HttpResponse:
    """What is read on the device, and where it is put: no verb hangs on it."""
    device = visible_device(request, reference)
    if not works_on(device, request.membership):
        raise PermissionDenied
    form = DeviceDescribeForm(posted(request), instance=Device.objects.get(pk=device.pk))
    described = answer(
        request,
        form,
        lambda data: devices.describe_device(actor=request.membership, device=device, **data),
        device,
    )
    back = reverse("refurb:device_detail", args=[device.reference])
    if described is not None:
        messages.success(request, "Description enregistrée.")
        return redirect(back)
    context = {"form": form, "device": device, "row": device, "title": "Décrire l’appareil", "back": back}
    return render(request, PLAIN, context)
