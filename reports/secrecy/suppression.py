"""Which cells of a month are hidden: the small ones, then the fewest others that keep all of them uncertain."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from reports.secrecy.audit import Narrow, Seen, bounds_of, narrow_cells
from reports.secrecy.polytope import INFINITE, NEAR, Polytope, Solution, are_whole
from reports.secrecy.system import LAST, Cell, Equation, Equations, Name, PartOfSum, Reduced, Terms, cells_of, parts

ROUNDS = 40
"""How many times what is hidden is audited and completed before all that can be is hidden."""


@dataclass(frozen=True)
class Rule:
    """A count of households under ``threshold`` is hidden; no hidden one may be known closer than ``width``."""

    threshold: int
    width: int


class Slack(NamedTuple):
    """The two unknowns by which a cell may be told less, or more, than it is."""

    less: int
    more: int


def hide(
    system: Equations, month: str, hidden: Collection[Name], rule: Rule, asked: Collection[Name] | None = None
) -> set[str]:
    """The keys to hide among the cells of a month; ``hidden`` are already, in others, for good.

    A number that hiding would only pretend to hide is told, and the others are hidden knowing it (``_pinned``).
    ``narrow_cells`` finds nothing afterwards among those ``asked``, unless what is already shown elsewhere cannot be
    helped, or so few devices are there that no number of them is as uncertain as the rule says: then two values at
    least are left.
    """
    cells = cells_of(system.cells, month)
    chosen = {cell.name for cell in cells if cell.is_small(rule.threshold)}
    told: set[Name] = set()
    helpless: set[Name] = set()
    lost: set[Name] = set()
    seen: Seen = {}
    for _ in range(ROUNDS):
        now = chosen | set(hidden)
        narrow = narrow_cells(system, now, rule.width, asked, seen=seen)
        secret = {cell.name: cell for cell in cells if cell.name not in told}
        if pinned := _pinned(system, secret, hidden, narrow, rule.width):
            told |= pinned
            chosen -= pinned
            seen = {}
            continue
        narrow = [one for one in narrow if one.cell.name not in (lost if one.is_found_out else helpless)]
        if not narrow:
            return {key for _, key in chosen}
        open_ones = [cell for name, cell in secret.items() if name not in chosen]
        more, failed = _others(system, open_ones, now, narrow, rule)
        chosen |= more
        helpless |= failed
        if exact := [one for one in narrow if one.is_found_out and one.cell.name in failed]:
            more, failed = _others(system, open_ones, now, exact, replace(rule, width=1))
            chosen |= more
            lost |= failed
    return {cell.key for cell in cells if cell.name not in told}


def _pinned(
    system: Equations, secret: Collection[Name], hidden: Collection[Name], narrow: Iterable[Narrow], width: int
) -> set[Name]:
    """Which of the narrow cells of a month cannot be hidden: they are narrow though all that may be ``secret`` is.

    One of households that keeps several values then stays hidden: telling it would say more than what is known. Only
    what fractions prove: nothing is told because a search was given up.
    """
    asked = {one.cell.name for one in narrow if one.is_found_out or not one.cell.about_households}.intersection(secret)
    if not asked:
        return set()
    found = narrow_cells(system, {*secret, *hidden}, width, asked, proven=True)
    return {one.cell.name for one in found if one.is_found_out or not one.cell.about_households}


def _others(
    system: Equations, open_ones: Sequence[Cell], hidden: Collection[Name], narrow: Sequence[Narrow], rule: Rule
) -> tuple[set[Name], set[Name]]:
    """What to hide besides for the narrow ones, and those that nothing helps.

    Cells that are zero are hidden only where no others do; what costs most, only where nothing else helps any of them:
    what helps one often helps another, which is looked at again first.
    """
    found: set[Name] = set()
    usual = [cell for cell in open_ones if cell.cost < LAST]
    left = list(narrow)
    for cells in ([cell for cell in usual if cell.value], usual):
        if left:
            left = _Search(system, cells, hidden, left, rule).widen(found)
    if left and not found:
        left = _Search(system, open_ones, hidden, left, rule).widen(found)
        return found, {one.cell.name for one in left}
    return found, set()


class _Search:
    """The relations where each cell that may be hidden may be told otherwise, at its cost, as long as it is shown."""

    def __init__(
        self,
        system: Equations,
        open_ones: Iterable[Cell],
        hidden: Collection[Name],
        narrow: Sequence[Narrow],
        rule: Rule,
    ) -> None:
        self.system, self.width, self.narrow = system, rule.width, narrow
        self.cells = {cell.name: cell for cell in open_ones}
        reduced = Reduced(system, system.cells.keys() - hidden - self.cells.keys())
        self._limits = reduced.limits
        self.rows, self.bounds = list(reduced.rows), dict[int, tuple[float, float]]()
        self.slacks: list[tuple[Name, Slack]] = []
        self.probes: dict[Name, tuple[int, int]] = {}
        """Of each narrow cell, the unknown that repeats it, and what is known of it besides."""
        for name, cell in self.cells.items():
            left, constant = reduced.of(cell.terms)
            if left:
                self.rows.append(Equation(left | self._slack(name), cell.value - constant))
        for unknown, part in self._loose(reduced):
            self.rows.append(Equation({unknown: 1, self._new(part.low, part.high): -1} | self._slack(part.told), 0))
        for one in narrow:
            left, constant = reduced.of(one.cell.terms)
            if left:
                probe = self._new(-INFINITE)
                self.probes[one.cell.name] = (probe, constant)
                self.rows.append(Equation(left | {probe: -1}, 0))

    def widen(self, found: set[Name]) -> list[Narrow]:
        """Add to ``found`` what lets each cell be ``width`` more than the least it may be; return those in vain."""
        failed = [one for one in self.narrow if one.cell.name not in self.probes]
        for unknowns, rows in parts(self.rows, []):
            inside = set(unknowns)
            here = [one for one in self.narrow if self.probes.get(one.cell.name, (-1, 0))[0] in inside]
            if here:
                failed += self._widen(here, unknowns, rows, found)
        return failed

    def _widen(self, narrow: list[Narrow], unknowns: list[int], rows: list[Equation], found: set[Name]) -> list[Narrow]:
        inside, size = set(unknowns), len(self.system.truth)
        bounds = bounds_of(self.system, [one for one in unknowns if one < size], self.width, self._limits)
        bounds |= {one: self.bounds[one] for one in unknowns if one >= size}
        polytope = Polytope(bounds, rows)
        slacks = [(name, slack) for name, slack in self.slacks if slack.less in inside]
        wide: set[Name] = set()
        failed = []
        for one in narrow:
            if one.cell.name in wide:
                continue
            costs = {number: self.cells[name].cost for name, slack in slacks if name not in found for number in slack}
            solution = self._nearest(polytope, one, costs)
            if solution is None:
                failed.append(one)
                continue
            told = {unknown: solution[column] for unknown, column in polytope.columns.items() if unknown >= size}
            found |= {name for name, slack in slacks if abs(told[slack.more] - told[slack.less]) > NEAR}
            if are_whole(solution):
                wide |= self._widened(narrow, told)
        return failed

    def _nearest(self, polytope: Polytope, one: Narrow, costs: dict[int, float]) -> Solution | None:
        (probe, constant), asked = self.probes[one.cell.name], polytope.sum(costs)
        for low, high in ((one.low + self.width, INFINITE), (-INFINITE, one.high - self.width)):
            polytope.bound(probe, low - constant, high - constant)
            solution = polytope.least(asked)
            polytope.bound(probe, -INFINITE, INFINITE)
            if solution is not None:
                return solution
        return None

    def _widened(self, narrow: Iterable[Narrow], told: Mapping[int, float]) -> set[Name]:
        """The cells that are as far as they must be from the truth in a solution that what is found hides."""
        return {
            one.cell.name
            for one in narrow
            if abs(round(told[self.probes[one.cell.name][0]]) + self.probes[one.cell.name][1] - one.cell.value)
            >= self.width
        }

    def _loose(self, reduced: Reduced) -> Iterator[tuple[int, PartOfSum]]:
        """The unknowns that are taken for parts of cells that may be hidden, which is a remedy too."""
        for unknown, parts_ in self.system.parts.items():
            if unknown not in reduced.known:
                yield from ((unknown, part) for part in parts_ if part.told in self.cells)

    def _slack(self, name: Name) -> Terms:
        """What a sum may be less or more than it is told, at the cost of the cell that is hidden then."""
        slack = Slack(self._new(0), self._new(0))
        self.slacks.append((name, slack))
        return {slack.less: 1, slack.more: -1}

    def _new(self, low: float, high: float = INFINITE) -> int:
        number = len(self.system.truth) + len(self.bounds)
        self.bounds[number] = (low, high)
        return number
