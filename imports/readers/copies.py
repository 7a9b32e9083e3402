"""What is kept of a file that names people: one sheet as it was read, without what may not be held. Pure.

The same lines make the same copy, be they deposited as a text or as a workbook. Each keeps its number.
"""

import csv
import io
from collections.abc import Callable

from imports.readers.sheets import Cells, WorkbookSheet

TAKEN_OUT = "⟦retiré⟧"
"""What stands where something was taken out."""


def without(rows: list[Cells], forbids: Callable[[str], bool], columns: set[int], header: int) -> list[Cells]:
    """The rows without what may not be held: cell by cell, and whole columns under their heading (rank ``header``)."""
    return [
        tuple(
            TAKEN_OUT if forbids(cell) or (rank > header and column in columns and _figures(cell)) else cell
            for column, cell in enumerate(cells[: _width(cells)])
        )
        for rank, cells in enumerate(rows)
    ]


def _width(cells: Cells) -> int:
    """How many cells up to the last that says something."""
    return max((rank for rank, cell in enumerate(cells, 1) if cell), default=0)


def _figures(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell)


def copy_of(rows: list[Cells]) -> bytes:
    """The bytes that are kept of these rows."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def sheet_of(copy: bytes) -> WorkbookSheet:
    """The sheet that was kept."""
    return WorkbookSheet("", [tuple(row) for row in csv.reader(io.StringIO(copy.decode()), delimiter=";")])
