"""What is hidden of a month, chosen once with it, and the audit of all that was ever frozen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from reports.months import next_month, previous_month
from reports.secrecy.audit import Narrow, narrow_cells
from reports.secrecy.published import published_sha256
from reports.secrecy.suppression import Rule, View, hide
from reports.secrecy.system import System, cells_of
from reports.secrecy.tables import STOCK, write_down

NEAR_MONTHS = 2
"""How far from the one that is chosen the cells of other months are audited with it."""
type Name = tuple[str, str]


def choose(figures: dict[str, Any], others: Sequence[dict[str, Any]], rule: Rule) -> dict[str, Any]:
    """What the figures of a month say of their own secrets. ``others``: the frozen months, which stay as they are."""
    month = figures["month"]
    known = {one["month"]: one for one in others} | {month: figures}
    near = [one for one in _around(month, NEAR_MONTHS) if one in known]
    system = view_of(known, [one for one in _around(month, NEAR_MONTHS + 1) if one in known])
    hidden = {name for name in hidden_names(system, known.values()) if name[0] != month}
    keys = hide([View(system, one) for one in near], month, hidden, rule)
    chosen = {"threshold": rule.threshold, "width": rule.width, "hidden": sorted(keys)}
    return chosen | {"published_sha256": published_sha256(figures | {"secrets": chosen})}


def audit(months: Sequence[dict[str, Any]]) -> list[Narrow]:
    """What can be known too closely of the hidden numbers of these months together; nothing, or it is a fault.

    What a few months around do not prove is looked for with more of them, up to all.
    """
    known = {figures["month"]: figures for figures in months}
    found: list[Narrow] = []
    for month, figures in sorted(known.items()):
        if "secrets" not in figures:
            continue
        left, reach, seen = None, 1, 0
        while left is None or (left and seen < len(known)):
            window = [one for one in _around(month, reach) if one in known]
            system = view_of(known, window)
            narrow = narrow_cells(system, hidden_names(system, months), figures["secrets"]["width"], month)
            left = [one for one in narrow if left is None or one.cell.name in {other.cell.name for other in left}]
            reach, seen = reach * 3, len(window) if len(window) > seen else len(known)
        found += left
    return found


def view_of(known: Mapping[str, dict[str, Any]], window: Sequence[str]) -> System:
    """Everything one can write down of some months in a row.

    What stands where they touch other months is given. So what is found uncertain here is uncertain whatever these say:
    the truth satisfies them, and nothing of theirs needs to change.
    """
    system = write_down([known[one] for one in window])
    given = {window[0]} if _before(window[0]) in known else set()
    if _after(window[-1]) in known:
        given.add(_after(window[-1]))
    for (_, measure, day, *_), number in list(system.numbers.items()):
        truth = system.truth[number]
        if measure == STOCK and day in given and truth is not None:
            system.relate([(1, number)], truth)
    return system


def _around(month: str, reach: int) -> list[str]:
    before, after = [month], [month]
    for _ in range(reach):
        before.append(_before(before[-1]))
        after.append(_after(after[-1]))
    return [*reversed(before[1:]), *after]


def _before(month: str) -> str:
    return previous_month(date.fromisoformat(month)).isoformat()


def _after(month: str) -> str:
    return next_month(date.fromisoformat(month)).isoformat()


def hidden_names(system: System, months: Iterable[dict[str, Any]]) -> set[Name]:
    """Every hidden cell of these months; all of those of a month that chose none, which shows nothing."""
    found: set[Name] = set()
    for figures in months:
        month = figures["month"]
        if "secrets" in figures:
            found |= {(month, key) for key in figures["secrets"]["hidden"]}
        else:
            found |= {cell.name for cell in cells_of(system.cells, month)}
    return found & system.cells.keys()
