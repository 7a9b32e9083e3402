"""The way of an EPCI: engage it, note exchanges with the next step, gather its actors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lifecycle import gate
from lifecycle.locked_rows import held_row
from network.models import Epci, Membership, Rollout, RolloutExchange
from network.permissions import can_roll_out
from network.services.next_step import NOTHING_NEXT, Exchange, Then, followers_of, given_next

NOT_HIS = "Cette personne ne suit pas le déploiement de cet EPCI."


def _given(epci: int, then: Then) -> dict[str, Any]:
    """The next step, whose owner follows this EPCI. Raises ValidationError."""
    return given_next(then, followers_of(epci), NOT_HIS)


@gate.one_transaction
def begin_rollout(
    *, actor: Membership, epci: Epci, then: Then = NOTHING_NEXT, at: datetime | None = None, comment: str = ""
) -> Rollout:
    """The first act of all. Raises PermissionDenied, Refused, ValidationError."""
    return gate.create(Rollout(epci=epci), "begin", actor=actor, at=at, comment=comment, **_given(epci.pk, then))


@gate.one_transaction
def note_rollout(
    *, actor: Membership, rollout: Rollout, exchange: Exchange, at: datetime | None = None, comment: str = ""
) -> Rollout:
    """An exchange that does not change how far one is. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    return _exchange("note", actor=actor, rollout=rollout, exchange=exchange, at=at, comment=comment)


@gate.one_transaction
def gather_rollout(
    *,
    actor: Membership,
    rollout: Rollout,
    exchange: Exchange,
    present: Sequence[str],
    at: datetime | None = None,
    comment: str = "",
) -> Rollout:
    """``present``: the kinds that sat together. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    return _exchange("gather", actor=actor, rollout=rollout, exchange=exchange, present=present, at=at, comment=comment)


@gate.one_transaction
def plan_rollout(
    *, actor: Membership, rollout: Rollout, then: Then, at: datetime | None = None, comment: str = ""
) -> Rollout:
    """What is to be done, for when, by whom. Raises Unknown, PermissionDenied, Refused, ValidationError."""
    row = held_row(Rollout.objects.visible_to(actor), rollout, actor=actor, can=can_roll_out)
    return gate.apply(row, "plan", actor=actor, at=at, comment=comment, **_given(row.epci_id, then))


def _exchange(
    verb: str,
    *,
    actor: Membership,
    rollout: Rollout,
    exchange: Exchange,
    at: datetime | None,
    comment: str,
    present: Sequence[str] = (),
) -> Rollout:
    """One exchange, written down, and what it changes."""
    row = held_row(Rollout.objects.visible_to(actor), rollout, actor=actor, can=can_roll_out)
    exchange.written(RolloutExchange, by=actor, at=at, rollout=row, present=list(present))
    given = {"contacted_on": exchange.contacted_on, **_given(row.epci_id, exchange.then)}
    if verb == "gather":
        given["present"] = list(present)
    return gate.apply(row, verb, actor=actor, at=at, comment=comment, **given)
