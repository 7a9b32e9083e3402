"""Who leads a committee, who reads it."""

from django.db.models import Q

from lifecycle.actors import Actor
from lifecycle.linked import Linked
from network.enums import OrganisationKind as Kind
from network.permissions import is_manager, is_pilot

CONVENED_KINDS = (
    Kind.DEPARTEMENT,
    Kind.PREFECTURE,
    Kind.REGION,
    Kind.HUB,
    Kind.EPCI,
    Kind.RECONDITIONER,
    Kind.DISTRIBUTOR,
)
"""Who may be convened: those who steer, look for donors, recondition or sell; a donor never judges its own lot."""


def can_lead_meeting(actor: Actor) -> Q | None:
    """The pilot opens a meeting, writes down what it decides, closes it."""
    return Q() if is_pilot(actor) else None


def sees_committees(actor: Actor | None) -> Q | None:
    """All for the pilot; those to which one was convened for the others."""
    if is_pilot(actor):
        return Q()
    if actor is None or actor.pk is None:
        return None
    return Q(Linked("seats", membership=actor.pk))


def sees_meetings(actor: Actor | None) -> Q | None:
    """The meetings of the committees one sees."""
    if is_pilot(actor):
        return Q()
    if actor is None or actor.pk is None:
        return None
    return Q(committee__seats__membership=actor.pk)


def sees_api_keys(actor: Actor | None) -> Q | None:
    """One's own keys; those of one's organisation, in one's kind, for its manager; all for the pilot."""
    if actor is None or actor.pk is None:
        return None
    if is_pilot(actor):
        return Q()
    own = Q(membership=actor.pk)
    if not is_manager(actor):
        return own
    return own | Q(membership__organisation=actor.organisation_id, membership__kind=actor.kind)
