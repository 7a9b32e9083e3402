"""Who computes, freezes, publishes and reads the monthly reports (machines §6)."""

from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from network.enums import OrganisationKind
from network.permissions import is_pilot, reads_reports
from reports.enums import ReportState


def can_compute(actor: Actor) -> Q | None:
    """Compute a month, again too: the pilot, or the system on the first day of the next one."""
    return Q() if actor is SYSTEM or is_pilot(actor) else None


def can_freeze(actor: Actor) -> Q | None:
    """Freeze a month: the pilot."""
    return Q() if is_pilot(actor) else None


def can_publish(actor: Actor) -> Q | None:
    """Publish a frozen month: the pilot."""
    return Q() if is_pilot(actor) else None


def opens_rows_of(actor: Actor) -> Q | None:
    """The EPCI of which one reads the rows behind a number: all for the pilot, its own for the people of an EPCI."""
    if is_pilot(actor):
        return Q()
    if actor is None or actor.kind != OrganisationKind.EPCI:
        return None
    return Q(organisations=actor.organisation_id)


def sees_reports(actor: Actor | None) -> Q | None:
    """All for the pilot and the system; published ones for observers, their managers and the people of EPCI."""
    if actor is SYSTEM or is_pilot(actor):
        return Q()
    return Q(state=ReportState.PUBLISHED) if reads_reports(actor) else None
