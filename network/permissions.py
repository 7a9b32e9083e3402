"""Who may do what in the network, and the one question every app asks: in which capacity does one act?"""

from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from network.enums import ROLES_BY_KIND, SECOND_FACTOR_ROLES, OrganisationKind, Role

DONOR_READERS = frozenset(
    {
        OrganisationKind.DEPARTEMENT,
        OrganisationKind.PREFECTURE,
        OrganisationKind.REGION,
        OrganisationKind.HUB,
        OrganisationKind.EPCI,
        OrganisationKind.RECONDITIONER,
    }
)
"""The kinds that look for donors or work with them; the list of donors is closed to the others."""
OBSERVED = frozenset(kind for kind, roles in ROLES_BY_KIND.items() if Role.OBSERVER in roles)
"""The kinds that have observers, the readers of published reports."""


def acts_as(actor: Actor | None, *pairs: tuple[Role, OrganisationKind]) -> bool:
    """Tell whether ``actor`` acts in one of these roles @ kinds.

    The manager of a kind may all that the others of that kind may. Source of the rule: machines §0.6.
    """
    if actor is None:
        return False
    return any(actor.kind == kind.value and actor.role in (role.value, Role.MANAGER.value) for role, kind in pairs)


def is_pilot(actor: Actor | None) -> bool:
    """Tell whether ``actor`` steers for the Département."""
    return acts_as(actor, (Role.PILOT, OrganisationKind.DEPARTEMENT))


def protects_data(actor: Actor | None) -> bool:
    """Tell whether ``actor`` is the data protection officer of the Département.

    Nobody else is, not even the manager of the Département: this role takes no instruction, and keeps secret what
    people ask of it. Source of the rule: RGPD, art. 38, 3 and 5.
    """
    return actor is not None and (actor.kind, actor.role) == (OrganisationKind.DEPARTEMENT.value, Role.DPO.value)


def keeps_the_house(actor: Actor | None) -> bool:
    """Tell whether a second factor is demanded of ``actor``, where the site demands any."""
    return actor is not None and (actor.kind, actor.role) in SECOND_FACTOR_ROLES


def can_declare_merger(actor: Actor) -> Q | None:
    """Establish that an EPCI merged into another: the pilot."""
    return Q() if is_pilot(actor) else None


def is_manager(actor: Actor | None) -> bool:
    """Tell whether ``actor`` manages an organisation, whatever its kind."""
    return actor is not None and actor.role == Role.MANAGER.value


def can_edit_organisation(actor: Actor) -> Q | None:
    """Create and edit organisations: the pilot, every one of them."""
    return Q() if is_pilot(actor) else None


def can_manage_people(actor: Actor) -> Q | None:
    """Invite, close and reopen memberships: the pilot everywhere, a manager in the kind he manages.

    The condition is on columns that memberships and invitations share. A manager is held to his kind: the
    manager of the donor side of a town hall does not open himself the door of its social workers.
    """
    if is_pilot(actor):
        return Q()
    if is_manager(actor):
        return Q(organisation_id=actor.organisation_id, kind=actor.kind)
    return None


def manages(actor: Actor, organisation_id: int, kind: str) -> bool:
    """Answer the same question as ``can_manage_people`` for one organisation and one kind."""
    if actor is SYSTEM or is_pilot(actor):
        return True
    return is_manager(actor) and (actor.organisation_id, actor.kind) == (organisation_id, kind)


def can_note_skills(actor: Actor | None) -> Q | None:
    """Note what a workshop and its people know how to do: the pilot, the manager of the workshop for its own."""
    if is_pilot(actor):
        return Q()
    if is_manager(actor) and actor.kind == OrganisationKind.RECONDITIONER:  # type: ignore[union-attr]
        return Q(organisation_id=actor.organisation_id)  # type: ignore[union-attr]
    return None


def can_manage_accounts(actor: Actor) -> Q | None:
    """Disable, enable and erase accounts, take away the second factor of another: the pilot."""
    return Q() if is_pilot(actor) else None


def sees_everything(actor: Actor | None) -> bool:
    """Tell whether no row of the network is hidden from ``actor``: the system and the pilot."""
    return actor is SYSTEM or is_pilot(actor)


def sees_donors(actor: Actor) -> bool:
    """Tell whether the organisations that only give are shown to ``actor``."""
    return actor.kind in DONOR_READERS


def seeks_donors(actor: Actor | None) -> bool:
    """Tell whether looking for donors is the work of ``actor``: who steers, and the managers of EPCI."""
    return is_pilot(actor) or acts_as(actor, (Role.MANAGER, OrganisationKind.EPCI))


def follows_equipment(actor: Actor | None) -> bool:
    """Tell whether lots and devices are the work of ``actor``: who gives, who reconditions, who steers."""
    givers, workers = (Role.CONTACT, OrganisationKind.DONOR), (Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    return is_pilot(actor) or acts_as(actor, givers, workers)


def follows_conventions(actor: Actor | None) -> bool:
    """Tell whether conventions are the work of ``actor``: who reviews or signs for a party, who steers."""
    parties = (OrganisationKind.EPCI, OrganisationKind.RECONDITIONER, OrganisationKind.DISTRIBUTOR)
    hands = [(role, kind) for kind in parties for role in (Role.REVIEWER, Role.SIGNATORY)]
    return is_pilot(actor) or acts_as(actor, *hands)


def reads_reports(actor: Actor | None) -> bool:
    """Tell whether published reports are for ``actor``: the pilot, observers and their managers, the people of EPCI."""
    if actor is None:
        return False
    if is_pilot(actor) or actor.kind == OrganisationKind.EPCI or actor.role == Role.OBSERVER:
        return True
    return is_manager(actor) and actor.kind in OBSERVED


def can_make_api_key(actor: Actor | None) -> bool:
    """Tell whether a program may ask in the name of ``actor``: whoever reads reports, the manager of a workshop.

    Nobody who serves households: the API says nothing of them, and a key is not to be what opens to them one day.
    """
    return reads_reports(actor) or (
        is_manager(actor) and actor is not None and actor.kind == OrganisationKind.RECONDITIONER
    )


def prescribes(actor: Actor | None) -> bool:
    """Tell whether ``actor`` acts for a structure that prescribes."""
    return acts_as(actor, (Role.WORKER, OrganisationKind.PRESCRIBER))


def can_keep_service(actor: Actor) -> Q | None:
    """Keep entries of the directory: the pilot, and the people of a structure that prescribes for its own."""
    if is_pilot(actor):
        return Q()
    return Q(organisation_id=actor.organisation_id) if prescribes(actor) else None


def can_roll_out(actor: Actor) -> Q | None:
    """Say how far an EPCI is in the plan of the roadmap: the pilot of all, its manager of his own."""
    if is_pilot(actor):
        return Q()
    if acts_as(actor, (Role.MANAGER, OrganisationKind.EPCI)):
        return Q(epci__organisations=actor.organisation_id)
    return None


def sees_rollouts(actor: Actor) -> Q | None:
    """All to whoever reads reports, but to the people of an EPCI: their own."""
    if not reads_reports(actor):
        return None
    return Q(epci__organisations=actor.organisation_id) if actor.kind == OrganisationKind.EPCI else Q()


def can_lead_awareness(actor: Actor) -> Q | None:
    """Plan, move, hold and call off awareness sessions: the pilot."""
    return Q() if is_pilot(actor) else None
