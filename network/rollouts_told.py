"""What the apps above know of the way of an EPCI, and nobody here does: a convention on its way, or suspended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable


@dataclass(frozen=True)
class WayTold:
    """``sentence``: what an EPCI waits for, without its full stop, on its page.

    In a list, ``stands`` qualifies its step, and ``coming`` is what is on its way, with its ``reference`` for
    whoever follows the EPCI. The others read all the rest, observers too.
    """

    sentence: str = ""
    stands: str = ""
    coming: str = ""
    reference: str = ""


@dataclass(frozen=True)
class WayTeller:
    """``reads``: what it must know of the EPCI to which a path of the query leads; ``tells``: what it makes of it.

    It is given the step of the EPCI, empty for one that nobody engaged.
    """

    name: str
    reads: Callable[[str], Combinable]
    tells: Callable[[str, Any], WayTold]


NOTHING = WayTold()
_tellers: list[WayTeller] = []


def tells(teller: WayTeller) -> None:
    """Register who knows something of the way of an EPCI."""
    _tellers.append(teller)


def with_told[Rows: QuerySet[Any]](rows: Rows, epci: str = "epci") -> Rows:
    """The rows with what the apps above must know of each, read by the same query; ``epci``: the path to theirs."""
    return rows.annotate(**{f"told_{one.name}": one.reads(epci) for one in _tellers})


def told_of(row: Any, state: str = "") -> WayTold:
    """What is known above of a row read ``with_told``, at this step: the first that has something to say."""
    said = (one.tells(state, getattr(row, f"told_{one.name}")) for one in _tellers)
    return next((told for told in said if told != NOTHING), NOTHING)
