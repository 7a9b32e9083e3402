"""The tables of several months as one: what came and went is added, what stood is that of the first or last month.

Nothing is added but what its reader was told, month by month: a sum says nothing that was hidden. Where a month hid a
number, the sum is told as the least that it may be.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from functools import partial

from reports.summary import NOT_SUMMED, Query, SummaryRow, SummaryTable
from typography.french import HARD, grouped

type Told = int | str
AT_LEAST = "au moins"
UNTOLD = ("", NOT_SUMMED)
"""What stands in the place of a number that is told nowhere of that kind."""


class Over(Enum):
    """How a column of several months is read as one."""

    SUM = "sum"
    SIGNED = "signed"
    """What may be under zero: one month hidden, nothing is known of the least."""
    FIRST = "first"
    LAST = "last"


def as_one(
    tables: Sequence[SummaryTable], caption: str, over: Sequence[Over], head: Sequence[str] = ()
) -> SummaryTable:
    """The tables of months in their order, one for each, as one table: a way for each column of numbers.

    A row is found again by what it asks for, then by its label: a place that was renamed has its last name. One that is
    not there in a month counted nothing in it.
    """
    last = tables[-1]
    labels: dict[tuple[Query, str], str] = {}
    for table in tables:
        labels |= {_key(row): row.label for row in table.rows}
    cells = [{_key(row): row.cells for row in table.rows} for table in tables]
    nothing = (0,) * len(over)
    rows = tuple(
        SummaryRow(label, _read([month.get(key, nothing) for month in cells], over)) for key, label in labels.items()
    )
    total = SummaryRow(last.total.label, _read([table.total.cells for table in tables], over))
    return replace(last, caption=caption, head=tuple(head) or last.head, rows=rows, total=total, queries=())


def added(numbers: Sequence[Told]) -> Told:
    """The sum of what is told; where something is hidden, the least it may be, or the word that hides it."""
    known = [number for number in numbers if isinstance(number, int)]
    hidden = [number for number in numbers if not isinstance(number, int)]
    if not hidden:
        return sum(known)
    if all(word in UNTOLD for word in numbers):
        return hidden[0]
    return f"{AT_LEAST}{HARD}{grouped(least(numbers))}" if least(numbers) > 0 else hidden[0]


def least(numbers: Sequence[Told]) -> int:
    """What their sum cannot be under, of numbers that are never negative: what is told of them."""
    return sum(number for number in numbers if isinstance(number, int))


def _read(months: Sequence[Sequence[Told]], over: Sequence[Over]) -> tuple[Told, ...]:
    ways = {Over.SUM: added, Over.SIGNED: _signed, Over.FIRST: partial(_at, 0), Over.LAST: partial(_at, -1)}
    return tuple(ways[way]([month[rank] for month in months]) for rank, way in enumerate(over))


def _signed(numbers: Sequence[Told]) -> Told:
    hidden = [number for number in numbers if not isinstance(number, int)]
    return hidden[0] if hidden else added(numbers)


def _at(rank: int, numbers: Sequence[Told]) -> Told:
    return numbers[rank]


def _key(row: SummaryRow) -> tuple[Query, str]:
    """What a row is about, whatever its name in that month."""
    return (row.query, "") if row.query else ((), row.label)
