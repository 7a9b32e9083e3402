"""The bench in sets: what is done at once to machines of one kind, on a rack or a pallet. All or none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from documents.models import StoredFile
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from reference.parameters import parameters_on
from refurb.contradictions import ToldRun
from refurb.enums import AttributionReason, DriveKind, DriveSource
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.erasure import Erasure
from refurb.report_words import read_ahead
from refurb.services import belied, claims, erasures, gone, pending_runs
from refurb.services.evidence import misnamed_in
from refurb.services.failures import belied_by, failures_of
from refurb.services.kinds_read import contradicted, kinds_read
from refurb.services.locked_devices import OTHER_STAY, about, held_devices
from refurb.services.nwipe import OF_HERE, ClockTold, runs_or_none


@dataclass(frozen=True, kw_only=True)
class FoundDrive:
    """One drive found in a device; ``capacity`` in bytes."""

    device: Device
    kind: DriveKind | str
    serial: str = ""
    source: DriveSource | str = DriveSource.UNSAID
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
    read = kinds_read(list(held.values()))
    misnamed = {}
    for one in found:
        row = held[one.device.pk]
        if (reason := misnamed_in(row, one.kind) or contradicted(read, row, one.kind, one.serial)) is not None:
            misnamed[row.pk] = (reason,)
    if misnamed:
        raise Refused(misnamed)
    rows = [
        Drive(
            **about(held[one.device.pk], actor, at),
            kind=DriveKind(one.kind),
            serial=one.serial.strip(),
            source=DriveSource(one.source),
            manufacturer=one.manufacturer.strip(),
            model=one.model.strip(),
            capacity=one.capacity,
            slot=one.slot.strip(),
            arrived_at=held[one.device.pk].received_at,  # type: ignore[misc]  # known in all these states
        )
        for one in found
    ]
    if nameless := belied.may_not_be_nameless(rows):
        raise Refused(nameless)
    if taken := claims.claimed(rows, actor):
        raise Refused({pk: (reason,) for pk, reason in taken.items()})
    claims.date_arrivals(rows)
    return Drive.objects.bulk_create(rows)


@gate.one_transaction
def record_erasures(
    *,
    actor: Actor,
    runs: Mapping[int, ToldRun],
    drives: Iterable[Drive],
    report: StoredFile | None = None,
    at: datetime | None = None,
) -> list[Erasure]:
    """Record what a person typed of several drives that one report tells of: ``{drive pk: its run}``, in their order.

    Each has its own verdict, as ``record_erasure`` computes it for one; a refused one is recorded too. Drives that
    left their device are for ``record_erasure``. Raises Unknown, PermissionDenied, Refused (by device).
    """
    read_ahead(report)
    found = runs_or_none(report)
    return _record(actor, list(drives), lambda drive: pending_runs.typed(drive, runs[drive.pk], found), report, at)


@gate.one_transaction
def record_logs(
    *, actor: Actor, drives: Iterable[Drive], report: StoredFile, at: datetime | None = None
) -> list[Erasure]:
    """Record the erasures of several drives as one log of nwipe tells them, each by its number; all or none.

    Raises as ``record_log``, by device.
    """
    found = runs_or_none(report)
    return _record(actor, list(drives), lambda drive: pending_runs.read(drive, found), report, at)


@gate.one_transaction
def attribute_runs(
    *,
    actor: Actor,
    report: StoredFile,
    drives: Mapping[str, Drive],
    reason: AttributionReason | str,
    clock: ClockTold = OF_HERE,
    at: datetime | None = None,
) -> list[Erasure]:
    """Record what a log without serial numbers tells: ``{disk of the log: the drive that a person says it is}``.

    Who says so, and why, stays with each erasure. Raises as ``record_log``, by device.
    """
    found, because = runs_or_none(report), AttributionReason(reason)
    disks = {drive.pk: disk for disk, drive in drives.items()}

    def pending_run(drive: Drive) -> pending_runs.PendingRun:
        return pending_runs.read(drive, found, clock, disk=disks[drive.pk], attribution=because)

    for drive in drives.values():
        pending_runs.check_clock(drive.device, clock, at or timezone.now())
    return _record(actor, list(drives.values()), pending_run, report, at)


def _record(
    actor: Actor,
    drives: list[Drive],
    pending_run: Callable[[Drive], pending_runs.PendingRun],
    report: StoredFile | None,
    at: datetime | None,
) -> list[Erasure]:
    stamp = at or timezone.now()
    held = held_devices(actor=actor, devices=[drive.device for drive in drives])
    past = {drive.device_id for drive in drives if drive.stay != held[drive.device_id].stay}
    if past:
        raise Refused(dict.fromkeys(sorted(past), (OTHER_STAY,)))
    limits, failures, rows = parameters_on(timezone.localdate(stamp)), failures_of(drives), list[Erasure]()
    for drive in drives:
        told = pending_run(drive)
        of_it: dict[str, Any] = {"limits": limits, "failures": failures.get(drive.pk, ())}
        formers: list[Erasure | None] = [*belied_by(told.run, drive)] or [None]
        for former in formers:
            row = erasures.judged(
                held[drive.device_id], drive, told, report, actor=actor, at=stamp, supersedes=former, **of_it
            )
            rows.append(row)
    with gone.found(stamp):
        return erasures.keep(rows, actor)
