"""The verbs of one device from the workshop's stock to the shelf, and back: ask, one service, tell, go back."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from conventions.models import Quota
from lifecycle.acting import posted
from lifecycle.forms import CommentForm
from refurb.forms.distribution import (
    AllotForm,
    DeviceAttachForm,
    DeviceDetachForm,
    DeviceReleaseAllotmentForm,
    DeviceSendBackForm,
    DeviceShipForm,
)
from refurb.forms.households import DeviceTakeBackForm, DeviceUndoHandOverForm
from refurb.services import allotment, hand_overs, returns, shelves
from refurb.views.device_actions import act_on
from refurb.views.devices import visible_device

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])


@asks_then_acts
def device_attach(request: HttpRequest, reference: str) -> HttpResponse:
    """A screen and a desktop become one article."""
    screen = visible_device(request, reference)
    return act_on(request, screen, "attach", DeviceAttachForm(posted(request), screen=screen), allotment.attach_device)


@asks_then_acts
def device_detach(request: HttpRequest, reference: str) -> HttpResponse:
    """The desktop goes without this screen."""
    screen = visible_device(request, reference)
    return act_on(request, screen, "detach", DeviceDetachForm(posted(request)), allotment.detach_device)


@asks_then_acts
def device_allot(request: HttpRequest, reference: str) -> HttpResponse:
    """One device to a convention; « À affecter » does it for a set."""
    device = visible_device(request, reference)
    form = AllotForm(posted(request), by=request.membership, workshop=device.workshop_id)
    return act_on(request, device, "allot", form, allotment.allot_device)


@asks_then_acts
def device_release_allotment(request: HttpRequest, reference: str) -> HttpResponse:
    """Back to the stock of the workshop; its place is given back."""
    device = visible_device(request, reference)
    form = DeviceReleaseAllotmentForm(posted(request))
    taken = Quota.objects.filter(pk=device.quota_id).first()
    return act_on(
        request,
        device,
        "release_allotment",
        form,
        allotment.release_allotment_device,
        warning=f"Sa place est rendue : {taken}." if taken else "",
    )


@asks_then_acts
def device_ship(request: HttpRequest, reference: str) -> HttpResponse:
    """One device alone to a point; « Préparer une livraison » ships a parcel."""
    device = visible_device(request, reference)
    form = DeviceShipForm(posted(request), device=device)
    return act_on(request, device, "ship", form, allotment.ship_device)


@asks_then_acts
def device_cancel_shipment(request: HttpRequest, reference: str) -> HttpResponse:
    """It did not leave."""
    device = visible_device(request, reference)
    return act_on(request, device, "cancel_shipment", CommentForm(posted(request)), allotment.cancel_shipment_device)


@asks_then_acts
def device_stock_in(request: HttpRequest, reference: str) -> HttpResponse:
    """It has arrived."""
    device = visible_device(request, reference)
    return act_on(request, device, "stock_in", CommentForm(posted(request)), shelves.stock_in_device)


@asks_then_acts
def device_send_back(request: HttpRequest, reference: str) -> HttpResponse:
    """To its workshop again: from then on it is no longer among the devices of the point."""
    device = visible_device(request, reference)
    form = DeviceSendBackForm(posted(request))
    return act_on(
        request,
        device,
        "send_back",
        form,
        shelves.send_back_device,
        warning="L’appareil quitte vos listes : seul l’atelier le voit ensuite.",
        after=reverse("refurb:shelf"),
    )


@asks_then_acts
def device_find(request: HttpRequest, reference: str) -> HttpResponse:
    """It was looked for, and is on the shelf after all."""
    device = visible_device(request, reference)
    return act_on(request, device, "find", CommentForm(posted(request)), shelves.find_device)


@asks_then_acts
def device_release(request: HttpRequest, reference: str) -> HttpResponse:
    """The need waits again, at its rank."""
    device = visible_device(request, reference)
    return act_on(
        request,
        device,
        "release",
        CommentForm(posted(request)),
        hand_overs.release_device,
        warning="Le besoin attend de nouveau, à son rang : il ne perd pas son tour.",
    )


@asks_then_acts
def device_undo_hand_over(request: HttpRequest, reference: str) -> HttpResponse:
    """The same day: it did not take place."""
    device = visible_device(request, reference)
    form = DeviceUndoHandOverForm(posted(request))
    return act_on(
        request,
        device,
        "undo_hand_over",
        form,
        hand_overs.undo_hand_over_device,
        warning="L’appareil redevient réservé pour le même besoin, et une nouvelle fiche est à signer.",
    )


@asks_then_acts
def device_take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """The household brings it back."""
    device = visible_device(request, reference)
    form = DeviceTakeBackForm(posted(request))
    return act_on(
        request,
        device,
        "take_back",
        form,
        returns.take_back_device,
        warning="Les données du foyer sont sur l’appareil : tout ce qui prouvait son effacement ne compte plus.",
    )


@asks_then_acts
def device_give_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Repaired: back to its household, the warranty prolonged."""
    device = visible_device(request, reference)
    return act_on(request, device, "give_back", CommentForm(posted(request)), returns.give_back_device)
