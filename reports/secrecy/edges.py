"""Where acts lead, in the terms of the figures: what anyone may read of the machines."""

from collections import defaultdict
from collections.abc import Callable
from enum import IntEnum
from functools import cache

from lifecycle.machine import Stateful, verbs_of
from prescriptions.models import Need
from refurb.enums import DeviceState
from refurb.models import Device
from reports.enums import DISTRIBUTION, STAGE_OF

type Edge = tuple[str, str]


class Tie(IntEnum):
    """How far a reader may tie the numbers of a month together by what the machines allow."""

    NOTHING = 0
    DISTRIBUTION = 1
    """Each act leaves one stage of the distribution and enters the next."""
    UPSTREAM = 2
    """And so it is upstream, where every number is shown."""


@cache
def device_edges() -> tuple[Edge, ...]:
    """The acts on a device, between stages, always in the same order."""
    return _edges_of(Device, lambda state: str(STAGE_OF[DeviceState(state)]))


@cache
def need_edges() -> tuple[Edge, ...]:
    """The acts on a need, between states, always in the same order."""
    return _edges_of(Need, str)


@cache
def passages_of_workshops() -> frozenset[Edge]:
    """``(stage, measure)`` of the distribution where every act that is counted comes from a workshop or leads to one.

    The numbers of the workshops, always told, count them too: they are no numbers of households.
    """
    others: defaultdict[Edge, set[str]] = defaultdict(set)
    for old, new in device_edges():
        others[old, "left"].add(new)
        others[new, "entered"].add(old)
    distributed = {named: ends for named, ends in others.items() if named[0] in DISTRIBUTION}
    return frozenset(named for named, ends in distributed.items() if not ends.intersection(DISTRIBUTION))


def _edges_of(model: type[Stateful], place: Callable[[str], str]) -> tuple[Edge, ...]:
    found: set[Edge] = set()
    for declared in verbs_of(model).values():
        if declared.is_act and not declared.creates:
            for source in declared.sources:
                old, new = place(source), place(declared.target_from(source))
                if old != new:
                    found.add((old, new))
    return tuple(sorted(found))
