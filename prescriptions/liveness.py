"""What keeps a household's file from being archived, told by the apps above (a line, a warranty).

An upper app registers, in ``AppConfig.ready()``, ``keeps_alive(function)``: ``function(at)`` returns the ORM condition
(a Q, or an Exists on ``OuterRef("pk")`` of the household) that is true for the households it still serves at ``at``.
The clock asks all of them in the one query that finds what is due.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from lifecycle.requirements import as_expression

type Alive = Callable[[datetime], Q]

_functions: list[Alive] = []


def keeps_alive(function: Alive) -> None:
    """Keep from the archive, while ``function(at)`` holds for them, the households that an upper app still serves."""
    if function not in _functions:
        _functions.append(function)


def nothing_lives(at: datetime) -> Q:
    """The condition on households that no app keeps alive at ``at``."""
    condition = Q()
    for function in _functions:
        condition &= ~Q(as_expression(function(at)))
    return condition
