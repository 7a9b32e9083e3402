"""Who may do what from the stock to a household: None for a wrong role or kind, else the rows one acts for."""

from django.db.models import Q

from lifecycle.actors import Actor, SignedLink
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.permissions import acts_as, is_pilot
from prescriptions.enums import AGREEMENT_WITHDRAWN, ContactChannel, HouseholdState
from prescriptions.reaching import told_by
from refurb.models.returns import LOST_IN_RETURN
from refurb.permissions import at_own_points, can_manage_device, can_report_missing_device, can_work_on_device

can_ship_device = can_work_on_device
can_cancel_shipment_device = can_work_on_device
can_ask_back_device = can_work_on_device


def can_serve_device(actor: Actor) -> Q | None:
    """Advisers and managers of the distributor or of the relay where the device is."""
    return at_own_points(actor)


can_stock_in_device = can_serve_device
can_send_back_device = can_serve_device
can_release_device = can_serve_device
can_hand_over_device = can_serve_device
can_exchange_device = can_serve_device
can_settle_return = can_serve_device


def can_find_device(actor: Actor) -> Q | None:
    """Advisers of the distributor; what a household had brought back is found in its return."""
    here = at_own_points(actor) if acts_as(actor, (Role.ADVISER, Kind.DISTRIBUTOR)) else None
    return None if here is None else here & ~LOST_IN_RETURN


def can_find_returned_device(actor: Actor) -> Q | None:
    """Whoever may say that it is looked for; of what a household had brought back alone."""
    scope = can_report_missing_device(actor)
    return None if scope is None else scope & LOST_IN_RETURN


def can_allot_device(actor: Actor) -> Q | None:
    """The manager of the workshop, the pilot."""
    return Q() if is_pilot(actor) else can_manage_device(actor)


def can_grant_derogation(actor: Actor) -> Q | None:
    """The pilot."""
    return Q() if is_pilot(actor) else None


def can_ask_derogation(actor: Actor) -> Q | None:
    """Advisers of the distributor that deals with the prescription of the need."""
    if acts_as(actor, (Role.ADVISER, Kind.DISTRIBUTOR)):
        return Q(prescription__distributor=actor.organisation_id)
    return None


NOT_REVOKED = ~Q(need__prescription__end_reason=AGREEMENT_WITHDRAWN)
"""Not those of a household that took its agreement back."""
SOLD_OR_AGREED = NOT_REVOKED | Q(handed_over_at__isnull=False)
"""Of its notes, those that were signed stay: they are sales."""


def sees_hand_overs(actor: Actor | None) -> Q | None:
    """Hand-over notes name a household: for the advisers who serve it, and the social worker who prescribed."""
    if actor is None:
        return None
    if acts_as(actor, (Role.ADVISER, Kind.DISTRIBUTOR)):
        return SOLD_OR_AGREED & Q(point__distributor=actor.organisation_id)
    if acts_as(actor, (Role.ADVISER, Kind.RELAY)):
        return SOLD_OR_AGREED & Q(point__organisation=actor.organisation_id)
    if acts_as(actor, (Role.WORKER, Kind.PRESCRIBER)):
        return Q(need__prescription__prescriber=actor.organisation_id)
    return None


def sees_settlements(actor: Actor | None) -> Q | None:
    """How a household was served otherwise: the workshop reads that it may work on the device again."""
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if acts_as(actor, (Role.ADVISER, Kind.DISTRIBUTOR)):
        return Q(device__point__distributor=actor.organisation_id)
    if acts_as(actor, (Role.ADVISER, Kind.RELAY)):
        return Q(device__point__organisation=actor.organisation_id)
    return Q(device__workshop=actor.organisation_id) if can_work_on_device(actor) is not None else None


def sees_derogations(actor: Actor | None) -> Q | None:
    """The pilot who grants them, the advisers of the distributor that deals with the prescription."""
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if acts_as(actor, (Role.ADVISER, Kind.DISTRIBUTOR)):
        return NOT_REVOKED & Q(need__prescription__distributor=actor.organisation_id)
    return None


def can_count_stock(actor: Actor | None) -> Q | None:
    """Whoever works where the stock is: technicians for their workshop, advisers for their points."""
    if acts_as(actor, (Role.TECHNICIAN, Kind.RECONDITIONER)):
        return Q(workshop=actor.organisation_id, point=None)  # type: ignore[union-attr]
    return at_own_points(actor)


def sees_stocktakes(actor: Actor | None) -> Q | None:
    """The stocktakes one may read: all for the pilot, those of one's own stock."""
    return Q() if actor is not None and is_pilot(actor) else can_count_stock(actor)


# --- appointments


def can_keep_appointment(actor: Actor) -> Q | None:
    """Whoever serves the point."""
    return at_own_points(actor)


def can_tell_appointment(actor: Actor) -> Q | None:
    """Whoever serves the point; its worker, of a household that is reached through him alone."""
    if acts_as(actor, (Role.WORKER, Kind.PRESCRIBER)):
        own = Q(need__prescription__prescriber=actor.organisation_id)
        return own & told_by(ContactChannel.WORKER, "need__prescription__household__")
    return can_keep_appointment(actor)


def can_untell_appointment(actor: Actor) -> Q | None:
    """The same, of those whose household knows, or was reminded."""
    scope = can_tell_appointment(actor)
    return None if scope is None else scope & (Q(told_at__isnull=False) | Q(reminded_at__isnull=False))


def can_answer_appointment(actor: Actor) -> Q | None:
    """The household itself, by its sheet."""
    return _of_link(actor) if isinstance(actor, SignedLink) else None


def _of_link(actor: SignedLink) -> Q:
    return Q(need__prescription=actor.key_of("prescription"))


def sees_appointments(actor: Actor | None) -> Q | None:
    """As a hand-over note that is not signed yet: the advisers of the point, the household's worker, itself."""
    if actor is None:
        return None
    if isinstance(actor, SignedLink):
        return _of_link(actor)
    if acts_as(actor, (Role.WORKER, Kind.PRESCRIBER)):
        return Q(need__prescription__prescriber=actor.organisation_id)
    here = at_own_points(actor)
    followed = Q(need__prescription__household__state=HouseholdState.OPEN)
    return None if here is None else NOT_REVOKED & followed & here


def can_open_hours(actor: Actor) -> Q | None:
    """Of points: the pilot, the manager of the distributor, the manager of whoever holds the point."""
    if is_pilot(actor):
        return Q()
    if acts_as(actor, (Role.MANAGER, Kind.DISTRIBUTOR)):
        return Q(distributor=actor.organisation_id)
    return Q(organisation=actor.organisation_id) if acts_as(actor, (Role.MANAGER, Kind.RELAY)) else None
