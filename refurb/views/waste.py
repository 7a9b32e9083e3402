"""The register of waste: its list and its file, one note with what is missing, what completes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from lifecycle.acting import answer, asks_then_acts, posted
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from reference.families import label_of
from refurb.enums import DeviceState
from refurb.filters import WasteFilter
from refurb.forms.devices import CorrectWasteForm
from refurb.forms.waste import WasteNoteForm
from refurb.models import Device, WasteNote
from refurb.models.waste import WasteNoteQuerySet
from refurb.parameters import REGISTER_YEARS
from refurb.permissions import can_complete_waste_note, sees_waste
from refurb.services.waste import COMPLETED, complete_waste_note, correct_waste
from refurb.waste_tables import WasteRegisterTable, WasteTable, counted_types, full_address
from typography.french import HARD, Noun, day

NOTE = Noun("bordereau de déchets", "bordereaux de déchets")
LINKED = ("workshop__commune", "recycler__commune", "destination__commune", "waste_code")
MOST_NAMED = 100
"""How many devices the page of a note names; the others are counted."""


@lists
def waste_register(request: Request) -> HttpResponseBase:
    """The notes of one's workshop, or all for the pilot; the file has the columns of the law."""
    actor = request.membership
    if sees_waste(actor) is None:
        raise PermissionDenied
    page = Listing(
        request,
        rows=_read(WasteNote.objects.visible_to(actor).current().borne()),
        table=WasteTable,
        noun=NOTE,
        filters=WasteFilter,
        exclude=[] if is_pilot(actor) else ["workshop"],
        exported=WasteRegisterTable,
    )
    return page.respond("refurb/waste_register.html", years=REGISTER_YEARS.on(timezone.localdate()))


@asks_then_acts
def waste_note(request: Request, pk: int) -> HttpResponse:
    """One note: its devices, what is missing, what was written before; the form for its workshop."""
    actor = request.membership
    note = get_object_or_404(_read(WasteNote.objects.visible_to(actor)), pk=pk)
    versions = list(_versions(note))
    last = versions[0]
    if request.method != "POST" and last.pk != note.pk:
        return redirect("refurb:waste_note", pk=last.pk)
    may = can_complete_waste_note(actor) is not None
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = WasteNoteForm(posted(request), instance=_copy(note), by=actor, devices=len(note.types)) if may else None
    if form is not None:
        newer = answer(
            request, form, lambda data: complete_waste_note(actor=actor, note=note, facts=form.facts()), None
        )
        if newer is not None:
            messages.success(request, f"Bordereau {newer} enregistré.")
            return redirect("refurb:waste_note", pk=newer.pk)
    devices = Device.objects.visible_to(actor).filter(
        state=DeviceState.RECYCLED, workshop=note.workshop_id, bsd_number=note.bsd_number
    )
    context = {
        "note": note,
        "form": form,
        "types": counted_types(note.types),
        "receiver_address": full_address(note.receiver),
        "devices": list(devices.order_by("type", "pk")[:MOST_NAMED]),
        "others": max(len(note.types) - MOST_NAMED, 0),
        "changes": list(_changes(versions)),
        "is_last": last.pk == note.pk,
        "last": last,
        "years": REGISTER_YEARS.on(timezone.localdate()),
    }
    return render(request, "refurb/waste_note.html", context)


@asks_then_acts
def waste_note_correct(request: Request, pk: int) -> HttpResponse:
    """The number or the recycler of a whole note: all its devices are under another one."""
    actor = request.membership
    note = get_object_or_404(WasteNote.objects.visible_to(actor).select_related("workshop", "recycler"), pk=pk)
    if can_complete_waste_note(actor) is None:
        raise PermissionDenied
    devices = Device.objects.visible_to(actor).filter(
        state=DeviceState.RECYCLED, workshop=note.workshop_id, bsd_number=note.bsd_number
    )
    initial = {"recycler": note.recycler, "bsd_number": note.bsd_number}
    form = CorrectWasteForm(posted(request), by=actor, initial=initial)
    done = answer(request, form, lambda data: correct_waste(actor=actor, devices=devices, **data), None)
    if done is not None:
        messages.success(request, f"Bordereau {done}\u00a0: corrigé.")
        return redirect("refurb:waste_note", pk=done.pk)
    return render(request, "refurb/waste_note_correct.html", {"note": note, "form": form, "count": devices.count()})


def _read(notes: WasteNoteQuerySet) -> Any:
    """Notes with all that the register says of them."""
    return notes.select_related(*LINKED).with_devices()


def _copy(note: WasteNote) -> WasteNote:
    """What a form may write into without the page saying what was only typed."""
    return WasteNote(**{field.attname: getattr(note, field.attname) for field in WasteNote._meta.concrete_fields})


def _versions(note: WasteNote) -> Iterable[WasteNote]:
    """The rows of a note, the newest first."""
    rows = WasteNote.objects.filter(workshop=note.workshop_id, bsd_number=note.bsd_number)
    return rows.select_related(
        "recorded_by__user", "recorded_by__organisation", "waste_code", "destination", "recycler"
    ).order_by("-pk")


@dataclass(frozen=True)
class WasteNoteChange:
    """What one completion wrote: when, by whom, and each field with what it said before."""

    at: datetime
    by: str
    facts: tuple[str, ...]


def _changes(versions: list[WasteNote]) -> Iterable[WasteNoteChange]:
    for newer, older in pairwise(versions):
        facts = tuple(_changed(newer, older))
        yield WasteNoteChange(newer.recorded_at, str(newer.recorded_by.user) if newer.recorded_by else "Maillon", facts)


def _changed(newer: WasteNote, older: WasteNote) -> Iterable[str]:
    for name in ("recycler", *COMPLETED):
        if getattr(newer, name) != getattr(older, name):
            label = label_of(WasteNote, name)
            yield f"{label}{HARD}: {_fact_in_words(older, name)} → {_fact_in_words(newer, name)}"


def _fact_in_words(note: WasteNote, name: str) -> str:
    """One fact in words."""
    value = getattr(note, name)
    if value is None or value == "":
        return "non renseigné"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return f"{value}{HARD}kg".replace(".", ",")
    if isinstance(value, date):
        return day(value)
    return str(getattr(note, f"get_{name}_display", lambda: value)())
