"""What a reader of published months writes down: their numbers, and as much as is true of what ties them together."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from documents.services.papers import canonical
from prescriptions.enums import NeedKind, NeedState
from reports.enums import Stage
from reports.secrecy.births import Sum, less
from reports.secrecy.edges import Edge, Tie
from reports.secrecy.keys import SERVED_BY
from reports.secrecy.polytope import INFINITE, Polytope
from reports.secrecy.system import Equations, Inconsistent, Reduced
from reports.secrecy.tables import STOCKS, DeviceNumbers, NeedNumbers

KNOWN = 64
"""Of how many months what is true of them is remembered."""
ACTS_SINCE = 3
"""The version of figures since which what enters and leaves is acts, so that the machine ties them together."""
NOT_COUNTED = ("secrets", "as_of")
"""What two counts of one month may differ by and have the same numbers."""
type Figures = dict[str, Any]
_TOGETHER: tuple[tuple[Edge, Edge], ...] = (
    ((Stage.AVAILABLE, Stage.RESERVED), (NeedState.WAITING, NeedState.IN_PROGRESS)),
    ((Stage.RESERVED, Stage.HANDED_OVER), (NeedState.IN_PROGRESS, NeedState.MET)),
)
"""Acts on a device, with those on the need that it is for."""


class Answer(NamedTuple):
    """A device of what serves a ``kind`` moved as often as a need of this kind, by these acts."""

    moved: Edge
    settled: Edge
    kind: NeedKind


ANSWERS = tuple(Answer(moved, settled, kind) for moved, settled in _TOGETHER for kind in SERVED_BY)


class Believed(NamedTuple):
    """What is true of a month: how far the machines tie it, and of which kinds devices and needs moved together."""

    tie: Tie
    answers: tuple[Answer, ...] = ()


NOTHING = Believed(Tie.NOTHING)


def write_down(months: Sequence[Figures], believed: Believed | None = None) -> Equations:
    """Everything a reader of these figures can write down: as much as is true of each month, unless told."""
    system = Equations()
    for figures in sorted(months, key=lambda one: one["month"]):
        _write(system, figures, believed_of(figures) if believed is None else believed)
    return system


def numbers_of(figures: Figures) -> Figures:
    """What is counted in a month, without what it hides nor when it was counted."""
    return {name: one for name, one in figures.items() if name not in NOT_COUNTED}


def believed_of(figures: Figures) -> Believed:
    """The most that is true of a month: a reader who believes more would see that it cannot be."""
    if figures["version"] < ACTS_SINCE:
        return NOTHING
    return _most_that_holds(canonical(numbers_of(figures)))


@lru_cache(maxsize=KNOWN)
def _most_that_holds(text: bytes) -> Believed:
    """The same, of the canonical JSON of its numbers: a frozen month is asked about each time that another is.

    What ties devices to needs is judged kind by kind and act by act: where an exchange, or a device that was put aside
    for another need, makes one of them untrue, whoever reads the others there subtracts by them.
    """
    figures = json.loads(text)
    tie = next((one for one in sorted(Tie, reverse=True) if _holds(figures, Believed(one))), Tie.NOTHING)
    if tie == Tie.NOTHING:
        return NOTHING
    every = Believed(tie, ANSWERS)
    return every if _holds(figures, every) else Believed(tie, tuple(_true_one_by_one(figures, tie)))


def _true_one_by_one(figures: Figures, tie: Tie) -> Iterator[Answer]:
    """Those that hold together with all that held before them."""
    held: tuple[Answer, ...] = ()
    for one in ANSWERS:
        if _holds(figures, Believed(tie, (*held, one))):
            held = (*held, one)
            yield one


def _write(system: Equations, figures: Figures, believed: Believed) -> None:
    devices = DeviceNumbers(system, figures)
    devices.write(believed.tie)
    if "needs" in figures:
        needs = NeedNumbers(system, figures)
        needs.write(believed.tie)
        if believed.tie:
            _stand_together(devices, needs)
            _move_together(devices, needs, believed.answers)


def _stand_together(devices: DeviceNumbers, needs: NeedNumbers) -> None:
    """What is reserved is in progress, for each kind, at an instant where it is."""
    for kind, types in SERVED_BY.items():
        for measure in STOCKS:
            held = devices.typed(Stage.RESERVED, measure, types)
            devices.system.relate_if_true([*held, *less(needs.of_kind(NeedState.IN_PROGRESS, measure, kind))])


def _move_together(devices: DeviceNumbers, needs: NeedNumbers, answers: Iterable[Answer]) -> None:
    """A need starts when a device is reserved for it, and is met when it is handed over."""
    for moved, settled, kind in answers:
        held: Sum = [(1, devices.moved(*moved, f"type {type_}")) for type_ in SERVED_BY[kind]]
        devices.system.relate([*held, (-1, needs.moved(*settled, kind))])


def _holds(figures: Figures, believed: Believed) -> bool:
    system = Equations()
    _write(system, figures, believed)
    counted = [unknown for unknown, truth in enumerate(system.truth) if truth is not None]
    try:
        reduced = Reduced(system, (), counted)
    except Inconsistent:
        return False
    left = {unknown: (0.0, INFINITE) for row in reduced.rows for unknown in row.terms}
    if not left:
        return True
    polytope = Polytope(left, reduced.rows)
    return polytope.least(polytope.sum({})) is not None
