"""A reception set right: the label that is on the device, a scan that should not have been, the form of labels."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lifecycle.acting import act, answer, posted
from refurb.forms.corrections import DeviceCorrectTagForm, DeviceUndoReceiveForm, TagShapeForm
from refurb.models import TagShape
from refurb.permissions import can_set_tag_shape, can_work_on_device
from refurb.services import corrections
from refurb.views.device_actions import PLAIN, act_on, asks_then_acts
from refurb.views.devices import visible_device

BACK_AMONG_THE_EXPECTED = (
    "L’appareil redevient attendu, sans étiquette\u00a0: ce qui a été relevé dessus (marque, numéro de série,"
    " place) est oublié."
)
FORGOTTEN = "L’appareil quitte Maillon\u00a0: aucun lot ne le compte plus, et son étiquette est de nouveau libre."


@asks_then_acts
def device_correct_tag(request: HttpRequest, reference: str) -> HttpResponse:
    """The label that is written is not the one on the device."""
    device = visible_device(request, reference)
    form = DeviceCorrectTagForm(posted(request))
    warning = "Le certificat d’effacement déjà établi est refait avec la bonne étiquette." if device.ready_at else ""
    return act(
        request,
        device,
        "correct_tag",
        form,
        lambda data: corrections.correct_tag_device(actor=request.membership, device=device, **data),
        done=lambda corrected: f"{corrected} : étiquette corrigée, c’était {device.tag}.",
        back=reverse("refurb:device_detail", args=[device.reference]),
        template=PLAIN,
        device=device,
        warning=warning,
    )


@asks_then_acts
def device_undo_receive(request: HttpRequest, reference: str) -> HttpResponse:
    """It was picked up, and is awaited again."""
    return _undo(request, reference, "undo_receive", BACK_AMONG_THE_EXPECTED)


@asks_then_acts
def device_undo_early_receive(request: HttpRequest, reference: str) -> HttpResponse:
    """It was not picked up yet: it is at its donor's."""
    return _undo(request, reference, "undo_early_receive", BACK_AMONG_THE_EXPECTED)


@asks_then_acts
def device_undo_register(request: HttpRequest, reference: str) -> HttpResponse:
    """Nobody announced it, and it should not have been registered."""
    return _undo(request, reference, "undo_register", FORGOTTEN)


def _undo(request: HttpRequest, reference: str, verb: str, warning: str) -> HttpResponse:
    device = visible_device(request, reference)
    service: Any = getattr(corrections, f"{verb}_device")
    form = DeviceUndoReceiveForm(posted(request))
    return act_on(request, device, verb, form, service, warning=warning, after=reverse("refurb:reception"))


@asks_then_acts
def tag_shape(request: HttpRequest) -> HttpResponse:
    """What the labels of the workshop look like: its people read it, its manager fixes it."""
    actor = request.membership
    if can_work_on_device(actor) is None:
        raise PermissionDenied
    fixes = can_set_tag_shape(actor) is not None
    if request.method == "POST" and not fixes:
        raise PermissionDenied
    seen = TagShape.objects.visible_to(actor).select_related("set_by__user")
    now = seen.first()
    form = TagShapeForm(posted(request), initial={"shape": now.shape if now else ""})
    fixed = answer(request, form, lambda data: corrections.set_tag_shape(actor=actor, **data), None)
    if fixed is not None:
        messages.success(request, f"Forme des étiquettes\u00a0: {fixed}.")
        return redirect("refurb:tag_shape")
    return render(request, "refurb/tag_shape.html", {"form": form, "fixes": fixes, "now": now, "shapes": seen})
