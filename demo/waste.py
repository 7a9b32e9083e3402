"""The recycler's passages: what a workshop keeps for it leaves with one number, its certificates come in later."""

from collections.abc import Sequence
from datetime import date, datetime

from demo import papers
from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Stage
from network.models import Organisation
from refurb.enums import DestructionKind, DestructionMethod
from refurb.models import Device, Drive
from refurb.services import evidence, stock

PASSAGES = (8, 28, 48, 68, 88, 108, 128, 148)
"""How many working days before the end the recycler comes."""
CERTIFIED_AFTER = 15
"""Working days before its certificates are there."""


def passages(stage: Stage, workshop: str, recycler: Organisation) -> Thread:
    """The recycler comes about every four weeks, and takes what is there, if anything."""
    for days in reversed(PASSAGES):
        day = stage.back(days)
        if day <= stage.first:
            continue
        yield local(day, 16, 40)
        doomed, stage.doomed[workshop] = stage.doomed[workshop], []
        if doomed:
            with stage.agenda.trying("recycler", workshop):
                _hand_over(stage, workshop, recycler, day, doomed)


def _hand_over(stage: Stage, workshop: str, recycler: Organisation, day: date, doomed: Sequence[int]) -> None:
    """Two notes: what is proven empty, and what the recycler is to certify destroyed."""
    at = local(day, 17, 20)
    devices = Device.objects.filter(pk__in=doomed)
    proven = set(devices.proven().values_list("pk", flat=True))
    for awaited in (False, True):
        leaving = [pk for pk in doomed if (pk not in proven) is awaited]
        if not leaving:
            continue
        outcome = stock.recycle_devices(
            actor=stage.cast.technician(workshop, stage.rng),
            devices=Device.objects.filter(pk__in=leaving),
            recycler=recycler,
            bsd_number=f"BSD-{day:%Y%m%d}-DEMO{stage.number('bsd'):03}",
            destruction_awaited=awaited,
            at=at,
        )
        gone = stage.agenda.moved(outcome, "recycler", workshop)
        if awaited and gone:
            stage.agenda.add(_certificates(stage, workshop, recycler, day, gone), about=workshop)


def _certificates(stage: Stage, workshop: str, recycler: Organisation, day: date, gone: Sequence[int]) -> Thread:
    """The recycler certifies that each drive was shredded."""
    at: datetime = stage.moment(working_day(day, CERTIFIED_AFTER))
    yield at
    actor = stage.cast.technician(workshop, stage.rng)
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
