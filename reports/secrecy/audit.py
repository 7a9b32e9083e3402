"""Which hidden numbers can be found out: the interval in which each one must lie, for a reader who can count.

A number is safe as soon as two whole solutions of everything that is known differ on it by the width of the rule:
one of them is the truth. Each programme that is solved says something of all the others, so few are.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import NamedTuple

import numpy

from reports.secrecy.polytope import INFINITE, NEAR, Polytope, Solution, are_whole
from reports.secrecy.system import (
    Cell,
    Equation,
    Equations,
    Inconsistent,
    Limits,
    Name,
    Reduced,
    Terms,
    parts,
)

TOGETHER = 8
"""How many whole solutions are looked for that say something of many cells, before each is looked at alone."""
ROUNDS = 24
"""The same for solutions with fractions, which are soon found; fewer where they say little."""
FEW = 8
"""So few cells are looked at one after the other."""
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
    system: Equations,
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
    Raises Inconsistent when what is shown cannot be.
    """
    spared = set(known)
    reduced = Reduced(system, system.cells.keys() - hidden, spared)
    found, wanted = [], []
    for cell in (cell for name, cell in sorted(system.cells.items()) if name in hidden):
        if (asked is not None and cell.name not in asked) or spared.issuperset(cell.terms):
            continue
        left, constant = reduced.of(cell.terms)
        if left:
            wanted.append(_Asked(cell, left, constant))
        else:
            found.append(Narrow(cell, constant, constant))
    held = []
    for unknowns, rows in parts(reduced.rows, [one.terms for one in wanted]):
        inside = set(unknowns)
        here = [one for one in wanted if next(iter(one.terms)) in inside]
        if here:
            held.append(_Part(bounds_of(system, unknowns, width, reduced.limits), rows, here, width, seen or {}))
            found += held[-1].narrow()
    if not found and not proven:
        found = [one for part in held for one in part.unproven()]
    if seen is not None:
        for part in held:
            seen |= part.intervals()
    return sorted(found, key=lambda one: one.cell.name)


def bounds_of(system: Equations, unknowns: Iterable[int], width: int, limits: Limits) -> Limits:
    """Between what each unknown is looked for; ``limits``: as the reader knows them of those that may be negative."""
    found = {}
    for unknown in unknowns:
        truth, far = system.truth[unknown], FAR * width
        low, high = limits.get(unknown, (0, INFINITE))
        found[unknown] = (low, high) if truth is None else (max(low, truth - far), min(high, truth + far))
    return found


class _Asked(NamedTuple):
    """A hidden cell: what is unknown of it, what is known."""

    cell: Cell
    terms: Terms
    constant: int


class _Part:
    """Unknowns that have nothing to do with the others, and how far each cell asked about goes in solutions.

    ``low``, ``high``: in whole ones, the truth among them. ``least``, ``most``: in any.
    """

    def __init__(
        self, bounds: dict[int, tuple[float, float]], rows: list[Equation], asked: list[_Asked], width: int, seen: Seen
    ) -> None:
        self.width, self.asked, self._rows, self._bounds = width, asked, rows, bounds
        self.fractions = Polytope(self._bounds, rows, still=True)
        before = [seen.get(one.cell.name, Interval(*(one.cell.value,) * 4)) for one in asked]
        self.low, self.high = (numpy.array([one[i] for one in before], dtype=numpy.int64) for i in (0, 1))
        self.least, self.most = (numpy.array([one[i] for one in before], dtype=float) for i in (2, 3))
        columns = self.fractions.columns
        self._rank = numpy.repeat(numpy.arange(len(asked)), [len(one.terms) for one in asked])
        self._column = numpy.array([columns[unknown] for one in asked for unknown in one.terms])
        self._times = numpy.array([times for one in asked for times in one.terms.values()], dtype=float)
        self._constants = numpy.array([one.constant for one in asked], dtype=float)

    @cached_property
    def wholes(self) -> Polytope:
        """The same in whole numbers, which are looked for when fractions find nothing."""
        return Polytope(self._bounds, self._rows, whole=True)

    def narrow(self) -> list[Narrow]:
        """Those that fractions do not leave wide enough."""
        self._widen_together()
        return [
            Narrow(one.cell, ceil(self.least[rank] - NEAR), floor(self.most[rank] + NEAR))
            for rank, one in enumerate(self.asked)
            if not self._is_wide(rank)
        ]

    def unproven(self) -> list[Narrow]:
        """Those that whole numbers do not leave wide enough, when fractions do."""
        self._prove_together()
        return [
            Narrow(one.cell, int(self.low[rank]), int(self.high[rank]))
            for rank, one in enumerate(self.asked)
            if not self._is_proven(rank)
        ]

    def intervals(self) -> Seen:
        """How far each cell went."""
        told = zip(self.low.tolist(), self.high.tolist(), self.least.tolist(), self.most.tolist(), strict=True)
        return {one.cell.name: Interval(*ends) for one, ends in zip(self.asked, told, strict=True)}

    def _widen_together(self) -> None:
        """Solutions where as many as can be are far from the truth at once, as long as they say something new."""
        left = self._look_narrow()
        for round_ in range(ROUNDS):
            if len(left) < FEW:
                return
            self._learn(self._aim(self.fractions, left, round_), self.asked[left[0]])
            still = self._look_narrow()
            if round_ >= TOGETHER and len(still) > len(left) * 0.9:
                return
            left = still

    def _is_wide(self, rank: int) -> bool:
        """Whether fractions leave a cell wide enough; each solution says something of the others."""
        for ask in (self.fractions.most, self.fractions.least):
            if not self._seems_wide(rank):
                self._learn(ask(self.fractions.sum(self.asked[rank].terms)), self.asked[rank])
        return self._seems_wide(rank)

    def _seems_wide(self, rank: int) -> bool:
        return bool(self.most[rank] - self.least[rank] >= self.width - NEAR)

    def _look_narrow(self) -> list[int]:
        found: list[int] = (self.most - self.least < self.width - NEAR).nonzero()[0].tolist()
        return found

    def _prove_together(self) -> None:
        """Whole solutions where as many as can be are far from the truth at once: few are needed."""
        for round_ in range(TOGETHER):
            left = (self.high - self.low < self.width).nonzero()[0].tolist()
            if len(left) < 2:
                return
            self._learn_whole(lambda polytope, far=left, aim=round_: self._aim(polytope, far, aim))  # type: ignore[misc]

    def _is_proven(self, rank: int) -> bool:
        asked = self.fractions.sum(self.asked[rank].terms)
        for ask in (Polytope.most, Polytope.least):
            if self.high[rank] - self.low[rank] < self.width:
                self._learn_whole(lambda polytope, ask=ask: ask(polytope, asked))  # type: ignore[misc]
        return bool(self.high[rank] - self.low[rank] >= self.width)

    def _learn_whole(self, ask: Callable[[Polytope], Solution | None]) -> None:
        """The best solution with fractions, when it has none after all; else the best one in whole numbers.

        None proves nothing: what is not proven wide is taken for narrow.
        """
        solution = ask(self.fractions)
        if solution is None or not are_whole(solution):
            solution = ask(self.wholes)
        if solution is not None and are_whole(solution):
            self._see(solution, whole=True)

    def _learn(self, solution: Solution | None, about: _Asked) -> None:
        if solution is None:
            raise Inconsistent(f"nothing satisfies what is shown around {about.cell.name}")
        self._see(solution, whole=are_whole(solution))

    def _see(self, solution: Solution, *, whole: bool) -> None:
        """One more solution says how far every cell may go."""
        values = numpy.bincount(self._rank, self._times * solution[self._column], len(self.asked)) + self._constants
        self.least, self.most = numpy.minimum(self.least, values), numpy.maximum(self.most, values)
        if whole:
            rounded = numpy.rint(values).astype(numpy.int64)
            self.low, self.high = numpy.minimum(self.low, rounded), numpy.maximum(self.high, rounded)

    def _aim(self, polytope: Polytope, far: Sequence[int], round_: int) -> Solution | None:
        """A solution where some are as much more, and the others as much less, as they can be together.

        All more, then all less; then one half against the other, halved otherwise at each round.
        """
        signs = numpy.zeros(len(self.asked))
        halves = numpy.arange(len(far)) >> max(round_ - 2, 0) // 2
        signs[far] = 1 if round_ < 2 else 1 - 2 * (halves % 2)
        aim = numpy.bincount(self._column, self._times * signs[self._rank], len(polytope.columns))
        return polytope.most(aim) if round_ % 2 == 0 else polytope.least(aim)
