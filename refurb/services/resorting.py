"""Sort a file again that was sorted to the wrong device: what it wrote there is taken back, and both stay told.

Never a proof: a drive that was erased or destroyed is first settled by a person, on its own line.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from network.models import Membership
from refurb.enums import IN_THE_WORKSHOP, ON_THE_BENCH, DeviceState, RemovalDestination
from refurb.enums.hardware import FileKind
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.models.erasure import Erasure
from refurb.models.hardware import HardwareReport
from refurb.permissions import can_settle_drive
from refurb.readers.facts import SeenDrive
from refurb.services import devices, erasures, evidence
from refurb.services.drives_read import put_back, size_told
from refurb.services.fitting import are_near, fitted_drives
from refurb.services.hardware import LABELS, agree
from refurb.services.locked_devices import held_device

SORTED_AGAIN_IN = (*ON_THE_BENCH, DeviceState.UNUSABLE)
OPEN_FIRST = Reason(
    "open_first",
    "Cet appareil est déclaré reconditionné d’après ce fichier\u00a0: remettez-le d’abord en traitement.",
)
PROOF_FIRST = Reason(
    "proof_first",
    "Un effacement ou une destruction est noté pour un disque que ce fichier a fait connaître\u00a0: dites d’abord ce"
    " qu’il en est sur la ligne de ce disque («\u00a0Inventorié par erreur\u00a0», par le responsable de l’atelier).",
)
DRIVE_FIRST = Reason(
    "drive_first",
    "Ce fichier a fait inventorier un disque ici\u00a0: c’est à dire «\u00a0inventorié par erreur\u00a0».",
    "le responsable de l’atelier, qui trie ce fichier de nouveau ou retire le disque",
)


@gate.one_transaction
def resort_files(
    *, actor: Membership, device: Device, reports: Sequence[HardwareReport], at: datetime | None = None
) -> list[str]:
    """Withdraw files from a device: they wait to be sorted again; what was taken back, in words.

    A field that is still as a file wrote it is as it was before, the capacity of a drive too; a drive that nothing else
    tells of was inventoried by mistake, which its workshop's manager says. Raises Unknown, PermissionDenied, Refused.
    """
    erasures.read_proofs_ahead(device)
    held, stamp = held_device(actor=actor, device=device, states=IN_THE_WORKSHOP), at or timezone.now()
    if held.state not in SORTED_AGAIN_IN:
        raise Refused({held.pk: (OPEN_FIRST,)})
    standing = HardwareReport.objects.standing().filter(device=held, stay=held.stay)
    rows = list(standing.filter(pk__in=[one.pk for one in reports]).select_related("deposit__file").order_by("pk"))
    if len(rows) < len(reports):
        raise Unknown
    others = list(standing.exclude(pk__in=[one.pk for one in rows]).select_related("deposit"))
    taken_back = _take_drives_back(actor, held, rows, others, stamp)
    before = _before(held, rows, others)
    HardwareReport.objects.filter(pk__in=[one.pk for one in rows]).update(withdrawn_at=stamp, withdrawn_by=actor)
    if before:
        devices.describe_device(actor=actor, device=held, **before)
    return taken_back + [LABELS[name].lower() for name in before]


def _before(held: Device, rows: Sequence[HardwareReport], others: Sequence[HardwareReport]) -> dict[str, Any]:
    """What the fields that are still as these files wrote them were before the first of them; blank, most often.

    What another file of the machine says as well stays written; what one that was withdrawn before had said does not
    come back.
    """
    found: dict[str, Any] = {}
    leaving = {row.pk for row in rows}
    withdrawn = HardwareReport.objects.filter(device=held, stay=held.stay, withdrawn_at__isnull=False)
    for row in sorted((*rows, *withdrawn), key=lambda one: -one.pk):
        for name, value in row.filled.items():
            if name not in found and row.pk not in leaving:
                continue
            if found.get(name, getattr(held, name)) == value and not _is_said(name, value, others):
                blank = None if name == "memory_gb" else ""
                found[name] = row.differences.get(name, [blank])[0]
    return found


def _is_said(name: str, value: Any, others: Sequence[HardwareReport]) -> bool:
    return any(agree(name, value, getattr(other.hardware_facts, name)) for other in others)


def _take_drives_back(
    actor: Membership,
    held: Device,
    rows: Sequence[HardwareReport],
    others: Sequence[HardwareReport],
    at: datetime,
) -> list[str]:
    """The drives in place that these files alone tell of, said to be inventoried by mistake; those whose capacity they
    filled, and no other file tells, are as they were. Raises Refused.
    """
    real = Drive.objects.real().filter(device=held, stay=held.stay)
    present = list(Drive.objects.in_place().filter(pk__in=real).select_related("supersedes").order_by("pk"))
    said = [(FileKind(one.kind), drive) for one in others for drive in one.hardware_facts.fitted]
    written = _written(held, present, {one.recorded_at for one in rows})
    told = {one.known.pk for one in fitted_drives(said, written) if one.known is not None}
    added = [drive for drive in written if drive.pk not in told]
    cited = Q(report__in=[one.deposit.file_id for one in rows], drive__in=real) | Q(drive__in=added)
    destroyed = Destruction.objects.current().filter(drive__in=added)
    if destroyed.exists() or Erasure.objects.current().filter(cited).exists():
        raise Refused({held.pk: (PROOF_FIRST,)})
    if added and can_settle_drive(actor) is None:
        raise Refused({held.pk: (DRIVE_FIRST,)})
    for drive in added:
        evidence.remove_drive(actor=actor, drive=drive, destination=RemovalDestination.MISTAKE, at=at)
    filled = _filled(present, {one.recorded_at for one in rows}, added, said)
    return [f"disque {drive}" for drive in added] + [f"capacité du disque {put_back(actor, one, at)}" for one in filled]


def _written(held: Device, present: Sequence[Drive], files: set[datetime]) -> list[Drive]:
    """Those that these files made known: all that was ever written of them is theirs, or of files withdrawn before."""
    withdrawn = HardwareReport.objects.filter(device=held, stay=held.stay, withdrawn_at__isnull=False)
    before = {moment for times in withdrawn.values_list("recorded_at", "withdrawn_at") for moment in times}
    times = {drive: {row.recorded_at for row in _and_before(drive)} for drive in present}
    return [drive for drive in present if times[drive] & files and times[drive] <= files | before]


def _and_before(drive: Drive) -> list[Drive]:
    """The row of a drive, and those that it replaced."""
    return [drive] if drive.supersedes is None else [drive, *_and_before(drive.supersedes)]


def _filled(
    present: Sequence[Drive],
    files: set[datetime],
    added: Sequence[Drive],
    said: Sequence[tuple[FileKind, SeenDrive]],
) -> list[Drive]:
    """Those that still work, of which these files filled the capacity, and no other file of the machine tells it."""
    working = set(Drive.objects.working().filter(pk__in=[drive.pk for drive in present]).values_list("pk", flat=True))
    filled = [one for one in present if one.recorded_at in files and one.supersedes is not None and one not in added]
    sizes = {drive.pk: size_told(drive, said, present) for drive in filled}
    return [
        drive
        for drive in filled
        if drive.pk in working and (sizes[drive.pk] is None or not are_near(sizes[drive.pk], drive.capacity))
    ]
