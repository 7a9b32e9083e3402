"""The parts of a workshop: its stock, what enters it, what is fitted in a device and taken out again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.exceptions import Refused
from lifecycle.typed import whole_ones
from lists.listing import Listing, lists
from network.models import Membership
from network.permissions import is_pilot
from network.requests import Request
from refurb.awaited_parts import awaiting
from refurb.enums import DeviceState, PartKind
from refurb.forms.parts import MendForm, PartBuyForm, PartFitForm, PartTakeForm, TakeOutForm, WriteOffForm
from refurb.models import Defect, Device, Part, PartWrittenOff, Repair
from refurb.part_choice import choices_of
from refurb.permissions import can_keep_parts, sees_parts
from refurb.services import boards, defects, parts
from refurb.tables import PartTable
from refurb.views.devices import DEVICE_PAGES
from refurb.views.evidence import worked_on
from typography.french import Noun, plural

PART = Noun("entrée du stock", "entrées du stock")
WHO = ("recorded_by__user", "recorded_by__organisation", "undone_by__user", "undone_by__organisation")
"""Who wrote a part off and who undid it, as the page names them."""
SOUGHT, LONGEST_SEARCH, FEW = "cherche", 80, 8
"""``?cherche=``: words that are said of a part; asked for once there are more than a few."""
CHOSEN = "piece"
"""``?piece=``: the part that is fitted; without it, the page shows what there is."""


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
        if waiting := awaiting(bought).count():
            messages.info(
                request, f"{waiting}\u00a0appareil{plural(waiting)} {plural(waiting, 'attend,attendent')} cette pièce."
            )
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
        words = request.GET.get(SOUGHT, "").strip()[:LONGEST_SEARCH]
        context = {"device": device, "row": device, "title": "Monter une pièce", "back": back}
        context |= {"stock": choices_of(stock, device, words), "sought": words, "searches": len(stock) > FEW}
        context["keeps"] = parts.KEEPS_ITS_DRIVE.sentence if device.state == DeviceState.RETURNED else ""
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
        warning=_to_be_proven(device, part),
    )


def _gone(device: Device, request: Request, chosen: str) -> Part | None:
    """A part that somebody took while it was being fitted: what was typed comes back with that sentence."""
    here = Part.objects.visible_to(request.membership).filter(workshop=device.workshop_id)
    return here.filter(pk__in=whole_ones([chosen])).first()


TO_ERASE = (
    "Ce disque est inventorié dans l’appareil\u00a0: il est à effacer ici, et l’appareil ne sort pas sans sa preuve."
)
BOARD_TO_ERASE = (
    "Cette carte mère porte le stockage de l’appareil\u00a0: il est à prouver de nouveau ici. Celui de la carte qui"
    " sort doit déjà être prouvé effacé, ou détruit."
)


def _to_be_proven(device: Device, part: Part) -> str:
    """What is to be proven once this part is fitted."""
    if boards.holds_its_storage(device, part.kind):
        return BOARD_TO_ERASE
    return TO_ERASE if part.kind == PartKind.STORAGE else ""


def _fitted(device: Device, repair: Repair) -> str:
    return f"{device}\u00a0: pièce montée, {repair.part}."


@asks_then_acts
def device_take_out_part(request: Request, reference: str, pk: int) -> HttpResponse:
    """A part that was fitted goes back to the stock."""
    device = worked_on(request, reference)
    fitted = Repair.objects.standing().filter(device=device, part__isnull=False).select_related("part", "drive")
    repair = get_object_or_404(fitted, pk=pk)
    return _gone_because(
        request,
        device,
        TakeOutForm(posted(request)),
        lambda actor, reason: parts.take_out_part(actor=actor, repair=repair, reason=reason),
        title=f"Reprendre\u00a0: {repair.part}",
        done=f"{repair.part}\u00a0: de nouveau au stock",
        submit="Reprendre la pièce",
        warning=_to_be_followed(device, repair),
    )


def _to_be_followed(device: Device, repair: Repair) -> str:
    """What becomes of the storage that leaves with a part."""
    if boards.holds_its_storage(device, repair.kind):
        return BOARD_LEAVES
    return TO_FOLLOW if repair.drive_id else ""


BOARD_LEAVES = (
    "Cette carte mère porte le stockage de l’appareil\u00a0: elle se reprend une fois prouvée effacée, et celle qui"
    " revient à sa place est à prouver de nouveau."
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
    return _gone_because(
        request,
        device,
        MendForm(posted(request)),
        lambda actor, reason: defects.mend_defect(actor=actor, defect=defect, reason=reason),
        title=f"Retirer le défaut\u00a0: {defect}",
        done=f"{defect}\u00a0: n’est plus dit au foyer",
        submit="Retirer le défaut",
    )


def _gone_because(
    request: Request, device: Device, form: Form, say: Callable[[Membership, str], Any], **said: Any
) -> HttpResponse:
    """The page that says why something is in a device no more, opened from its bench sheet."""

    def do(*, actor: Membership, device: Device, reason: str) -> Any:
        return say(actor, reason)

    back = reverse("refurb:device_evidence", args=[device.reference])
    return DEVICE_PAGES.record(request, device, form, do, back=back, **said)


@asks_then_acts
def part_detail(request: Request, pk: int) -> HttpResponse:
    """One entry of the stock: where each of its parts went; those who keep it write off what is there no more."""
    seen = Part.objects.visible_to(request.membership).with_left().select_related("device")
    part, keeps = get_object_or_404(seen, pk=pk), can_keep_parts(request.membership) is not None
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    form = WriteOffForm(posted(request), shelf=parts.on_the_shelf(part) if keeps else [])
    off = answer(request, form, lambda said: parts.write_off_part(actor=request.membership, part=part, **said), None)
    if off is not None:
        messages.success(request, f"{part}\u00a0: sorti du stock, {off.quantity}. Une erreur s’annule ci-dessous.")
        return redirect("refurb:part_detail", part.pk)
    context = {
        "part": part,
        "form": form if keeps and part.left else None,
        "keeps": keeps,
        "repairs": part.repairs.current().select_related("device", "taken_out"),
        "written_off": part.written_off.select_related("drive", *WHO),
    }
    return render(request, "refurb/part_detail.html", context)


@require_POST
def part_undo(request: Request, pk: int) -> HttpResponse:
    """What was written off by mistake, or is found again, is in the stock again."""
    seen = PartWrittenOff.objects.filter(part__in=Part.objects.visible_to(request.membership))
    off = get_object_or_404(seen.select_related("part"), pk=pk)
    try:
        parts.undo_write_off(actor=request.membership, written_off=off)
    except Refused as refused:
        messages.error(request, " ".join(reason.sentence for reason in refused.all))
    else:
        messages.success(request, f"{off.part}\u00a0: de nouveau au stock, {off.quantity}.")
    return redirect("refurb:part_detail", off.part_id)
