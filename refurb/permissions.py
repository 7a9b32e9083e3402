"""Who may do what in reconditioning: None for a wrong role or kind, else the rows this organisation acts for."""

from django.db.models import Q

from lifecycle.actors import Actor
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.permissions import acts_as, is_pilot, protects_data

# --- device


def can_work_on_device(actor: Actor) -> Q | None:
    """Technicians of the workshop that has the device in charge, and their manager."""
    if acts_as(actor, (Role.TECHNICIAN, Kind.RECONDITIONER)):
        return Q(workshop=actor.organisation_id)
    return None


def can_manage_device(actor: Actor) -> Q | None:
    """The manager of the workshop that has the device in charge."""
    if acts_as(actor, (Role.MANAGER, Kind.RECONDITIONER)):
        return Q(workshop=actor.organisation_id)
    return None


def can_settle_drive(actor: Actor) -> Q | None:
    """Who says which of two devices holds a drive: the manager of the workshop, the pilot."""
    return Q() if is_pilot(actor) else can_manage_device(actor)


can_register_device = can_work_on_device
can_receive_device = can_work_on_device
can_record_evidence = can_work_on_device
can_record_cost = can_work_on_device
can_keep_parts = can_work_on_device
can_keep_photos = can_work_on_device
can_complete_waste_note = can_work_on_device


def _may_undo(actor: Actor, came: Q) -> Q | None:
    """Those who received a device may say that they did not; ``came`` tells apart where it goes back to."""
    works = can_work_on_device(actor)
    return None if works is None else works & came


def can_undo_receive_device(actor: Actor) -> Q | None:
    """Technicians of the workshop, for a device that was picked up."""
    return _may_undo(actor, Q(unannounced=False, collected_at__isnull=False))


def can_undo_early_receive_device(actor: Actor) -> Q | None:
    """Technicians of the workshop, for a device that came before any pick-up."""
    return _may_undo(actor, Q(unannounced=False, collected_at=None))


def can_undo_register_device(actor: Actor) -> Q | None:
    """Technicians of the workshop, for a device that nobody announced."""
    return _may_undo(actor, Q(unannounced=True))


def can_set_tag_shape(actor: Actor) -> Q | None:
    """The manager of the workshop, for its own labels."""
    return can_manage_device(actor)


def at_own_points(actor: Actor | None) -> Q | None:
    """Advisers of a distributor: what is at its points, those its relays hold included; of a relay: at its own."""
    if acts_as(actor, (Role.ADVISER, Kind.DISTRIBUTOR)):
        return Q(point__distributor=actor.organisation_id)  # type: ignore[union-attr]
    if acts_as(actor, (Role.ADVISER, Kind.RELAY)):
        return Q(point__organisation=actor.organisation_id)  # type: ignore[union-attr]
    return None


def can_report_missing_device(actor: Actor) -> Q | None:
    """Technicians of the workshop; advisers, for what was sent to their points."""
    here = at_own_points(actor)
    return can_work_on_device(actor) if here is None else here


def can_withdraw_device(actor: Actor) -> Q | None:
    """A contact of the donor, the pilot."""
    if is_pilot(actor):
        return Q()
    if acts_as(actor, (Role.CONTACT, Kind.DONOR)):
        return Q(donation__donor=actor.organisation_id)
    return None


def can_cede_device(actor: Actor) -> Q | None:
    """The manager of the workshop, the pilot."""
    return Q() if is_pilot(actor) else can_manage_device(actor)


def can_reclassify_device(actor: Actor) -> Q | None:
    """A technician of the workshop (the type), the pilot (the EPCI): the requirements tell them apart."""
    return Q() if is_pilot(actor) else can_work_on_device(actor)


def sees_devices(actor: Actor | None) -> Q | None:
    """The devices one may see: all for the pilot; of one's workshop, of one's donations, sent to one's points."""
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if (here := at_own_points(actor)) is not None:
        return here
    if acts_as(actor, (Role.TECHNICIAN, Kind.RECONDITIONER)):
        return Q(workshop=actor.organisation_id)
    if acts_as(actor, (Role.CONTACT, Kind.DONOR)):
        return Q(donation__donor=actor.organisation_id)
    return None


def sees_parts(actor: Actor | None) -> Q | None:
    """The parts one may see: all for the pilot, those of one's workshop."""
    if actor is None:
        return None
    return Q() if is_pilot(actor) else can_work_on_device(actor)


def reads_costs(actor: Actor | None) -> Q | None:
    """The costs one reads: all for the pilot, those of his workshop for its manager."""
    if actor is None:
        return None
    return Q() if is_pilot(actor) else can_manage_device(actor)


def sees_waste(actor: Actor | None) -> Q | None:
    """The waste notes one may see: all for the pilot, those of one's workshop."""
    return sees_parts(actor)


def certifies_destruction(actor: Actor | None) -> Q | None:
    """A recycler, of what left for it: it reads which certificates are awaited; the workshop deposits them."""
    if acts_as(actor, (Role.MANAGER, Kind.RECYCLER)):
        return Q(recycler=actor.organisation_id)  # type: ignore[union-attr]
    return None


can_contest_destruction = certifies_destruction


def sees_incidents(actor: Actor | None) -> Q | None:
    """All for the pilot and the data protection officer; those of one's workshop, those of one's own donations.

    The officer advises who decides, and is whom the authority asks. Source of the rule: RGPD, art. 39, 1.
    """
    if protects_data(actor):
        return Q()
    return None if at_own_points(actor) is not None else sees_devices(actor)


def can_note_incident(actor: Actor) -> Q | None:
    """The pilot, who keeps the register."""
    return Q() if is_pilot(actor) else None


# --- points and deliveries


def can_edit_point(actor: Actor) -> Q | None:
    """The pilot, the manager of the distributor."""
    if is_pilot(actor):
        return Q()
    return Q(distributor=actor.organisation_id) if acts_as(actor, (Role.MANAGER, Kind.DISTRIBUTOR)) else None


def sees_deliveries(actor: Actor | None) -> Q | None:
    """The deliveries one may see: all for the pilot, of one's workshop, to one's points."""
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    return can_work_on_device(actor) or at_own_points(actor)
