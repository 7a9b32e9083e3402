"""Who may do what in conventions: None for a wrong role or kind, else the rows this organisation acts for."""

from django.db.models import Q

from lifecycle.actors import Actor
from lifecycle.linked import Linked
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Epci, Membership
from network.permissions import acts_as, is_pilot

PARTIES = {Kind.EPCI: "epci_party", Kind.RECONDITIONER: "workshop", Kind.DISTRIBUTOR: "distributor"}
"""The kinds that are parties, each with the column of a convention that names it."""
REVIEWERS = tuple((Role.REVIEWER, kind) for kind in PARTIES)
SIGNATORIES = tuple((Role.SIGNATORY, kind) for kind in PARTIES)


def _of_epci(actor: Actor, path: str = "") -> Q:
    """The conventions of the EPCI one acts for, or of one that merged into it; no more those that another took over."""
    own = actor.organisation_id
    return Q(**{f"{path}epci_party": own, f"{path}succeeded_by": None}) | Q(**{f"{path}succeeded_by": own})


def _of_party(actor: Actor, path: str = "") -> Q:
    """The conventions to which the organisation one acts for is a party."""
    if actor.kind == Kind.EPCI:
        return _of_epci(actor, path)
    return Q(**{f"{path}{PARTIES[Kind(actor.kind)]}": actor.organisation_id})


def _known_to(actor: Actor, path: str = "") -> Q:
    """Those too that another EPCI took over: what one's organisation signed may still be read."""
    own = _of_party(actor, path)
    return own | Q(**{f"{path}epci_party": actor.organisation_id}) if actor.kind == Kind.EPCI else own


# --- convention


def can_write_convention(actor: Actor) -> Q | None:
    """The manager of the EPCI, the pilot."""
    return Q() if is_pilot(actor) else can_decide_convention(actor)


def prepares_conventions(actor: Actor) -> bool:
    """Whether one is offered to prepare one: an EPCI that merged into another has nothing to prepare any more."""
    if can_write_convention(actor) is None:
        return False
    return is_pilot(actor) or successor_of(actor) is None


def successor_of(actor: Actor) -> Epci | None:
    """The EPCI that the territory of one's organisation is today, if it merged into another."""
    epci = actor.organisation.epci if isinstance(actor, Membership) else None
    return None if epci is None or epci.succeeded_by_id is None else epci.today


def can_decide_convention(actor: Actor) -> Q | None:
    """The manager of the EPCI: nobody else commits it."""
    return _of_epci(actor) if acts_as(actor, (Role.MANAGER, Kind.EPCI)) else None


can_create_convention = can_write_convention
can_edit_convention = can_write_convention
can_submit_convention = can_write_convention
can_open_signature_convention = can_decide_convention
can_activate_convention = can_decide_convention


def can_succeed_convention(actor: Actor) -> Q | None:
    """The pilot: a merger is a fact of the territory."""
    return Q() if is_pilot(actor) else None


def can_terminate_convention(actor: Actor) -> Q | None:
    """A signatory of one of the parties."""
    return _of_party(actor) if acts_as(actor, *SIGNATORIES) else None


can_agree_end_convention = can_terminate_convention
can_give_notice_convention = can_terminate_convention


def can_take_back_notice_convention(actor: Actor) -> Q | None:
    """A signatory of the party that gave it; of an EPCI that merged, of its successor."""
    scope = can_terminate_convention(actor)
    if scope is None:
        return None
    return scope & Q(Linked("end_notices", given_by__kind=actor.kind, taken_back_at=None, lapsed_at=None))


def can_record_end_convention(actor: Actor) -> Q | None:
    """The pilot, who is no party: what a party signed on paper."""
    return Q() if is_pilot(actor) else None


def can_set_reserve(actor: Actor) -> bool:
    """The pilot holds the départemental reserve."""
    return is_pilot(actor)


def sees_conventions(actor: Actor | None) -> Q | None:
    """All for the pilot; for reviewers, signatories and managers of a party, theirs.

    Another party than the EPCI sees nothing before the draft was submitted once. An organisation that was asked for a
    review (a shared data protection officer) sees that convention.
    """
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if not acts_as(actor, *REVIEWERS, *SIGNATORIES):
        return None
    own = _known_to(actor)
    if actor.kind != Kind.EPCI:
        own &= Q(round__gte=1)
    return own | Q(Linked("reviews", organisation=actor.organisation_id))


def sees_quotas(actor: Actor | None) -> Q | None:
    """Those of the conventions of one's organisation; the départemental reserve for the pilot and the workshops."""
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if actor.kind not in PARTIES:
        return None
    own = _known_to(actor, "convention__")
    return own | Q(convention=None) if actor.kind == Kind.RECONDITIONER else own


# --- review


def can_answer_review(actor: Actor) -> Q | None:
    """A reviewer of the organisation that is asked: the one who is named, else any; and its manager."""
    if not acts_as(actor, *REVIEWERS):
        return None
    own = Q(organisation=actor.organisation_id)
    return own if actor.role == Role.MANAGER else own & (Q(asked_of=None) | Q(asked_of=actor.pk))


def can_hand_on_review(actor: Actor) -> Q | None:
    """The one who is named; any reviewer of the organisation when nobody is. Its manager replaces, and says why."""
    if not acts_as(actor, *REVIEWERS):
        return None
    return Q(asked_of=actor.pk) | Q(asked_of=None, organisation=actor.organisation_id)


def can_replace_review(actor: Actor) -> Q | None:
    """The manager of the organisation that is asked, that of the EPCI for whom it names, and the pilot."""
    return _asked_under(actor)


def can_pass_over_review(actor: Actor) -> Q | None:
    """The manager of the EPCI, the pilot: who writes the text goes on without an opinion."""
    if is_pilot(actor):
        return Q()
    return _of_epci(actor, "convention__") if acts_as(actor, (Role.MANAGER, Kind.EPCI)) else None


def _asked_under(actor: Actor) -> Q | None:
    if is_pilot(actor):
        return Q()
    if not acts_as(actor, *((Role.MANAGER, kind) for kind in PARTIES)):
        return None
    own = Q(organisation=actor.organisation_id)
    return own | _of_epci(actor, "convention__") & Q(party="epci") if actor.kind == Kind.EPCI else own


# --- signature


def can_sign_signature(actor: Actor) -> Q | None:
    """The signatory who is named, for his party; a signatory of another party, to confirm what was signed elsewhere.

    The requirements tell the two apart.
    """
    if not acts_as(actor, *SIGNATORIES):
        return None
    return Q(signatory=actor.pk) | _of_party(actor, "convention__") & ~Q(organisation=actor.organisation_id)


def can_deposit_signature(actor: Actor) -> Q | None:
    """The signatory of the party that signed elsewhere, or its manager."""
    return Q(organisation=actor.organisation_id) if acts_as(actor, *SIGNATORIES) else None


def can_refuse_deposit_signature(actor: Actor) -> Q | None:
    """Whoever confirms what was deposited; and the signatory in whose name it was."""
    return can_sign_signature(actor)


def can_acknowledge_signature(actor: Actor) -> Q | None:
    """The signatory who is named, and nobody for her."""
    return Q(signatory=actor.pk) if acts_as(actor, *SIGNATORIES) else None


def can_answer_refusal_signature(actor: Actor) -> Q | None:
    """The manager of the EPCI, the pilot: whoever writes the text answers the signatory who does not sign it.

    Nobody answers a refusal of his own party: that of the EPCI is answered by the pilot.
    """
    scope = can_pass_over_review(actor)
    return scope if scope is None or is_pilot(actor) else scope & ~Q(party="epci")


def can_replace_signature(actor: Actor) -> Q | None:
    """The manager of the party that signs, and the pilot."""
    return _asked_under(actor)
