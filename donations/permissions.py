"""Who may do what of a lot: None for a wrong role or kind, else the rows this organisation acts for."""

from django.db.models import OuterRef, Q

from lifecycle.actors import Actor
from lifecycle.linked import Linked
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.permissions import acts_as, is_pilot


def _assigned_to(organisation_id: int | None) -> Q:
    """The donations of which this workshop has a share in the allocation of today."""
    return Q(Linked("allocations", workshop=organisation_id, round=OuterRef("allocation_round")))


def can_edit_donation(actor: Actor) -> Q | None:
    """A contact of the donor for its own lots, the pilot for all."""
    if is_pilot(actor):
        return Q()
    if acts_as(actor, (Role.CONTACT, Kind.DONOR)):
        return Q(donor=actor.organisation_id)
    return None


can_create_donation = can_edit_donation
can_announce_donation = can_edit_donation
can_correct_lines_donation = can_edit_donation


def can_accept_deed(actor: Actor) -> Q | None:
    """A contact of the donor: nobody else commits it."""
    if acts_as(actor, (Role.CONTACT, Kind.DONOR)):
        return Q(donor=actor.organisation_id)
    return None


def can_qualify_donation(actor: Actor) -> Q | None:
    """The pilot."""
    return Q() if is_pilot(actor) else None


can_redirect_donation = can_qualify_donation
can_decline_donation = can_qualify_donation
can_forget_contact_donation = can_qualify_donation


def can_schedule_donation(actor: Actor) -> Q | None:
    """The manager of an assigned workshop."""
    return _assigned_to(actor.organisation_id) if acts_as(actor, (Role.MANAGER, Kind.RECONDITIONER)) else None


can_reconcile_donation = can_schedule_donation


def can_reassign_donation(actor: Actor) -> Q | None:
    """The pilot, or the manager of an assigned workshop who gives it up."""
    return Q() if is_pilot(actor) else can_schedule_donation(actor)


def can_collect_donation(actor: Actor) -> Q | None:
    """A technician of an assigned workshop, and its manager."""
    return _assigned_to(actor.organisation_id) if acts_as(actor, (Role.TECHNICIAN, Kind.RECONDITIONER)) else None


def can_prospect(actor: Actor) -> Q | None:
    """Follow those who may give: the pilot all of them, the manager of an EPCI those of its communes."""
    if is_pilot(actor):
        return Q()
    if acts_as(actor, (Role.MANAGER, Kind.EPCI)):
        return Q(commune__epci__organisations=actor.organisation_id)
    return None


def can_unlink_early_prospect(actor: Actor) -> Q | None:
    """Those who follow them, of those that are linked to an organisation."""
    scope = can_prospect(actor)
    return None if scope is None else scope & Q(organisation__isnull=False)


def sees_donations(actor: Actor | None) -> Q | None:
    """The donations one may see: all for the pilot, one's own for a donor, those assigned to one's workshop."""
    if actor is None:
        return None
    return can_edit_donation(actor) if can_edit_donation(actor) is not None else can_collect_donation(actor)
