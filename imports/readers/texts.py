"""A text in columns, in whatever encoding and with whatever separator a spreadsheet wrote it. Pure."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from imports.readers.sheets import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_READ,
    SheetRefused,
    WorkbookSheet,
    clean,
    too_many_lines,
)

SEPARATORS = ";,\t|"
ANNOUNCED = re.compile(r'"?sep=(.)"?\s*')
"""The first line by which a spreadsheet is told the separator."""
ACCENTS = frozenset("éèêëàâçùûîïôœÉÈÀÇÊ°€’")
SAMPLE = 30
QUOTED = re.compile(r'^"(.*)"$', re.DOTALL)
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def text_sheet(content: bytes) -> WorkbookSheet:
    """The only sheet of a file of text. Raises SheetRefused."""
    text = decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    skipped = 0
    if announced := ANNOUNCED.fullmatch(first):
        separator, text, skipped = announced[1], rest, 1
    else:
        separator = separator_of(text)
    rows = _rows(text, separator, csv.QUOTE_MINIMAL)
    if any(_swallowed(cell, separator) for row in rows for cell in row):
        rows = max(rows, _without_quotes(text, separator), key=_regular)
    if len(rows) > MOST_READ:
        raise too_many_lines()
    return WorkbookSheet("", [()] * skipped + [tuple(map(clean, row[:MOST_COLUMNS])) for row in rows])


def _swallowed(cell: str, separator: str) -> bool:
    """Whether a quotation mark that was no quotation seems to have taken what follows for one cell."""
    return len(cell) > LONGEST_CELL or ("\n" in cell and cell.count(separator) > 1)


def _without_quotes(text: str, separator: str) -> list[list[str]]:
    """The rows where a quotation mark is a sign like another, but around a whole cell."""
    rows = _rows(text, separator, csv.QUOTE_NONE)
    return [[QUOTED.sub(r"\1", cell) for cell in row] for row in rows]


def _regular(rows: list[list[str]]) -> int:
    """How many rows are as wide as most."""
    return max(Counter(len(row) for row in rows if row).values(), default=0)


def decoded(content: bytes) -> str:
    """The characters of a text: UTF-8 and UTF-16 with their mark or not, else Windows-1252, else old Macintosh."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    start = content[:4096]
    if start.count(0) > len(start) // 4:
        odd = start[1::2].count(0)
        return content.decode("utf-16-le" if odd >= start[::2].count(0) else "utf-16-be", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _one_byte_each(content)


def _one_byte_each(content: bytes) -> str:
    windows = content.decode("cp1252", "replace")
    if b"\n" in content:
        return windows
    old = content.decode("mac_roman", "replace")
    return max((windows, old), key=lambda text: sum(sign in ACCENTS for sign in text[:20_000]))


def separator_of(text: str) -> str:
    """The sign that cuts most of the first lines into the same number of cells, two at least."""

    def regular(separator: str) -> tuple[int, int]:
        reader = csv.reader(_lines(text), delimiter=separator)
        try:
            widths = Counter(len(row) for row in islice(reader, SAMPLE) if any(row))
        except csv.Error:
            return (0, 0)
        width, lines = max(
            ((w, n) for w, n in widths.items() if w > 1), key=lambda one: (one[1], one[0]), default=(0, 0)
        )
        return (lines, width)

    return max(SEPARATORS, key=regular)


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def _rows(text: str, separator: str, quoting: int) -> list[list[str]]:
    """The rows, one more than may be; a quotation mark without an end stops the reading of that manner."""
    reader = csv.reader(_lines(text), delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    try:
        return list(islice(reader, MOST_READ + 1))
    except csv.Error:
        if quoting == csv.QUOTE_NONE:
            raise SheetRefused("Une case de ce fichier est trop longue pour être lue.") from None
        return _rows(text, separator, csv.QUOTE_NONE)
