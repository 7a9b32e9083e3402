"""A list as a file a spreadsheet opens: CSV as French ones read it, XLSX with true dates and numbers.

A text never becomes a formula: in a CSV one that begins like a formula is preceded by an apostrophe; in a workbook a
text is written as a text, whatever its first sign. Nor does it become a number: in a CSV a code that a spreadsheet
would write otherwise (a leading zero, a SIRET, an IMEI) is ``="01234"``, which spreadsheets show as it is.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""
RESPELT = re.compile(r"0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+")
"""A code that a spreadsheet takes for a number, and writes otherwise."""
TEXT_IS_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LONGEST_SHEET_NAME = 31
WIDEST = 40
type Cell = str | int | Decimal | date | datetime | None
type Row = list[Cell]


class _Line:
    """What the csv module writes to: it hands each line back."""

    def write(self, line: str) -> bytes:
        return line.encode()


def csv_lines(head: list[str], rows: Iterable[Row], *, for_program: bool = False) -> Iterator[bytes]:
    """The lines of a CSV: semicolons, UTF-8 with its mark, days as 24/11/2026, decimals with a comma.

    ``for_program``: no person opens it in a spreadsheet, and codes are left as they are.
    """
    writer = csv.writer(_Line(), delimiter=";")
    yield b"\xef\xbb\xbf" + writer.writerow([_harmless(title) for title in head])
    for row in rows:
        yield writer.writerow([_cell_text(cell) if for_program else _as_shown(_cell_text(cell), cell) for cell in row])


def workbook(title: str, head: list[str], rows: Iterable[Row]) -> IO[bytes]:
    """A workbook of one sheet, its heading frozen; a temporary file, at its beginning, that its closing deletes."""
    out = TemporaryFile()  # noqa: SIM115  # the answer closes it
    with Workbook(out, TEXT_IS_TEXT) as book:
        book.set_properties({"title": title})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {
            date: book.add_format({"num_format": "dd/mm/yyyy"}),
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            Decimal: book.add_format({"num_format": "#,##0.00####"}),  # 12.5 kg are 0.0125 tonnes, not 0.01
        }
        sheet = book.add_worksheet(title[:LONGEST_SHEET_NAME])
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(head):
            sheet.set_column(column, column, min(WIDEST, max(16, len(name) + 2)))
            sheet.write_string(0, column, name, bold)
        for line, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                _write(sheet, line, column, cell, formats)
    out.seek(0)
    return out


def _write(sheet: Any, line: int, column: int, cell: Cell, formats: dict[type, Any]) -> None:
    match cell:
        case None | "":
            return
        case datetime():
            sheet.write_datetime(line, column, _local(cell), formats[datetime])
        case date():
            sheet.write_datetime(line, column, cell, formats[date])
        case Decimal():
            sheet.write_number(line, column, cell, formats[Decimal])
        case int():
            sheet.write_number(line, column, cell)
        case _:
            sheet.write_string(line, column, cell)


def _cell_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{_local(cell):%d/%m/%Y %H:%M}"
        case date():
            return f"{cell:%d/%m/%Y}"
        case Decimal():
            return f"{cell:f}".replace(".", ",")
        case int():
            return str(cell)
        case _:
            return _harmless(cell)


def _as_shown(text: str, cell: Cell) -> str:
    """A code as a spreadsheet shows it whole; a number stays one."""
    return f'="{text}"' if isinstance(cell, str) and RESPELT.fullmatch(text) else text


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def _local(instant: datetime) -> datetime:
    """Paris time, without its zone: spreadsheets know none."""
    return timezone.localtime(instant).replace(tzinfo=None) if timezone.is_aware(instant) else instant
