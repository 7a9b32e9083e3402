"""Which cells of a month are hidden: the small ones, then the fewest others that keep all of them uncertain."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reports.secrecy.audit import Narrow, bounds_of, narrow_cells
from reports.secrecy.polytope import INFINITE, NEAR, Polytope
from reports.secrecy.system import Cell, Reduced, Row, System, Terms, parts

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


def hide(system: System, cells: Sequence[Cell], hidden: Collection[tuple[str, str]], rule: Rule) -> set[str]:
    """The keys to hide among ``cells``, all of one month; ``hidden`` are already, in others, for good.

    ``narrow_cells`` finds nothing afterwards, unless what is already shown elsewhere cannot be helped.
    """
    chosen = {cell.name for cell in cells if cell.is_small(rule.threshold)}
    for round_ in range(ROUNDS):
        narrow = narrow_cells(system, chosen | set(hidden), rule.width)
        if not narrow:
            break
        open_ones = [cell for cell in cells if cell.name not in chosen]
        if round_ < ROUNDS - 1:
            more = _others(system, open_ones, chosen | set(hidden), narrow, rule)
        else:
            more = set()
        more = more or {cell.name for cell in open_ones}
        if not more:
            break
        chosen |= more
    return {key for _, key in chosen}


def _others(
    system: System,
    open_ones: Sequence[Cell],
    hidden: Collection[tuple[str, str]],
    narrow: Iterable[Narrow],
    rule: Rule,
) -> set[tuple[str, str]]:
    """What to hide besides, for each of the narrow ones; cells that are zero only where nothing else helps."""
    found: set[tuple[str, str]] = set()
    counted = _Search(system, [cell for cell in open_ones if cell.value], hidden, rule)
    left = [one for one in narrow if not counted.widen(one, found)]
    if left:
        whole = _Search(system, open_ones, hidden, rule)
        for one in left:
            whole.widen(one, found)
    return found


class _Search:
    """The relations where each cell that may be hidden may be told otherwise, at its cost, as long as it is shown."""

    def __init__(
        self, system: System, open_ones: Sequence[Cell], hidden: Collection[tuple[str, str]], rule: Rule
    ) -> None:
        self.rule, self.cells = rule, {cell.name: cell for cell in open_ones}
        shown = [
            Row(cell.terms, cell.value)
            for name, cell in system.cells.items()
            if name not in hidden and name not in self.cells
        ]
        self.reduced = Reduced([*system.rows, *shown], system.free)
        self.slacks: dict[tuple[str, str], Slack] = {}
        self._bounds = dict[int, tuple[float, float]]()
        self._size = len(system.truth)
        rows = list(self.reduced.rows)
        for name, cell in self.cells.items():
            left, constant = self.reduced.of(cell.terms)
            if left:
                slack = self._slack(INFINITE)
                self.slacks[name] = slack
                rows.append(_loose(left, slack, cell.value - constant))
        self._hidden = {name: system.cells[name] for name in hidden}
        self._parts = {
            unknown: (unknowns, held)
            for unknowns, held in parts(rows, [])
            for unknown in unknowns
        }
        self._system = system
        self._ready: dict[int, Polytope] = {}

    def widen(self, one: Narrow, found: set[tuple[str, str]]) -> bool:
        """Add to ``found`` what lets a cell be ``width`` more than the least it may be; False when nothing does."""
        terms, constant = self.reduced.of(one.cell.terms)
        if not terms:
            return False
        unknowns, held = self._together(terms)
        wanted = one.low + self.rule.width - constant
        return self._solve(unknowns, held, terms, wanted, found) or self._solve(
            unknowns, held, terms, one.high - self.rule.width - constant, found, down=True
        )

    def _solve(
        self,
        unknowns: list[int],
        held: list[Row],
        terms: Terms,
        wanted: int,
        found: set[tuple[str, str]],
        *,
        down: bool = False,
    ) -> bool:
        over = self._size + 2 * len(self.cells)
        rows = [*held, Row(terms | {over: 1 if down else -1}, wanted)]
        bounds = bounds_of(self._system, [one for one in unknowns if one < self._size], self.rule.width)
        bounds |= {one: self._bounds[one] for one in unknowns if one >= self._size} | {over: (0, INFINITE)}
        inside = set(unknowns)
        costs: dict[int, float] = {}
        for name, slack in self.slacks.items():
            if slack.less in inside:
                cost = 0 if name in found else self.cells[name].cost
                costs |= {slack.less: cost, slack.more: cost}
        solution = Polytope(bounds, rows).least(costs)
        if solution is None:
            return False
        found |= {
            name
            for name, slack in self.slacks.items()
            if slack.less in inside and abs(solution[slack.more] - solution[slack.less]) > NEAR
        }
        return True

    def _together(self, terms: Terms) -> tuple[list[int], list[Row]]:
        unknowns: dict[int, None] = {}
        held: list[Row] = []
        for unknown in terms:
            if unknown in unknowns:
                continue
            more, rows = self._parts.get(unknown, ([unknown], []))
            unknowns |= dict.fromkeys(more)
            held += rows
        return list(unknowns), held

    def _slack(self, most: float) -> Slack:
        first = self._size + len(self._bounds)
        self._bounds |= {first: (0, most), first + 1: (0, most)}
        return Slack(first, first + 1)


def _loose(terms: Terms, slack: Slack, total: int) -> Row:
    return Row(terms | {slack.less: 1, slack.more: -1}, total)
