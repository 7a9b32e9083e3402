"""Which page each role reads when it signs in: one family of roles, one module."""

from collections.abc import Callable
from datetime import datetime

from conventions.permissions import REVIEWERS, SIGNATORIES
from desk.todo import (
    conventions,
    distributors,
    donors,
    epcis,
    officers,
    operators,
    pilots,
    prescribers,
    readers,
    workshops,
)
from desk.todo.blocks import TodoPage
from lifecycle.actors import Actor
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership
from network.permissions import acts_as, is_pilot, protects_data
from prescriptions.permissions import advises, relays, works

FAMILIES: tuple[tuple[Callable[[Actor | None], bool], Callable[[Membership, datetime], TodoPage]], ...] = (
    (is_pilot, pilots.todo_of),
    (protects_data, officers.todo_of),
    (works, prescribers.todo_of),
    (lambda actor: advises(actor) or relays(actor), distributors.todo_of),
    (lambda actor: acts_as(actor, (Role.TECHNICIAN, Kind.RECONDITIONER)), workshops.todo_of),
    (lambda actor: acts_as(actor, (Role.CONTACT, Kind.DONOR)), donors.todo_of),
    (lambda actor: acts_as(actor, (Role.AGENT, Kind.OPERATOR)), operators.todo_of),
    (lambda actor: actor is not None and actor.kind == Kind.EPCI, epcis.todo_of),
    (lambda actor: acts_as(actor, *REVIEWERS, *SIGNATORIES), conventions.todo_of),
)
"""Whose page it is, and what makes it; the first that fits. Everyone else follows the chain without acting in it."""


def page_for(actor: Membership, at: datetime) -> TodoPage:
    """« À faire » of whoever acts, in the role he acts in."""
    for is_for, made in FAMILIES:
        if is_for(actor):
            return made(actor, at)
    return readers.todo_of(actor, at)
