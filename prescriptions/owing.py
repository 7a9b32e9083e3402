"""What is still owed to a household for a need that was met, told by the apps above: a repair, an exchange.

An upper app registers, in ``AppConfig.ready()``, ``owes(function)``: ``function()`` returns the ORM condition (an
Exists on ``OuterRef("pk")`` of the need) that is true while something is to come for it. The rules that open a need
again ask them all.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Q

from lifecycle.requirements import as_expression

if TYPE_CHECKING:
    from prescriptions.models import Need

type Owed = Callable[[], Q]

_functions: list[Owed] = []


def owes(function: Owed) -> None:
    """Hold back, while ``function()`` holds for them, the needs for which an upper app still owes something."""
    if function not in _functions:
        _functions.append(function)


def nothing_owed() -> Q:
    """The condition on needs for which nothing is to come."""
    condition = Q()
    for function in _functions:
        condition &= ~Q(as_expression(function()))
    return condition


def is_owed(need: "Need") -> bool:
    """Whether something is still to come for this one; one query."""
    return not type(need).objects.filter(nothing_owed(), pk=need.pk).exists()
