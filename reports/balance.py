"""What stands, is done and varies in a month, counted apart: the numbers balance, or nothing is reported."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


class UnbalancedJournal(RuntimeError):
    """Opening, moves and closing disagree: a row of the journal was altered or removed. See ``verify_journal``."""


@dataclass
class Balance[B: tuple[Any, ...]]:
    """The counters of one month, by bucket; ``other`` is what came less what went otherwise than by an act."""

    opening: Counter[B] = field(default_factory=Counter)
    entered: Counter[B] = field(default_factory=Counter)
    left: Counter[B] = field(default_factory=Counter)
    closing: Counter[B] = field(default_factory=Counter)
    other: Counter[B] = field(default_factory=Counter)
    variations: Counter[tuple[str, str, B, B]] = field(default_factory=Counter)

    def stand(self, bucket: B, opening: int, closing: int) -> None:
        """How many stood there just before the month, and at its end."""
        self.opening[bucket] += opening
        self.closing[bucket] += closing

    def begin(self, bucket: B, acts: int, undone: int) -> None:
        """How many began their life there in the month, and of how many that was undone."""
        self.entered[bucket] += acts
        self.other[bucket] += undone

    def move(self, old: B, new: B, count: int, verb: str, why: str) -> None:
        """``why``: a code of ``Variation``, or nothing when the verb is an act. A move inside a bucket is none."""
        if new == old:
            return
        if not why:
            self.left[old] += count
            self.entered[new] += count
            return
        self.other[old] -= count
        self.other[new] += count
        self.variations[verb, why, old, new] += count

    def rows(self) -> list[list[Any]]:
        """``[*bucket, opening, entered, left, closing, other]``, empty ones left out. Raises UnbalancedJournal."""
        rows: list[list[Any]] = []
        for bucket in sorted({*self.opening, *self.entered, *self.left, *self.closing, *self.other}):
            opening, entered, left, closing, other = (
                counter[bucket] for counter in (self.opening, self.entered, self.left, self.closing, self.other)
            )
            if opening + entered - left + other != closing:
                raise UnbalancedJournal(f"{bucket}: {[opening, entered, left, closing, other]}")
            if any((opening, entered, left, closing, other)):
                rows.append([*bucket, opening, entered, left, closing, other])
        return rows

    def lines(self) -> list[list[Any]]:
        """``[verb, why, *old bucket, *new bucket, count]`` of each variation."""
        return [[verb, why, *old, *new, n] for (verb, why, old, new), n in sorted(self.variations.items())]
