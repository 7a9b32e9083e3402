"""From the shelf to a household: reserve, prepare the note again; the note as a PDF."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from distribution.enums import ClosedBecause, HandOverKind
from distribution.forms.households import DeviceReserveForm, TermsForm
from distribution.machine.allotment_rules import grid_of
from distribution.models import HandOver
from distribution.permissions import can_hand_over_device
from distribution.services import hand_overs
from distribution.signed_notes import draw_signed_note
from distribution.views.needs import needs_for
from documents.responses import document_response, drawn_response, file_response
from lifecycle.acting import asks_then_acts, posted
from network.requests import Request
from prescriptions.models import Need
from prescriptions.views.rows import opened
from refurb.enums import DeviceState
from refurb.models import Device, DeviceEntry
from refurb.views.devices import DEVICE_PAGES, visible_device
from typography.french import euros, in_a_sentence

KEPT = (
    "Par un CCAS, une association, une caisse… Laissez vide pour garder ce qui est déjà pris en charge pour ce besoin,"
    " s’il le dit, dans la limite du prix\u00a0; tapez 0 si le foyer paie tout."
)


@asks_then_acts
def device_reserve(request: Request, reference: str) -> HttpResponse:
    """For which need, at what price, who takes a part: the note is prepared at once."""
    device = visible_device(request, reference)
    needs = needs_for(request, device) if device.state == DeviceState.AVAILABLE else Need.objects.none()
    ranked = list(needs)
    kept = hand_overs.co_funding_kept([need.pk for need in ranked])
    labels = {
        need.pk: need_choice(rank, need) + (f" – {part_kept(kept[need.pk])}" if need.pk in kept else "")
        for rank, need in enumerate(ranked, start=1)
    }
    wanted = next((need.pk for need in needs if need.reference == request.GET.get("besoin")), None)
    form = DeviceReserveForm(
        posted(request),
        by=request.membership,
        needs=needs,
        labels=labels,
        initial={"price": device.price, "need": wanted},
    )
    _tell_ceiling(form, device)
    if kept:
        form.fields["co_funding"].help_text = KEPT
    return DEVICE_PAGES.act(
        request,
        device,
        "reserve",
        form,
        hand_overs.reserve_device,
        done="réservé. La fiche d’achat est prête",
        template="distribution/actions/device_reserve.html",
        nobody=not labels,
        promised=HandOver.objects.prepared_exchanges().filter(device=device).exists(),
    )


@asks_then_acts
def device_prepare_hand_over(request: Request, reference: str) -> HttpResponse:
    """Another price, another share: the note is made again, and replaces the one before."""
    device = visible_device(request, reference)
    note = note_of(request, device)
    initial = {"price": note.price, "co_funding": note.co_funding or None, "funder": note.funder_id} if note else {}
    form = TermsForm(posted(request), by=request.membership, initial=initial)
    del form.fields["comment"]
    _tell_ceiling(form, device)
    return DEVICE_PAGES.record(
        request,
        device,
        form,
        hand_overs.prepare_hand_over,
        title="Changer le prix ou la prise en charge",
        done=lambda device, made: f"Nouvelle fiche d’achat\u00a0: le foyer paie {euros(made.to_pay)}.",
        back=reverse("distribution:device_hand_over", args=[device.reference]),
        submit="Préparer la nouvelle fiche",
    )


@require_safe
def hand_over_note(request: Request, reference: str, pk: int) -> FileResponse:
    """The PDF of a note, to be signed or as it was signed, for those who serve the household."""
    return _as_it_is(visible_note(request, reference, pk))


@require_safe
def hand_over_signature(request: Request, reference: str, pk: int) -> FileResponse:
    """The signature drawn on the screen, or the signed note that was scanned."""
    note = visible_note(request, reference, pk)
    if note.signature is None:
        return _as_it_is(note)
    return file_response(note.signature, as_attachment=False)


def _as_it_is(note: HandOver) -> FileResponse:
    if note.handed_over_at is None or note.document.forgotten_at is not None:
        return document_response(note.document)
    return drawn_response(draw_signed_note(note), f"{note.document.title}, signée.pdf")


def visible_note(request: Request, reference: str, pk: int) -> HandOver:
    """The note of this device, if it is for the person's eyes, written in the log of accesses; else a 404."""
    seen = HandOver.objects.visible_to(request.membership).filter(device__reference=reference)
    linked = seen.select_related("document__rendered", "signature", "signed_by__user", "need__prescription__household")
    note = get_object_or_404(linked, pk=pk)
    return opened(request, note.need.prescription.household, note)


def note_of(request: Request, device: Device) -> HandOver | None:
    """The note in force of a device, for whoever serves its household. Raises PermissionDenied for the others."""
    if can_hand_over_device(request.membership) is None:
        raise PermissionDenied
    seen = HandOver.objects.visible_to(request.membership).current().filter(device=device)
    return seen.select_related("document", "funder", "derogation", "need__prescription__household", "replaces").first()


def opened_note(request: Request, device: Device) -> HandOver | None:
    """The same for a page that shows the household, once it is written who opened it."""
    note = note_of(request, device)
    return opened(request, note.need.prescription.household, note) if note is not None else None


def why_dropped(request: Request, device: Device) -> str:
    """Why the exchange that was prepared with a device does not take place any more, on the day it was dropped."""
    seen = HandOver.objects.visible_to(request.membership).filter(device=device, kind=HandOverKind.EXCHANGE)
    last = seen.filter(handed_over_at=None, closed_at__isnull=False).select_related("replaces").order_by("-pk").first()
    if last is None or last.replaces is None or last.closed_at is None:
        return ""
    if timezone.localdate(last.closed_at) != timezone.localdate():
        return ""
    why = in_a_sentence(last.get_closed_because_display())
    undone = DeviceEntry.objects.filter(object=last.replaces, verb="undo_take_back", at=last.closed_at)
    if last.closed_because == ClosedBecause.RELEASED and undone.exists():
        why = f"le retour de {last.replaces} a été annulé"
    return f"L’échange préparé avec cet appareil n’a plus lieu\u00a0: {why}."


def part_kept(note: HandOver) -> str:
    """What another pays for a need, whatever its device."""
    return f"{euros(note.co_funding)} pris en charge par {note.funder}"


def need_choice(rank: int, need: Any) -> str:
    """A need as one chooses it: its rank, its reference, what for, whose."""
    household = need.prescription.household.name
    return f"{rank}. {need.reference} – {need.get_kind_display()}, {need.get_use_display().lower()} – {household}"


def _tell_ceiling(form: Any, device: Device) -> None:
    """The two limits of a price, beside its box: the grid that the parties signed, the legal ceiling."""
    day, told = timezone.localdate(), []
    if (most := grid_of(day, [device.pk]).get(device.pk)) is not None:
        told.append(f"{euros(most)} au plus\u00a0: grille de la convention.")
    ceiling = device.ceiling_on(day) if device.is_under_ceiling_rule else None
    if ceiling is not None:
        told.append(f"{euros(ceiling.amount)} au plus\u00a0: plafond légal du jour ({ceiling.source}).")
    form.fields["price"].help_text = " ".join(told)
