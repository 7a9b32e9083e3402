"""What stands, enters and leaves in a month, counted apart: the four numbers balance, or nothing is reported."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


class UnbalancedJournal(RuntimeError):
    """Opening, moves and closing disagree: a row of the journal was altered or removed. See ``verify_journal``."""


@dataclass
class Balance[B: tuple[Any, ...]]:
    """The counters of one month, by bucket."""

    opening: Counter[B] = field(default_factory=Counter)
    entered: Counter[B] = field(default_factory=Counter)
    left: Counter[B] = field(default_factory=Counter)
    closing: Counter[B] = field(default_factory=Counter)

    def count(self, old: B, new: B | None, count: int, opening: int, created: int) -> None:
        """Rows of a journal in ``old``, followed in the month by one in ``new``, or by none.

        ``opening`` of them stood so just before the month; ``created`` of them began their life in it.
        """
        self.opening[old] += opening
        self.entered[old] += created
        if new is None:
            self.closing[old] += count
        elif new != old:
            self.left[old] += count
            self.entered[new] += count

    def rows(self) -> list[list[Any]]:
        """``[*bucket, opening, entered, left, closing]``, empty ones left out. Raises UnbalancedJournal."""
        rows: list[list[Any]] = []
        for bucket in sorted({*self.opening, *self.entered, *self.left, *self.closing}):
            numbers = [counter[bucket] for counter in (self.opening, self.entered, self.left, self.closing)]
            if numbers[0] + numbers[1] - numbers[2] != numbers[3]:
                raise UnbalancedJournal(f"{bucket}: {numbers}")
            if any(numbers):
                rows.append([*bucket, *numbers])
        return rows
