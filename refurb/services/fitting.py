"""The drives that the files of a machine tell of, beside those that are inventoried: which are the same, which are new.

A drive found fitted and not inventoried is added, whatever else is known: its erasure is then to be proven. None is
ever taken away here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from refurb.enums import DriveKind, DriveSource
from refurb.enums.hardware import OF_NWIPE, FileKind
from refurb.models.drive import Drive
from refurb.readers.facts import SeenDrive

SAME_SIZE = 0.02
"""Tools round sizes to megabytes or to gigabytes, and no two sizes on sale are so near."""


@dataclass
class Fitted:
    """One drive as files tell of it: ``sources``, the kinds of files; ``known``, the one of the inventory."""

    drive: SeenDrive
    sources: tuple[FileKind, ...]
    known: Drive | None = None

    @property
    def source(self) -> DriveSource:
        """How its number is known: one that only a report of erasure tells is said to be so."""
        return DriveSource.REPORT if set(self.sources) <= set(OF_NWIPE) else DriveSource.SYSTEM

    @property
    def kind(self) -> DriveKind:
        """What no tool tells is taken for the slowest: an erasure of it must have lasted the longest."""
        return DriveKind(self.drive.kind or DriveKind.HDD)


def fitted_drives(told: Iterable[tuple[FileKind, SeenDrive]], inventoried: Sequence[Drive]) -> list[Fitted]:
    """Each drive once, with the one of the inventory that it is, if any; those outside the machine are left out."""
    found: list[Fitted] = []
    # What has a number is taken first: a drive that a tool could not name is then one of them, rather than one more.
    for kind, drive in sorted(told, key=lambda one: not one[1].key):
        if drive.outside:
            continue
        same = next((one for one in found if kind not in one.sources and _is_same(one.drive, drive)), None)
        same = same or next((one for one in found if drive.key and one.drive.key == drive.key), None)
        if same is None:
            found.append(Fitted(drive, (kind,)))
        else:
            same.drive, same.sources = _completed(same.drive, drive), tuple(dict.fromkeys((*same.sources, kind)))
    _pair(found, inventoried)
    return found


def _pair(found: Sequence[Fitted], inventoried: Sequence[Drive]) -> None:
    left = [row for row in inventoried if row.kind != DriveKind.CARD or row.serial_key]
    for by_number in (True, False):
        for one in found:
            if one.known is not None:
                continue
            match = next((row for row in left if _is_row(one.drive, row, by_number=by_number)), None)
            if match is not None:
                one.known = match
                left.remove(match)


def _is_row(drive: SeenDrive, row: Drive, *, by_number: bool) -> bool:
    if by_number:
        return bool(drive.key) and drive.key == row.serial_key
    if drive.key and row.serial_key:
        return False
    return are_near(drive.size, row.capacity)


def _is_same(one: SeenDrive, other: SeenDrive) -> bool:
    """The same number; without one on either side, about the same size."""
    if one.key and other.key:
        return one.key == other.key
    return are_near(one.size, other.size) and (not one.kind or not other.kind or one.kind == other.kind)


def are_near(one: int | None, other: int | None) -> bool:
    """Whether two sizes may be of one drive: about the same, or one of them is not known."""
    if one is None or other is None:
        return True
    return abs(one - other) <= SAME_SIZE * max(one, other)


def _completed(one: SeenDrive, other: SeenDrive) -> SeenDrive:
    maker = one.manufacturer or other.manufacturer
    models = (said.removeprefix(f"{maker} ") for said in (one.model, other.model))
    return replace(
        one,
        serial=one.serial if one.key else other.serial,
        manufacturer=maker,
        model=max(models, key=len),
        size=one.size or other.size,
        kind=one.kind or other.kind,
    )


def as_row(fitted: Fitted) -> dict[str, object]:
    """What ``record_drive`` takes."""
    drive = fitted.drive
    return {
        "kind": fitted.kind,
        "serial": drive.serial,
        "source": fitted.source if drive.serial else DriveSource.UNSAID,
        "manufacturer": drive.manufacturer,
        "model": drive.model,
        "capacity": drive.size,
    }
