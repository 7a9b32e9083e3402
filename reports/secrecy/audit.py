"""Which hidden numbers can be found out: the interval in which each one must lie, for a reader who can count.

A number is safe as soon as two whole solutions of everything that is known differ on it by the width of the rule:
one of them is the truth. Each programme that is solved says something of all the others, so few are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import NamedTuple

from reports.secrecy.polytope import INFINITE, NEAR, Polytope, are_whole, valued
from reports.secrecy.system import Cell, Contradiction, Name, Reduced, Row, System, Terms, parts

TOGETHER = 8
"""How many whole solutions are looked for that say something of many cells, before each is looked at alone."""
ROUNDS = 24
"""The same for solutions with fractions, which are soon found; fewer where they say little."""
FAR = 8
"""How many times the width around the truth solutions are looked for: what lies farther proves nothing more."""


class Interval(NamedTuple):
    """How far a cell goes in the solutions that were seen: in whole ones, the truth among them, and in any."""

    low: int
    high: int
    least: float
    most: float


type Seen = dict[Name, Interval]
"""What solutions say of cells. It stays true where more is hidden: whatever was possible still is."""


@dataclass(frozen=True)
class Narrow:
    """A hidden number of which too much is known: it lies between ``low`` and ``high``."""

    cell: Cell
    low: int
    high: int

    @property
    def is_found_out(self) -> bool:
        """Whether there is one value left."""
        return self.low == self.high


def narrow_cells(
    system: System,
    hidden: Collection[Name],
    width: int,
    asked: Collection[Name] | None = None,
    known: Iterable[int] = (),
    *,
    proven: bool = False,
    seen: Seen | None = None,
) -> list[Narrow]:
    """The hidden cells, all or those ``asked``, whose interval is less wide than ``width``.

    ``known``: unknowns that the reader knows himself. ``proven``: only those that fractions prove narrow. ``seen``:
    what was learnt where no more was hidden, and may only be wider here; what is learnt here is added to it.

    Fractions come first, which only see too wide; whole numbers are looked for when they find nothing.
    Raises Contradiction when what is shown cannot be.
    """
    shown = [Row(cell.terms, cell.value) for name, cell in system.cells.items() if name not in hidden]
    own = [Row({unknown: 1}, system.truth[unknown] or 0) for unknown in known]
    reduced = Reduced([*system.rows, *shown, *own], system.free)
    found, wanted, spared = [], [], set(known)
    for cell in (cell for name, cell in sorted(system.cells.items()) if name in hidden):
        if (asked is not None and cell.name not in asked) or spared.issuperset(cell.terms):
            continue
        left, constant = reduced.of(cell.terms)
        if left:
            wanted.append(_Asked(cell, left, constant, seen))
        else:
            found.append(Narrow(cell, constant, constant))
    held = []
    for unknowns, rows in parts(reduced.rows, [one.terms for one in wanted]):
        inside = set(unknowns)
        here = [one for one in wanted if next(iter(one.terms)) in inside]
        if here:
            held.append(_Part(system, unknowns, rows, here, width))
            found += held[-1].narrow()
    if not found and not proven:
        found = [one for part in held for one in part.unproven()]
    return sorted(found, key=lambda one: one.cell.name)


def bounds_of(system: System, unknowns: Iterable[int], width: int) -> dict[int, tuple[float, float]]:
    """Between what each unknown is looked for."""
    found = {}
    for unknown in unknowns:
        truth, far = system.truth[unknown], FAR * width
        low = -INFINITE if unknown in system.free else 0
        if truth is None:
            found[unknown] = (low, INFINITE)
        else:
            found[unknown] = (max(low, truth - far), truth + far)
    return found


@dataclass
class _Asked:
    """A hidden cell of a part: what is unknown of it, what is known, how far it was seen to go in solutions.

    ``low``, ``high``: in whole ones, the truth among them. ``least``, ``most``: in any.
    """

    cell: Cell
    terms: Terms
    constant: int
    seen: Seen | None

    def __post_init__(self) -> None:
        alone = Interval(self.cell.value, self.cell.value, self.cell.value, self.cell.value)
        before = alone if self.seen is None else self.seen.get(self.cell.name, alone)
        self.low, self.high, self.least, self.most = before

    def learn(self, solution: Mapping[int, float], *, whole: bool) -> None:
        """One more solution."""
        value = valued(self.terms, solution) + self.constant
        self.least, self.most = min(self.least, value), max(self.most, value)
        if whole:
            self.low, self.high = min(self.low, round(value)), max(self.high, round(value))
        if self.seen is not None:
            self.seen[self.cell.name] = Interval(self.low, self.high, self.least, self.most)

    def narrow(self, low: float, high: float) -> Narrow:
        """It lies between these."""
        return Narrow(self.cell, ceil(low - NEAR), floor(high + NEAR))


class _Part:
    """Unknowns that have nothing to do with the others."""

    def __init__(self, system: System, unknowns: list[int], rows: list[Row], asked: list[_Asked], width: int) -> None:
        self.width, self.asked = width, asked
        bounds = bounds_of(system, unknowns, width)
        self.fractions, self.wholes = Polytope(bounds, rows, still=True), Polytope(bounds, rows, whole=True)

    def narrow(self) -> list[Narrow]:
        """Those that fractions do not leave wide enough."""
        self._widen_together()
        return [one.narrow(one.least, one.most) for one in self.asked if not self._is_wide(one)]

    def unproven(self) -> list[Narrow]:
        """Those that whole numbers do not leave wide enough, when fractions do."""
        self._prove_together(self.asked)
        return [one.narrow(one.low, one.high) for one in self.asked if not self._is_proven(one)]

    def _widen_together(self) -> None:
        """Solutions where as many as can be are far from the truth at once, as long as they say something new."""
        left = [one for one in self.asked if not self._seems_wide(one)]
        for round_ in range(ROUNDS):
            if len(left) < 2:
                return
            self._learn(_aim(self.fractions, left, round_), left[0])
            still = [one for one in left if not self._seems_wide(one)]
            if round_ >= TOGETHER and len(still) > len(left) * 0.9:
                return
            left = still

    def _is_wide(self, one: _Asked) -> bool:
        """Whether fractions leave it wide enough; each solution says something of the others."""
        for ask in (self.fractions.most, self.fractions.least):
            if not self._seems_wide(one):
                self._learn(ask(one.terms), one)
        return self._seems_wide(one)

    def _seems_wide(self, one: _Asked) -> bool:
        return one.most - one.least >= self.width - NEAR

    def _prove_together(self, unproven: list[_Asked]) -> None:
        """Whole solutions where as many as can be are far from the truth at once: few are needed."""
        for round_ in range(TOGETHER):
            left = [one for one in unproven if one.high - one.low < self.width]
            if len(left) < 2:
                return
            self._learn_whole(_aim(self.wholes, left, round_))

    def _is_proven(self, one: _Asked) -> bool:
        for ask in (self.wholes.most, self.wholes.least):
            if one.high - one.low < self.width:
                self._learn_whole(ask(one.terms))
        return one.high - one.low >= self.width

    def _learn_whole(self, solution: Mapping[int, float] | None) -> None:
        """None proves nothing: what is not proven wide is taken for narrow."""
        if solution is not None and are_whole(solution):
            for one in self.asked:
                one.learn(solution, whole=True)

    def _learn(self, solution: Mapping[int, float] | None, about: _Asked) -> None:
        if solution is None:
            raise Contradiction(f"nothing satisfies what is shown around {about.cell.name}")
        whole = are_whole(solution)
        for one in self.asked:
            one.learn(solution, whole=whole)


def _aim(polytope: Polytope, far: Sequence[_Asked], round_: int) -> dict[int, float] | None:
    """A solution where some are as much more, and the others as much less, as they can be together.

    All more, then all less; then one half against the other, halved otherwise at each round.
    """
    aim: dict[int, float] = {}
    for rank, one in enumerate(far):
        sign = 1 if round_ < 2 else (-1) ** (rank >> ((round_ - 2) // 2))
        for unknown, times in one.terms.items():
            aim[unknown] = aim.get(unknown, 0) + sign * times
    return polytope.most(aim) if round_ % 2 == 0 else polytope.least(aim)
