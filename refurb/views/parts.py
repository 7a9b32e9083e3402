"""The parts of a workshop: its stock, what enters it, what is fitted in a device and taken out again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from lifecycle.acting import answer, asks_then_acts, posted
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from refurb.enums import PartKind
from refurb.forms.parts import MendForm, PartBuyForm, PartFitForm, PartTakeForm, TakeOutForm
from refurb.models import Defect, Device, Part, PartTakenOut, Repair
from refurb.permissions import can_keep_parts, sees_parts
from refurb.services import defects, parts
from refurb.tables import PartTable
from refurb.views.devices import DEVICE_PAGES
from refurb.views.evidence import worked_on
from typography.french import Noun

PART = Noun("entrée du stock", "entrées du stock")
CHOSEN = "piece"
"""``?piece=``: the part that is fitted; without it, the page shows what there is."""
LONGEST_KEY = 19
"""Figures of the longest key: a longer one is no part."""


@lists
def part_list(request: Request) -> HttpResponseBase:
    """What the workshop has in stock, and what it had: each entry with what is left of it."""
    actor = request.membership
    if sees_parts(actor) is None:
        raise PermissionDenied
    rows = Part.objects.visible_to(actor).with_left().select_related("device", "workshop")
    hidden = [] if is_pilot(actor) else ["workshop"]
    page = Listing(request, rows=rows, table=PartTable, noun=PART, exclude=hidden)
    return page.respond("refurb/part_list.html", buys=can_keep_parts(actor) is not None)


@asks_then_acts
def part_buy(request: Request) -> HttpResponse:
    """Parts that were bought enter the stock."""
    if can_keep_parts(request.membership) is None:
        raise PermissionDenied
    form = PartBuyForm(posted(request))
    bought = answer(request, form, lambda data: parts.buy_part(actor=request.membership, **data), None)
    if bought is not None:
        messages.success(request, f"Entrée au stock\u00a0: {bought.quantity} × {bought}.")
        return redirect("refurb:part_list")
    return render(request, "refurb/part_buy.html", {"form": form})


@asks_then_acts
def device_take_part(request: Request, reference: str) -> HttpResponse:
    """A part is taken from a device that will not serve."""
    device = worked_on(request, reference)
    return DEVICE_PAGES.record(
        request,
        device,
        PartTakeForm(posted(request), device=device),
        parts.take_part,
        title="Prélever une pièce",
        done=lambda _, part: f"Entrée au stock\u00a0: {part.quantity} × {part}.",
        warning="Seulement sur un appareil non réemployable. Un disque prélevé est retiré de l’appareil, et suivi"
        " jusqu’à sa preuve.",
    )


@asks_then_acts
def device_fit_part(request: Request, reference: str) -> HttpResponse:
    """Choose a part among what is left, what fits the device first; then how it was fitted."""
    device = worked_on(request, reference)
    stock = parts.parts_for(device, request.membership)
    chosen = request.GET.get(CHOSEN, "")
    part = next((one for one in stock if str(one.pk) == chosen), None)
    if part is None and request.method == "POST":
        part = _gone(device, request, chosen)
    back = reverse("refurb:device_evidence", args=[device.reference])
    if part is None:
        rows = [(one, one.suits(device.manufacturer, device.model)) for one in stock]
        context = {"device": device, "row": device, "title": "Monter une pièce", "back": back, "stock": rows}
        return render(request, "refurb/actions/device_fit_part.html", context)
    return DEVICE_PAGES.record(
        request,
        device,
        PartFitForm(posted(request), device=device, part=part),
        parts.fit_part,
        title=f"Monter\u00a0: {part}",
        done=_fitted,
        values=PartFitForm.values,
        back=back,
        submit="Monter la pièce",
        warning=TO_ERASE if part.kind == PartKind.STORAGE else "",
    )


def _gone(device: Device, request: Request, chosen: str) -> Part | None:
    """A part that somebody took while it was being fitted: what was typed comes back with that sentence."""
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < LONGEST_KEY):
        return None
    return Part.objects.visible_to(request.membership).filter(workshop=device.workshop_id, pk=chosen).first()


TO_ERASE = (
    "Ce disque est inventorié dans l’appareil\u00a0: il est à effacer ici, et l’appareil ne sort pas sans sa preuve."
)


def _fitted(device: Device, repair: Repair) -> str:
    return f"{device}\u00a0: pièce montée, {repair.part}."


@asks_then_acts
def device_take_out_part(request: Request, reference: str, pk: int) -> HttpResponse:
    """A part that was fitted goes back to the stock."""
    device = worked_on(request, reference)
    fitted = Repair.objects.standing().filter(device=device, part__isnull=False).select_related("part", "drive")
    repair = get_object_or_404(fitted, pk=pk)

    def take_out(*, actor: Any, device: Device, reason: str) -> PartTakenOut:
        return parts.take_out_part(actor=actor, repair=repair, reason=reason)

    return DEVICE_PAGES.record(
        request,
        device,
        TakeOutForm(posted(request)),
        take_out,
        title=f"Reprendre\u00a0: {repair.part}",
        done=f"{repair.part}\u00a0: de nouveau au stock",
        back=reverse("refurb:device_evidence", args=[device.reference]),
        submit="Reprendre la pièce",
        warning=TO_FOLLOW if repair.drive_id else "",
    )


TO_FOLLOW = (
    "Le disque est retiré de l’appareil\u00a0: tant qu’il n’est ni effacé ni détruit, il est parmi les effacements"
    " manquants."
)


@asks_then_acts
def device_mend_defect(request: Request, reference: str, pk: int) -> HttpResponse:
    """A defect is gone, or was never there."""
    device = worked_on(request, reference)
    defect = get_object_or_404(Defect.objects.standing().filter(device=device), pk=pk)

    def mend(*, actor: Any, device: Device, reason: str) -> Any:
        return defects.mend_defect(actor=actor, defect=defect, reason=reason)

    return DEVICE_PAGES.record(
        request,
        device,
        MendForm(posted(request)),
        mend,
        title=f"Retirer le défaut\u00a0: {defect}",
        done=f"{defect}\u00a0: n’est plus dit au foyer",
        back=reverse("refurb:device_evidence", args=[device.reference]),
        submit="Retirer le défaut",
    )
