"""Which hidden numbers can be found out: the interval in which each one must lie, for a reader who can count.

A number is safe as soon as two whole solutions of everything that is known differ on it by the width of the rule:
one of them is the truth. Each programme that is solved says something of all the others, so few are.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor

from reports.secrecy.polytope import INFINITE, NEAR, Polytope, are_whole, valued
from reports.secrecy.system import Cell, Contradiction, Reduced, Row, System, Terms, parts

FAR = 8
"""How many times the width around the truth solutions are looked for: what lies farther proves nothing more."""


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
    system: System, hidden: Collection[tuple[str, str]], width: int, known: Iterable[int] = ()
) -> list[Narrow]:
    """The hidden cells whose interval is less wide than ``width``. ``known``: unknowns that the reader knows himself.

    Raises Contradiction when what is shown cannot be.
    """
    shown = [Row(cell.terms, cell.value) for name, cell in system.cells.items() if name not in hidden]
    own = [Row({unknown: 1}, system.truth[unknown] or 0) for unknown in known]
    reduced = Reduced([*system.rows, *shown, *own], system.free)
    found, asked = [], list[tuple[Cell, Terms, int]]()
    spared = set(known)
    for name in sorted(hidden):
        cell = system.cells[name]
        if spared.issuperset(cell.terms):
            continue
        left, constant = reduced.of(cell.terms)
        if left:
            asked.append((cell, left, constant))
        else:
            found.append(Narrow(cell, constant, constant))
    by_unknown = {unknown: rank for rank, (_, left, _) in enumerate(asked) for unknown in left}
    for unknowns, rows in parts(reduced.rows, [left for _, left, _ in asked]):
        if not by_unknown.keys().isdisjoint(unknowns):
            held = set(unknowns)
            part = _Part(system, unknowns, rows, width)
            found += part.narrow([one for one in asked if next(iter(one[1])) in held])
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


class _Part:
    """Unknowns that have nothing to do with the others."""

    def __init__(self, system: System, unknowns: list[int], rows: list[Row], width: int) -> None:
        self.width, self.rows = width, rows
        self.bounds = bounds_of(system, unknowns, width)
        self.polytope = Polytope(self.bounds, rows)

    def narrow(self, asked: list[tuple[Cell, Terms, int]]) -> list[Narrow]:
        """Those of the cells that are not proven wide enough."""
        low = high = [cell.value - constant for cell, _, constant in asked]
        low, high = list(low), list(high)
        found = []
        for rank, (cell, terms, constant) in enumerate(asked):
            limits: list[float] = [low[rank], high[rank]]
            for side in (1, 0):
                if high[rank] - low[rank] >= self.width:
                    break
                solution = self.polytope.most(terms) if side else self.polytope.least(terms)
                if solution is None:
                    raise Contradiction(f"nothing satisfies what is shown around {cell.name}")
                limits[side] = valued(terms, solution)
                if are_whole(solution):
                    _learn(asked, solution, low, high)
            if high[rank] - low[rank] < self.width:
                interval = self._exactly(terms, limits)
                if interval[1] - interval[0] < self.width:
                    found.append(Narrow(cell, interval[0] + constant, interval[1] + constant))
        return found

    def _exactly(self, terms: Terms, limits: list[float]) -> tuple[int, int]:
        """The interval in whole numbers; when that of fractions is already too narrow, it is not looked for."""
        low, high = ceil(limits[0] - NEAR), floor(limits[1] + NEAR)
        if high - low < self.width:
            return low, high
        whole = Polytope(self.bounds, self.rows)
        whole.whole()
        most, least = whole.most(terms), whole.least(terms)
        if most is None or least is None:
            raise Contradiction("no whole number satisfies what is shown")
        return round(valued(terms, least)), round(valued(terms, most))


def _learn(
    asked: list[tuple[Cell, Terms, int]], solution: Mapping[int, float], low: list[int], high: list[int]
) -> None:
    for rank, (_, terms, _) in enumerate(asked):
        value = round(valued(terms, solution))
        low[rank], high[rank] = min(low[rank], value), max(high[rank], value)
