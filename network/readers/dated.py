"""Reading the reference files of the apps: CSV whose every line says since when, until when, who says so."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db.models import TextChoices

type Row = Mapping[str, str]


class ReferenceFileError(Exception):
    """A reference file does not read; the sentence says which line and why."""


@dataclass(frozen=True)
class Dates:
    """Since when, until when (included), who says so, who looked last."""

    valid_from: date
    valid_to: date | None
    source: str
    checked_on: date


def read_dates(row: Row) -> Dates:
    """The columns valid_from, valid_to, source and checked_on of a line. Raises KeyError, ValueError."""
    until = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    return Dates(date.fromisoformat(row["valid_from"]), until, row["source"], date.fromisoformat(row["checked_on"]))


@dataclass(frozen=True)
class NumberRow:
    """One number under a code, and since when."""

    code: str
    value: int
    dates: Dates


def read_rows[R](path: Path, build: Callable[[Row], R]) -> list[R]:
    """``build`` each line of a CSV file with a header. Raises ReferenceFileError."""
    rows = []
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                try:
                    rows.append(build(row))
                except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
                    raise ReferenceFileError(f"{path.name}, ligne {number}\u00a0: {error}") from error
    except OSError as error:
        raise ReferenceFileError(f"{path.name} ne s’ouvre pas\u00a0: {error.strerror}") from error
    return rows


def read_numbers(path: Path, codes: type[TextChoices]) -> list[NumberRow]:
    """The numbers of a CSV file whose lines have a code and a value. Raises ReferenceFileError."""
    return read_rows(path, lambda row: NumberRow(codes(row["code"]).value, int(row["value"]), read_dates(row)))
