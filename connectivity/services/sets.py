"""The same verbs as one by one, for a set: what is refused comes back with its reasons. Raises PermissionDenied."""

from datetime import datetime

from django.db.models import QuerySet

from connectivity.enums import ConnectionAbandonReason
from connectivity.models import ConnectionFile
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.previews import Outcome
from prescriptions.nir import refuse_nir


def send_connections(
    *, actor: Actor, connections: QuerySet[ConnectionFile], at: datetime | None = None, comment: str = ""
) -> Outcome:
    """Put each file in the queue of its operator."""
    refuse_nir(comment=comment)
    return gate.apply_many(connections, "send", actor=actor, at=at, comment=comment)


def abandon_connections(
    *,
    actor: Actor,
    connections: QuerySet[ConnectionFile],
    reason: str = ConnectionAbandonReason.OTHER,
    at: datetime | None = None,
    comment: str = "",
) -> Outcome:
    """Give files up, with a code of ``ConnectionAbandonReason``; their needs wait again."""
    refuse_nir(comment=comment)
    return gate.apply_many(connections, "abandon", actor=actor, at=at, comment=comment, reason=reason)
