"""What reconditioning erases of a person who is forgotten; dates, verdicts and hashes stay."""

from donations.services.forgetting import name_is
from network.models import User
from refurb.models.erasure import Erasure


def forget_person(user: User) -> None:
    """Erase the name of the person who ran a tool, in the erasures that his organisations recorded."""
    his = user.memberships.values("organisation")
    Erasure.objects.filter(name_is(user, "operator"), recorded_by__organisation__in=his).update(operator="")
