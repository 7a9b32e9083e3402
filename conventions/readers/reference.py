"""Read the reference files of ``conventions/data``. Pure parsing."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from conventions.enums import DeviceType, RuleCode
from network.readers.dated import Dates, Row, read_dates, read_rows

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class CeilingRow:
    """A price ceiling, in euros, VAT included."""

    type: str
    amount: Decimal
    condition: str
    dates: Dates


@dataclass(frozen=True)
class RuleRow:
    """A number that conventions are held to."""

    code: str
    value: Decimal
    unit: str
    dates: Dates


@dataclass(frozen=True)
class ClauseRow:
    """One article of the model."""

    code: str
    title: str
    body: str
    mandatory: bool
    position: int
    dates: Dates


def read_ceilings(folder: Path = DATA) -> list[CeilingRow]:
    """The price ceilings of equipment given by public bodies. Raises ReferenceFileError."""
    return read_rows(folder / "price_ceilings.csv", _ceiling)


def read_rules(folder: Path = DATA) -> list[RuleRow]:
    """The numbers conventions are held to. Raises ReferenceFileError."""
    return read_rows(folder / "convention_rules.csv", _rule)


def read_clauses(folder: Path = DATA) -> list[ClauseRow]:
    """The articles of the model, each in a file of its own. Raises ReferenceFileError."""
    return read_rows(folder / "clauses.csv", lambda row: _clause(row, folder))


def _ceiling(row: Row) -> CeilingRow:
    return CeilingRow(DeviceType(row["type"]).value, Decimal(row["amount"]), row["condition"], read_dates(row))


def _rule(row: Row) -> RuleRow:
    return RuleRow(RuleCode(row["code"]).value, Decimal(row["value"]), row["unit"], read_dates(row))


def _clause(row: Row, folder: Path) -> ClauseRow:
    body = (folder / row["file"]).read_text(encoding="utf-8").strip()
    mandatory = row["mandatory"] == "yes"
    return ClauseRow(row["code"], row["title"], body, mandatory, int(row["position"]), read_dates(row))
