"""Evidence: inventory drives, erase, destroy, remove. Rows are added to a locked device, never edited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from documents.models import StoredFile
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from network.models import Organisation
from refurb.enums import (
    IN_THE_WORKSHOP,
    SOLDERED_STORAGE,
    AbsenceReason,
    Claim,
    DestructionKind,
    DestructionMethod,
    DeviceState,
    DriveKind,
    ErasureMethod,
    ErasureOrigin,
    HiddenSectors,
    RemovalDestination,
    Verification,
)
from refurb.models.device import Device
from refurb.models.evidence import Destruction, Drive, DriveRemoval, Erasure, Evidence, StorageAbsence
from refurb.permissions import can_manage_device, can_record_evidence
from refurb.services.holding import about, held_device, held_devices
from refurb.verdict import Facts, judge_erasure, same_serial

ALREADY_INVENTORIED = Reason(
    "already_inventoried", "Ce numéro de série est déjà inventorié sur cet appareil.", field="serial"
)
STORAGE_SOLDERED = Reason(
    "storage_soldered", "Un téléphone ou une tablette a toujours un stockage interne : inventoriez-le."
)
STORAGE_STAYS = Reason(
    "storage_stays", "Le stockage interne d’un téléphone ou d’une tablette ne se retire pas : effacez-le."
)
DRIVES_PRESENT = Reason("drives_present", "Des disques sont inventoriés sur cet appareil.")
OTHER_STAY = Reason("other_stay", "Cette ligne date d’un passage précédent ou d’un autre appareil.")
ALREADY_SUPERSEDED = Reason("already_superseded", "Cette ligne est déjà remplacée par une plus récente.")
ALREADY_REMOVED = Reason("already_removed", "Ce disque est déjà retiré.")
ERASE_FIRST = Reason("erase_first", "Effacez le disque avant de le monter dans un autre appareil.", field="destination")
CERTIFICATE_NEEDED = Reason(
    "certificate", "La destruction par un recycleur demande son nom et son certificat.", field="certificate"
)
IN_THE_FUTURE = Reason("in_the_future", "Cette date est dans le futur.", field="destroyed_at")


@gate.one_transaction
def record_drive(
    *,
    actor: Actor,
    device: Device,
    kind: DriveKind | str,
    serial: str = "",
    manufacturer: str = "",
    model: str = "",
    capacity: int | None = None,
    slot: str = "",
    supersedes: Drive | None = None,
    at: datetime | None = None,
) -> Drive:
    """Inventory one drive found in this stay; ``capacity`` in bytes. A drive found late takes the proofs down.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device)
    others = Drive.objects.in_place().filter(device=held, stay=held.stay)
    if supersedes is not None:
        _may_supersede(held, supersedes)
        others = others.exclude(pk=supersedes.pk)
    wanted = same_serial(serial)
    if wanted and wanted in map(same_serial, others.values_list("serial", flat=True)):
        raise Refused({held.pk: (ALREADY_INVENTORIED,)})
    return Drive.objects.create(
        **about(held, actor, at),
        kind=DriveKind(kind),
        serial=serial.strip(),
        manufacturer=manufacturer.strip(),
        model=model.strip(),
        capacity=capacity,
        slot=slot.strip(),
        arrived_at=held.received_at,  # type: ignore[misc]  # known in all these states
        supersedes=supersedes,
    )


@gate.one_transaction
def attest_no_storage(
    *, actor: Actor, device: Device, reason: AbsenceReason | str, at: datetime | None = None
) -> StorageAbsence:
    """Attest, in person and with a reason, that the device holds no drive.

    Raises Unknown, PermissionDenied, Refused (a phone or a tablet always holds one).
    """
    return attest_no_storages(actor=actor, devices=[device], reason=reason, at=at)[0]


@gate.one_transaction
def attest_no_storages(
    *, actor: Actor, devices: Iterable[Device], reason: AbsenceReason | str, at: datetime | None = None
) -> list[StorageAbsence]:
    """The same for several devices looked at together (screens); all or none."""
    held = held_devices(actor=actor, devices=devices)
    soldered = {pk: (STORAGE_SOLDERED,) for pk, row in held.items() if row.type in SOLDERED_STORAGE}
    if soldered:
        raise Refused(soldered)
    found = Drive.objects.in_place().filter(device__in=held, stay=F("device__stay"))
    if holding := dict.fromkeys(found.values_list("device", flat=True), (DRIVES_PRESENT,)):
        raise Refused(holding)
    return StorageAbsence.objects.bulk_create(
        StorageAbsence(**about(row, actor, at), reason=AbsenceReason(reason)) for row in held.values()
    )


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was run on one drive, as the tool or the technician tells it; sizes in bytes. See ``Erasure``."""

    method: ErasureMethod | str
    tool: str
    finished_at: datetime | None
    started_at: datetime | None = None
    tool_version: str = ""
    standard: str = ""
    serial_read: str = ""
    bytes_expected: int | None = None
    bytes_erased: int | None = None
    passes_asked: int = 1
    passes_done: int = 1
    verification: Verification | str = Verification.NONE
    verification_errors: int = 0
    pass_errors: int = 0
    hidden_sectors: HiddenSectors | str = HiddenSectors.UNKNOWN
    operator: str = ""
    claimed: Claim | str = Claim.SILENT
    claimed_seconds: int | None = None
    origin: ErasureOrigin | str = ErasureOrigin.WORKSHOP


def judged(held: Device, drive: Drive, run: Run, report: StoredFile | None, *, actor: Actor, at: datetime) -> Erasure:
    """The row of an erasure, unsaved, with the verdict computed here, whatever the report claims."""
    told: dict[str, Any] = vars(run) | {
        "origin": ErasureOrigin(run.origin),
        "method": ErasureMethod(run.method),
        "serial_read": run.serial_read.strip(),
        "verification": Verification(run.verification),
        "hidden_sectors": HiddenSectors(run.hidden_sectors),
        "claimed": Claim(run.claimed),
    }
    words = {name: told.pop(name).strip() for name in ("tool", "tool_version", "standard", "operator")}
    verdict = judge_erasure(
        Facts(
            drive_kind=DriveKind(drive.kind),
            drive_serial=drive.serial,
            capacity=drive.capacity,
            arrived_at=drive.arrived_at,
            recorded_at=at,
            has_report=report is not None,
            **told,
        )
    )
    return Erasure(
        **about(held, actor, at, stay=drive.stay),
        **told,
        **words,
        drive=drive,
        report=report,
        report_sha256=report.sha256 if report else "",
        outcome=verdict.outcome,
        refusals=list(verdict.refusals),
        differences=list(verdict.differences),
    )


@gate.one_transaction
def record_erasure(
    *,
    actor: Actor,
    drive: Drive,
    run: Run,
    report: StoredFile | None = None,
    supersedes: Erasure | None = None,
    at: datetime | None = None,
) -> Erasure:
    """Record an erasure with its report; the verdict is computed here, whatever the report claims.

    A refused verdict is recorded too: it tells what happened. Raises Unknown, PermissionDenied, Refused.
    """
    held, stamp = _held_drive(actor, drive), at or timezone.now()
    if supersedes is not None:
        _may_supersede(held, supersedes, stay=drive.stay)
    erasure = judged(held, drive, run, report, actor=actor, at=stamp)
    erasure.supersedes = supersedes
    erasure.save()
    return erasure


def keep_donor_certificate(
    *, actor: Actor, drive: Drive, tool: str, finished_at: datetime, report: StoredFile, at: datetime | None = None
) -> Erasure:
    """Keep the certificate a donor gave with a drive: it is shown, and never counts.

    Raises Unknown, PermissionDenied, Refused.
    """
    run = Run(
        method=ErasureMethod.OVERWRITE,
        tool=tool,
        finished_at=finished_at,
        claimed=Claim.ERASED,
        origin=ErasureOrigin.DONOR,
    )
    certificate: Erasure = record_erasure(actor=actor, drive=drive, run=run, report=report, at=at)
    return certificate


@gate.one_transaction
def record_destruction(
    *,
    actor: Actor,
    drive: Drive,
    method: DestructionMethod | str,
    destroyed_at: datetime,
    kind: DestructionKind | str = DestructionKind.WORKSHOP,
    recycler: Organisation | None = None,
    certificate: StoredFile | None = None,
    supersedes: Destruction | None = None,
    at: datetime | None = None,
) -> Destruction:
    """Record that a drive was destroyed, by the workshop or by a recycler who certifies it.

    Also for a drive that was removed, or that left with a recycled device. Raises Unknown, PermissionDenied, Refused.
    """
    held, stamp = _held_drive(actor, drive), at or timezone.now()
    if supersedes is not None:
        _may_supersede(held, supersedes, stay=drive.stay)
    refused = []
    if DestructionKind(kind) == DestructionKind.RECYCLER and (recycler is None or certificate is None):
        refused.append(CERTIFICATE_NEEDED)
    if destroyed_at > stamp:
        refused.append(IN_THE_FUTURE)
    if refused:
        raise Refused({held.pk: tuple(refused)})
    return Destruction.objects.create(
        **about(held, actor, stamp, stay=drive.stay),
        drive=drive,
        kind=DestructionKind(kind),
        method=DestructionMethod(method),
        destroyed_at=destroyed_at,
        recycler=recycler,
        certificate=certificate,
        supersedes=supersedes,
    )


@gate.one_transaction
def remove_drive(
    *,
    actor: Actor,
    drive: Drive,
    destination: RemovalDestination | str,
    place: str = "",
    removed_at: datetime | None = None,
    at: datetime | None = None,
) -> DriveRemoval:
    """Take a drive out of its device: it is followed among missing erasures until it is erased or destroyed.

    The storage of a phone or tablet does not come out. « Inventorié par erreur » is for the manager. Raises Unknown,
    PermissionDenied, Refused.
    """
    where, stamp = RemovalDestination(destination), at or timezone.now()
    can = can_manage_device if where == RemovalDestination.MISTAKE else can_record_evidence
    held = held_device(actor=actor, device=drive.device, can=can)
    refused = []
    if where != RemovalDestination.MISTAKE and (held.type in SOLDERED_STORAGE or drive.kind == DriveKind.INTERNAL):
        refused.append(STORAGE_STAYS)
    if drive.stay != held.stay:
        refused.append(OTHER_STAY)
    if not Drive.objects.in_place().filter(pk=drive.pk).exists():
        refused.append(ALREADY_REMOVED)
    if where == RemovalDestination.OTHER_DEVICE and Drive.objects.unproven().filter(pk=drive.pk).exists():
        refused.append(ERASE_FIRST)
    if refused:
        raise Refused({held.pk: tuple(refused)})
    return DriveRemoval.objects.create(
        **about(held, actor, stamp),
        drive=drive,
        removed_at=removed_at or stamp,
        destination=where,
        place=place.strip(),
    )


def _held_drive(actor: Actor, drive: Drive) -> Device:
    """The drive's device, locked. A removed drive, or one gone with a recycled device, may be proven at any time."""
    gone = Drive.objects.missing_erasures().filter(pk=drive.pk).exists()
    states = tuple(DeviceState) if gone else IN_THE_WORKSHOP
    held = held_device(actor=actor, device=drive.device, states=states)
    if not gone and drive.stay != held.stay:
        raise Refused({held.pk: (OTHER_STAY,)})
    return held


def _may_supersede(held: Device, former: Evidence, stay: int | None = None) -> None:
    if former.device_id != held.pk or former.stay != (held.stay if stay is None else stay):
        raise Refused({held.pk: (OTHER_STAY,)})
    if hasattr(former, "superseded_by"):
        raise Refused({held.pk: (ALREADY_SUPERSEDED,)})
