"""What a file says of a machine, whichever tool wrote it: one frozen value; what is not said stays empty. Pure."""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from donations.serials import same_serial
from refurb.enums import DeviceType, DriveKind
from refurb.enums.hardware import FileKind, Unreadable

GIGABYTE = 2**30
MEGABYTE = 2**20
LONGEST_SERIAL, LONGEST_NAME, LONGEST_MAKER = 80, 80, 60
FITTED = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
"""What is fitted in machines, in GB: a system sees a little less, what its graphics take left out."""
MOST_BYTES = 2**60
MOST_DRIVES = 40
"""A machine of an office has one to four."""


class NotHardware(ValueError):
    """Nothing is read in a file; ``reason`` says why, in a French sentence."""

    def __init__(self, reason: Unreadable) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class SeenDrive:
    """One storage that a tool saw. ``size`` in bytes; ``outside``: behind a USB port, so not fitted.

    ``failed``: the tool says that it did not erase it.
    """

    serial: str = ""
    manufacturer: str = ""
    model: str = ""
    size: int | None = None
    kind: DriveKind | str = ""
    outside: bool = False
    failed: bool = False

    @property
    def key(self) -> str:
        """Its number as numbers are compared; empty when it has none."""
        return same_serial(self.serial)


@dataclass(frozen=True, kw_only=True)
class HardwareFacts:
    """What one file says of one machine. Memory in GB as fitted, wear in % of what it held new, screen in inches."""

    kind: FileKind
    serial: str = ""
    manufacturer: str = ""
    model: str = ""
    type: DeviceType | str = ""
    processor: str = ""
    memory_gb: int | None = None
    drives: tuple[SeenDrive, ...] = ()
    battery_wear: int | None = None
    imeis: tuple[str, ...] = ()
    screen_inches: float | None = None
    webcam: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def fitted(self) -> tuple[SeenDrive, ...]:
        """The drives inside the machine."""
        return tuple(drive for drive in self.drives if not drive.outside)

    @property
    def says_something(self) -> bool:
        """Whether it is worth keeping."""
        told = (self.serial, self.manufacturer, self.model, self.processor, self.memory_gb, self.drives, self.imeis)
        return any(told)

    def as_json(self) -> dict[str, Any]:
        """As a column of JSON keeps it; what is not said is left out."""
        return {name: said for name, said in asdict(self).items() if said not in ("", None, (), {})}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "HardwareFacts":
        """The value again, from what ``as_json`` gave."""
        told = dict(said)
        drives = tuple(SeenDrive(**drive) for drive in told.pop("drives", ()))
        return cls(kind=FileKind(told.pop("kind", "")), drives=drives, imeis=tuple(told.pop("imeis", ())), **told)


def words(value: Any, longest: int = LONGEST_NAME) -> str:
    """A text of a tool on one line, without signs that are not printed; empty for anything else."""
    if not isinstance(value, str):
        return ""
    shown = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in value[: 4 * longest])
    return " ".join(shown.split())[:longest].strip()


def serial_of(value: Any) -> str:
    """A serial number; empty for the words that machines give when nobody wrote them one."""
    said = words(value, LONGEST_SERIAL)
    return said if same_serial(said) else ""


def whole(value: Any, most: int = MOST_BYTES) -> int | None:
    """A whole number above zero, of a number or of its figures; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 25:
        value = int(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if 0 < value <= most else None


def fitted_memory(banks: Iterable[int], seen: int | None = None) -> int | None:
    """The memory that is fitted, in GB: the sum of the modules, else the next usual size over what the system sees.

    ``banks`` and ``seen`` in bytes. None when neither is said, or under one GB.
    """
    total = sum(banks)
    if total:
        return round(total / GIGABYTE) if GIGABYTE <= total < 2 * FITTED[-1] * GIGABYTE else None
    if not seen or seen < GIGABYTE * 3 // 4:
        return None
    return next((size for size in FITTED if seen <= size * GIGABYTE * 1.005), None)


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any, most: int = 500) -> list[Mapping[str, Any]]:
    """The JSON objects of a list; of one object alone, that one."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value[:most] if isinstance(one, dict)] if isinstance(value, list) else []
