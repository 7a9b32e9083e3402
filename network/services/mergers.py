"""The merger of two EPCI: the pilot establishes it, the rest follows in the same transaction."""

from datetime import datetime

from lifecycle import gate
from lifecycle.actors import Actor
from network.models import Epci, Merger, Organisation


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

    Raises PermissionDenied, Refused.
    """
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
