"""What a reader can write down of the figures: unknown whole numbers, and the linear relations between them."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

type Numbers = NDArray[numpy.int64]
type Flags = NDArray[numpy.bool_]
type Name = tuple[str, str]
"""Of a cell: its month, its key."""
type Terms = dict[int, int]
"""A sum: by unknown, how many times it counts."""
LAST = 1000.0
"""From what cost on a cell is hidden where nothing else helps."""
type Limits = dict[int, tuple[float, float]]
"""Between what each unknown is that may be less than nothing."""


class PartOfSum(NamedTuple):
    """What a reader takes a part of a sum for when the sum is ``told``: between nothing and all of it."""

    told: Name
    low: int
    high: int


@dataclass(frozen=True)
class Equation:
    """``terms`` sum up to ``total``."""

    terms: Terms
    total: int


@dataclass(frozen=True)
class Cell:
    """A number that a reader may be shown. ``about_households``: small, it must not be found out.

    ``cost``: what one would rather show has the greater one. ``month``: the first day, in ISO form.
    """

    month: str
    key: str
    terms: Terms
    value: int
    about_households: bool
    cost: float

    @property
    def name(self) -> Name:
        """What tells it from all others, in every month."""
        return self.month, self.key

    def is_small(self, threshold: int) -> bool:
        """Whether it counts some households, and fewer than the rule shows."""
        return self.about_households and 0 < abs(self.value) < threshold


@dataclass
class Equations:
    """Unknowns, each at least 0 unless it is free, what each truly is where it is counted, and their relations.

    ``parts``: the free unknowns that a reader who is told their sum takes for no more than it.
    """

    numbers: dict[Hashable, int] = field(default_factory=dict)
    truth: list[int | None] = field(default_factory=list)
    free: set[int] = field(default_factory=set)
    rows: list[Equation] = field(default_factory=list)
    cells: dict[Name, Cell] = field(default_factory=dict)
    parts: dict[int, list[PartOfSum]] = field(default_factory=dict)
    _relations: "Relations | None" = None

    @property
    def relations(self) -> "Relations":
        """All of it as arrays, made once for what is written down."""
        if self._relations is None:
            self._relations = Relations(self)
        return self._relations

    def unknown(self, name: Hashable, truth: int | None = None, *, free: bool = False) -> int:
        """The number of an unknown, made when it is named for the first time."""
        if name not in self.numbers:
            self._relations = None
            self.numbers[name] = len(self.truth)
            self.truth.append(truth)
            if free:
                self.free.add(self.numbers[name])
        return self.numbers[name]

    def relate(self, terms: Iterable[tuple[int, int]], total: int = 0) -> None:
        """What everyone knows: ``(times, unknown)`` sum up to ``total``."""
        self._relations = None
        self.rows.append(Equation(summed(terms), total))

    def relate_if_true(self, terms: Iterable[tuple[int, int]]) -> None:
        """The same of what sums up to nothing, where it does. What is true of an instant is believed of the month that
        it ends, whatever else is not true of that month: the month that it begins says it too.
        """
        kept = summed(terms)
        if not self.value_of(kept):
            self.relate((times, unknown) for unknown, times in kept.items())

    def show(self, cell: Cell) -> None:
        """Add a number of the tables."""
        self._relations = None
        self.cells[cell.name] = cell

    def gather(self, told: Name, total: int, unknowns: Iterable[int]) -> None:
        """Who is told their sum takes each of these unknowns for a part of it, between nothing and all of it.

        One that truly is none, since others make up for it, stays what it may be: anything.
        """
        part = PartOfSum(told, min(0, total), max(0, total))
        for unknown in unknowns:
            if part.low <= (self.truth[unknown] or 0) <= part.high:
                self.parts.setdefault(unknown, []).append(part)

    def limits(self, shown: Collection[Name]) -> Limits:
        """Between what each unknown is that may be less than nothing, for who is shown these cells."""
        found: Limits = dict.fromkeys(self.free, (-inf, inf))
        for unknown, parts_ in self.parts.items():
            for part in parts_:
                if part.told in shown:
                    low, high = found[unknown]
                    found[unknown] = max(low, part.low), min(high, part.high)
        return found

    def value_of(self, terms: Terms) -> int:
        """What a sum truly is."""
        return sum(times * (self.truth[unknown] or 0) for unknown, times in terms.items())


def summed(terms: Iterable[tuple[int, int]]) -> Terms:
    """The same sum, each unknown once and none for nothing."""
    found: defaultdict[int, int] = defaultdict(int)
    for times, unknown in terms:
        found[unknown] += times
    return {unknown: times for unknown, times in found.items() if times}


class Inconsistent(ArithmeticError):
    """The relations cannot all hold: the figures, or what is believed of them, are wrong."""


class Relations:
    """Every relation of a system, then every cell with what it is, entry by entry, so that all are read at once."""

    def __init__(self, system: Equations) -> None:
        cells = system.cells.values()
        terms = [*(row.terms for row in system.rows), *(cell.terms for cell in cells)]
        totals = [*(row.total for row in system.rows), *(cell.value for cell in cells)]
        self.size, self.count, self.names = len(system.truth), len(terms), list(system.cells)
        self.totals = _whole(totals)
        self.rank = numpy.repeat(numpy.arange(self.count), _whole([len(one) for one in terms]))
        self.unknown = _whole([unknown for one in terms for unknown in one])
        self.times = _whole([times for one in terms for times in one.values()])


class Reduced:
    """Relations once everything that follows step by step is replaced by its value.

    ``shown``: the cells that the reader is told; ``own``: the unknowns that he knows himself. Raises Inconsistent.
    """

    def __init__(self, system: Equations, shown: Collection[Name], own: Iterable[int] = ()) -> None:
        self._all, self.limits = system.relations, system.limits(shown)
        self._sides = _sides(self._all.size, self.limits)
        self._values = numpy.zeros(self._all.size, dtype=numpy.int64)
        self._is_known = numpy.zeros(self._all.size, dtype=bool)
        told = numpy.ones(self._all.count, dtype=bool)
        told[len(system.rows) :] = [name in shown for name in self._all.names]
        self._totals = numpy.where(told, self._all.totals, 0)
        self._keep(self._all.rank, self._all.unknown, self._all.times, told[self._all.rank])
        given = {unknown: system.truth[unknown] or 0 for unknown in own}
        given |= {unknown: 0 for unknown, ends in self.limits.items() if ends == (0, 0)}
        self._settle(_whole(list(given)), _whole(list(given.values())))
        while self._deduce():
            pass
        self.known = dict(zip(self._is_known.nonzero()[0].tolist(), self._values[self._is_known].tolist(), strict=True))
        self.rows = self._left()

    def of(self, terms: Terms) -> tuple[Terms, int]:
        """What stays unknown of a sum, and what is known of it."""
        left = {unknown: times for unknown, times in terms.items() if unknown not in self.known}
        return left, sum(times * self.known[unknown] for unknown, times in terms.items() if unknown in self.known)

    def _deduce(self) -> bool:
        """Look at every row once: one unknown is left, or all that are left are 0. Whether anything followed."""
        left = numpy.bincount(self._rank, minlength=self._all.count)
        if self._totals[left == 0].any():
            raise Inconsistent("a relation is short of some units")
        alone = left[self._rank] == 1
        unknown, total, times = self._unknown[alone], self._totals[self._rank[alone]], self._times[alone]
        if (total % times).any():
            raise Inconsistent("an unknown would be a fraction")
        nothing = self._unknown[self._is_nothing(left)[self._rank]]
        found = numpy.concatenate([nothing, unknown])
        self._settle(found, numpy.concatenate([numpy.zeros_like(nothing), total // times]))
        return found.size > 0

    def _is_nothing(self, left: Numbers) -> Flags:
        """The rows that sum up to nothing, of which no unknown makes up for another: each is 0."""
        count, ways = self._all.count, self._times * self._sides[self._unknown]
        more = numpy.bincount(self._rank[ways > 0], minlength=count)
        free = numpy.bincount(self._rank[ways == 0], minlength=count)
        flags: Flags = (left > 1) & (self._totals == 0) & (free == 0) & ((more == 0) | (more == left))
        return flags

    def _settle(self, unknown: Numbers, values: Numbers) -> None:
        """Put their values in the place of unknowns; of two for the same one, a row that does not hold is left."""
        if (values * self._sides[unknown] < 0).any():
            raise Inconsistent("an unknown would be less than nothing")
        self._values[unknown], self._is_known[unknown] = values, True
        done = self._is_known[self._unknown]
        numpy.subtract.at(self._totals, self._rank[done], self._times[done] * self._values[self._unknown[done]])
        self._keep(self._rank, self._unknown, self._times, ~done)

    def _keep(self, rank: Numbers, unknown: Numbers, times: Numbers, kept: Flags) -> None:
        self._rank, self._unknown, self._times = rank[kept], unknown[kept], times[kept]

    def _left(self) -> list[Equation]:
        """The rows of which something is unknown, in their order."""
        rows: dict[int, Terms] = {}
        entries = zip(self._rank.tolist(), self._unknown.tolist(), self._times.tolist(), strict=True)
        for rank, unknown, times in entries:
            rows.setdefault(rank, {})[unknown] = times
        return [Equation(terms, int(self._totals[rank])) for rank, terms in rows.items()]


def _sides(size: int, limits: Limits) -> Numbers:
    """Of each unknown, 1 if it is never less than nothing, -1 if never more, 0 if it may be either."""
    sides = numpy.ones(size, dtype=numpy.int64)
    for unknown, (low, high) in limits.items():
        sides[unknown] = 1 if low >= 0 else -1 if high <= 0 else 0
    return sides


def _whole(numbers: Sequence[int]) -> Numbers:
    return numpy.array(numbers, dtype=numpy.int64)


def parts(rows: Iterable[Equation], ties: Iterable[Terms]) -> Iterator[tuple[list[int], list[Equation]]]:
    """The unknowns and rows that have nothing to do with the others, apart; ``ties`` hold theirs together."""
    leader: dict[int, int] = {}

    def find(unknown: int) -> int:
        leader.setdefault(unknown, unknown)
        while leader[unknown] != unknown:
            leader[unknown] = leader[leader[unknown]]
            unknown = leader[unknown]
        return unknown

    kept = list(rows)
    for terms in (*(row.terms for row in kept), *ties):
        first, *others = terms
        for other in others:
            leader[find(other)] = find(first)
        find(first)
    unknowns: defaultdict[int, list[int]] = defaultdict(list)
    for unknown in leader:
        unknowns[find(unknown)].append(unknown)
    held: defaultdict[int, list[Equation]] = defaultdict(list)
    for row in kept:
        held[find(next(iter(row.terms)))].append(row)
    for top in unknowns:
        yield unknowns[top], held[top]


def cells_of(cells: Mapping[Name, Cell], month: str) -> list[Cell]:
    """Those of one month."""
    return [cell for cell in cells.values() if cell.month == month]
