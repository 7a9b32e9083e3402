"""Where a household fetches what it is given, told by the app that keeps the points of distribution.

That app registers, in ``AppConfig.ready()``, ``points_from(function)``: ``function(distributor, commune)`` takes two
primary keys and returns the points of that distributor that serve that commune, the likeliest first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CollectingPoint:
    """A place and its hours, as a paper says them."""

    name: str
    place: str
    opening: str = ""


type Points = Callable[[int, int], Sequence[CollectingPoint]]

_functions: list[Points] = []


def points_from(function: Points) -> None:
    """Declare who knows the points of distribution."""
    if function not in _functions:
        _functions.append(function)


def points_for(distributor: int | None, commune: int | None) -> list[CollectingPoint]:
    """The points of a distributor where the households of a commune go; none when nobody can say."""
    if distributor is None or commune is None:
        return []
    return [point for function in _functions for point in function(distributor, commune)]
