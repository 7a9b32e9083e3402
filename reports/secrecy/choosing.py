"""What is hidden of a month, chosen once with it, and the audit of all that was ever frozen."""

from collections.abc import Iterable, Sequence
from typing import Any

from reports.secrecy.audit import Narrow, narrow_cells
from reports.secrecy.published import published_sha256
from reports.secrecy.suppression import Rule, hide
from reports.secrecy.system import System, cells_of
from reports.secrecy.tables import write_down

type Name = tuple[str, str]


def choose(figures: dict[str, Any], others: Sequence[dict[str, Any]], rule: Rule) -> dict[str, Any]:
    """What the figures of a month say of their own secrets. ``others``: the frozen months, which stay as they are."""
    month = figures["month"]
    others = [one for one in others if one["month"] != month]
    system = write_down([*others, figures])
    keys = hide(system, cells_of(system.cells, month), hidden_names(system, others), rule)
    chosen = {"threshold": rule.threshold, "width": rule.width, "hidden": sorted(keys)}
    return chosen | {"published_sha256": published_sha256(figures | {"secrets": chosen})}


def audit(months: Sequence[dict[str, Any]]) -> list[Narrow]:
    """What can be known too closely of the hidden numbers of these months together; nothing, or it is a fault."""
    chosen = [figures for figures in months if "secrets" in figures]
    if not chosen:
        return []
    system = write_down(months)
    hidden = hidden_names(system, months)
    width = min(figures["secrets"]["width"] for figures in chosen)
    ruled = {figures["month"]: figures["secrets"]["width"] for figures in chosen}
    found = narrow_cells(system, hidden, max(ruled.values()))
    return [one for one in found if one.high - one.low < ruled.get(one.cell.month, width) and one.cell.month in ruled]


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
