"""What is born in a month: the machine says where, the report how many, and whoever reads both subtracts."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from lifecycle.machine import verbs_of
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from reports.enums import DISTRIBUTION, STAGE_OF
from reports.secrecy.keys import MEASURES
from reports.secrecy.system import Equations, summed

ACCEPTED = "accepted"
"""What is said of a lot when its devices begin to be followed."""
UNANNOUNCED = "unannounced"
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


def relate_births(system: Equations, figures: dict[str, Any], distributed: Callable[..., Sum]) -> None:
    """What the distribution gains is what is born, less what the stages upstream gain: these numbers are all shown.

    ``distributed``: one measure of the whole distribution, or of some types. What stands there changes by what is born
    too, and by what else varied, which is known. Left out of a month of which it is not true.
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
    _relate_types(system, figures, distributed)


def _relate_types(system: Equations, figures: dict[str, Any], distributed: Callable[..., Sum]) -> None:
    """The same of each type: what was accepted of it is told, and what came unannounced is not, but in all.

    Where nothing came so, what was accepted is what was born. Left out of a month of which it is not true.
    """
    accepted, upstream = Counter[str](), Counter[str]()
    for _, type_, said, number in figures["quantities"]:
        accepted[type_] += number * (said == ACCEPTED)
    for stage, _, type_, _, *numbers in figures["buckets"]:
        told = dict(zip(MEASURES, numbers, strict=False))
        upstream[type_] += 0 if stage in DISTRIBUTION else told["entered"] - told["left"]
    gained = {type_: [*distributed("entered", type_), *less(distributed("left", type_))] for type_ in DeviceType}
    unannounced = {
        type_: system.value_of(summed(terms)) + upstream[type_] - accepted[type_] for type_, terms in gained.items()
    }
    if min(unannounced.values()) < 0 or sum(unannounced.values()) + accepted.total() != figures["new_devices"]:
        return
    came = {type_: system.unknown((UNANNOUNCED, figures["month"], type_), n) for type_, n in unannounced.items()}
    for type_, terms in gained.items():
        system.relate([*terms, (-1, came[type_])], accepted[type_] - upstream[type_])
    system.relate([(1, unknown) for unknown in came.values()], sum(unannounced.values()))
