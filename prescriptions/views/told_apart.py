"""Files that look like a household's and are said to be of another: told before it is accepted, and served.

They hang together for nobody, so nothing else says that the same person may have been served twice (machines §4.3).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lifecycle.actors import Actor
from prescriptions.enums import Resemblance
from prescriptions.models import Household, Need
from prescriptions.services.doubles import Double, possible_doubles
from prescriptions.views.same_household import GivenBefore, given_under, told_of


@dataclass(frozen=True)
class ServedAlike:
    """A file that looks strongly like this one, and what it was given of what this one is."""

    double: Double
    given: list[GivenBefore]


def told_apart(household: Household, actor: Actor) -> list[Double]:
    """The files that the actor sees, that look like this one, and of which it was answered that they are others."""
    return [
        double
        for double in possible_doubles(actor=actor, household=household)
        if double.answer is not None and not double.answer.same
    ]


def served_alike(household: Household, kinds: Iterable[str], actor: Actor) -> list[ServedAlike]:
    """The files that look strongly like this one, of another household, that were given one of these kinds.

    Three queries; one more for each that looks so.
    """
    strong = [
        double
        for double in possible_doubles(actor=actor, household=household)
        if double.likeness == Resemblance.STRONG and double.household.lead_id != household.lead_id
    ]
    needs = Need.objects.visible_to(actor).filter(kind__in=list(kinds))
    found = [ServedAlike(double, told_of(given_under(needs, double.household))) for double in strong]
    return [one for one in found if one.given]
