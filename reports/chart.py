"""A bar chart drawn on the server: an SVG that reads at any width, beside the table that holds the same numbers."""

from dataclasses import dataclass

from reports.summary import SummaryTable

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


def bar_chart(table: SummaryTable, column: int) -> Chart:
    """Bars for one column of ``table``; rows where nothing stood nor moved, or whose number is hidden, are left out."""
    rows = [
        (row.label, number) for row in table.rows if any(row.cells) and isinstance(number := row.cells[column], int)
    ]
    longest = max((number for _, number in rows), default=0)
    bars = tuple(
        Bar(
            label,
            number,
            f"{100 * number / longest:.1f}%" if longest else "0%",
            rank * STEP + 16,
            rank * STEP + 22,
        )
        for rank, (label, number) in enumerate(rows)
    )
    said = "\N{NO-BREAK SPACE}; ".join(f"{bar.label}\N{NO-BREAK SPACE}: {bar.number}" for bar in bars)
    return Chart(bars, len(bars) * STEP, said)
