"""Write reference rows in the database, again and again; what was checked later in the office is left alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import Model

from network.models import Dated, DatedNumber
from network.readers.dated import Dates, NumberRow

OF_A_USED_ROW = {"valid_to", "source", "checked_on"}
"""What may still change of a row that others lean on."""

type Columns = dict[str, Any]


@dataclass
class Written:
    """What became of the rows of one file, and those of its table: read once, at the first line."""

    label: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    """Rows that differ from the file and that others lean on: a new version is to be written in the office."""
    _rows: dict[tuple[Any, ...], list[Any]] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, model: type[Dated]) -> Self:
        """An empty account of one kind of rows."""
        return cls(str(model._meta.verbose_name_plural).capitalize())

    def known[R: Dated](self, model: type[R], key: Columns) -> list[R]:
        """The rows of ``model`` that have this key, those of this load included. A load asks with the same columns."""
        names = [model._meta.get_field(name).attname for name in key]  # type: ignore[union-attr]
        if self._rows is None:
            self._rows = defaultdict(list)
            for row in model._default_manager.all():
                self._rows[tuple(getattr(row, name) for name in names)].append(row)
        return self._rows[tuple(value.pk if isinstance(value, Model) else value for value in key.values())]


def write_lines[R: Dated](model: type[R], lines: Iterable[tuple[Columns, Columns, Dates]]) -> Written:
    """Write the rows of one file: ``(key, what is told, dates)``. One query to read them, one to add the new ones."""
    written, new = Written.of(model), dict[int, R]()
    for key, told, dates in lines:
        row, _ = write_dated(written, model, key, told, dates, saves=False)
        if row.pk is None:
            new[id(row)] = row  # a later line of the file may say it again
    model._default_manager.bulk_create(new.values())
    return written


def write_numbers(model: type[DatedNumber], rows: Iterable[NumberRow]) -> Written:
    """Write the numbers of one file."""
    return write_lines(model, (({"code": row.code}, {"value": row.value}, row.dates) for row in rows))


def write_dated[R: Dated](
    written: Written,
    model: type[R],
    key: Columns,
    told: Columns,
    dates: Dates,
    *,
    by_date: bool = True,
    differs: Callable[[R], bool] = lambda row: False,
    saves: bool = True,
) -> tuple[R, bool]:
    """Write one row, found by ``key`` (and by its first day, unless ``by_date`` is off), and count it.

    ``differs`` tells whether the lines a row is made of (conditions, criteria, functions) are not those of the file.
    Returns the row and whether the file may rule it and its lines: not when someone checked it later
    than the file, nor when other rows lean on it. Then only its source and its dates of checking and of end follow the
    file, and an end that was written in the office stays. Unless ``saves``, a new row is left to be inserted.
    """
    told = {**told, "valid_to": dates.valid_to, "source": dates.source, "checked_on": dates.checked_on}
    same = written.known(model, key)
    row = next((row for row in same if row.valid_from == dates.valid_from or not by_date), None)
    if row is None and by_date:
        row = next((row for row in same if _prevails(row, dates)), None)
    if row is None:
        written.created += 1
        row = model(**{"valid_from": dates.valid_from, **key, **told})
        same.append(row)
        if saves:
            row.save(force_insert=True)
        return row, True
    if row.checked_on > dates.checked_on:
        written.unchanged += 1
        return row, False
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    if row.valid_to is not None and dates.valid_to is None and "valid_to" in changed:
        changed.remove("valid_to")
    is_used = row.pk is not None and row.is_leaned_on()
    if is_used and (differs(row) or not set(changed) <= OF_A_USED_ROW):
        written.kept += 1
        return row, False
    for name in changed:
        setattr(row, name, told[name])
    if changed and row.pk is not None:
        row.save(update_fields=changed)
    written.changed += bool(changed)
    written.unchanged += not changed
    return row, not is_used


def _prevails(row: Dated, dates: Dates) -> bool:
    """Whether a version of the office holds on the days of the file's and was checked later than the file."""
    begins_before = dates.valid_to is None or row.valid_from <= dates.valid_to
    ends_after = row.valid_to is None or row.valid_to >= dates.valid_from
    return begins_before and ends_after and row.checked_on > dates.checked_on
