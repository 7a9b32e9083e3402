"""What is hidden of a month, chosen once with it, and the audit of all that was ever frozen."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date
from typing import Any

from documents.services.papers import canonical
from reports.secrecy import keys
from reports.secrecy.audit import Narrow, narrow_cells
from reports.secrecy.believed import NOTHING, Figures, numbers_of, write_down
from reports.secrecy.published import published_sha256
from reports.secrecy.suppression import Rule, hide
from reports.secrecy.system import Equations, Inconsistent, Name, cells_of

NEAR = 3
"""How many months away a cell of one place is audited with the month that is chosen."""


type Answer = Callable[[], set[str]]

_elsewhere: ContextVar[tuple[str, Answer] | None] = ContextVar("reports_looked_for_elsewhere", default=None)


def choose(figures: Figures, others: Sequence[Figures], rule: Rule, earlier: Figures | None = None) -> dict[str, Any]:
    """What the figures of a month say of their own secrets. ``others``: the frozen months, which stay as they are.

    ``earlier``: an earlier count of the same month. What it chose is chosen again without looking for it where neither
    the numbers, nor the frozen months, nor the rule are others.
    """
    others = [one for one in others if one["month"] != figures["month"]]
    beside = hashlib.sha256(canonical(others)).hexdigest()
    if earlier is not None and _may_be_kept(earlier, figures, beside, rule):
        return _chosen(figures, rule, beside, earlier["secrets"]["hidden"])
    known = _elsewhere.get()
    if known is not None and known[0] == question_of(figures, others, rule):
        with suppress(BrokenExecutor):  # the other process is gone: it is looked for here
            return _chosen(figures, rule, beside, known[1]())
    return _chosen(figures, rule, beside, look(figures, others, rule))


def look(figures: Figures, others: Sequence[Figures], rule: Rule) -> set[str]:
    """The keys that the figures of a month hide beside the frozen ones; reads nothing from the database."""
    month = figures["month"]
    others = [one for one in others if one["month"] != month]
    alone = write_down([figures], NOTHING)
    is_plain = not any(cell.is_small(rule.threshold) for cell in alone.cells.values())
    if is_plain and not any(one.get("secrets", {"hidden": True})["hidden"] for one in others):
        return set()
    system = write_down([*others, figures])
    hidden = hidden_names(system, others)
    try:
        return hide(system, month, hidden, rule, {name for name in system.cells if _is_near(name, month)})
    except Inconsistent:  # months that do not agree with one another: the verification says it, and nothing is told
        return {cell.key for cell in cells_of(system.cells, month)}


def question_of(figures: Figures, others: Sequence[Figures], rule: Rule) -> str:
    """What ``look`` answers, as a fingerprint: two counts of a month that have the same numbers ask the same."""
    others = [one for one in others if one["month"] != figures["month"]]
    asked = [numbers_of(figures), others, rule.threshold, rule.width]
    return hashlib.sha256(canonical(asked)).hexdigest()


@contextmanager
def looked_for_elsewhere(question: str, answer: Answer) -> Iterator[None]:
    """In the block, what another process looked for is not looked for again: ``answer`` is what ``look`` gave it.

    Any other question, such as a month that was written in since, is looked for as always.
    """
    token = _elsewhere.set((question, answer))
    try:
        yield
    finally:
        _elsewhere.reset(token)


def _may_be_kept(earlier: dict[str, Any], figures: dict[str, Any], beside: str, rule: Rule) -> bool:
    chosen = earlier.get("secrets", {})
    is_same = canonical(numbers_of(earlier)) == canonical(numbers_of(figures))
    return chosen.get("beside") == beside and _rule_of(chosen) == rule and is_same


def _rule_of(chosen: dict[str, Any]) -> Rule:
    return Rule(chosen["threshold"], chosen["width"])


def _chosen(figures: dict[str, Any], rule: Rule, beside: str, found: Iterable[str]) -> dict[str, Any]:
    chosen = {"threshold": rule.threshold, "width": rule.width, "beside": beside, "hidden": sorted(found)}
    return chosen | {"published_sha256": published_sha256(figures | {"secrets": chosen})}


def audit(months: Sequence[dict[str, Any]]) -> list[Narrow]:
    """What can be known too closely of the hidden numbers of these months together; nothing, or it is a fault."""
    system = write_down(months)
    hidden = hidden_names(system, months)
    widths = {figures["month"]: figures["secrets"]["width"] for figures in months if "secrets" in figures}
    found = []
    for width in sorted(set(widths.values())):
        asked = {name for name in hidden if widths.get(name[0]) == width}
        found += narrow_cells(system, hidden, width, asked)
    return found


def _is_near(name: Name, month: str) -> bool:
    """Whether a month may tell of a cell: in the months around it, and everywhere if it counts the whole département.

    From one month to the next a place only keeps what stands there, since what comes and goes in it is not told.
    """
    day, other = date.fromisoformat(month), date.fromisoformat(name[0])
    return abs(12 * (day.year - other.year) + day.month - other.month) <= NEAR or not keys.is_placed(name[1])


def hidden_names(system: Equations, months: Iterable[dict[str, Any]]) -> set[Name]:
    """Every hidden cell of these months; all of those of a month that chose none, which shows nothing."""
    found: set[Name] = set()
    for figures in months:
        month = figures["month"]
        if "secrets" in figures:
            found |= {(month, key) for key in figures["secrets"]["hidden"]}
        else:
            found |= {cell.name for cell in cells_of(system.cells, month)}
    return found & system.cells.keys()
