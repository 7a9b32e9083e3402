"""Whoever was told of a household and works on it is told anew when it moved or was corrected: upper apps do."""

from collections.abc import Callable
from datetime import datetime

from lifecycle.actors import Actor
from prescriptions.models import Household

type Teller = Callable[[Household, Actor, datetime], list[str]]
_tellers: list[Teller] = []


def tell_correction(function: Teller) -> None:
    """Call ``function(household, actor, at)`` in the transaction of a correction or a move: it tells whom it concerns.

    It returns what the page then says of it, one sentence for each that was told.
    """
    if function not in _tellers:
        _tellers.append(function)


def told_anew(household: Household, actor: Actor, at: datetime) -> list[str]:
    """Tell them all; what is to be said of it."""
    return [said for teller in _tellers for said in teller(household, actor, at)]
