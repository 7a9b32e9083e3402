"""What is known of a household as it is read on paper: what many rows say alike is said once, and nothing is left out.

Three ways to say less often: what every row of a table says stands above it; what its long texts all end with too; rows
that differ by their instant alone are one, with all its instants. ``rows_of`` undoes it, which the tests ask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from prescriptions.services.known import KnownCell, KnownSection

AT = " à "
"""Between a day and an hour (``typography.french.written_moment``)."""
PARAGRAPH = "\n\n"
type Said = tuple[str, str]
"""A label, and what is said."""


@dataclass(frozen=True)
class Instants:
    """The instants of rows that say the same: each day with its hours."""

    label: str
    days: Sequence[tuple[str, Sequence[str]]]
    place: int
    """Where the column stands in its row."""

    def __str__(self) -> str:
        return "\u00a0; ".join(f"{day}{AT}{', '.join(hours)}" for day, hours in self.days)


@dataclass(frozen=True)
class CondensedRow:
    """One row, or several that differ by their instant alone."""

    cells: Sequence[Said]
    instants: Instants | None = None

    @property
    def told(self) -> list[Said]:
        """What is read of it, in the order of the columns."""
        told = list(self.cells)
        if self.instants is not None:
            told.insert(self.instants.place, (self.instants.label, str(self.instants)))
        return told


@dataclass(frozen=True)
class CondensedSection:
    """One table: what all its rows say, what all its long texts end with, then its rows."""

    title: str
    shared: Sequence[tuple[int, Said]]
    endings: dict[str, str]
    rows: Sequence[CondensedRow]
    count: int


def condensed(section: KnownSection) -> CondensedSection:
    """The same, said once where it is said alike."""
    rows = [[(cell.label, cell.said) for cell in row] for row in section.rows]
    instants = {(cell.label, cell.said) for row in section.rows for cell in row if _is_instant(cell)}
    shared = _shared(rows)
    places = {place for place, _ in shared}
    left = [[said for place, said in enumerate(row) if place not in places] for row in rows]
    endings = _endings(left)
    cut = [[(label, _cut(text, endings.get(label, ""))) for label, text in row] for row in left]
    return CondensedSection(section.title, shared, endings, _merged(cut, instants), len(rows))


def rows_of(section: CondensedSection) -> list[list[Said]]:
    """The rows of the table again, each whole; those that were one are side by side."""
    rows = []
    for row in section.rows:
        for cells in _apart(row):
            whole = [(label, text + section.endings.get(label, "")) for label, text in cells]
            for place, said in section.shared:
                whole.insert(place, said)
            rows.append(whole)
    return rows


def reasons_apart(sections: Iterable[KnownSection]) -> list[tuple[str, list[str]]]:
    """Why columns are not given, each reason once with the names of those that it is true of."""
    found: dict[str, dict[str, None]] = {}
    for section in sections:
        for label, why in section.apart:
            found.setdefault(why, {})[label] = None
    return [(why, list(labels)) for why, labels in found.items()]


def _is_instant(cell: KnownCell) -> bool:
    return isinstance(cell.raw, datetime) and AT in cell.said


def _shared(rows: Sequence[Sequence[Said]]) -> list[tuple[int, Said]]:
    """What every row says at the same place; a table of one row says it once already."""
    if len(rows) < 2:
        return []
    first, *others = rows
    return [
        (place, said)
        for place, said in enumerate(first)
        if all(len(row) > place and row[place] == said for row in others)
    ]


def _endings(rows: Sequence[Sequence[Said]]) -> dict[str, str]:
    """By label, the paragraphs with which all its texts end, when there are several that say more."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        for label, text in row:
            texts.setdefault(label, []).append(text)
    found = {label: _ending(several) for label, several in texts.items() if len(several) > 1}
    return {label: ending for label, ending in found.items() if ending}


def _ending(texts: Sequence[str]) -> str:
    split = [text.split(PARAGRAPH) for text in texts]
    most = min(len(one) for one in split) - 1
    count = 0
    while count < most and len({one[-count - 1] for one in split}) == 1:
        count += 1
    return PARAGRAPH + PARAGRAPH.join(split[0][-count:]) if count else ""


def _cut(text: str, ending: str) -> str:
    return text.removesuffix(ending) if ending else text


def _merged(rows: Iterable[Sequence[Said]], instants: set[Said]) -> list[CondensedRow]:
    """Rows that differ by one instant alone are one; a row with several instants, or none, stays by itself."""
    found: dict[tuple[object, ...], list[str]] = {}
    for rank, row in enumerate(rows):
        at = [place for place, said in enumerate(row) if said in instants]
        if len(at) == 1:
            (place,) = at
            label, text = row[place]
            cells = tuple(said for other, said in enumerate(row) if other != place)
            found.setdefault((cells, label, place), []).append(text)
        else:
            found[(tuple(row), rank)] = []
    return [_row(key, texts) for key, texts in found.items()]


def _row(key: tuple[object, ...], texts: list[str]) -> CondensedRow:
    cells: Sequence[Said] = key[0]  # type: ignore[assignment]
    if not texts:
        return CondensedRow(cells)
    split = [text.split(AT, 1) for text in texts]
    days = [(day, [hour for _, hour in several]) for day, several in groupby(split, key=lambda one: one[0])]
    return CondensedRow(cells, Instants(str(key[1]), days, int(str(key[2]))))


def _apart(row: CondensedRow) -> list[list[Said]]:
    if row.instants is None:
        return [list(row.cells)]
    rows = []
    for day, hours in row.instants.days:
        for hour in hours:
            cells = list(row.cells)
            cells.insert(row.instants.place, (row.instants.label, f"{day}{AT}{hour}"))
            rows.append(cells)
    return rows
