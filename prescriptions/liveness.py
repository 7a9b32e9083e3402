"""What keeps a household's file from being archived or erased, told by the apps above (a line, a warranty).

An upper app registers, in ``AppConfig.ready()``, ``keeps_alive(bond, function)``: ``function(at)`` returns the ORM
condition (a Q, or an Exists on ``OuterRef("pk")`` of the household) that is true for the households it is bound to at
``at``. The clock asks all of them in the one query that finds what is due; who is asked to erase, one by one, to tell
what has to end first.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from lifecycle.requirements import as_expression
from prescriptions.enums import Bond

type Alive = Callable[[datetime], Q]

_functions: list[tuple[Bond, Alive]] = []


def keeps_alive(bond: Bond, function: Alive) -> None:
    """Keep, while ``function(at)`` holds for them, the households that an upper app still serves."""
    if (bond, function) not in _functions:
        _functions.append((bond, function))


def nothing_lives(at: datetime, bond: Bond | None = None) -> Q:
    """The condition on households that no app is bound to at ``at``: by anything, or by this bond."""
    condition = Q()
    for known, function in _functions:
        if bond in (None, known):
            condition &= ~Q(as_expression(function(at)))
    return condition
