"""Where households fetch what they are given, told by the app that keeps the points of distribution.

That app registers, in ``AppConfig.ready()``, ``points_from(function)``: ``function(pairs)`` takes pairs of primary keys
(distributor, commune) and returns, for each, the points of that distributor that serve that commune, the likeliest
first. ``kept_at(function)``: ``function(needs)`` takes keys of needs and returns where something is put aside for them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CollectingPoint:
    """A place and its hours, as a paper says them."""

    name: str
    place: str
    opening: str = ""


type Pair = tuple[int, int]
type Points = Callable[[Collection[Pair]], Mapping[Pair, Sequence[CollectingPoint]]]
type Kept = Callable[[Collection[int]], Mapping[int, CollectingPoint]]

_functions: list[Points] = []
_keepers: list[Kept] = []


def points_from(function: Points) -> None:
    """Declare who knows the points of distribution."""
    if function not in _functions:
        _functions.append(function)


def kept_at(function: Kept) -> None:
    """Declare who knows where things are put aside."""
    if function not in _keepers:
        _keepers.append(function)


def points_keeping(needs: Collection[int]) -> dict[int, CollectingPoint]:
    """Where something is put aside for each of these needs, if it is."""
    return {need: point for function in _keepers for need, point in function(needs).items()} if needs else {}


def points_for(pairs: Collection[Pair]) -> dict[Pair, list[CollectingPoint]]:
    """The points of each distributor where the households of a commune go; none when nobody can say."""
    found = [function(pairs) for function in _functions] if pairs else []
    return {pair: [point for points in found for point in points[pair]] for pair in pairs}
