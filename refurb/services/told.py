"""What files wrote on one device, in the words of the page that tells it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Difference:
    """What was written otherwise than a file says; ``before``: it came from an earlier file, and is replaced.

    So is what is ``announced``: the donor said it, nobody read it; and what was ``carried`` from a machine of the lot.
    """

    label: str
    written: str
    read: str
    source: str
    before: str = ""
    announced: bool = False
    carried: str = ""


@dataclass(frozen=True)
class DriveTold:
    """What becomes of one drive; ``is_new``: it is added to the inventory."""

    said: str
    how: str
    is_new: bool = False


@dataclass(frozen=True)
class RunTold:
    """What became of one run of nwipe: a proof, or why it is none; ``is_written``: it is kept among the erasures."""

    said: str
    is_proof: bool
    why: tuple[str, ...] = ()
    is_written: bool = False


@dataclass
class Recorded:
    """What the files of one device wrote on it, in words."""

    filled: list[tuple[str, str, str]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    drives: list[DriveTold] = field(default_factory=list)
    runs: list[RunTold] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    by_file: dict[int, dict[str, Any]] = field(default_factory=dict)
    against: dict[int, dict[str, Any]] = field(default_factory=dict)
