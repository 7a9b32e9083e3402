"""What is hidden of a month, chosen once with it, and the audit of all that was ever frozen."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from reports.secrecy import keys
from reports.secrecy.audit import Narrow, narrow_cells
from reports.secrecy.published import published_sha256
from reports.secrecy.suppression import Rule, hide
from reports.secrecy.system import Contradiction, Name, System, cells_of
from reports.secrecy.tables import Tie, write_down

NEAR = 3
"""How many months away a cell of one place is audited with the month that is chosen."""


def choose(figures: dict[str, Any], others: Sequence[dict[str, Any]], rule: Rule) -> dict[str, Any]:
    """What the figures of a month say of their own secrets. ``others``: the frozen months, which stay as they are."""
    month = figures["month"]
    others = [one for one in others if one["month"] != month]
    alone = write_down([figures], Tie.NOTHING)
    is_plain = not any(cell.is_small(rule.threshold) for cell in alone.cells.values())
    if is_plain and not any(one.get("secrets", {"hidden": True})["hidden"] for one in others):
        return _chosen(figures, rule, set())
    system = write_down([*others, figures])
    hidden = hidden_names(system, others)
    try:
        found = hide(system, month, hidden, rule, {name for name in system.cells if _is_near(name, month)})
    except Contradiction:  # months that do not agree with one another: the verification says it, and nothing is told
        found = {cell.key for cell in cells_of(system.cells, month)}
    return _chosen(figures, rule, found)


def _chosen(figures: dict[str, Any], rule: Rule, found: Iterable[str]) -> dict[str, Any]:
    chosen = {"threshold": rule.threshold, "width": rule.width, "hidden": sorted(found)}
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
