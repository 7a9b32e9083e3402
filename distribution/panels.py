"""What distribution shows on the pages of the apps below it: the devices of a need, of a household, of a
convention, and where a device is to go.

Who may read what is judged here: the worker reads what his household was given, the adviser what he serves.
"""

from collections import Counter
from collections.abc import Container, Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse

from conventions.models import Convention
from distribution.brought_back import with_settled
from distribution.enums import SERVES, SendBackReason
from distribution.machine.household_rules import out_of_territory
from distribution.machine.second_rules import facts_of, given_meanwhile
from distribution.models import Appointment, Derogation, DerogationRequest, HandOver
from distribution.permissions import can_ask_derogation, can_grant_derogation, can_serve_device, sees_appointments
from distribution.places_left import beside_quotas, told_beside
from distribution.progress import tells_homes
from distribution.services.appointments import spent_needs
from distribution.views.device_sets import ON_DEVICES
from distribution.views.device_sheet import distribution_of
from distribution.views.own_appointment import appointment_part
from distribution.views.own_brought_back import brought_back_part
from distribution.views.steps import more_of, onward_step
from lifecycle.actors import Actor
from lifecycle.registry import Panel, panel
from prescriptions.enums import NeedState
from prescriptions.models import Household, Need, Prescription
from prescriptions.models.need import is_limited
from prescriptions.own_parts import own_part
from prescriptions.services.households import record_access
from refurb.enums import COUNTED_BY_QUOTA, DeviceState, DeviceType
from refurb.models import Device
from refurb.onward import Onward, take_onward
from refurb.symptoms import tell_why

EQUIPMENT = "Équipement"
ACCESS = "device_detail"
"""What the log of accesses says when the page of a device shows whose it is."""


def register_panels() -> None:
    """Add the panels of this app to the pages of prescriptions, conventions and devices, and what comes next there."""
    take_onward(Onward(step=onward_step, more=more_of, sets=ON_DEVICES))
    panel("prescriptions.Need", need_panel)
    panel("prescriptions.Prescription", prescription_panel)
    panel("prescriptions.Household", household_panel)
    panel("conventions.Convention", convention_panel)
    panel("refurb.Device", device_panel)
    own_part(brought_back_part)
    own_part(appointment_part)
    tell_why("send_back", SendBackReason.choices)


def need_panel(need: Need, actor: Actor) -> Panel | None:
    """The device of a need of equipment, and where to choose one."""
    return _equipment(Need.objects.filter(pk=need.pk), actor)


def prescription_panel(prescription: Prescription, actor: Actor) -> Panel | None:
    """The devices of the needs of a prescription."""
    return _equipment(Need.objects.filter(prescription=prescription), actor)


def household_panel(household: Household, actor: Actor) -> Panel | None:
    """The devices of a household, whatever the prescription."""
    return _equipment(Need.objects.filter(prescription__household=household), actor)


def convention_panel(convention: Convention, actor: Actor) -> Panel | None:
    """The devices of a convention, by state and by type, and how many take its places; its page tells the quotas."""
    if convention.is_amendment:
        return None
    counted, placed = _devices_of(convention)
    if not counted and not convention.quotas.exists():
        return None
    groups: list[tuple[str, tuple[DeviceState, ...]]] = [
        (str(state.label), (state,)) for state in (*COUNTED_BY_QUOTA, DeviceState.MISSING)
    ]
    if not tells_homes(actor):
        groups = [("Affectés, où qu’ils soient", COUNTED_BY_QUOTA), groups[-1]]
    types = [type_ for type_ in DeviceType if any(counted[state, type_] for state in DeviceState)]
    lines = [(label, [sum(counted[state, type_] for state in states) for type_ in types]) for label, states in groups]
    held = sum(number for (state, _), number in counted.items() if state in COUNTED_BY_QUOTA)
    screens = beside_quotas(convention)
    context = {
        "beside": told_beside(screens) if screens else "",
        "types": [type_.label for type_ in types],
        "lines": [(label, counts, sum(counts)) for label, counts in lines if any(counts)],
        "placed": ([placed[type_] for type_ in types], placed.total()),
        "missing": sum(counted[DeviceState.MISSING, type_] for type_ in types),
        "reserve": held - placed.total() - screens,
        "elsewhere": not tells_homes(actor),
    }
    return {
        "title": "Appareils de la convention",
        "template": "distribution/panels/convention.html",
        "context": context,
    }


def _devices_of(convention: Convention) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Its devices by state and type, what is missing too; by type, those that take a place of its own quotas."""
    counted: Counter[tuple[str, str]] = Counter()
    placed: Counter[str] = Counter()
    rows = Device.objects.filter(convention=convention, state__in=(*COUNTED_BY_QUOTA, DeviceState.MISSING)).order_by()
    for state, type_, holder, count in rows.values_list("state", "type", "quota__convention").annotate(Count("pk")):
        counted[state, type_] += count
        if state in COUNTED_BY_QUOTA and holder == convention.pk:
            placed[type_] += count
    return counted, placed


def device_panel(device: Device, actor: Actor) -> Panel | None:
    """The convention of a device, its point and its household, under their own titles; who reads a name is logged."""
    told = distribution_of(device, actor)
    if told.is_empty:
        return None
    if told.household is not None:
        record_access(actor=actor, household=told.household, what=ACCESS)
    return {
        "title": "",
        "template": "distribution/_device_distribution.html",
        "context": {"device": device, "told": told},
    }


def _equipment(needs: Any, actor: Actor) -> Panel | None:
    """One line per need of equipment that the actor may see; nine queries more, whatever their number."""
    seen = list(
        needs.visible_to(actor)
        .filter(kind__in=SERVES)
        .annotate(limited=is_limited())
        .select_related("prescription")
        .order_by("pk")
    )
    if not seen:
        return None
    held: dict[int | None, list[Device]] = {}
    devices = with_settled(Device.objects.main().filter(need__in=seen)).select_related("point")
    devices = devices.order_by("-handed_over_at", "-pk")
    for device in devices:
        held.setdefault(device.need_id, []).append(device)
    derogated = set(Derogation.objects.filter(need__in=seen).values_list("need", flat=True))
    asked = set(DerogationRequest.objects.pending().filter(need__in=seen).values_list("need", flat=True))
    serves, asks = can_serve_device(actor) is not None, can_ask_derogation(actor) is not None
    notes = dict(
        HandOver.objects.visible_to(actor).current().filter(need__in=seen).values_list("device", "pk").order_by("pk")
    )
    expected = {row.need_id: row for row in Appointment.objects.visible_to(actor).booked().filter(need__in=seen)}
    links = set(Device.objects.visible_to(actor).filter(need__in=seen).values_list("pk", flat=True))
    spent = _spent(held, actor)
    aside = Device.objects.main().filter(out_of_territory(), need__in=seen, state=DeviceState.RESERVED)
    seconds = _seconds(held, actor)
    strays = {key for key in aside.values_list("need", flat=True) if key not in derogated}
    context = {
        "lines": [
            {
                "need": need,
                "devices": [(device, device.pk in links, notes.get(device.pk)) for device in held.get(need.pk, [])],
                "appointment": expected.get(need.pk),
                "fix": _fix(need, held.get(need.pk, []), {*expected, *spent, *strays}, serves=serves),
                "spent": spent.get(need.pk) if need.pk not in expected else None,
                "releases": serves,
                "derogated": need.pk in derogated,
                "choose": _page("need_choose", need) if serves and _waits(need, set()) else "",
                "grant": _grant(need, derogated, strays, actor),
                "asked": need.pk in asked,
                "stray": need.pk in strays,
                "second": seconds.get(need.pk, ""),
                "ask": _page("derogation_ask", need) if asks and _asks(need, derogated | asked, strays) else "",
            }
            for need in seen
        ]
    }
    return {"title": EQUIPMENT, "template": "distribution/panels/equipment.html", "context": context}


def _seconds(held: Mapping[int | None, list[Device]], actor: Actor) -> dict[int, str]:
    """What is said of a need whose device is a second one: its household was given another since it is put aside."""
    aside = {one.pk: need for need, some in held.items() for one in some if one.state == DeviceState.RESERVED}
    told = facts_of(given_meanwhile(aside), actor) if aside else {}
    return {need: said for pk, said in told.items() if (need := aside[pk]) is not None}


def _spent(held: Mapping[int | None, list[Device]], actor: Actor) -> dict[int, Device]:
    """What is put aside without another hour, too many being missed, for whoever reads appointments; by need."""
    if sees_appointments(actor) is None:
        return {}
    aside = {one.need_id: one for some in held.values() for one in some if one.state == DeviceState.RESERVED}
    aside = {need: one for need, one in aside.items() if need is not None}
    return {need: aside[need] for need in spent_needs(aside)} if aside else {}


def _fix(need: Any, held: list[Device], refused: Container[int], *, serves: bool) -> str:
    """Where an hour is fixed with the household of what is put aside, for whoever serves it; none if it is refused."""
    waits = serves and need.pk not in refused and any(one.state == DeviceState.RESERVED for one in held)
    return _page("appointment_book", need) if waits and not need.limited else ""


def _grant(need: Need, derogated: set[int], strays: set[int], actor: Actor) -> str:
    """Where the pilot grants a derogation to a need that waits, or whose household moved out of the territory."""
    granting = can_grant_derogation(actor) is not None
    return _page("derogation_grant", need) if granting and _asks(need, derogated, strays) else ""


def _asks(need: Any, settled: set[int], strays: set[int]) -> bool:
    """Whether a derogation may be of use: a device is looked for, or held for a household that moved."""
    moved = need.pk in strays - settled and need.prescription.declined_at is None and not need.limited
    return moved or _waits(need, settled)


def _waits(need: Any, settled: set[int]) -> bool:
    """Whether a device is looked for, unless that is settled: its household wants it still, and is not limited."""
    is_wanted = need.prescription.declined_at is None and not need.limited
    return need.state == NeedState.WAITING and is_wanted and need.pk not in settled


def _page(name: str, need: Need) -> str:
    return reverse(f"distribution:{name}", args=[need.reference])
