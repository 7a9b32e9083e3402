"""Read the reference files of ``refurb/data``: thresholds, scales, checklists, texts. Pure parsing."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from network.readers.dated import Dates, NumberRow, Row, read_dates, read_numbers, read_rows
from refurb.enums import CriterionKind, DeviceType, LimitCode, TermCode
from refurb.grading import Cap, Condition, Criterion, Level, Scale, Step

DATA = Path(__file__).resolve().parents[1] / "data"


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
class WarrantyRow:
    """One version of what the hand-over note says of the warranty."""

    version: str
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

    thresholds: list[ThresholdRow]
    deeds: list[DeedTextRow]
    scales: list[ScaleRow]
    checklists: list[ChecklistRow]
    terms: list[NumberRow]
    limits: list[NumberRow]
    warranties: list[WarrantyRow]


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
        return ScaleRow(code, row["name"], types, row["note"], read_dates(row), rules)

    def checklist(row: Row) -> ChecklistRow:
        tested = functions[row["type"], row["version"]]
        return ChecklistRow(DeviceType(row["type"]).value, int(row["version"]), read_dates(row), tested)

    return Reference(
        thresholds=read_rows(folder / "legal_thresholds.csv", _threshold),
        deeds=read_rows(folder / "deed_texts.csv", lambda row: _deed(row, folder)),
        scales=read_rows(folder / "grading_scales.csv", scale),
        checklists=read_rows(folder / "checklists.csv", checklist),
        terms=read_numbers(folder / "distribution_terms.csv", TermCode),
        limits=read_numbers(folder / "erasure_limits.csv", LimitCode),
        warranties=read_rows(folder / "warranty_texts.csv", lambda row: _warranty(row, folder)),
    )


def _threshold(row: Row) -> ThresholdRow:
    return ThresholdRow(row["code"], row["label"], Decimal(row["value"]), row["unit"], read_dates(row))


def _deed(row: Row, folder: Path) -> DeedTextRow:
    body = (folder / row["file"]).read_text(encoding="utf-8")
    return DeedTextRow(row["version"], row["title"], body, read_dates(row))


def _warranty(row: Row, folder: Path) -> WarrantyRow:
    body = (folder / row["file"]).read_text(encoding="utf-8").strip()
    return WarrantyRow(row["version"], body, read_dates(row))


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
    for key, built in read_rows(path, lambda row: (tuple(row[name] for name in keys), build(row))):
        found.setdefault(key, []).append(built)
    return found
