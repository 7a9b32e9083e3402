"""Files as spreadsheets write them, made in memory."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter import Workbook

HEAD = ("N° Inventaire", "Type matériel", "Constructeur", "Modèle", "N° Série", "Date d’achat", "État", "Site")
ROWS = (
    ("CD59-1", "PC portable", "HP", "EliteBook 840 G5", "5CG8EXEM01", "15/03/2021", "Bon état", "Hôtel du Département"),
    ("CD59-2", "UC", "DELL", "OptiPlex 7050", "EXMPL02", "01/09/2020", "", "MNS Cœur de Lille"),
)


def text_of(rows: Iterable[Sequence[str]], separator: str = ";", ending: str = "\n") -> str:
    """Rows as a text in columns."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=ending).writerows(rows)
    return out.getvalue()


def csv_file(rows: Iterable[Sequence[str]] = (HEAD, *ROWS), encoding: str = "utf-8", **shape: str) -> bytes:
    """A text in columns; what cp1252 does not hold is written nearby."""
    return text_of(rows, **shape).encode(encoding, "replace")


def xlsx_file(sheets: dict[str, list[list[Any]]], *, hidden: Sequence[str] = (), merged: Any = ()) -> bytes:
    """A workbook; ``merged``: ``(sheet, first row, first column, last row, last column, value)``."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(line, column, cell)
            for where, *area, value in merged:
                if where == name:
                    sheet.merge_range(*area, value)
        for name in hidden:
            book.get_worksheet_by_name(name).hide()
    return out.getvalue()


def repacked(workbook: bytes, name: str, content: bytes) -> bytes:
    """A workbook of which one member is another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return out.getvalue()


def ods_file(rows: Sequence[Sequence[str]]) -> bytes:
    """A sheet of OpenDocument, as small as may be."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{office}office:1.0"'
        f' xmlns:table="{office}table:1.0" xmlns:text="{office}text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Parc">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type='
        '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()
