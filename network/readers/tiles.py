"""Read where the map puts each EPCI (``network/data/epci_tiles.csv``): one tile of equal size each, no outline."""

import csv
from dataclasses import dataclass
from functools import cache

from network.readers.territory import DATA


@dataclass(frozen=True)
class Tile:
    """``row`` grows to the south, ``column`` to the east; the mean place of the EPCI's public sites, in degrees."""

    siren: str
    row: int
    column: int
    latitude: float
    longitude: float


@cache
def read_tiles() -> tuple[Tile, ...]:
    """Every tile, from north to south then from west to east."""
    with (DATA / "epci_tiles.csv").open(encoding="utf-8", newline="") as lines:
        tiles = [
            Tile(
                siren=row["siren"],
                row=int(row["row"]),
                column=int(row["column"]),
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
            )
            for row in csv.DictReader(lines)
        ]
    return tuple(sorted(tiles, key=lambda tile: (tile.row, tile.column)))
