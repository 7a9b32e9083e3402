"""The recycler's passages: what a workshop keeps for it leaves with one number, its certificates come in later."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from demo import papers
from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story, StoryPart
from network.models import Organisation
from refurb.enums import DestructionKind, DestructionMethod, DeviceType, Hierarchy, Treatment
from refurb.models import Device, Drive, WasteCode, WasteNote
from refurb.services import evidence, stock
from refurb.services.waste import complete_waste_note

PASSAGES = (8, 28, 48, 68, 88, 108, 128, 148)
"""How many working days before the end the recycler comes."""
CERTIFIED_AFTER = 15
"""Working days before its certificates are there."""
WEIGHED_AFTER = 4
"""Working days before the workshop knows what was weighed."""
FORGETS, FORGOTTEN = "sambre", 90
"""Who does not write down the weight of its notes, from how many working days before the end on."""
CODE = "16 02 13*"
"""Computers with their batteries and flat screens are handed over whole: hazardous components are in them."""
WEIGHTS = {
    DeviceType.LAPTOP: Decimal("2.4"),
    DeviceType.DESKTOP: Decimal("8.5"),
    DeviceType.TABLET: Decimal("0.5"),
    DeviceType.SMARTPHONE: Decimal("0.2"),
    DeviceType.SCREEN: Decimal("4.8"),
}
"""Kilograms, invented."""
CARRIED: dict[str, Any] = {
    "pops": False,
    "carrier_name": "Transports Exemple",
    "carrier_number": "000059246",
    "carrier_address": "2 quai des Échantillons, 59500 Douai",
    "carrier_receipt": "DEMO-2025-001",
    "treatment": Treatment.R4,
    "hierarchy": Hierarchy.RECYCLING,
}


def passages(story: Story, workshop: str, recycler: Organisation) -> Thread:
    """The recycler comes about every four weeks, and takes what is there, if anything."""
    for days in reversed(PASSAGES):
        day = story.back(days)
        if day <= story.first:
            continue
        yield local(day, 16, 40)
        doomed, story.doomed[workshop] = story.doomed[workshop], []
        if doomed:
            with story.agenda.trying("recycler", workshop):
                _hand_over(story, workshop, recycler, day, doomed)


def _hand_over(story: Story, workshop: str, recycler: Organisation, day: date, doomed: Sequence[int]) -> None:
    """Two notes: what is proven empty, and what the recycler is to certify destroyed."""
    at = local(day, 17, 20)
    devices = Device.objects.filter(pk__in=doomed)
    proven = set(devices.proven().values_list("pk", flat=True))
    for awaited in (False, True):
        leaving = [pk for pk in doomed if (pk not in proven) is awaited]
        if not leaving:
            continue
        number = f"BSD-{day:%Y%m%d}-DEMO{story.number('bsd'):03}"
        outcome = stock.recycle_devices(
            actor=story.cast.technician(workshop, story.rng),
            devices=Device.objects.filter(pk__in=leaving),
            recycler=recycler,
            bsd_number=number,
            destruction_awaited=awaited,
            at=at,
        )
        gone = story.agenda.moved(outcome, "recycler", workshop)
        if gone:
            story.agenda.add(_completed(story, workshop, day, number), about=workshop)
        if awaited and gone:
            certified = _certificates(story, workshop, recycler, day, gone)
            story.agenda.add(certified, about=workshop, meets=(StoryPart.BENCH,))


def _completed(story: Story, workshop: str, day: date, number: str) -> Thread:
    """The recycler says what it weighed and what becomes of it; one workshop forgets the weight of its last notes."""
    at = local(working_day(day, WEIGHED_AFTER), 11, 15)
    yield at
    note = (
        WasteNote.objects.current().with_devices().get(workshop=story.cast.organisations[workshop], bsd_number=number)
    )
    weight = sum((WEIGHTS[DeviceType(one)] for one in note.types), Decimal(0))
    forgets = workshop == FORGETS and day > story.back(FORGOTTEN)
    facts = {"weight_kg": None if forgets else weight, "waste_code": WasteCode.objects.on(day).get(code=CODE)}
    complete_waste_note(actor=story.cast.manager(workshop), note=note, facts=CARRIED | facts, at=at)


def _certificates(story: Story, workshop: str, recycler: Organisation, day: date, gone: Sequence[int]) -> Thread:
    """The recycler certifies that each drive was shredded, which the certificate of its lot says."""
    at: datetime = story.moment(working_day(day, CERTIFIED_AFTER))
    yield at
    actor = story.cast.technician(workshop, story.rng)
    for drive in Drive.objects.unproven().filter(device__in=gone).select_related("device").order_by("pk"):
        paper = papers.destruction_certificate(
            recycler=recycler.name, device=drive.device, drive=drive, by=actor, at=at
        )
        evidence.record_destruction(
            actor=actor,
            drive=drive,
            method=DestructionMethod.SHRED,
            destroyed_at=local(working_day(day, CERTIFIED_AFTER - 5), 10),
            kind=DestructionKind.RECYCLER,
            recycler=recycler,
            certificate=paper,
            at=at,
        )
