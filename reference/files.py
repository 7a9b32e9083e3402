"""Reading the reference files of the apps: CSV whose every line says since when, until when, who says so.

One reader for all: what a line holds follows from the declaration of its family, and how a text reads follows from the
column of the model.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from reference.families import Family, Lines
from reference.models import fault_of
from reference.registry import declared_parameters

DAY = timedelta(days=1)
PARAMETERS = "parameters.csv"

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


@dataclass(frozen=True)
class FileRow:
    """One line of a file: what finds its row, what it tells, its dates, and the lines of each kind it is made of."""

    key: dict[str, Any]
    told: dict[str, Any]
    dates: Dates
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def data_of(app: str) -> Path:
    """The folder of the reference files of an app."""
    return Path(apps.get_app_config(app).path) / "data"


def read_dates(row: Row) -> Dates:
    """The columns valid_from, valid_to, source and checked_on of a line. Raises KeyError, ValueError."""
    until = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    return Dates(date.fromisoformat(row["valid_from"]), until, row["source"], date.fromisoformat(row["checked_on"]))


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


# --- the families of tables


def read_family(family: Family, folder: Path | None = None) -> list[FileRow]:
    """The lines of the file of a family, with what each is made of. Pure reading. Raises ReferenceFileError."""
    folder = folder or data_of(family.model._meta.app_label)
    made_of = {name_of(declared): _read_lines(declared, folder) for declared in family.lines}
    names = [name for name in dict.fromkeys((*family.key, *family.fields)) if name not in family.typed]

    def line(row: Row) -> FileRow:
        told: dict[str, Any] = {}
        for name in names:
            if name in family.texts:
                told[name] = family.texts[name]((folder / row[name]).read_text(encoding="utf-8"))
            else:
                told[name] = value_of(family.model, name, row[name])
        told |= {name: made(told) for name, made in family.computed.items()}
        key = {name: told.pop(name) for name in family.key}
        lines = {
            name_of(declared): made_of[name_of(declared)].get(_found_by(declared, key), []) for declared in family.lines
        }
        return FileRow(key, told, read_dates(row), lines)

    return read_rows(folder / family.file, line)


def name_of(declared: Lines) -> str:
    """What the lines of one kind are kept under."""
    return str(declared.model._meta.model_name)


def _found_by(declared: Lines, key: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(key[name]) for name in declared.of_row.values())


def _read_lines(declared: Lines, folder: Path) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    parts: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    if declared.parts:
        model: Any = declared.model._meta.get_field(declared.parts).related_model
        ours = [*declared.of_row, *declared.parts_of]
        columns = declared.parts_fields
        for found, part in read_rows(
            folder / declared.parts_file, lambda row: _key_and_values(model, columns, ours, row)
        ):
            parts.setdefault(found, []).append(part)
    found_lines: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    ours = list(declared.of_row)
    for found, line in read_rows(
        folder / declared.file, lambda row: _key_and_values(declared.model, declared.fields, ours, row)
    ):
        if declared.parts:
            line[declared.parts] = parts.get((*found, *(line[name] for name in declared.parts_of.values())), [])
        found_lines.setdefault(found, []).append(line)
    return found_lines


def _key_and_values(
    model: type[models.Model], names: tuple[str, ...], found_by: list[str], row: Row
) -> tuple[tuple[str, ...], dict[str, Any]]:
    return tuple(row[name] for name in found_by), {name: value_of(model, name, row[name]) for name in names}


def value_of(model: type[models.Model], name: str, text: str) -> Any:
    """What a text says in a column: its words among the choices, its number, its day. Raises ValueError.

    Nothing written is what the column says then: its default, nothing, or no words. A relation keeps its text.
    """
    column: Any = model._meta.get_field(name)
    if column.is_relation:
        return text
    if isinstance(column, ArrayField):
        return [_one(column.base_field, one) for one in text.split()]
    if text == "":
        if column.has_default():
            return column.get_default()
        if column.null:
            return None
        if isinstance(column, models.CharField | models.TextField) and column.blank:
            return ""
        raise ValueError(f"«\u00a0{name}\u00a0» est vide")
    return _one(column, text)


def _one(column: Any, text: str) -> Any:
    value: Any = text
    if isinstance(column, models.BooleanField):
        if text not in ("yes", "no"):
            raise ValueError(f"«\u00a0{text}\u00a0» n’est ni yes ni no")
        return text == "yes"
    if isinstance(column, models.IntegerField):
        value = int(text)
    elif isinstance(column, models.DecimalField):
        value = Decimal(text)
    elif isinstance(column, models.DateField):
        value = date.fromisoformat(text)
    if column.choices and value not in dict(column.flatchoices):
        raise ValueError(f"«\u00a0{text}\u00a0» n’est pas un choix de «\u00a0{column.verbose_name}\u00a0»")
    return value


# --- parameters


def read_parameters(app: str, folder: Path | None = None) -> list[FileRow]:
    """The dated values of the parameters of an app: no unknown code, no gap, no overlap. Raises ReferenceFileError."""
    path = (folder or data_of(app)) / PARAMETERS
    last: dict[str, date | None] = {}

    def line(row: Row) -> FileRow:
        code, value, dates = row["code"], Decimal(row["value"]), read_dates(row)
        declared = declared_parameters().get(code)
        if declared is None:
            raise ValueError(f"aucun paramètre n’a le code «\u00a0{code}\u00a0»")
        if fault := fault_of(declared, value):
            raise ValueError(fault)
        if code in last:
            refuse_apart(last[code], dates.valid_from)
        last[code] = dates.valid_to
        return FileRow({"code": code}, {"value": value, "unit": declared.unit}, dates)

    return read_rows(path, line) if path.exists() else []


def refuse_apart(ends: date | None, begins: date) -> None:
    """A value begins the day after the one before ends. Raises ValueError, in French."""
    if ends is None or begins <= ends:
        raise ValueError("cette valeur recouvre la précédente\u00a0: donnez à celle-là son dernier jour")
    if begins > ends + DAY:
        gap = f"{ends + DAY:%d/%m/%Y} au {begins - DAY:%d/%m/%Y}"
        raise ValueError(f"aucune valeur ne vaut du {gap}")
