"""Whom a file may be sent to though nobody there can take it up: said before and after, and never refused.

What waits there all the same is told to the pilot by ``desk.unattended``, which asks for the same roles.
"""

from django.db.models import Q, QuerySet

from network.enums import OrganisationKind
from network.models import Organisation
from network.models.membership import left_by_all
from prescriptions.machine.instruction_rules import INSTRUCTING
from prescriptions.permissions import FOLLOWING


def examined_by_nobody() -> QuerySet[Organisation]:
    """Where nobody may examine a request."""
    return left_by_all([OrganisationKind.DISTRIBUTOR], INSTRUCTING)


def followed_by_nobody() -> QuerySet[Organisation]:
    """Where nobody may follow a file, nor take one that is offered."""
    return left_by_all([OrganisationKind.PRESCRIBER], FOLLOWING)


def telling_left(rows: QuerySet[Organisation], left: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Each of these with ``is_left``: whether it is one of those; no query of its own."""
    return rows.annotate(is_left=Q(pk__in=left.values("pk")))


def is_left(organisation: Organisation) -> bool:
    """Whether nobody is there to do it, of a row of ``telling_left``."""
    return bool(getattr(organisation, "is_left", False))


def sentence_on_examining(organisation: Organisation) -> str:
    """Of a distributor where nobody examines: what happens of a request submitted to it, and whom to tell."""
    told = f"Personne n’examine de demande chez {organisation} pour l’instant"
    return f"{told}\u00a0: elle y attendrait, prévenez le pilote."


def sentence_on_answering(organisation: Organisation, *, to_pilot: bool) -> str:
    """Of a prescriber where nobody answers an offer: what whoever makes it may do."""
    told = f"Personne ne peut répondre chez {organisation} pour l’instant."
    if to_pilot:
        return f"{told} Invitez-y un travailleur social, ou reprenez la proposition."
    return f"{told} Prévenez le pilote, ou reprenez la proposition."
