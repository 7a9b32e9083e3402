"""Workbooks (XLSX, XLS, ODS), read in a process of their own by ``python -m imports.readers.workbooks``.

Hidden sheets are left out. A cell merged downwards says the same on each of its lines. A number is written as it was
typed when the workbook still knows it, and in powers of ten when its last figures are lost.
"""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from documents.readers.apart import NotRead, answer_apart, read_apart
from imports.readers.sheets import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_READ,
    SheetRefused,
    WorkbookSheet,
    clean,
    too_many_lines,
)

PACKED = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of a workbook of before 2007."""
UNPACKED_LIMIT = 100 * 1024 * 1024
"""Bytes that a workbook may unpack to, counted while it is unpacked and not as it says."""
MOST_SHEETS = 50
EXACT = 10**15
"""From here a spreadsheet no longer holds every whole number."""
SHOWN_WHOLE = 10**11
ROUND = 10**6
"""From eleven noughts a spreadsheet shows powers of ten: « 3195E12 » typed as a serial number ends as such a round
number."""
NOT_READ = "Ce classeur ne se lit pas\u00a0: il est abîmé, protégé par un mot de passe ou trop lourd une fois ouvert."


def workbook_sheets(content: bytes) -> list[WorkbookSheet]:
    """The sheets that are shown. Raises SheetRefused."""
    if content.startswith(PACKED):
        _refuse_bomb(content)
    try:
        answer = read_apart("imports.readers.workbooks", content)
    except NotRead:
        raise SheetRefused(NOT_READ) from None
    if answer.get("long"):
        raise too_many_lines()
    return [WorkbookSheet(clean(name), [tuple(row) for row in rows]) for name, rows in answer["sheets"]]


def _refuse_bomb(content: bytes) -> None:
    """Unpack piece by piece, keeping nothing: what it weighs is counted. Raises SheetRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            said = sum(member.file_size for member in archive.infolist())
            weighs = said if said > UNPACKED_LIMIT else _weight(archive)
    except Exception:  # noqa: BLE001  a hostile archive raises anything
        raise SheetRefused(NOT_READ) from None
    if weighs > UNPACKED_LIMIT:
        raise SheetRefused(NOT_READ)


def _weight(archive: zipfile.ZipFile) -> int:
    """The bytes of an archive once unpacked; the counting stops beyond the limit."""
    weight = 0
    for member in archive.infolist():
        with archive.open(member) as packed:
            while piece := packed.read(1 << 16):
                weight += len(piece)
                if weight > UNPACKED_LIMIT:
                    return weight
    return weight


# --- the other side, in its own process


def read_workbook(content: bytes) -> dict[str, Any]:
    """What is shown of a workbook: ``{"sheets": [[name, rows]]}``, or ``{"long": True}``."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = []
    for known in book.sheets_metadata[:MOST_SHEETS]:
        if known.visible == SheetVisibleEnum.Visible and known.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(known.name)
            if sheet.total_height > MOST_READ:
                return {"long": True}
            sheets.append([known.name, _rows(sheet)])
    return {"sheets": sheets}


def _rows(sheet: CalamineSheet) -> list[list[str]]:
    rows = [
        [_text(cell) for cell in row[:MOST_COLUMNS]] for row in sheet.to_python(skip_empty_area=False, nrows=MOST_READ)
    ]
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        for line in range(top + 1, min(bottom + 1, len(rows))):
            if column < len(rows[line]) and not rows[line][column]:
                rows[line][column] = rows[top][column]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    return rows


def _text(cell: Any) -> str:
    match cell:
        case bool():
            return "oui" if cell else "non"
        case float() if abs(cell) >= EXACT or (abs(cell) >= SHOWN_WHOLE and cell % ROUND == 0):
            return f"{cell:.6E}"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return cell.isoformat(" ", "minutes")
        case date():
            return cell.isoformat()
        case time() | timedelta() | int():
            return str(cell)
        case str():
            return clean(cell[:LONGEST_CELL])
        case _:
            return ""


if __name__ == "__main__":
    answer_apart(read_workbook)
