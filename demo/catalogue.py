"""What the demonstration is made of, read from files: organisations, people, sites, models, prices."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

DATA = Path(__file__).resolve().parent / "data"
OLDEST = 2015
"""Models older than this are not offered for reuse."""


@dataclass(frozen=True)
class Model:
    """A product that exists: what is measured on it gives the grade. ``score``: PassMark, or AnTuTu on a mobile."""

    type: str
    manufacturer: str
    model: str
    year: int
    ram_gb: int
    storage_kind: str
    storage_gb: int
    score: int
    processor: str

    @property
    def name(self) -> str:
        return f"{self.manufacturer} {self.model}"


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of ``demo/data/<name>.csv``, by column."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


class Catalogue:
    """The models of the demonstration and the solidarity prices of its workshops."""

    def __init__(self) -> None:
        self._models = [
            Model(
                row["type"],
                row["manufacturer"],
                row["model"],
                int(row["year"]),
                int(row["ram_gb"] or 0),
                row["storage_kind"],
                int(row["storage_gb"] or 0),
                int(row["score"] or 0),
                row["processor"],
            )
            for row in rows("models")
        ]
        self._prices = {
            row.pop("type"): {level: Decimal(price) for level, price in row.items()} for row in rows("prices")
        }

    def named(self, model: str) -> Model:
        """The model of that name. Raises StopIteration."""
        return next(one for one in self._models if one.model == model)

    def any_of(self, type_: str, rng: Random) -> Model:
        """A model of a type, fit for reuse."""
        return rng.choice([one for one in self._models if one.type == type_ and one.year >= OLDEST])

    def price(self, type_: str, grade: str) -> Decimal:
        """The solidarity price of a type for a grade of any scale, in euros, VAT included."""
        level = {"premium": "best", "A": "best", "B": "good", "C": "fair"}.get(grade, "poor")
        return self._prices[type_][level]
