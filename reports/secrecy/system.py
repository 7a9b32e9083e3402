"""What a reader can write down of the figures: unknown whole numbers, and the linear relations between them."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

type Name = tuple[str, str]
"""Of a cell: its month, its key."""
type Terms = dict[int, int]
"""A sum: by unknown, how many times it counts."""


@dataclass(frozen=True)
class Row:
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
class System:
    """Unknowns, each at least 0 unless it is free, what each truly is where it is counted, and their relations."""

    numbers: dict[Hashable, int] = field(default_factory=dict)
    truth: list[int | None] = field(default_factory=list)
    free: set[int] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    cells: dict[Name, Cell] = field(default_factory=dict)

    def unknown(self, name: Hashable, truth: int | None = None, *, free: bool = False) -> int:
        """The number of an unknown, made when it is named for the first time."""
        if name not in self.numbers:
            self.numbers[name] = len(self.truth)
            self.truth.append(truth)
            if free:
                self.free.add(self.numbers[name])
        return self.numbers[name]

    def relate(self, terms: Iterable[tuple[int, int]], total: int = 0) -> None:
        """What everyone knows: ``(times, unknown)`` sum up to ``total``."""
        self.rows.append(Row(summed(terms), total))

    def show(self, cell: Cell) -> None:
        """Add a number of the tables."""
        self.cells[cell.name] = cell

    def value_of(self, terms: Terms) -> int:
        """What a sum truly is."""
        return sum(times * (self.truth[unknown] or 0) for unknown, times in terms.items())


def summed(terms: Iterable[tuple[int, int]]) -> Terms:
    """The same sum, each unknown once and none for nothing."""
    found: defaultdict[int, int] = defaultdict(int)
    for times, unknown in terms:
        found[unknown] += times
    return {unknown: times for unknown, times in found.items() if times}


class Contradiction(ArithmeticError):
    """The relations cannot all hold: the figures, or what is believed of them, are wrong."""


class Reduced:
    """Relations once everything that follows step by step is replaced by its value."""

    def __init__(self, rows: Iterable[Row], free: Collection[int]) -> None:
        self.known: dict[int, int] = {}
        self.rows = [Row(dict(row.terms), row.total) for row in rows]
        self._totals = [row.total for row in self.rows]
        self._free = free
        self._where: defaultdict[int, list[int]] = defaultdict(list)
        for rank, row in enumerate(self.rows):
            for unknown in row.terms:
                self._where[unknown].append(rank)
        self._deduce()
        self.rows = [Row(row.terms, total) for row, total in zip(self.rows, self._totals, strict=True) if row.terms]

    def of(self, terms: Terms) -> tuple[Terms, int]:
        """What stays unknown of a sum, and what is known of it."""
        left = {unknown: times for unknown, times in terms.items() if unknown not in self.known}
        return left, sum(times * self.known[unknown] for unknown, times in terms.items() if unknown in self.known)

    def _deduce(self) -> None:
        waiting = list(range(len(self.rows)))
        while waiting:
            rank = waiting.pop()
            for unknown, value in self._follows(rank):
                if unknown in self.known:
                    continue
                self.known[unknown] = value
                for other in self._where[unknown]:
                    times = self.rows[other].terms.pop(unknown)
                    self._totals[other] -= times * value
                    waiting.append(other)

    def _follows(self, rank: int) -> list[tuple[int, int]]:
        terms, total = self.rows[rank].terms, self._totals[rank]
        if not terms:
            if total:
                raise Contradiction(f"{total} units too many")
            return []
        if len(terms) == 1:
            ((unknown, times),) = terms.items()
            if total % times or (total // times < 0 and unknown not in self._free):
                raise Contradiction(f"{times} × unknown = {total}")
            return [(unknown, total // times)]
        if not total and not self._free.intersection(terms):
            signs = {times > 0 for times in terms.values()}
            if len(signs) == 1:
                return [(unknown, 0) for unknown in terms]
        return []


def parts(rows: Iterable[Row], ties: Iterable[Terms]) -> Iterator[tuple[list[int], list[Row]]]:
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
    held: defaultdict[int, list[Row]] = defaultdict(list)
    for row in kept:
        held[find(next(iter(row.terms)))].append(row)
    for top in unknowns:
        yield unknowns[top], held[top]


def cells_of(cells: Mapping[Name, Cell], month: str) -> list[Cell]:
    """Those of one month."""
    return [cell for cell in cells.values() if cell.month == month]
