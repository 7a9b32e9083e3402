"""Write reference rows in the database, again and again; what was checked later in the office is left alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from reference.dated import Dated
from reference.families import OF_A_USED_ROW, Family, Lines
from reference.files import DAY, Dates, FileRow, name_of, read_family, read_parameters
from reference.models import Parameter
from reference.registry import REGISTRY

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


@transaction.atomic
def load_reference(*labels: str, folder: Path | None = None) -> list[Written]:
    """Write what the files of these apps say, of all of them by default; run again, it changes only what differs.

    Raises ReferenceFileError. ``folder``: where the files are instead, of one app.
    """
    asked = labels or tuple(config.label for config in apps.get_app_configs())
    report = []
    for label in asked:
        ours = [family for family in REGISTRY.families if family.model._meta.app_label == label]
        report += [write_family(family, read_family(family, folder)) for family in ours]
        report += write_parameters(read_parameters(label, folder))
    return report


# --- families of tables


def write_family(family: Family, lines: Iterable[FileRow]) -> Written:
    """Write the rows of a family and what they are made of."""
    related = {name: by_code() for name, by_code in family.relations.items()}
    led = [found for line in lines if (found := _led(line, related)) is not None]
    if not family.lines and not family.once:
        return write_lines(family.model, ((line.key, family.completed(line.told), line.dates) for line in led))
    written = Written.of(family.model)
    for line in led:
        _write_whole(written, family, line)
    return written


def _led(line: FileRow, related: dict[str, Any]) -> FileRow | None:
    """The line with what its relations lead to; None when one leads nowhere here."""
    found = {name: rows.get({**line.key, **line.told}[name]) for name, rows in related.items()}
    if None in found.values():
        return None
    key = {name: found.get(name, value) for name, value in line.key.items()}
    told = {name: found.get(name, value) for name, value in line.told.items()}
    return FileRow(key, told, line.dates, line.lines)


def _write_whole(written: Written, family: Family, line: FileRow) -> None:
    told, before = family.completed(line.told), written.created
    if family.once:
        told = {**told, "valid_from": line.dates.valid_from}
    differs: Callable[[Any], bool] = lambda row: any(  # noqa: E731
        not _says(declared, row, line.lines[name_of(declared)]) for declared in family.lines
    )
    row, ruled = write_dated(
        written, family.model, line.key, told, line.dates, by_date=not family.once, differs=differs
    )
    if written.created == before:
        if not ruled or not differs(row):
            return
        for declared in family.lines:
            declared.of(row).delete()
    for declared in family.lines:
        _write_lines_of(declared, row, line.lines[name_of(declared)])


def _says(declared: Lines, row: Any, lines: list[Columns]) -> bool:
    """Whether the lines of a row are those of the file; the order of the parts of a line says nothing."""
    stored = [_columns(declared, one) for one in declared.of(row)]
    told = [{**one, declared.parts: _parts(one[declared.parts])} if declared.parts else one for one in lines]
    if declared.numbered:
        return stored == told
    by = lambda one: str(one[declared.unique])  # noqa: E731
    return sorted(stored, key=by) == sorted(told, key=by)


def _columns(declared: Lines, line: Any) -> Columns:
    told = {name: getattr(line, name) for name in declared.fields}
    if declared.parts:
        told[declared.parts] = _parts(getattr(line, declared.parts).values(*declared.parts_fields))
    return told


def _parts(parts: Iterable[Columns]) -> frozenset[Any]:
    return frozenset(tuple(part.items()) for part in parts)


def _write_lines_of(declared: Lines, row: Any, lines: list[Columns]) -> None:
    made = declared.model._default_manager.bulk_create(
        declared.model(
            **{name: value for name, value in told.items() if name != declared.parts},
            **{declared.key: row},
            **({"position": rank} if declared.numbered else {}),
        )
        for rank, told in enumerate(lines, start=1)
    )
    if declared.parts:
        relation: Any = declared.model._meta.get_field(declared.parts)
        relation.related_model._default_manager.bulk_create(
            relation.related_model(**part, **{relation.field.name: line})
            for line, told in zip(made, lines, strict=True)
            for part in told[declared.parts]
        )


# --- parameters


def write_parameters(lines: Iterable[FileRow]) -> list[Written]:
    """Write dated values, one account per family.

    A value of the file that is new here ends the one before it, and ends itself before the next one that the office
    wrote: two never hold on the same day.
    """
    accounts: dict[str, Written] = {}
    stored, new = Written.of(Parameter), dict[int, Parameter]()
    for line in lines:
        family = REGISTRY.parameter_families[line.key["code"].partition(".")[0]]
        dates = _fitted(stored.known(Parameter, line.key), line.dates)
        written = accounts.setdefault(family.code, Written(family.title, _rows=stored._rows))
        row, _ = write_dated(written, Parameter, line.key, line.told, dates, saves=False)
        if row._state.adding:
            new[id(row)] = row
    Parameter.objects.bulk_create(new.values())
    return list(accounts.values())


def _fitted(same: list[Any], dates: Dates) -> Dates:
    """The dates that a new value of a file may have beside those that are there; ends the one it follows."""
    if any(row.valid_from == dates.valid_from or prevails(row, dates) for row in same):
        return dates
    for row in same:
        if row.valid_from < dates.valid_from and (row.valid_to is None or row.valid_to >= dates.valid_from):
            row.valid_to = dates.valid_from - DAY
            if row.pk is not None:
                row.save(update_fields=["valid_to"])
    later = min((row.valid_from for row in same if row.valid_from > dates.valid_from), default=None)
    if later is not None and (dates.valid_to is None or dates.valid_to >= later):
        return Dates(dates.valid_from, later - DAY, dates.source, dates.checked_on)
    return dates


# --- rows


def write_lines[R: Dated](model: type[R], lines: Iterable[tuple[Columns, Columns, Dates]]) -> Written:
    """Write the rows of one file: ``(key, what is told, dates)``. One query to read them, one to add the new ones."""
    written, new = Written.of(model), dict[int, R]()
    for key, told, dates in lines:
        row, _ = write_dated(written, model, key, told, dates, saves=False)
        if row.pk is None:
            new[id(row)] = row  # a later line of the file may say it again
    model._default_manager.bulk_create(new.values())
    return written


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
        row = next((row for row in same if prevails(row, dates)), None)
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


def prevails(row: Dated, dates: Dates) -> bool:
    """Whether a version of the office holds on the days of the file's and was checked later than the file."""
    begins_before = dates.valid_to is None or row.valid_from <= dates.valid_to
    ends_after = row.valid_to is None or row.valid_to >= dates.valid_from
    return begins_before and ends_after and row.checked_on > dates.checked_on
