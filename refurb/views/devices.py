"""Devices as one reads them: the list, one of them, the bench, storages still to be erased."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, CharField, Count, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, Value
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from documents.responses import document_response
from donations.models import Donation
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.once import only_reads
from lifecycle.pages import Pages
from lists.listing import FILES, Listing, lists
from lists.parts import Errand
from network.permissions import is_pilot
from network.requests import Request
from refurb.device_file import DeviceFileTable, with_what_is_read
from refurb.enums import ENDED, DeviceState
from refurb.erasers import erasure_doubt, skills_asked
from refurb.filters import DeviceFilter
from refurb.machine.storage_rules import inventoried
from refurb.models import DepositedFile, Device, DevicePaper, Drive, Label, PartWrittenOff, Photo
from refurb.models.device import DeviceQuerySet
from refurb.models.predicates import left_behind, unproven
from refurb.onward import onward
from refurb.parameters import CONTEST_DAYS
from refurb.permissions import at_own_points, can_note_incident, can_work_on_device, sees_devices
from refurb.services.hardware import READ, facts_of
from refurb.services.sources import carried_to, sources_of
from refurb.tables import DeviceTable, MissingErasureTable
from refurb.views.device_sets import DEVICE_BOX, on_devices
from refurb.views.labels import label_print_of
from refurb.views.sheet import set_aside_of, sheet_of
from refurb.views.steps import BENCH_STEPS, YOURS, bench_step, is_on_the_way_back, next_step, with_since
from typography.french import Noun

S = DeviceState
DEVICE = Noun("appareil", "appareils")
MISSING_ERASURE = Noun("effacement manquant", "effacements manquants")
LINKED = ("workshop", "donation__donor", "grading")
"""What every page of a device says of it; what it meets later is read where a page tells it: most devices have none."""
AT_THE_BENCH = {S.IN_PROCESS: "device_recondition", S.RECEIVED: "device_start"}
"""Where a scan at the bench leads a technician: to the work; every other device opens its own page."""
LABELS = Errand("label_print", "Imprimer leurs étiquettes", can_work_on_device, label_print_of)
BENCH_LIMIT = 100
"""How many devices of one state the bench shows; the list has the others."""


@lists
def device_list(request: Request) -> HttpResponseBase:
    """The devices one may see, the oldest in their state first when sorted by age."""
    actor = request.membership
    if sees_devices(actor) is None:
        raise PermissionDenied
    keeps_stock = is_pilot(actor) or can_work_on_device(actor) is not None
    linked = ("workshop", "donation", "convention", "point", "recycler") if keeps_stock else ("workshop",)
    rows = with_since(Device.objects.visible_to(actor).select_related(*linked))
    if keeps_stock and request.GET.get("export") in FILES:
        rows = with_what_is_read(rows)
    page = Listing(
        request,
        rows=rows,
        table=DeviceTable,
        noun=DEVICE,
        filters=DeviceFilter,
        exclude=[] if is_pilot(actor) else ["workshop"],
        sets=on_devices(actor),
        errands=(LABELS,),
        box=DEVICE_BOX,
        exported=DeviceFileTable if keeps_stock else None,
    )
    return page.respond("refurb/device_list.html")


@require_safe
def device_detail(request: Request, reference: str) -> HttpResponse:
    """One device: who acts next, what may be done, facts, evidence, timeline."""
    device = visible_device(request, reference)
    actor = request.membership
    seen, read = Donation.objects.visible_to(actor), sources_of(device)
    lot = None if device.donation_id is None else seen.filter(pk=device.donation_id).first()
    sheet, works = sheet_of(device), works_on(device, actor)
    context = {
        "device": device,
        "step": next_step(device, actor),
        "on_the_way_back": is_on_the_way_back(device),
        "more": _more(device, actor, works=works),
        "sheet": sheet,
        "happened": [*sheet.happened, *set_aside_of(device, in_words=works or is_pilot(actor))],
        "twins": Device.objects.visible_to(actor).twins_of(device).order_by("pk"),
        "lot": lot,
        "papers": papers_of(device, actor),
        "read_in": dict.fromkeys(READ) | read,
        "carried": dict.fromkeys(READ) | carried_to(device, read),
        "told": facts_of(device),
        "photos": list(Photo.objects.not_removed().filter(device=device)),
        "works": works,
        "printed": Label.objects.visible_to(actor).last_of([device]).get(device.pk),
        "incidents": device.incidents.visible_to(actor).with_theft().prefetch_related("follow_ups"),
        "may_note_incident": can_note_incident(actor) is not None,
    }
    return render(request, "refurb/device_detail.html", context)


def _more(device: Device, actor: Actor, *, works: bool) -> list[tuple[str, str]]:
    """What may be done from the page of a device and is no verb."""
    names = []
    if works:
        names += [("Fiche d’établi", "device_evidence"), ("Décrire l’appareil", "device_describe")]
        names += [("Passeport complet", "device_passport"), ("Ajouter une photo", "device_add_photo")]
        if device.state == S.RETURNED:
            names.insert(0, ("Enregistrer une réparation", "device_repair"))
        if device.state == S.UNUSABLE:
            names.append(("Prélever une pièce", "device_take_part"))
    bench = [(label, reverse(f"refurb:{name}", args=[device.reference])) for label, name in names]
    if names and device.tag and device.state not in ENDED:
        asked = urlencode({"appareil": device.reference})
        bench.append(("Imprimer l’étiquette", f"{reverse('refurb:label_print')}?{asked}"))
    return onward().more(device, actor) + bench


@require_safe
def device_paper(request: Request, reference: str, pk: int) -> FileResponse:
    """The PDF of a paper of a device."""
    papers = DevicePaper.objects.visible_to(request.membership).filter(device__reference=reference)
    return document_response(get_object_or_404(papers.select_related("document__rendered"), pk=pk).document)


@only_reads
@require_POST
def device_find(request: Request) -> HttpResponse:
    """Go to the device whose tag, reference or serial was scanned; several: the list; none: say so."""
    wanted = request.POST.get("text", "").strip()
    named = Device.objects.visible_to(request.membership).named(wanted) if wanted else Device.objects.none()
    # A label that was on a device that left for good may be on another one now.
    found = list(named.exclude(state__in=ENDED)[:2]) or list(named[:2])
    if not found:
        messages.error(
            request, f"Aucun appareil ne porte «\u00a0{wanted}\u00a0»." if wanted else "Scannez une étiquette."
        )
        return redirect(_home(request.membership))
    if len(found) > 1:
        return redirect(f"{reverse('refurb:device_list')}?{urlencode({'text': wanted})}")
    page = "device_detail"
    if "bench" in request.POST and works_on(found[0], request.membership):
        page = AT_THE_BENCH.get(S(found[0].state), page)
    return redirect(f"refurb:{page}", reference=found[0].reference)


def _home(actor: Actor) -> str:
    """The page with the scan box of whoever acts."""
    if can_work_on_device(actor) is not None:
        return "refurb:bench"
    return "distribution:shelf" if at_own_points(actor) is not None else "refurb:device_list"


@require_safe
def bench(request: Request) -> HttpResponse:
    """What is in the workshop by state, the oldest first, and what each device waits for."""
    actor = request.membership
    if can_work_on_device(actor) is None:
        raise PermissionDenied
    mine = Device.objects.visible_to(actor).filter(workshop=actor.organisation_id)
    by_state = mine.order_by().values_list("state")
    counted = by_state.annotate(total=Count("pk"), alone=Count("pk", filter=Q(attached_to=None)))
    totals = {state: total for state, total, _ in counted}
    alone = {state: total for state, _, total in counted}
    in_process, waiting, received, unusable = (
        {"rows": list(_on_the_bench(mine, state)[:BENCH_LIMIT]), "total": totals.get(state, 0)}
        for state in (S.IN_PROCESS, S.AWAITING_PART, S.RECEIVED, S.UNUSABLE)
    )
    shown = [device.pk for device in in_process["rows"]]
    lacking = gate.preview(Device.objects.filter(pk__in=shown), "recondition", actor=actor).refused
    for device in in_process["rows"]:
        reasons = lacking.get(device.pk, ())
        device.todo = bench_step(reasons) or YOURS["recondition"]
        device.todo_url = reverse("refurb:device_recondition", args=[device.reference])
        device.blocking = any(reason.code == "tests_passed" for reason in reasons)
    for device in unusable["rows"]:
        lacks = "" if device.is_proven else "drives_proven" if device.may_recycle else "storage_inventoried"
        device.todo = BENCH_STEPS.get(lacks, "")
    counts = _counted(
        missing_erasures=missing_erasures_seen_by(actor),
        to_sort=files_to_sort_by(actor),
        **skills_asked(request.membership, timezone.localdate()),
    )
    context = {
        "received": received,
        "in_process": in_process,
        "waiting": waiting,
        "unusable": unusable,
        "in_stock": totals.get(S.READY, 0),
        "to_ship": alone.get(S.ALLOTTED, 0),
        "erasure_doubt": erasure_doubt(counts),
        "missing_erasures": counts["missing_erasures"],
        "to_sort": counts["to_sort"],
    }
    return render(request, "refurb/bench.html", context)


@lists
def missing_erasure_list(request: Request) -> HttpResponseBase:
    """Storages that nothing proves empty and that are out of reach of the bench: the aim is none."""
    actor = request.membership
    if not is_pilot(actor) and can_work_on_device(actor) is None:
        raise PermissionDenied
    drives = missing_erasures_seen_by(actor).select_related("device__workshop")
    drives = drives.annotate(is_in_place=Exists(Drive.objects.in_place().filter(pk=OuterRef("pk"))))
    drives = drives.prefetch_related(Prefetch("written_off", PartWrittenOff.objects.not_there(), to_attr="gone"))
    page = Listing(
        request,
        rows=drives.order_by("arrived_at", "pk"),
        table=MissingErasureTable,
        noun=MISSING_ERASURE,
        exclude=[] if is_pilot(actor) else ["workshop"],
    )
    return page.respond("refurb/missing_erasure_list.html")


def _on_the_bench(devices: DeviceQuerySet, state: DeviceState) -> DeviceQuerySet:
    """The devices of one state; with what their storage allows, of those that are to leave.

    The recycler may certify what nobody erased, not what nobody looked for.
    """
    rows = oldest_first(devices, state)
    if state != S.UNUSABLE:
        return rows
    looked_for = inventoried() & ~left_behind()
    proven = looked_for & ~unproven()
    return rows.annotate(
        may_recycle=ExpressionWrapper(looked_for, BooleanField()),
        is_proven=ExpressionWrapper(proven, BooleanField()),
    )


def oldest_first(devices: DeviceQuerySet, state: DeviceState) -> DeviceQuerySet:
    """The devices of one state, those that have been in it the longest first."""
    return with_since(devices.filter(state=state)).order_by(F("since"), "pk")


def missing_erasures_seen_by(actor: Actor) -> Any:
    """The storages still to be erased, of the devices one may see, and until when what is contested is answered."""
    missing = Drive.objects.missing_erasures().filter(device__in=Device.objects.visible_to(actor).values("pk"))
    return missing.with_contest().annotate(answer_by=CONTEST_DAYS.days_after("contested_at"))


def files_to_sort_by(actor: Actor) -> Any:
    """The files of machines that wait in one's workshop."""
    return DepositedFile.objects.visible_to(actor).waiting()


def _counted(**rows: Any) -> dict[str, int]:
    """How many rows there are of each, in one query."""
    asked = [
        found.order_by().annotate(what=Value(name, CharField())).values("what").annotate(total=Count("pk"))
        for name, found in rows.items()
    ]
    first, *others = (one.values_list("what", "total") for one in asked)
    return dict.fromkeys(rows, 0) | dict(first.union(*others).order_by())


def visible_device(request: Request, reference: str) -> Device:
    """The device, if the person may see it; else a 404."""
    rows = with_since(Device.objects.visible_to(request.membership).select_related(*LINKED))
    return get_object_or_404(rows, reference=reference)


DEVICE_PAGES = Pages(Device, visible_device, "refurb/actions/_device.html", done="{row}\u00a0: {done}.")
"""What the pages of the verbs of a device share."""


def papers_of(device: Device, actor: Actor) -> list[DevicePaper]:
    """The papers one may read, newest first; one that a later one of the same stay replaces says so."""
    papers = list(DevicePaper.objects.visible_to(actor).filter(device=device).select_related("document"))
    later: set[tuple[str, int]] = set()
    for paper in papers:
        paper.is_replaced = (paper.kind, paper.stay) in later
        later.add((paper.kind, paper.stay))
    return papers


def works_on(device: Device, actor: Actor) -> bool:
    """Whether the person works in the workshop that has the device in charge."""
    scope = can_work_on_device(actor)
    return scope is not None and Device.objects.filter(scope, pk=device.pk).exists()
