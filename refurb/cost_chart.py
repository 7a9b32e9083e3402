"""The cost of a device reconditioned, type by type: bars drawn on the server beside the table of the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from refurb.costs import CostRow
from typography.french import HARD, euros

STEP = 40
"""Height of one bar with its label, in CSS pixels."""


@dataclass(frozen=True)
class CostBar:
    """One bar: its label, what it is worth in words, its length in per cent of the longest, where it is drawn."""

    label: str
    said: str
    percent: str
    label_y: int
    bar_y: int


@dataclass(frozen=True)
class CostChart:
    """Everything the template draws; ``summary`` is its text alternative."""

    bars: tuple[CostBar, ...]
    height: int
    summary: str


def cost_chart(rows: Sequence[CostRow]) -> CostChart:
    """A bar for each line of which something is reconditioned."""
    costs = [(row.label, row.per_reconditioned) for row in rows if row.per_reconditioned is not None]
    longest = max((cost for _, cost in costs), default=0)
    bars = tuple(
        CostBar(
            label,
            euros(cost),
            f"{100 * cost / longest:.1f}%" if longest else "0%",
            rank * STEP + 16,
            rank * STEP + 22,
        )
        for rank, (label, cost) in enumerate(costs)
    )
    return CostChart(bars, len(bars) * STEP, f"{HARD}; ".join(f"{bar.label}{HARD}: {bar.said}" for bar in bars))
