"""What the apps above know of the way of an EPCI, and nobody here does: a convention on its way, or suspended."""

from collections.abc import Callable

from network.models import Rollout

type Teller = Callable[[Rollout], str]
_tellers: list[Teller] = []


def tells(teller: Teller) -> None:
    """Register who says, in a sentence without its full stop, what an EPCI waits for; empty when it has nothing to say.

    What is said is read by whoever sees the roll-out, observers too.
    """
    _tellers.append(teller)


def told_of(rollout: Rollout) -> str:
    """What is known above, the first that has something to say."""
    return next(filter(None, (teller(rollout) for teller in _tellers)), "")
