"""The drives of a device as its files tell of them: added, known already, or known without their capacity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
    told = [(FileKind(one.kind), drive) for one, facts in said for drive in _told_drives(one, facts)]
    found = fitted_drives(told, present)
    for one in found:
        names = ", ".join(kind.label for kind in one.sources)
        if one.known is not None:
            size = _size_to_fill(one, told, present)
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


def _size_to_fill(one: Fitted, told: Sequence[tuple[FileKind, SeenDrive]], present: Sequence[Drive]) -> int | None:
    """The capacity that a file of the machine tells of a drive of which nobody said it; a log says what it saw only.

    By its number; a drive without number is the only one of its device that it may be.
    """
    row = one.known
    if row is None or row.capacity is not None:
        return None
    seen = [drive for kind, drive in told if kind not in OF_NWIPE and drive.size and not drive.outside]
    if row.serial_key:
        seen = [drive for drive in seen if drive.key == row.serial_key]
    elif len(present) > 1 or len({drive.key or drive.size for drive in seen}) > 1:
        return None
    return seen[0].size if seen else None


def _filled(actor: Actor, former: Drive, size: int, recorded: Recorded, at: datetime) -> Drive:
    """The drive with its capacity; what proved it is judged again, for a tool that saw less of it proves nothing."""
    same = ("kind", "serial", "source", "manufacturer", "model", "slot")
    given: dict[str, Any] = {name: getattr(former, name) for name in same}
    proofs = list(Erasure.objects.accepted().filter(drive=former).select_related("report").order_by("pk"))
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
    for proof in proofs:
        again = erasures.judge_again(actor=actor, drive=drive, former=proof, at=at)
        if again.outcome == ErasureOutcome.ACCEPTED:
            recorded.runs.append(RunTold(str(drive), True, (STILL_PROVEN,)))
            continue
        only = f"Il n’était prouvé que pour {storage(proof.bytes_erased)}." if proof.bytes_erased else ""
        recorded.runs.append(RunTold(str(drive), False, tuple(filter(None, (*again.refusal_labels, only))), True))
    return drive


def _told_drives(one: DepositedFile, facts: HardwareFacts) -> list[SeenDrive]:
    """A log of one numbered drive tells of this machine's; one of several, only of those that are found otherwise."""
    if one.kind not in OF_NWIPE:
        return list(facts.drives)
    return [drive for drive in facts.fitted if drive.key] if len(facts.drives) == 1 else []


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
