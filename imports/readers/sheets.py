"""Sheets of rows of text, whatever file they came in, and what is refused of a file. Pure."""

import re
from dataclasses import dataclass

MOST_LINES = 20_000
"""Lines of one import: more are cut into several files."""
MOST_READ = MOST_LINES + 500
"""Rows of one sheet, banner, blanks and totals included."""
MOST_COLUMNS = 200
LONGEST_CELL = 2_000
"""Characters; beyond, a cell is cut: no field is as long, and the line says so."""
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")

type Cells = tuple[str, ...]


@dataclass(frozen=True)
class WorkbookSheet:
    """A sheet: its rows from the first of the file, blank ones included, so that a line keeps its number."""

    name: str
    rows: list[Cells]


class SheetRefused(ValueError):
    """A file that is not read; its message is the French sentence to show."""


def clean(cell: str) -> str:
    """The text of a cell without control characters, its ends cut, at most ``LONGEST_CELL`` characters."""
    return CONTROLS.sub(" ", cell[:LONGEST_CELL]).strip()


def too_many_lines() -> SheetRefused:
    """The refusal of a file that is too long."""
    return SheetRefused("Ce fichier compte plus de 20\u00a0000 lignes\u00a0: coupez-le en plusieurs fichiers.")
