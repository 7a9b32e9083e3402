"""What is born in a month: the machine says where, the report how many, and whoever reads both subtracts."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from lifecycle.machine import verbs_of
from refurb.enums import DeviceState
from refurb.models import Device
from reports.enums import DISTRIBUTION, STAGE_OF
from reports.secrecy.keys import MEASURES
from reports.secrecy.system import Equations, summed

type Sum = list[tuple[int, int]]
"""Unknowns, each with how many times it counts."""


def less(terms: Sum) -> Sum:
    """The same, taken away."""
    return [(-times, number) for times, number in terms]


@cache
def stages_of_births() -> frozenset[str]:
    """Where the machine lets a device begin."""
    created = [verb for verb in verbs_of(Device).values() if verb.creates]
    return frozenset(str(STAGE_OF[DeviceState(verb.target_from(""))]) for verb in created)


def relate_births(system: Equations, figures: dict[str, Any], distributed: Callable[[str], Sum]) -> None:
    """What the distribution gains is what is born, less what the stages upstream gain: these numbers are all shown.

    ``distributed``: one measure of the whole distribution. What stands there changes by what is born too, and by what
    else varied, which is known. Left out of a month of which it is not true.
    """
    upstream = Counter[str]()
    for stage, _, _, _, *numbers in figures["buckets"]:
        if stage not in DISTRIBUTION:
            upstream.update(dict(zip(MEASURES, numbers, strict=False)))
    born = figures["new_devices"] - upstream["entered"] + upstream["left"]
    gained = [*distributed("entered"), *less(distributed("left"))]
    if system.value_of(summed(gained)) == born:
        system.relate(gained, born)
        stood = [*distributed("closing"), *less(distributed("opening"))]
        system.relate(stood, system.value_of(summed(stood)))
