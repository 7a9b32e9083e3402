"""The merger of two EPCI: the pilot establishes it, the rest follows in the same transaction."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.journal import journal_of
from lifecycle.locking import lock
from lifecycle.machine import Context, machines
from network.machine.merger import ACTS_FOR_IT, EPCI, SUCCESSOR, TWO
from network.models import Epci, Merger, Organisation
from network.permissions import can_declare_merger
from typography.french import grouped


def check_merger(*, actor: Actor, epci: Epci, successor: Epci, organisation: Organisation) -> None:
    """Whether this merger could be established now: asked before its preview. Raises PermissionDenied, Refused."""
    if can_declare_merger(actor) is None:
        raise PermissionDenied
    given = {"epci": epci, "successor": successor, "organisation": organisation}
    ctx = Context(timezone.now(), actor, given)
    reasons = [rule.reason for rule in (EPCI, SUCCESSOR, ACTS_FOR_IT) if not rule.condition(ctx)]
    if epci == successor:
        reasons.append(TWO.reason)
    if reasons:
        raise Refused({0: tuple(reasons)})


@gate.one_transaction
def declare_merger(
    *,
    actor: Actor,
    epci: Epci,
    successor: Epci,
    organisation: Organisation,
    at: datetime | None = None,
    comment: str = "",
) -> Merger:
    """``epci`` is no more: ``successor`` takes over its communes and whatever is open. Past months stay as they were.

    Both are locked and read again: of two mergers of one EPCI at the same time, the second sees what the first did.
    Raises PermissionDenied, Refused.
    """
    lock(Epci, [epci.pk, successor.pk], "FOR NO KEY UPDATE")
    living = Epci.objects.in_bulk([epci.pk, successor.pk])
    epci, successor = living[epci.pk], living[successor.pk]
    return gate.create(
        Merger(),
        "declare",
        actor=actor,
        at=at,
        comment=comment,
        epci=epci,
        successor=successor,
        organisation=organisation,
    )


def moved_by(merger: Merger) -> list[tuple[str, str]]:
    """What a merger moved, from the journals: the name of each kind of thing, and how many."""
    told = []
    declared = merger.journal.get(verb="declare").pk
    for model in machines().values():
        entries = journal_of(model)._base_manager.filter(cause_machine="merger", cause_entry=declared)
        things = entries.values("object_id").distinct()  # type: ignore[misc]  # each journal has its own object
        if count := things.count():
            name = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
            told.append((str(name), grouped(count)))
    return told
