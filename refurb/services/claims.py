"""A proof proves one drive, once: which other drive already bears a number, or is already proven by a run.

The database asks the same of every path (``refurb_drive_once``, ``refurb_erasure_once``); here it is said in words.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Subquery

from documents.locks import hold_all
from donations.serials import same_serial
from lifecycle.actors import Actor
from lifecycle.machine import Reason
from refurb.enums import ErasureOutcome
from refurb.models.device import Device
from refurb.models.drive import Drive, DriveRemoval
from refurb.models.erasure import Erasure

OF_AN_EARLIER_STAY = (
    "Il y est inventorié d’un passage précédent\u00a0: sur sa fiche d’établi, sous «\u00a0Passages précédents\u00a0»,"
    " le responsable de l’atelier dit qu’il n’est pas dans cet appareil."
)
SETTLED_THERE = (
    "Si ce disque a vraiment changé de machine, ou s’il y est inventorié par erreur, dites-le d’abord là-bas\u00a0:"
    " enregistrez son retrait."
)
ASK = "le responsable de l’atelier qui a l’autre appareil, ou le Département"


def hold_proofs(keys: Iterable[str], prints: Iterable[str] = ()) -> None:
    """Hold serial numbers, and the prints of runs or files, until the end of the transaction: nobody else uses them."""
    names = [f"refurb.serial:{key}" for key in keys if key] + [f"refurb.proof:{one}" for one in prints if one]
    hold_all(names)


def claimed(rows: Sequence[Drive], actor: Actor) -> dict[int, Reason]:
    """``{device: why}`` for the drives about to be inventoried whose number another device, or drive, already bears.

    The same device in another stay keeps its own drive: it came back with it.
    """
    keys = [same_serial(row.serial) for row in rows]
    hold_proofs(keys)
    bearers = _bearers({key for key in keys if key})
    found = {}
    for row, key in zip(rows, keys, strict=True):
        bearing = [one for one in bearers if one.bears(key) and one.is_another(row, row.supersedes_id)]
        others = {one.device for one in bearing}
        others |= {other.device_id for other, its in zip(rows, keys, strict=True) if other is not row and its == key}
        if key and others:
            is_past = bool(bearing) and all(one.is_past for one in bearing)
            found[row.device_id] = _drive_reason(row, others, actor, OF_AN_EARLIER_STAY if is_past else SETTLED_THERE)
    return found


def date_arrivals(rows: Sequence[Drive]) -> None:
    """Write when each drive about to be inventoried came: with its device, or with the last one that held it, if later.

    A drive that changed machines may have been written to until then: what ran on it before proves nothing. One that
    nobody could name where it was is known by the number that the report of its erasure gave it. The database asks the
    same (``refurb_drive_once``).
    """
    keys = {key for row in rows if (key := same_serial(row.serial))}
    read = _read_numbers(keys)
    removals = DriveRemoval.objects.current().filter(drive=OuterRef("pk")).order_by("-pk")
    held = (
        Drive.objects.real()
        .filter(Q(serial_key__in=keys) | Q(pk__in=list(read)))
        .values_list(
            "pk", "serial_key", "arrived_at", "device__received_at", Subquery(removals.values("recorded_at")[:1])
        )
    )
    last: dict[str, datetime] = {}
    for pk, key, arrived, received, removed in held:
        # Out of its machine before that one came back, it did not come with it.
        came = arrived if removed and received and removed < received else received
        for number in {key} | read.get(pk, set()):
            last[number] = max(filter(None, (last.get(number), arrived, came)))
    for row in rows:
        row.arrived_at = max(row.arrived_at, last.get(same_serial(row.serial), row.arrived_at))


def used(rows: Sequence[Erasure], actor: Actor) -> dict[int, Reason]:
    """``{device: why}`` for the favourable erasures about to be recorded that already prove another drive.

    A drive that left its device is proven by the run of the device where it went: it is the same drive.
    """
    accepted = [row for row in rows if row.outcome == ErasureOutcome.ACCEPTED]
    hold_proofs(
        (same_serial(row.serial_read) for row in accepted), (row.run_sha256 or row.report_sha256 for row in accepted)
    )
    drives = [row.drive_id for row in accepted]
    here = set(Drive.objects.in_place().filter(pk__in=drives).values_list("pk", flat=True))
    asked = [row for row in accepted if row.drive_id in here or not _is_its_own(row)]
    replaced = [row.supersedes_id for row in asked if row.supersedes_id]
    bearers = _bearers({key for row in asked if (key := same_serial(row.serial_read))}, replaced)
    uses = _uses(asked, replaced)
    found = {}
    for row in asked:
        key = same_serial(row.serial_read)
        devices = {one.device for one in bearers if one.bears(key) and one.is_another(row.drive, row.drive_id)}
        beside = (other for other in asked if other.drive_id != row.drive_id)
        devices |= {other.device_id for other in (*uses, *beside) if _is_same_use(other, row)}
        if devices:
            found[row.device_id] = _proof_reason(row, devices, actor)
    return found


@dataclass(frozen=True)
class Bearer:
    """A drive in place, with the numbers that its label or the report that proves it gives it."""

    drive: int
    device: int
    stay: int
    numbers: frozenset[str]
    is_past: bool = False
    """It was inventoried in an earlier stay of its device."""

    def bears(self, key: str) -> bool:
        return bool(key) and key in self.numbers

    def is_another(self, drive: Drive, same: int | None) -> bool:
        """Another drive than this one (``same``: its key, or that of the row it corrects), but for an earlier stay."""
        return self.drive != same and (self.device != drive.device_id or self.stay == drive.stay)


def _bearers(keys: Collection[str], replaced: Collection[int] = ()) -> list[Bearer]:
    if not keys:
        return []
    read = _read_numbers(keys, replaced)
    rows = Drive.objects.in_place().not_seen_later().filter(Q(serial_key__in=keys) | Q(pk__in=list(read)))
    return [
        Bearer(pk, device, stay, frozenset({key} | read.get(pk, set())), is_past=stay < present)
        for pk, device, stay, key, present in rows.values_list("pk", "device", "stay", "serial_key", "device__stay")
    ]


def _read_numbers(keys: Collection[str], replaced: Collection[int] = ()) -> dict[int, set[str]]:
    """``{drive: numbers}``: which of these the reports that prove a drive give it."""
    proofs = Erasure.objects.accepted().filter(serial_key__in=keys).exclude(pk__in=replaced)
    read: dict[int, set[str]] = {}
    for drive, key in proofs.values_list("drive", "serial_key"):
        read.setdefault(drive, set()).add(key)
    return read


def _uses(asked: Sequence[Erasure], replaced: Collection[int]) -> list[Erasure]:
    """The favourable erasures of drives in place that lean on these runs, or on these files."""
    runs = {row.run_sha256 for row in asked if row.run_sha256}
    files = {row.report_sha256 for row in asked if row.report_sha256 and not row.run_sha256}
    if not runs and not files:
        return []
    rows = Erasure.objects.accepted().filter(Q(run_sha256__in=runs) | Q(report_sha256__in=files, run_sha256=""))
    drives = Drive.objects.in_place().filter(pk=OuterRef("drive"))
    return list(rows.filter(Exists(drives)).exclude(pk__in=replaced))


def _is_its_own(row: Erasure) -> bool:
    return bool(row.drive.serial_key) and row.drive.serial_key == same_serial(row.serial_read)


def _is_same_use(other: Erasure, row: Erasure) -> bool:
    """One run, or one file, for two drives; a file that names several drives is typed for all of them in one act."""
    if other.drive_id == row.drive_id:
        return False
    if other.run_sha256 or row.run_sha256:
        return other.run_sha256 == row.run_sha256
    if not row.report_sha256 or other.report_sha256 != row.report_sha256:
        return False
    keys = {same_serial(other.serial_read), same_serial(row.serial_read)}
    return other.recorded_at != row.recorded_at or len(keys) == 1 or "" in keys


def _drive_reason(row: Drive, devices: Collection[int], actor: Actor, settled: str) -> Reason:
    if set(devices) == {row.device_id}:
        return Reason("already_inventoried", "Ce numéro de série est déjà inventorié sur cet appareil.", field="serial")
    said = f"Le numéro de série {row.serial.strip()} est déjà celui d’un disque {_named(devices, actor)}"
    return Reason("serial_elsewhere", f"{said} {settled}", ASK, field="serial")


def _proof_reason(row: Erasure, devices: Collection[int], actor: Actor) -> Reason:
    if set(devices) == {row.device_id}:
        said = "Ce rapport prouve déjà un autre disque de cet appareil, ou un passage précédent."
        return Reason("proof_used", f"{said} Un rapport ne prouve qu’un disque, une fois.", field="deposit")
    said = f"Ce rapport est déjà celui d’un disque {_named(set(devices) - {row.device_id}, actor)}"
    return Reason("proof_elsewhere", f"{said} {SETTLED_THERE}", ASK, field="deposit")


def _named(devices: Collection[int], actor: Actor) -> str:
    """« de l’appareil A00012 (AP-2026-00012). », what the reader may not see left unnamed."""
    seen = Device.objects.visible_to(actor).filter(pk__in=devices).order_by("pk").first()
    return f"de l’appareil {seen.tag} ({seen.reference})." if seen is not None else "d’un autre appareil."
