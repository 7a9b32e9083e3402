"""The bench in sets: what is done at once to machines of one kind, on a rack or a pallet. All or none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from documents.models import StoredFile
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from refurb.enums import DriveKind
from refurb.models.device import Device
from refurb.models.evidence import Drive, Erasure
from refurb.services.evidence import ALREADY_INVENTORIED, OTHER_STAY, Run, judged
from refurb.services.holding import about, held_devices
from refurb.verdict import same_serial


@dataclass(frozen=True, kw_only=True)
class FoundDrive:
    """One drive found in a device; ``capacity`` in bytes."""

    device: Device
    kind: DriveKind | str
    serial: str = ""
    manufacturer: str = ""
    model: str = ""
    capacity: int | None = None
    slot: str = ""


@gate.one_transaction
def record_drives(*, actor: Actor, found: Sequence[FoundDrive], at: datetime | None = None) -> list[Drive]:
    """Inventory the drives of several devices, as ``record_drive`` does for one; in their order.

    Raises Unknown, PermissionDenied, Refused (by device).
    """
    held = held_devices(actor=actor, devices=[one.device for one in found])
    known = _serials_in(held)
    twice = set()
    for one in found:
        wanted = same_serial(one.serial)
        if wanted and wanted in known[one.device.pk]:
            twice.add(one.device.pk)
        known[one.device.pk].add(wanted)
    if twice:
        raise Refused(dict.fromkeys(sorted(twice), (ALREADY_INVENTORIED,)))
    return Drive.objects.bulk_create(
        Drive(
            **about(held[one.device.pk], actor, at),
            kind=DriveKind(one.kind),
            serial=one.serial.strip(),
            manufacturer=one.manufacturer.strip(),
            model=one.model.strip(),
            capacity=one.capacity,
            slot=one.slot.strip(),
            arrived_at=held[one.device.pk].received_at,  # type: ignore[misc]  # known in all these states
        )
        for one in found
    )


@gate.one_transaction
def record_erasures(
    *,
    actor: Actor,
    runs: Mapping[int, Run],
    drives: Iterable[Drive],
    report: StoredFile | None = None,
    at: datetime | None = None,
) -> list[Erasure]:
    """Record the erasures of several drives that one report tells of: ``{drive pk: its run}``, in the order of drives.

    Each has its own verdict, as ``record_erasure`` computes it for one; a refused one is recorded too. Drives that
    left their device are for ``record_erasure``. Raises Unknown, PermissionDenied, Refused (by device).
    """
    drives, stamp = list(drives), at or timezone.now()
    held = held_devices(actor=actor, devices=[drive.device for drive in drives])
    past = {drive.device_id for drive in drives if drive.stay != held[drive.device_id].stay}
    if past:
        raise Refused(dict.fromkeys(sorted(past), (OTHER_STAY,)))
    return Erasure.objects.bulk_create(
        judged(held[drive.device_id], drive, runs[drive.pk], report, actor=actor, at=stamp) for drive in drives
    )


def _serials_in(devices: Collection[int]) -> dict[int, set[str]]:
    """The numbers of the drives that are in these devices now, in a form that compares."""
    known: dict[int, set[str]] = {pk: set() for pk in devices}
    for drive in Drive.objects.in_place().filter(device__in=devices).select_related("device"):
        if drive.stay == drive.device.stay:
            known[drive.device_id].add(same_serial(drive.serial))
    return known
