"""Read the reference files of ``refurb/data``: ceilings, thresholds, scales, checklists, texts. Pure parsing."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from refurb.enums import CriterionKind, DeviceType
from refurb.grading import Cap, Condition, Criterion, Level, Scale, Step

DATA = Path(__file__).resolve().parents[1] / "data"

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
class CeilingRow:
    """A price ceiling, in euros, VAT included."""

    type: str
    amount: Decimal
    condition: str
    dates: Dates


@dataclass(frozen=True)
class ThresholdRow:
    """A number of the law on gifts."""

    code: str
    label: str
    value: Decimal
    unit: str
    dates: Dates


@dataclass(frozen=True)
class DeedTextRow:
    """One version of the text of the deed of gift."""

    version: str
    title: str
    body: str
    dates: Dates


@dataclass(frozen=True)
class ScaleRow:
    """A grading scale with its lines, caps and levels."""

    code: str
    name: str
    types: list[str]
    note: str
    dates: Dates
    scale: Scale


@dataclass(frozen=True)
class FunctionRow:
    """One function to test."""

    code: str
    label: str
    essential: bool
    not_applicable_when: str


@dataclass(frozen=True)
class ChecklistRow:
    """One version of the functions to test on a type."""

    type: str
    version: int
    dates: Dates
    functions: list[FunctionRow]


@dataclass(frozen=True)
class Reference:
    """Everything the files say."""

    ceilings: list[CeilingRow]
    thresholds: list[ThresholdRow]
    deeds: list[DeedTextRow]
    scales: list[ScaleRow]
    checklists: list[ChecklistRow]


def read_reference(folder: Path = DATA) -> Reference:
    """Read the files of ``folder``. Raises ReferenceFileError."""
    steps = _grouped(folder / "grading_steps.csv", ("scale", "criterion"), _step)
    criteria = _grouped(
        folder / "grading_criteria.csv",
        ("scale",),
        lambda row: _criterion(row, steps.get((row["scale"], row["code"]), [])),
    )
    caps = _grouped(folder / "grading_caps.csv", ("scale",), _cap)
    levels = _grouped(folder / "grading_levels.csv", ("scale",), _level)
    functions = _grouped(folder / "checklist_functions.csv", ("type", "version"), _function)

    def scale(row: Row) -> ScaleRow:
        code = row["code"]
        rules = Scale(code, criteria[(code,)], caps.get((code,), []), levels[(code,)])
        types = [DeviceType(type_).value for type_ in row["types"].split()]
        return ScaleRow(code, row["name"], types, row["note"], _dates(row), rules)

    def checklist(row: Row) -> ChecklistRow:
        tested = functions[row["type"], row["version"]]
        return ChecklistRow(DeviceType(row["type"]).value, int(row["version"]), _dates(row), tested)

    return Reference(
        ceilings=_read(folder / "price_ceilings.csv", _ceiling),
        thresholds=_read(folder / "legal_thresholds.csv", _threshold),
        deeds=_read(folder / "deed_texts.csv", lambda row: _deed(row, folder)),
        scales=_read(folder / "grading_scales.csv", scale),
        checklists=_read(folder / "checklists.csv", checklist),
    )


def _dates(row: Row) -> Dates:
    until = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    return Dates(date.fromisoformat(row["valid_from"]), until, row["source"], date.fromisoformat(row["checked_on"]))


def _ceiling(row: Row) -> CeilingRow:
    return CeilingRow(DeviceType(row["type"]).value, Decimal(row["amount"]), row["condition"], _dates(row))


def _threshold(row: Row) -> ThresholdRow:
    return ThresholdRow(row["code"], row["label"], Decimal(row["value"]), row["unit"], _dates(row))


def _deed(row: Row, folder: Path) -> DeedTextRow:
    body = (folder / row["file"]).read_text(encoding="utf-8")
    return DeedTextRow(row["version"], row["title"], body, _dates(row))


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _step(row: Row) -> Step:
    return Step(Decimal(row["points"]), _number(row["at_least"]), row["value"])


def _criterion(row: Row, steps: list[Step]) -> Criterion:
    return Criterion(
        code=row["code"],
        label=row["label"],
        kind=CriterionKind(row["kind"]),
        measure=row["measure"],
        unit=row["unit"],
        when=Condition(row["when_measure"], tuple(row["when_values"].split())),
        steps=tuple(steps),
        factor=_number(row["factor"]) or Decimal(1),
        minimum=_number(row["minimum"]),
        maximum=_number(row["maximum"]),
    )


def _cap(row: Row) -> Cap:
    return Cap(
        code=row["code"],
        label=row["label"],
        grade=row["grade"],
        when=Condition(row["when_measure"], tuple(row["when_values"].split())),
        below_measure=row["below_measure"],
        below=_number(row["below"]),
    )


def _level(row: Row) -> Level:
    return Level(row["grade"], row["label"], _number(row["at_least"]))


def _function(row: Row) -> FunctionRow:
    return FunctionRow(row["code"], row["label"], row["essential"] == "yes", row["not_applicable_when"])


def _grouped[R](path: Path, keys: tuple[str, ...], build: Callable[[Row], R]) -> dict[tuple[str, ...], list[R]]:
    found: dict[tuple[str, ...], list[R]] = {}
    for key, built in _read(path, lambda row: (tuple(row[name] for name in keys), build(row))):
        found.setdefault(key, []).append(built)
    return found


def _read[R](path: Path, build: Callable[[Row], R]) -> list[R]:
    rows = []
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                try:
                    rows.append(build(row))
                except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
                    raise ReferenceFileError(f"{path.name}, ligne {number} : {error}") from error
    except OSError as error:
        raise ReferenceFileError(f"{path.name} ne s’ouvre pas : {error.strerror}") from error
    return rows
