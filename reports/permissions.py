"""Who computes, freezes, publishes and reads the monthly reports (machines §6)."""

from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from network.enums import ROLES_BY_KIND, OrganisationKind, Role
from network.permissions import is_pilot
from reports.enums import ReportState

READERS = frozenset(kind for kind, roles in ROLES_BY_KIND.items() if Role.OBSERVER in roles)
"""The kinds that have observers, the readers of published reports; of an EPCI everybody reads them."""


def can_compute(actor: Actor) -> Q | None:
    """Compute a month, again too: the pilot, or the system on the first day of the next one."""
    return Q() if actor is SYSTEM or is_pilot(actor) else None


can_recompute = can_compute


def can_freeze(actor: Actor) -> Q | None:
    """Freeze a month: the pilot."""
    return Q() if is_pilot(actor) else None


def can_publish(actor: Actor) -> Q | None:
    """Publish a frozen month: the pilot."""
    return Q() if is_pilot(actor) else None


def sees_reports(actor: Actor | None) -> Q | None:
    """All for the pilot and the system; published ones for observers, their managers and the people of EPCI."""
    if actor is None:
        return None
    if actor is SYSTEM or is_pilot(actor):
        return Q()
    if actor.kind == OrganisationKind.EPCI or _observes(actor):
        return Q(state=ReportState.PUBLISHED)
    return None


def _observes(actor: Actor) -> bool:
    """An observer, or the manager of a kind that has observers: he may all that they may (machines §0.6)."""
    return actor.role == Role.OBSERVER or (actor.role == Role.MANAGER and actor.kind in READERS)
