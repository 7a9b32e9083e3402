"""The map in tiles keeps the order of the territory: north is above, east is right."""

import csv
from itertools import permutations

from network.readers.territory import DATA, read_territory
from network.readers.tiles import Tile, read_tiles

CLEARLY_NORTH, CLEARLY_EAST = 0.15, 0.2
"""In degrees: fifteen kilometres or so."""


def pairs() -> list[tuple[Tile, Tile]]:
    return list(permutations(read_tiles(), 2))


def test_each_epci_has_one_tile_and_no_two_lie_on_each_other() -> None:
    tiles = read_tiles()
    assert sorted(tile.siren for tile in tiles) == sorted(row.siren for row in read_territory().epcis)
    assert len({(tile.row, tile.column) for tile in tiles}) == len(tiles) == 17
    assert min(tile.row for tile in tiles) == min(tile.column for tile in tiles) == 0


def test_no_tile_is_above_one_that_lies_more_to_the_north() -> None:
    for one, other in pairs():
        north = one.latitude - other.latitude
        assert north <= 0 or one.row <= other.row, (one, other)
        assert north < CLEARLY_NORTH or one.row < other.row, (one, other)


def test_no_tile_is_right_of_one_that_lies_more_to_the_east() -> None:
    for one, other in pairs():
        east = one.longitude - other.longitude
        assert east <= 0 or one.column >= other.column, (one, other)
        assert east < CLEARLY_EAST or one.column > other.column, (one, other)


def test_the_file_names_its_source() -> None:
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as lines:
        told = {row["file"]: row for row in csv.DictReader(lines)}
    assert told["epci_tiles.csv"]["source"]
    assert told["epci_tiles.csv"]["licence"] == "Licence Ouverte 2.0"
