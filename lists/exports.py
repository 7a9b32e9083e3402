"""What a list shows, as a file: the same rows in the same order, the same columns, all the pages."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any, TypeGuard

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import slugify
from django_tables2.rows import BoundRow

from lifecycle.unkept import unkept
from lists.spreadsheets import Cell, Row, csv_lines, workbook
from typography.french import Noun

MOST_EXPORTED = 20_000
"""How many rows a file has; beyond, its last line says so."""
CHUNK = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(table: Any, noun: Noun, ending: str) -> StreamingHttpResponse:
    """A table as a CSV, sent as it is read, or as an XLSX workbook; ``for_program`` of a table: codes as they are."""
    columns = [column for column in table.columns if not column.column.exclude_from_export]
    head = [str(column.header) for column in columns]
    if ending == "csv":
        lines = csv_lines(head, _lines(table, columns), for_program=getattr(table, "for_program", False))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    else:
        answer = FileResponse(workbook(noun.title, head, _lines(table, columns)), content_type=XLSX)
    name = f"{slugify(noun.many)}-{timezone.localdate():%Y-%m-%d}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    unkept(answer)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _lines(table: Any, columns: list[Any]) -> Iterator[Row]:
    total = table.paginator.count
    for record in table.data.data[:MOST_EXPORTED].iterator(chunk_size=CHUNK):
        row = BoundRow(record, table)
        yield [_cell(row, column) for column in columns]
    if total > MOST_EXPORTED:
        yield [f"Export limité aux {MOST_EXPORTED} premières lignes sur {total}."]


def _cell(row: BoundRow, column: Any) -> Cell:
    """A day or a number as it is, anything else as the page says it, without its tags.

    ``value_<column>`` of the table says it otherwise; a column that stands for the row itself (``pk``) has no figure.
    """
    if not hasattr(row.table, f"value_{column.name}") and not str(column.accessor).endswith("pk"):
        try:
            raw = column.accessor.resolve(row.record)
        except (AttributeError, TypeError, ValueError):
            raw = None
        if _is_plain(raw):
            return raw
    said = row.get_cell_value(column.name)
    if said is None or _is_plain(said):
        return said
    text = " ".join(unescape(strip_tags(str(said))).split())
    return "" if text == "–" else text


def _is_plain(value: Any) -> TypeGuard[date | Decimal | int]:
    return isinstance(value, date | Decimal | int) and not isinstance(value, bool)
