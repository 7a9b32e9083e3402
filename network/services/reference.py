"""Write reference rows in the database, again and again; what was checked later in the office is left alone."""

from dataclasses import dataclass
from typing import Any

from network.models import Dated
from network.readers.dated import Dates


@dataclass
class Written:
    """What became of the rows of one file."""

    label: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    @classmethod
    def of(cls, model: type[Dated]) -> "Written":
        """An empty account of one kind of rows."""
        return cls(str(model._meta.verbose_name_plural).capitalize())


def write_dated[R: Dated](
    written: Written, model: type[R], key: dict[str, Any], told: dict[str, Any], dates: Dates, *, by_date: bool = True
) -> tuple[R, bool]:
    """Write one row, found by ``key`` (and by its first day, unless ``by_date`` is off), and count it.

    Returns the row and whether the file may rule it: not when someone checked it later than the file.
    """
    key = {**key, "valid_from": dates.valid_from} if by_date else key
    told = {**told, "valid_to": dates.valid_to, "source": dates.source, "checked_on": dates.checked_on}
    row: R | None = model._default_manager.filter(**key).first()  # type: ignore[assignment]
    if row is None:
        written.created += 1
        made: R = model._default_manager.create(**{"valid_from": dates.valid_from, **key, **told})  # type: ignore[assignment]
        return made, True
    if row.checked_on > dates.checked_on:
        written.unchanged += 1
        return row, False
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        row.save(update_fields=changed)
    written.changed += bool(changed)
    written.unchanged += not changed
    return row, True
