"""The drives of a device as its files tell of them: added, known already, or known without their capacity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from donations.models.inventory import called
from lifecycle.actors import Actor
from refurb.enums import FOLLOWED_BY_FILES, SOLDERED_STORAGE, DriveKind, ErasureOutcome
from refurb.enums.hardware import OF_NWIPE, FileKind
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.erasure import Erasure
from refurb.models.hardware import DepositedFile
from refurb.readers.facts import HardwareFacts, SeenDrive
from refurb.services import erasures, evidence
from refurb.services.fitting import Fitted, as_row, fitted_drives
from refurb.services.told import DriveTold, Recorded, RunTold
from refurb.unsorted import shown_drives
from typography.french import storage

LISTS_DRIVES = (FileKind.LSHW, FileKind.GLPI)
STILL_PROVEN = "Sa capacité est lue\u00a0: son effacement, jugé de nouveau, le prouve encore."


def inventory(
    actor: Actor,
    held: Device,
    said: Sequence[tuple[DepositedFile, HardwareFacts]],
    recorded: Recorded,
    at: datetime,
) -> list[Drive]:
    """Add what is found fitted and not inventoried, and the capacities nobody said; the drives in place then."""
    present = list(Drive.objects.in_place().filter(device=held, stay=held.stay).order_by("pk"))
    working = set(Drive.objects.working().filter(device=held, stay=held.stay).values_list("pk", flat=True))
    told = [(FileKind(one.kind), drive) for one, facts in said for drive in shown_drives(one.kind, facts)]
    found = fitted_drives(told, present)
    for one in found:
        names = ", ".join(kind.label for kind in one.sources)
        if one.known is not None:
            to_fill = one.known.capacity is None and one.known.pk in working
            size = size_told(one.known, told, present) if to_fill else None
            if size is not None:
                former, one.known = one.known, _filled(actor, one.known, size, recorded, at)
                present[present.index(former)] = one.known
            filled = ", qui remplit sa capacité" if size is not None else ""
            recorded.drives.append(DriveTold(_drive_words(one), f"déjà inventorié, lu dans {names}{filled}"))
            continue
        given = as_row(one)
        if held.type in SOLDERED_STORAGE:
            given["kind"] = DriveKind.INTERNAL
        added = evidence.record_drive(actor=actor, device=held, by_file=True, states=FOLLOWED_BY_FILES, at=at, **given)  # type: ignore[arg-type]
        present.append(added)
        guess = "" if one.drive.kind else ", type supposé\u00a0: corrigez-le si c’est un SSD"
        recorded.drives.append(DriveTold(_drive_words(one), f"trouvé par {names}{guess}", is_new=True))
    _tell_the_others(said, found, present, recorded)
    return present


def size_told(row: Drive, told: Sequence[tuple[FileKind, SeenDrive]], present: Sequence[Drive]) -> int | None:
    """The capacity that a file of the machine tells of a drive; a log says what it saw only.

    By its number; a drive without number is the only one of its device that it may be.
    """
    seen = [drive for kind, drive in told if kind not in OF_NWIPE and drive.size and not drive.outside]
    if row.serial_key:
        seen = [drive for drive in seen if drive.key == row.serial_key]
    elif len(present) > 1 or len({drive.key or drive.size for drive in seen}) > 1:
        return None
    return seen[0].size if seen else None


def _filled(actor: Actor, former: Drive, size: int, recorded: Recorded, at: datetime) -> Drive:
    """The drive with its capacity; what proved it is judged again, for a tool that saw less of it proves nothing."""
    proofs = list(Erasure.objects.accepted().filter(drive=former).select_related("report").order_by("pk"))
    drive, judged = _with_capacity(actor, former, size, proofs, at)
    for proof, again in zip(proofs, judged, strict=True):
        if again.outcome == ErasureOutcome.ACCEPTED:
            recorded.runs.append(RunTold(str(drive), True, (STILL_PROVEN,)))
            continue
        only = f"Il n’était prouvé que pour {storage(proof.bytes_erased)}." if proof.bytes_erased else ""
        recorded.runs.append(RunTold(str(drive), False, tuple(filter(None, (*again.refusal_labels, only))), True))
    return drive


def put_back(actor: Actor, filled: Drive, at: datetime) -> Drive:
    """The drive as it was before a file filled its capacity; what was judged again for that is once more."""
    assert filled.supersedes is not None
    judged_then = Q(outcome=ErasureOutcome.ACCEPTED) | Q(supersedes__drive=filled.supersedes)
    proofs = Erasure.objects.current().filter(judged_then, drive=filled).select_related("report").order_by("pk")
    return _with_capacity(actor, filled, filled.supersedes.capacity, list(proofs), at)[0]


def _with_capacity(
    actor: Actor, former: Drive, size: int | None, proofs: Sequence[Erasure], at: datetime
) -> tuple[Drive, list[Erasure]]:
    same = ("kind", "serial", "source", "manufacturer", "model", "slot")
    given: dict[str, Any] = {name: getattr(former, name) for name in same}
    drive = evidence.record_drive(
        actor=actor,
        device=former.device,
        capacity=size,
        supersedes=former,
        came_at=former.arrived_at,
        by_file=True,
        states=FOLLOWED_BY_FILES,
        at=at,
        **given,
    )
    return drive, [erasures.judge_again(actor=actor, drive=drive, former=proof, at=at) for proof in proofs]


def _tell_the_others(
    said: Sequence[tuple[DepositedFile, HardwareFacts]],
    found: Sequence[Fitted],
    present: Sequence[Drive],
    recorded: Recorded,
) -> None:
    """What hangs on a USB port is not fitted; what is inventoried and that no tool saw may be gone, or not be read."""
    seen: set[str] = set()
    for one, facts in said:
        for drive in facts.drives:
            name = f"{called(drive.manufacturer, drive.model)} {drive.serial}".strip() or "sans nom"
            if drive.outside and one.kind not in OF_NWIPE and (drive.key or name) not in seen:
                seen.add(drive.key or name)
                recorded.drives.append(DriveTold(name, "sur un port USB, laissé de côté"))
    if any(one.kind in LISTS_DRIVES and facts.fitted for one, facts in said):
        paired = {one.known.pk for one in found if one.known is not None}
        news = {one.drive.key for one in found if one.known is None}
        for row in present:
            if row.pk not in paired and row.serial_key not in news:
                recorded.drives.append(DriveTold(str(row), "inventorié, mais aucun de ces fichiers ne l’a vu"))


def _drive_words(one: Fitted) -> str:
    size = storage(one.drive.size) if one.drive.size else ""
    named = called(one.drive.manufacturer, one.drive.model)
    number = f"n° {one.drive.serial}" if one.drive.key else "sans numéro lisible"
    return ", ".join(filter(None, (f"{one.kind.label} {size}".strip(), named, number)))
