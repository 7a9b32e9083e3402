"""How ready devices are shared between territories: the least served first, as far as places and stock go. Pure.

The rule is max–min: whatever the rate, no other way to share sends more devices to territories that are still under it,
so that the least served is served as well as can be. Between two that are even, the one that has waited longest comes
first, even where one device would carry a smaller territory further (ADR 36). What limits it is a flow: the stock of
each workshop by type, the places that each convention has left by type, the households that wait in each EPCI by kind
of need. One device more at a time goes to the least served territory that can still take one, others giving way where
they can be served otherwise: that is the best share exactly, since what can be served together is a polymatroid.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

type Node = tuple[str, int, str]
SOURCE: Node = ("source", 0, "")


@dataclass(frozen=True)
class Stock:
    """So many ready devices of one type in one workshop."""

    workshop: int
    type: str
    count: int


@dataclass(frozen=True)
class PlacesLeft:
    """The places that a convention has left for one type, and what they serve: this kind of need in this EPCI."""

    convention: int
    workshop: int
    type: str
    room: int
    territory: int
    kind: str


@dataclass(frozen=True)
class Demand:
    """The households that wait in a territory for one kind of need.

    ``covered``: devices already on their way to them, for nobody yet. ``points``: what the territory is given
    (domaine §8.9): with 8 points it is served 8 % further than another before both are held to be even. ``oldest``:
    since when the first one waits.
    """

    territory: int
    kind: str
    waiting: int
    covered: int = 0
    points: int = 0
    oldest: date = date.max

    @property
    def left(self) -> int:
        """How many more devices somebody waits for."""
        return max(self.waiting - self.covered, 0)

    def rate(self, more: int) -> Fraction:
        """Which part of those who wait would have theirs with ``more`` devices, less what its points are worth."""
        return Fraction(self.covered + more, self.waiting) / Fraction(100 + self.points, 100)


@dataclass
class _Flow:
    """Who may give to whom, how much, and how much is given."""

    capacity: dict[tuple[Node, Node], int] = field(default_factory=dict)
    beside: dict[Node, list[Node]] = field(default_factory=dict)

    def link(self, giver: Node, taker: Node, most: int) -> None:
        for one, other, room in ((giver, taker, most), (taker, giver, 0)):
            if (one, other) not in self.capacity:
                self.beside.setdefault(one, []).append(other)
            self.capacity[one, other] = self.capacity.get((one, other), 0) + room

    def push(self, target: Node) -> bool:
        """One more for ``target``, others giving way where they can be served otherwise; False when there is no way."""
        came: dict[Node, Node] = {SOURCE: SOURCE}
        waiting = deque([SOURCE])
        while waiting and target not in came:
            here = waiting.popleft()
            for there in self.beside.get(here, ()):
                if there not in came and self.capacity[here, there] > 0:
                    came[there] = here
                    waiting.append(there)
        if target not in came:
            return False
        while target != SOURCE:
            giver = came[target]
            self.capacity[giver, target] -= 1
            self.capacity[target, giver] += 1
            target = giver
        return True


def share(
    stocks: Iterable[Stock], places: Sequence[PlacesLeft], demands: Iterable[Demand]
) -> dict[tuple[int, str], int]:
    """``{(convention, type): devices}``, none left out that would serve somebody; the same for the same givens.

    No more than the stock of a workshop, the places of a convention, nor those who wait.
    """
    flow = _Flow()
    wanted = {(one.territory, one.kind): one for one in demands if one.left}
    for stock in stocks:
        flow.link(SOURCE, ("stock", stock.workshop, stock.type), stock.count)
    for place in places:
        if place.room <= 0 or (place.territory, place.kind) not in wanted:
            continue
        here = ("place", place.convention, place.type)
        flow.link(("stock", place.workshop, place.type), here, place.room)
        flow.link(here, ("demand", place.territory, place.kind), place.room)
    given = dict.fromkeys(wanted, 0)
    open_ = set(wanted)
    while open_:
        least = min(open_, key=lambda key: (wanted[key].rate(given[key]), wanted[key].oldest, key))
        if given[least] >= wanted[least].left or not flow.push(("demand", *least)):
            open_.remove(least)
        else:
            given[least] += 1
    return {(place.convention, place.type): sent for place in places if (sent := _sent(flow, place)) > 0}


def _sent(flow: _Flow, place: PlacesLeft) -> int:
    """What goes through a place: what its way back could give back."""
    here, there = ("place", place.convention, place.type), ("demand", place.territory, place.kind)
    return flow.capacity.get((there, here), 0)


def first_come(
    stocks: Iterable[Stock], places: Sequence[PlacesLeft], demands: Iterable[Demand]
) -> dict[tuple[int, str], int]:
    """What happens without a rule: each convention in its turn takes all that it may; kept to compare with."""
    left = {(stock.workshop, stock.type): stock.count for stock in stocks}
    asked = {(one.territory, one.kind): one.left for one in demands}
    taken: dict[tuple[int, str], int] = {}
    for place in places:
        stock, want = (place.workshop, place.type), (place.territory, place.kind)
        count = min(place.room, left.get(stock, 0), asked.get(want, 0))
        if count > 0:
            taken[place.convention, place.type] = count
            left[stock] -= count
            asked[want] -= count
    return taken


def rates(
    shared: Mapping[tuple[int, str], int], places: Iterable[PlacesLeft], demands: Iterable[Demand]
) -> dict[tuple[int, str], Fraction]:
    """Which part of those who wait would have theirs, by territory and kind, points left aside."""
    more: dict[tuple[int, str], int] = {}
    for place in places:
        key = place.territory, place.kind
        more[key] = more.get(key, 0) + shared.get((place.convention, place.type), 0)
    return {
        (one.territory, one.kind): Fraction(
            min(one.covered + more.get((one.territory, one.kind), 0), one.waiting), one.waiting
        )
        for one in demands
        if one.waiting
    }
