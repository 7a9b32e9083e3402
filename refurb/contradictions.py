"""What a person or a report tells of one erasure, and where the two differ. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from donations.serials import same_serial
from refurb.enums import Claim, DriveKind, ErasureMethod, ErasureOrigin, ErasureVerification, HiddenSectors
from typography.french import grouped, plural, to_the_second

SAME_MOMENT = timedelta(minutes=1)
"""A person copies an hour and its minutes."""


@dataclass(frozen=True, kw_only=True)
class ToldRun:
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
    verification: ErasureVerification | str = ErasureVerification.NONE
    verification_errors: int = 0
    pass_errors: int = 0
    hidden_sectors: HiddenSectors | str = HiddenSectors.UNKNOWN
    operator: str = ""
    claimed: Claim | str = Claim.SILENT
    claimed_seconds: int | None = None
    origin: ErasureOrigin | str = ErasureOrigin.WORKSHOP


@dataclass(frozen=True)
class Contradiction:
    """A report says one thing, a person typed another: the field, and both in words."""

    field: str
    told: str
    typed: str

    @property
    def sentence(self) -> str:
        """« Le journal joint dit : 2 erreurs d’écriture. Vous avez tapé : 0 erreur d’écriture. »"""
        return f"Le journal joint dit\u00a0: {self.told}. Vous avez tapé\u00a0: {self.typed}."


NUMBERS = (
    ("bytes_expected", "octet{s}"),
    ("bytes_erased", "octet{s}"),
    ("passes_asked", "passe{s}"),
    ("passes_done", "passe{s}"),
    ("pass_errors", "erreur{s} d’écriture"),
    ("verification_errors", "erreur{s} à la vérification"),
)
WORDS = (("method", ErasureMethod), ("verification", ErasureVerification), ("hidden_sectors", HiddenSectors))
NOT_SAID = "rien"


def contradictions(typed: ToldRun, told: ToldRun) -> Iterator[Contradiction]:
    """Where what was typed is not what the report tells; what was left empty contradicts nothing."""
    if same_serial(typed.serial_read) != same_serial(told.serial_read) and typed.serial_read:
        yield Contradiction("serial_read", told.serial_read or "aucun numéro de série", typed.serial_read)
    for field in ("started_at", "finished_at"):
        ours, theirs = getattr(typed, field), getattr(told, field)
        if ours is not None and (theirs is None or abs(ours - theirs) > SAME_MOMENT):
            yield Contradiction(field, to_the_second(theirs) or NOT_SAID, to_the_second(ours))
    for field, unit in NUMBERS:
        ours, theirs = getattr(typed, field), getattr(told, field)
        if ours is not None and ours != theirs:
            yield Contradiction(field, _counted(theirs, unit), _counted(ours, unit))
    for field, words in WORDS:
        ours, theirs = words(getattr(typed, field)), words(getattr(told, field))
        if ours != theirs:
            yield Contradiction(field, f"«\u00a0{theirs.label}\u00a0»", f"«\u00a0{ours.label}\u00a0»")
    if Claim(typed.claimed) not in (Claim.SILENT, Claim(told.claimed)):
        yield Contradiction("claimed", _claim(told), _claim(typed))


SAYS_NO_MODEL = frozenset(
    {
        *("disk", "disque", "drive", "dur", "hard", "interne", "internal", "solid", "state"),
        *("gb", "go", "tb", "to"),
        *("ata", "emmc", "flash", "hdd", "m2", "nvme", "pcie", "sata", "ssd", "usb"),
    }
)
"""Words of a drive that name no model."""
WORD = re.compile(r"[a-z0-9]+")
SIZE = re.compile(r"\d+(?:[gt][bo]?)?")


def is_other_bus(told: str, kind: DriveKind) -> bool:
    """The log saw a drive of another sort than the one inventoried; through a USB cable, a log sees no sort."""
    if "NVME" in told:
        return kind != DriveKind.NVME
    if not told.startswith("ATA"):
        return False
    return kind not in (DriveKind.HDD, DriveKind.SSD) or ("SSD" in told and kind == DriveKind.HDD)


def is_other_model(told: str, inventoried: str, maker: str) -> bool:
    """The log names a model that has no word of the one inventoried, nor of its maker; both have to name one."""
    ours, theirs = _model_words(inventoried), _model_words(told)
    if not ours or not theirs or _model_words(maker) & theirs:
        return False
    one, other = _joined(told), _joined(inventoried)
    return not ours & theirs and one not in other and other not in one


def _joined(model: str) -> str:
    return "".join(WORD.findall(model.lower()))


def _model_words(model: str) -> set[str]:
    return {word for word in WORD.findall(model.lower()) if word not in SAYS_NO_MODEL and not SIZE.fullmatch(word)}


def completed(typed: ToldRun, told: ToldRun) -> ToldRun:
    """What was typed, with what was left empty taken from the report that agrees with it, to the second."""
    return replace(
        told,
        tool=typed.tool,
        tool_version=typed.tool_version or told.tool_version,
        standard=typed.standard or told.standard,
        operator=typed.operator,
        origin=typed.origin,
    )


def _counted(figure: int | None, unit: str) -> str:
    return NOT_SAID if figure is None else f"{grouped(figure)} {unit.format(s=plural(figure))}"


def _claim(run: ToldRun) -> str:
    return f"«\u00a0{Claim(run.claimed).label}\u00a0»"
