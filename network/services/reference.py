"""Write reference rows in the database, again and again; what was checked later in the office is left alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from network.models import Dated
from network.readers.dated import Dates

OF_A_USED_ROW = {"valid_to", "source", "checked_on"}
"""What may still change of a row that others lean on."""


@dataclass
class Written:
    """What became of the rows of one file."""

    label: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    """Rows that differ from the file and that others lean on: a new version is to be written in the office."""

    @classmethod
    def of(cls, model: type[Dated]) -> "Written":
        """An empty account of one kind of rows."""
        return cls(str(model._meta.verbose_name_plural).capitalize())


def write_dated[R: Dated](
    written: Written,
    model: type[R],
    key: dict[str, Any],
    told: dict[str, Any],
    dates: Dates,
    *,
    by_date: bool = True,
    differs: Callable[[R], bool] = lambda row: False,
) -> tuple[R, bool]:
    """Write one row, found by ``key`` (and by its first day, unless ``by_date`` is off), and count it.

    ``differs`` tells whether the lines a row is made of (conditions, criteria, functions) are not those of the file.
    Returns the row and whether the file may rule it and its lines: not when someone checked it later
    than the file, nor when other rows lean on it. Then only its source and its dates of checking and of end follow the
    file, and an end that was written in the office stays.
    """
    found = {**key, "valid_from": dates.valid_from} if by_date else key
    told = {**told, "valid_to": dates.valid_to, "source": dates.source, "checked_on": dates.checked_on}
    row: R | None = model._default_manager.filter(**found).first()  # type: ignore[assignment]
    if row is None and by_date:
        row = _decided_in_the_office(model, key, dates)
    if row is None:
        written.created += 1
        made: R = model._default_manager.create(**{"valid_from": dates.valid_from, **found, **told})  # type: ignore[assignment]
        return made, True
    if row.checked_on > dates.checked_on:
        written.unchanged += 1
        return row, False
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    if row.valid_to is not None and dates.valid_to is None and "valid_to" in changed:
        changed.remove("valid_to")
    is_used = row.is_leaned_on()
    if is_used and (differs(row) or not set(changed) <= OF_A_USED_ROW):
        written.kept += 1
        return row, False
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        row.save(update_fields=changed)
    written.changed += bool(changed)
    written.unchanged += not changed
    return row, not is_used


def _decided_in_the_office[R: Dated](model: type[R], key: dict[str, Any], dates: Dates) -> R | None:
    """The version of the office that holds on the days of the file's, checked later than the file: it prevails."""
    ends = Q(valid_from__lte=dates.valid_to) if dates.valid_to else Q()
    same = model._default_manager.filter(ends, Q(valid_to=None) | Q(valid_to__gte=dates.valid_from), **key)
    row: R | None = same.filter(checked_on__gt=dates.checked_on).first()  # type: ignore[assignment]
    return row
