"""The lines of what varied otherwise than by an act, in words, with the rows of figures that each one gathers."""

from typing import Any

from lifecycle.machine import Stateful, verbs_of
from reports.enums import Variation

type Gathered = dict[tuple[str, str, str], list[tuple[Any, ...]]]
"""What was done, from where, to where, with the rows of figures of it."""

TOLD_APART = (Variation.UNDONE, Variation.AGAIN)


def summed(lines: Gathered) -> list[tuple[str, str, str, int]]:
    """Lines of variation with how many each one counts."""
    return [(*told, sum(row[-1] for row in rows)) for told, rows in lines.items()]


def told_variation(model: type[Stateful], verb: str, why: str) -> str:
    """What was done, in the words of its verb, and why it is no act of the month."""
    declared = verbs_of(model).get(verb)
    said = declared.done if declared else verb
    return f"{said}, {Variation(why).label}" if why in TOLD_APART else said


def old_corrections(figures: dict[str, Any]) -> list[list[Any]]:
    """The lines of figures of before version 3, as those of today."""
    return [[verb, Variation.VARIES.value, *places] for verb, *places in figures["corrections"]]
