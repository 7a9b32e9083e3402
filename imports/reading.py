"""From the bytes of a file to the lines of one table: which sheet, where its header is, what stands at its foot. Pure.

Nothing is asked of the database. What it takes for a header is told by the names that a kind of import knows.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imports.readers.copies import TAKEN_OUT
from imports.readers.names import bare, plain
from imports.readers.sheets import MOST_LINES, Cells, SheetRefused, WorkbookSheet, too_many_lines
from imports.readers.texts import text_sheet
from imports.readers.workbooks import OLD, PACKED, workbook_sheets

HEADER_WITHIN = 30
"""Lines among which the header is looked for, under a banner."""
DATUM = 4
"""Figures from which a cell is a date, a number or a postcode, and no heading: « Aides 2025 » is one."""
TOTAL = re.compile(r"(?:sous )?(?:total|totaux)\b")

type Find = Callable[[str], str]
"""The field that a heading names; empty when it is none."""


@dataclass(frozen=True)
class NumberedLine:
    """One line of the file: its number there, from 1, and its cells."""

    number: int
    cells: Cells

    def cell(self, column: int | None) -> str:
        """A cell; empty where the line stops before it."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True)
class ReadTable:
    """The lines of one sheet under their header; totals and repeated headers are left out and counted."""

    sheet: str
    header: int
    headings: Cells
    lines: list[NumberedLine]
    totals: list[int]
    """The numbers of the lines that were taken for totals."""


def sheets_of(content: bytes) -> list[WorkbookSheet]:
    """The sheets of a file that hold something. Raises SheetRefused."""
    sheets = workbook_sheets(content) if content.startswith((PACKED, OLD)) else [text_sheet(content)]
    full = [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]
    if not full:
        raise SheetRefused("Ce fichier ne contient aucune ligne.")
    return full


def table_of(sheets: Sequence[WorkbookSheet], find: Find, *, sheet: str | None = None) -> ReadTable:
    """The table of ``sheet``, or of the one whose header names most fields. Raises SheetRefused."""
    among = [one for one in sheets if one.name == sheet] or list(sheets)
    found = [(_header(one.rows, find), one) for one in among]
    (_, at), best = max(found, key=lambda one: one[0][0])
    return _under(best, at)


def _header(rows: Sequence[Cells], find: Find) -> tuple[int, int]:
    """How many fields the header names, and where it is; the first line that is not blank when none names two."""
    full = [(rank, row) for rank, row in enumerate(rows[:HEADER_WITHIN]) if any(row)]
    if not full:
        full = [(rank, row) for rank, row in enumerate(rows) if any(row)][:1]
    named = [(len({name for cell in row if (name := find(cell))}), rank) for rank, row in full]
    most, at = max(named, key=lambda one: (one[0], -one[1]))
    return (most, at) if most > 1 else (most, full[0][0])


def _under(sheet: WorkbookSheet, at: int) -> ReadTable:
    headings = sheet.rows[at]
    lines, totals = [], []
    for rank, cells in enumerate(sheet.rows[at + 1 :], at + 2):
        if not any(cells) or cells == headings:
            continue
        if _is_total(cells, headings):
            totals.append(rank)
        else:
            lines.append(NumberedLine(rank, cells))
    if len(lines) > MOST_LINES:
        raise too_many_lines()
    return ReadTable(sheet.name, at + 1, headings, lines, totals)


def _is_total(cells: Cells, headings: Cells) -> bool:
    """« Total » before a few figures: what a spreadsheet adds at the foot, or between two groups."""
    full = [cell for cell in cells if cell]
    return bool(TOTAL.match(plain(full[0]))) and len(full) <= max(2, sum(map(bool, headings)) // 2)


# --- columns


def finder(synonyms: Mapping[str, Sequence[str]]) -> Find:
    """Which field a heading names: exactly, or by its first words."""
    names = {plain(word): field for field, words in synonyms.items() for word in words}
    longest = sorted(names, key=len, reverse=True)

    def find(heading: str) -> str:
        for said in (plain(heading), bare(heading)):
            if said in names:
                return names[said]
        said = bare(heading)
        return next((names[name] for name in longest if " " in name and said.startswith(f"{name} ")), "")

    return find


def columns_of(headings: Cells, find: Find, kept: Mapping[str, str]) -> dict[str, int]:
    """``{field: column}``: where a heading was before (``kept``: ``{field: heading}``), else by its name.

    What was kept only adds: a field whose heading of before is not there is looked for by its names.
    """
    plains = [plain(heading) for heading in headings]
    columns = {field: plains.index(said) for field, said in kept.items() if said and said in plains}
    for column, heading in enumerate(headings):
        if column not in columns.values() and (field := find(heading)) and field not in columns:
            columns[field] = column
    return columns


def unread_headings(table: ReadTable, columns: Mapping[str, int]) -> list[str]:
    """The headings under which lines say something that no field reads."""
    read = set(columns.values())
    return [
        heading
        for column, heading in enumerate(table.headings)
        if heading and column not in read and any(line.cell(column) not in ("", TAKEN_OUT) for line in table.lines)
    ]


NO_HEADINGS = (
    "La première ligne de ce fichier n’est pas une ligne de titres\u00a0: ajoutez au-dessus ce que dit chaque colonne"
    " (Nom, Prénom, Téléphone…)."
)


def refuse_headless(table: ReadTable, columns: Mapping[str, int], asked: Iterable[str]) -> None:
    """Refuse a table whose headings are somebody: none of what is asked is named, and a number or a mail stands there.

    Headings outlive the file. Raises SheetRefused.
    """
    if not any(name in columns for name in asked) and any(_is_a_datum(cell) for cell in table.headings):
        raise SheetRefused(NO_HEADINGS)


def _is_a_datum(cell: str) -> bool:
    figures, letters = sum(map(str.isdigit, cell)), sum(map(str.isalpha, cell))
    return "@" in cell or figures >= max(DATUM, letters)


def samples(table: ReadTable, column: int, most: int = 3) -> Iterator[str]:
    """The first different values of a column."""
    told: set[str] = set()
    for line in table.lines[:200]:
        cell = line.cell(column)
        if cell and cell not in told:
            told.add(cell)
            yield cell
            if len(told) == most:
                return
