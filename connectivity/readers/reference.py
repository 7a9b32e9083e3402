"""Read the reference files of ``connectivity/data``: offers, conditions, the end of copper, delays. Pure parsing."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from connectivity.eligibility import Asked
from connectivity.enums import Channel, ConditionRule, Period, ProofKind, Reliability, Technology, TermCode
from network.readers.dated import Dates, NumberRow, Row, read_dates, read_numbers, read_rows
from prescriptions.enums import NeedKind

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class OfferRow:
    """One offer at one time. ``operator`` is a name: who answers is found or made when the row is written."""

    code: str
    name: str
    operator: str
    technology: str
    kinds: list[str]
    channel: str
    price: Decimal | None
    price_max: Decimal | None
    period: str
    commitment_months: int
    setup_fee: Decimal | None
    needs_bank_account: bool
    entitlement_months: int | None
    how_to: str
    phone: str
    url: str
    reliability: str
    dates: Dates
    conditions: list[Asked]


@dataclass(frozen=True)
class ClosureRow:
    """The announced end of copper in one commune, by its code of today."""

    commune: str
    lot: int
    commercial_on: date
    technical_on: date
    reliability: str
    dates: Dates


@dataclass(frozen=True)
class Reference:
    """Everything the files say."""

    offers: list[OfferRow]
    closures: list[ClosureRow]
    terms: list[NumberRow]


def read_reference(folder: Path = DATA) -> Reference:
    """Read the files of ``folder``. Raises ReferenceFileError, naming the file and the line."""
    conditions: dict[str, list[Asked]] = defaultdict(list)
    for offer, asked in read_rows(folder / "offer_conditions.csv", _condition):
        conditions[offer].append(asked)
    return Reference(
        offers=read_rows(folder / "offers.csv", lambda row: _offer(row, conditions[row["code"]])),
        closures=read_rows(folder / "copper_closures.csv", _closure),
        terms=read_numbers(folder / "connection_terms.csv", TermCode),
    )


def _condition(row: Row) -> tuple[str, Asked]:
    rule, proof = ConditionRule(row["rule"]).value, ProofKind(row["proof"]).value
    return row["offer"], Asked(rule, proof, _amount(row["ceiling"]), _number(row["fresh_days"]), row["detail"])


def _offer(row: Row, conditions: list[Asked]) -> OfferRow:
    return OfferRow(
        code=row["code"],
        name=row["name"],
        operator=row["operator"],
        technology=Technology(row["technology"]).value,
        kinds=[NeedKind(kind).value for kind in row["kinds"].split()],
        channel=Channel(row["channel"]).value,
        price=_amount(row["price"]),
        price_max=_amount(row["price_max"]),
        period=Period(row["period"]).value,
        commitment_months=int(row["commitment_months"]),
        setup_fee=_amount(row["setup_fee"]),
        needs_bank_account=row["needs_bank_account"] == "yes",
        entitlement_months=_number(row["entitlement_months"]),
        how_to=row["how_to"],
        phone=row["phone"],
        url=row["url"],
        reliability=Reliability(row["reliability"]).value,
        dates=read_dates(row),
        conditions=conditions,
    )


def _closure(row: Row) -> ClosureRow:
    return ClosureRow(
        commune=row["commune"],
        lot=int(row["lot"]),
        commercial_on=date.fromisoformat(row["commercial_on"]),
        technical_on=date.fromisoformat(row["technical_on"]),
        reliability=Reliability(row["reliability"]).value,
        dates=read_dates(row),
    )


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _number(text: str) -> int | None:
    return int(text) if text else None
