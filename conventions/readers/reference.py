"""Read the reference files of ``conventions/data``. Pure parsing."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from conventions.enums import DeviceType
from network.readers.dated import Dates, Row, read_dates, read_rows

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class CeilingRow:
    """A price ceiling, in euros, VAT included."""

    type: str
    amount: Decimal
    condition: str
    dates: Dates


def read_ceilings(folder: Path = DATA) -> list[CeilingRow]:
    """The price ceilings of equipment given by public bodies. Raises ReferenceFileError."""
    return read_rows(folder / "price_ceilings.csv", _ceiling)


def _ceiling(row: Row) -> CeilingRow:
    return CeilingRow(DeviceType(row["type"]).value, Decimal(row["amount"]), row["condition"], read_dates(row))
