"""What rests on people, as upper apps know it: told before a role or an account is closed."""

from collections.abc import Callable, Collection, Iterable

from network.models import Membership

type Teller = Callable[[Collection[Membership]], Iterable[str]]
_tellers: list[Teller] = []


def tells(teller: Teller) -> None:
    """Say, in whole sentences, what rests on whoever acts in these memberships, and who has it afterwards."""
    if teller not in _tellers:
        _tellers.append(teller)


def resting_on(memberships: Iterable[Membership]) -> list[str]:
    """What rests on whoever acts in these memberships; nothing when they are closed already."""
    leaving = [one for one in memberships if one.is_open]
    return [sentence for teller in _tellers for sentence in teller(leaving)] if leaving else []
