"""Read the files of the territory (``network/data``): rows as they are written, nothing looked up."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"


class TerritoryFileError(Exception):
    """A file of the territory does not read; the sentence says which line and why."""


@dataclass(frozen=True)
class ArrondissementRow:
    code: str
    name: str


@dataclass(frozen=True)
class EpciRow:
    siren: str
    name: str
    short_name: str
    arrondissement: str
    population: int
    population_year: int


@dataclass(frozen=True)
class CommuneRow:
    """``arrondissement`` is empty outside the département; ``population`` counts inhabitants."""

    code: str
    name: str
    postcodes: list[str]
    population: int
    population_year: int
    epci: str
    arrondissement: str


@dataclass(frozen=True)
class MergedRow:
    code: str
    status: str
    name: str
    merged_into: str


@dataclass(frozen=True)
class Territory:
    """Everything the files say."""

    arrondissements: list[ArrondissementRow]
    epcis: list[EpciRow]
    communes: list[CommuneRow]
    merged: list[MergedRow]


def read_territory(folder: Path = DATA) -> Territory:
    """Read the four files of ``folder``. Raises ``TerritoryFileError``."""
    return Territory(
        arrondissements=_read(
            folder / "arrondissements.csv", lambda r: ArrondissementRow(code=r["code"], name=r["name"])
        ),
        epcis=_read(folder / "epci.csv", _epci),
        communes=_read(folder / "communes.csv", _commune),
        merged=_read(
            folder / "communes_merged.csv",
            lambda r: MergedRow(r["code"], r["status"], r["name"], r["merged_into"]),
        ),
    )


def _epci(row: dict[str, str]) -> EpciRow:
    return EpciRow(
        siren=row["siren"],
        name=row["name"],
        short_name=row["short_name"],
        arrondissement=row["arrondissement"],
        population=int(row["population"]),
        population_year=int(row["population_year"]),
    )


def _commune(row: dict[str, str]) -> CommuneRow:
    return CommuneRow(
        code=row["code"],
        name=row["name"],
        postcodes=row["postcodes"].split(),
        population=int(row["population"]),
        population_year=int(row["population_year"]),
        epci=row["epci"],
        arrondissement=row["arrondissement"],
    )


def _read[R](path: Path, build: Callable[[dict[str, str]], R]) -> list[R]:
    rows = []
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                try:
                    rows.append(build(row))
                except (KeyError, ValueError, TypeError, AttributeError) as error:
                    raise TerritoryFileError(f"{path.name}, ligne {number}\u00a0: {error}") from error
    except OSError as error:
        raise TerritoryFileError(f"{path.name} ne s’ouvre pas\u00a0: {error.strerror}") from error
    return rows
