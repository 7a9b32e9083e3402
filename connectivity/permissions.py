"""Who may do what with connection files: None for a wrong role or kind, else the rows this organisation acts for."""

from django.db.models import OuterRef, Q

from connectivity.enums import Channel, ConnectionState
from lifecycle.actors import Actor, SignedLink
from lifecycle.linked import Linked
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.permissions import acts_as, is_pilot
from prescriptions.enums import AGREEMENT_WITHDRAWN

BEFORE = (ConnectionState.PROPOSED, ConnectionState.CHOSEN)
"""Nothing was sent yet: no operator is concerned."""
AGREED = ~Q(need__prescription__end_reason=AGREEMENT_WITHDRAWN)
"""Not those of a household that took its agreement back."""
WORKER = (Role.WORKER, Kind.PRESCRIBER)
ADVISER = (Role.ADVISER, Kind.DISTRIBUTOR)
AGENT = (Role.AGENT, Kind.OPERATOR)


def can_serve_connection(actor: Actor) -> Q | None:
    """A worker for the households his organisation follows, an adviser for those sent to his distributor."""
    if acts_as(actor, WORKER):
        return Q(need__prescription__prescriber=actor.organisation_id)
    if acts_as(actor, ADVISER):
        return AGREED & Q(need__prescription__distributor=actor.organisation_id)
    return None


can_propose_connection = can_serve_connection
can_send_connection = can_serve_connection
can_abandon_connection = can_serve_connection
can_record_proof = can_serve_connection


def can_renew_connection(actor: Actor) -> Q | None:
    """A worker of the prescriber."""
    return can_serve_connection(actor) if acts_as(actor, WORKER) else None


def can_sell_recharge(actor: Actor) -> Q | None:
    """An adviser of the distributor to whom the household was sent: he is the one at the counter."""
    return can_serve_connection(actor) if acts_as(actor, ADVISER) else None


def can_answer_connection(actor: Actor) -> Q | None:
    """An agent of the operator the file was sent to, or the person who received its signed link."""
    sent_to_it = AGREED & Q(operator=actor.organisation_id, sent_at__isnull=False) & ~Q(state__in=BEFORE)
    if isinstance(actor, SignedLink):
        return sent_to_it & Q(pk=actor.key_of("connection"))
    return sent_to_it if acts_as(actor, AGENT) else None


def _stopped_when(state: ConnectionState) -> Q:
    """Requests that stood there when their operator reported the problem that stops them."""
    return Q(Linked("journal", verb="report_problem", at=OuterRef("problem_at"), source=state))


def can_withdraw_problem_connection(actor: Actor) -> Q | None:
    """The operator that reported it, of a request it had not taken yet."""
    answering = can_answer_connection(actor)
    return None if answering is None else answering & _stopped_when(ConnectionState.SENT)


def can_withdraw_accepted_problem_connection(actor: Actor) -> Q | None:
    """The same, of a request it had taken."""
    answering = can_answer_connection(actor)
    return None if answering is None else answering & _stopped_when(ConnectionState.ACCEPTED)


def can_withdraw_scheduled_problem_connection(actor: Actor) -> Q | None:
    """The same, of one whose visit was planned."""
    answering = can_answer_connection(actor)
    return None if answering is None else answering & _stopped_when(ConnectionState.SCHEDULED)


def can_activate_connection(actor: Actor) -> Q | None:
    """The operator that was asked; where the offer has no desk, a worker or an adviser on evidence seen."""
    answering = can_answer_connection(actor)
    if answering is not None:
        return answering & Q(channel=Channel.DESK)
    serving = can_serve_connection(actor)
    return None if serving is None else serving & Q(channel__in=(Channel.OWN_SUBSCRIPTION, Channel.COUNTER))


def can_undo_activate_connection(actor: Actor) -> Q | None:
    """Of what was asked of an operator: the one that has the line, or a worker of the prescriber."""
    scope = can_end_connection(actor)
    return None if scope is None else scope & Q(channel=Channel.DESK, sent_at__isnull=False)


def can_undo_own_activate_connection(actor: Actor) -> Q | None:
    """Of the other offers: those who may say that the line works."""
    return can_activate_connection(actor) if can_answer_connection(actor) is None else None


def can_end_connection(actor: Actor) -> Q | None:
    """The operator that has the line, or a worker of the prescriber."""
    answering = can_answer_connection(actor)
    return can_renew_connection(actor) if answering is None else answering


def calls_households(actor: Actor) -> bool:
    """Whether ``actor`` calls households of a campaign: a worker or an adviser, those whose file he may see."""
    return acts_as(actor, WORKER, ADVISER)


def sees_connections(actor: Actor | None) -> Q | None:
    """All for the pilot; those one serves; for an operator, those that were sent to it and that it still has.

    A file for which another offer was chosen leaves the operator's sight. The EPCI, the donor and the workshop see
    none (domaine §6.1).
    """
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    answering = can_answer_connection(actor)
    return can_serve_connection(actor) if answering is None else answering


def sees_offers(actor: Actor | None) -> bool:
    """Whether the catalogue of offers is the work of ``actor``: who steers, prescribes, advises or operates."""
    return is_pilot(actor) or acts_as(actor, WORKER, ADVISER, AGENT, (Role.ADVISER, Kind.RELAY))
