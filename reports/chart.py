"""A bar chart drawn on the server: an SVG that reads at any width, beside the table that holds the same numbers."""

from dataclasses import dataclass

from reports.summary import Table

STEP = 40
"""Height of one bar with its label, in CSS pixels."""


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its number, its length in per cent of the longest, and where it is drawn."""

    label: str
    number: int
    percent: str
    label_y: int
    bar_y: int


@dataclass(frozen=True)
class Chart:
    """Everything the template draws; ``summary`` is its text alternative."""

    bars: tuple[Bar, ...]
    height: int
    summary: str


def bar_chart(table: Table, column: int) -> Chart:
    """Bars for one column of ``table``; rows where nothing stood nor moved are left out."""
    rows = [row for row in table.rows if any(row.cells)]
    longest = max((row.cells[column] for row in rows), default=0)
    bars = tuple(
        Bar(
            row.label,
            row.cells[column],
            f"{100 * row.cells[column] / longest:.1f}%" if longest else "0%",
            rank * STEP + 16,
            rank * STEP + 22,
        )
        for rank, row in enumerate(rows)
    )
    said = "\N{NO-BREAK SPACE}; ".join(f"{bar.label}\N{NO-BREAK SPACE}: {bar.number}" for bar in bars)
    return Chart(bars, len(bars) * STEP, said)
