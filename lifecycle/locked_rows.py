"""Rows that a service writes beside the gate: seen by the actor, locked, and his to act on."""

from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q

from lifecycle.actors import Actor
from lifecycle.exceptions import Unknown
from lifecycle.locking import locked
from lifecycle.requirements import as_expression


def held_rows[M: models.Model](
    seen: "models.QuerySet[M]", pks: Collection[int], *, actor: Actor, can: Callable[[Actor], Q | None]
) -> dict[int, M]:
    """``{pk: row}`` of what the actor sees, all locked until the transaction ends, or none is; one query.

    A move of one of them waits for what is written beside, or this for the move: neither misses the other. Raises
    Unknown when one is outside what he sees, PermissionDenied when he may not act on one.
    """
    scope = can(actor)
    rows: Any = seen.filter(pk__in=pks).annotate(may=as_expression(Q() if scope is None else scope))
    held = {row.pk: row for row in locked(rows, alone=len(pks) == 1)}
    if len(held) < len(set(pks)):
        raise Unknown
    if scope is None or not all(row.may for row in held.values()):
        raise PermissionDenied
    return held


def held_row[M: models.Model](
    seen: "models.QuerySet[M]", row: M, *, actor: Actor, can: Callable[[Actor], Q | None]
) -> M:
    """One row, as ``held_rows`` holds several. Raises Unknown, PermissionDenied."""
    return held_rows(seen, [row.pk], actor=actor, can=can)[row.pk]
