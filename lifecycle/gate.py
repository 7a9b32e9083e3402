"""The one gate: every change of state of every machine passes here, in one transaction.

Lock, read again, judge (source state, who, requirements, capacities), write the journal, move and stamp, followers.
One row is a set of one. A set is partial: a refused row is untouched and comes back with what is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils import timezone

from lifecycle.actors import Actor, System
from lifecycle.causes import cause_of
from lifecycle.evaluation import MOVES_ON, NOT_ALLOWED, Row, judge, keys, read
from lifecycle.exceptions import Refused, Unknown
from lifecycle.in_order import by_key
from lifecycle.instants import database_clock, instant_of, not_before
from lifecycle.lock_plan import Group, given, link_of, linked, links_as_read, links_of
from lifecycle.locking import Clock, hold, lock_in_order, one_transaction
from lifecycle.machine import Stateful, Verb, field_of, verbs_of
from lifecycle.previews import (
    Action,
    Outcome,
    actions_for,
    missing_before,
    outcome_of,
    preview,
    scope_of,
    seen_by,
    visible,
)
from lifecycle.references import new_reference
from lifecycle.registry import Move, followers
from lifecycle.requirements import Context, PerRowValues, Reason, SetValues, as_expression
from lifecycle.writing import (
    Drawn,
    count_capacities,
    draw_keys,
    moved,
    record_comment,
    stamp,
    write_births,
    write_moves,
)

__all__ = [
    "Action",
    "Outcome",
    "actions_for",
    "apply",
    "apply_many",
    "create",
    "create_many",
    "missing_before",
    "one_transaction",
    "preview",
]

ATTEMPTS = 5
CLOSED = Reason("closed_period", "Ce mois est clos\u00a0: plus rien ne s’y inscrit.", "le pilotage départemental")


class _LinksMoved(Exception):
    """A link changed between its reading and its lock: start again."""


@dataclass(frozen=True)
class _Done:
    """What became of a set; ``row``: the only one, as it was written, when nothing that follows can change it."""

    outcome: Outcome
    row: Stateful | None = None


def apply[M: Stateful](
    row: M,
    verb: str,
    *,
    actor: Actor,
    at: datetime | None = None,
    cause: Move | None = None,
    comment: str = "",
    **values: Any,
) -> M:
    """Do one verb on one row and return the row, fetched anew.

    Raises Unknown (the actor may not see it: 404), PermissionDenied (not allowed: 403) or Refused (what is missing).
    """
    model = type(row)
    declared = _moving(model, verb)
    names = links_of(declared)
    seen = links_as_read(row, names)
    if seen is None:
        seen = _seen(model, model._base_manager.filter(pk=row.pk), names, actor, cause)
    done = _attempt(model, declared, seen, actor=actor, per_row={}, at=at, cause=cause, comment=comment, values=values)
    refused = done.outcome.refused
    if not done.outcome.moved and not refused:
        raise Unknown
    if refused:
        if NOT_ALLOWED in refused[row.pk]:
            raise PermissionDenied
        raise Refused(refused)
    return model._base_manager.get(pk=row.pk) if done.row is None else done.row  # type: ignore[return-value]


def apply_many(
    queryset: QuerySet[Any],
    verb: str,
    *,
    actor: Actor,
    per_row: PerRowValues | None = None,
    at: datetime | None = None,
    cause: Move | None = None,
    comment: str = "",
    **values: Any,
) -> Outcome:
    """Do one verb on a set, in a constant number of statements.

    Rows the actor may not see are not in the set. ``per_row`` gives ``{pk: {name: value}}`` where values differ.
    ``at`` is passed by followers, the seed and imports of history alone; ahead of the database's clock it is a
    ValueError (``lifecycle.instants``). Raises PermissionDenied when the actor's role never does this verb, Refused
    when the database itself refuses the set.
    """
    model: type[Stateful] = queryset.model
    declared = _moving(model, verb)
    seen = _seen(model, queryset, links_of(declared), actor, cause)
    return _attempt(
        model, declared, seen, actor=actor, per_row=per_row or {}, at=at, cause=cause, comment=comment, values=values
    ).outcome


def _moving(model: type[Stateful], verb: str) -> Verb:
    declared = verbs_of(model)[verb]
    if declared.creates:
        raise ValueError(f"«\u00a0{verb}\u00a0» est une création\u00a0: rien de ce qui existe ne la refait")
    return declared


def _seen(
    model: type[Stateful], queryset: QuerySet[Any], names: Sequence[str], actor: Actor, cause: Move | None
) -> dict[int, dict[str, Any]]:
    """The rows of a set that the actor may see, and where they lean."""
    rows = seen_by(model, queryset, actor, cause).order_by("pk").values_list("pk", *names)
    return {pk: dict(zip(names, links, strict=True)) for pk, *links in rows}


def _attempt(
    model: type[Stateful],
    declared: Verb,
    seen: Mapping[int, Mapping[str, Any]],
    *,
    actor: Actor,
    per_row: PerRowValues,
    at: datetime | None,
    cause: Move | None,
    comment: str,
    values: dict[str, Any],
) -> "_Done":
    """Move what can be; again when a link changed between its reading and its lock.

    What the actor sees is read again under the lock, of one row and of what leans on others: a row that was hidden from
    him meanwhile is not there.
    """
    scope = scope_of(declared, actor, cause)
    if not seen:
        return _Done(Outcome(at=at))
    names, pks = links_of(declared), list(seen)
    within = visible(model, actor, cause) if names or len(pks) == 1 else None
    attempt = 0
    while True:
        try:
            return _move(
                model, declared, seen if not attempt else _links(model, names, pks), scope, actor=actor,
                per_row=per_row, at=at, cause=cause, comment=comment, values=values, within=within,
            )  # fmt: skip
        except _LinksMoved as error:
            attempt += 1
            if attempt == ATTEMPTS:
                raise Refused(dict.fromkeys(pks, (MOVES_ON,))) from error
        except (IntegrityError, psycopg.IntegrityError) as error:
            raise Refused(dict.fromkeys(pks, (_translate(declared, error),))) from error


def create[M: Stateful](
    row: M,
    verb: str,
    *,
    actor: Actor,
    at: datetime | None = None,
    cause: Move | None = None,
    comment: str = "",
    **values: Any,
) -> M:
    """Create one row by its creation verb and return it. Raises as ``create_many``."""
    return create_many(type(row), verb, [row], actor=actor, at=at, cause=cause, comment=comment, **values)[0]


def create_many[M: Stateful](
    model: type[M],
    verb: str,
    rows: Sequence[M],
    *,
    actor: Actor,
    at: datetime | None = None,
    cause: Move | None = None,
    comment: str = "",
    **values: Any,
) -> list[M]:
    """Create rows by a creation verb, all or none, in a constant number of statements.

    ``rows`` are unsaved. Raises PermissionDenied, or Refused with the reasons by position in ``rows``.
    """
    declared = verbs_of(model)[verb]
    if not declared.creates:
        raise ValueError(f"«\u00a0{verb}\u00a0» n’est pas une création")
    scope = scope_of(declared, actor, cause)
    if not rows:
        return []
    try:
        return _give_birth(
            model, declared, rows, scope, actor=actor, at=at, cause=cause, comment=comment, values=values
        )
    except (IntegrityError, psycopg.IntegrityError) as error:
        raise Refused(dict.fromkeys(range(len(rows)), (_translate(declared, error),))) from error


@one_transaction
def _move(
    model: type[Stateful],
    declared: Verb,
    before: Mapping[int, Mapping[str, Any]],
    scope: Q,
    *,
    actor: Actor,
    per_row: PerRowValues,
    at: datetime | None,
    cause: Move | None,
    comment: str,
    values: dict[str, Any],
    within: QuerySet[Any] | None,
) -> _Done:
    known = SetValues(values, per_row)
    leant, (clock, recorded_at) = _lock_set(
        model, declared, before, Context(at or timezone.now(), actor, known, comment), per_row
    )
    ctx = Context(instant_of(at, clock, follows=cause is not None), actor, known, comment)
    due = _still_due(declared, ctx, cause)
    rows = read(model, declared, before, ctx, scope if due is None else due, within=within)
    if any(before[row.pk] != row.links for row in rows) or leant != given(declared, ctx, per_row):
        raise _LinksMoved
    if due is not None:
        rows = [row for row in rows if row.allowed]
    instant = not_before(rows, ctx.at, strict=at is not None and cause is None)
    if instant != ctx.at:
        ctx = Context(instant, actor, known, comment)
    judge(model, declared, rows, ctx, per_row, asking=False, locked=True)
    outcome = outcome_of(rows, ctx.at)
    movable = [row for row in rows if not row.reasons]
    if not movable:
        return _Done(outcome)
    stamped = stamp(
        model, declared, movable, ctx, per_row, recorded_at=recorded_at,
        cause=cause_of(model, movable, cause), comment_digest=record_comment(comment, model, movable, actor, values),
    )  # fmt: skip
    final = len(movable) == 1 and not followers(model.machine.name, declared.name)
    entry_keys, row = write_moves(model, stamped, returning=final)
    count_capacities(declared, movable, ctx, per_row)
    if not final:
        _set_in_motion(
            Move(model.machine.name, declared.name, actor, ctx.at, cause, values, moved(stamped, entry_keys), per_row)
        )
    return _Done(outcome, row)


@one_transaction
def _give_birth[M: Stateful](
    model: type[M],
    declared: Verb,
    instances: Sequence[M],
    scope: Q,
    *,
    actor: Actor,
    at: datetime | None,
    cause: Move | None,
    comment: str,
    values: dict[str, Any],
) -> list[M]:
    links = [{name: link_of(instance, name) for name in links_of(declared)} for instance in instances]
    asked = Context(at or timezone.now(), actor, values)
    held = lock_in_order([*given(declared, asked, {}), *linked(model, declared, links)])
    pks, now = _name(model, instances)
    clock, recorded_at = held or now
    ctx = Context(instant_of(at, clock, follows=cause is not None), actor, values, comment)
    drafts = []
    for pk, instance, found in zip(pks, instances, links, strict=True):
        instance.pk = pk
        dimensions = {f.attname: getattr(instance, f.attname) for f in _dimension_fields(model)}
        born = {name: getattr(instance, field_of(model, name).attname) for name in model.machine.kept}
        drafts.append(Row(pk, "", 0, "", ctx.at, True, found, dimensions, {}, born=born))
    stamped = stamp(
        model, declared, drafts, ctx, {}, recorded_at=recorded_at,
        cause=cause_of(model, drafts, cause, instances), comment_digest=record_comment(comment, model),
    )  # fmt: skip
    entry_keys = write_births(model, stamped)
    for instance, item in zip(instances, stamped, strict=True):
        instance.seq, instance.head, instance.moved_at = 1, item.entry["hash"], ctx.at
        instance.__dict__ |= {"state": item.target, **item.written}
    model._base_manager.bulk_create(instances)
    hold(model, pks)
    rows = read(model, declared, pks, ctx, scope)
    judge(model, declared, rows, ctx, {}, asking=False, locked=True)
    refused = {i: tuple(row.reasons) for i, row in enumerate(rows) if row.reasons}
    if any(NOT_ALLOWED in reasons for reasons in refused.values()):
        raise PermissionDenied
    if refused:
        raise Refused(refused)
    count_capacities(declared, rows, ctx, {})
    _set_in_motion(
        Move(model.machine.name, declared.name, actor, ctx.at, cause, values, moved(stamped, entry_keys), {})
    )
    return by_key(model._base_manager.filter(pk__in=keys(pks)))


def _name(model: type[Stateful], instances: Sequence[Stateful]) -> tuple[list[int], Clock]:
    """Give each row its reference; one that is taken is drawn again (one chance in 30 for 200,000 rows).

    Returns the keys of all of them, and the clock.
    """
    wanting = [instance for instance in instances if not instance.reference]
    taken = {instance.reference for instance in instances if instance.reference}
    drawn: Drawn | None = None
    while drawn is None or wanting:
        for instance in wanting:
            instance.reference = new_reference(model.machine.reference_prefix)
        count = 0 if drawn else len(instances)
        found = draw_keys(model, count, [instance.reference for instance in wanting])
        drawn, taken = drawn or found, taken | found.taken
        again = []
        for instance in wanting:
            if instance.reference in taken:
                again.append(instance)
            taken.add(instance.reference)
        wanting = again
    return drawn.keys, drawn.clock


def _links(model: type[Stateful], names: Sequence[str], pks: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Where the rows lean now, read again."""
    rows = model._base_manager.filter(pk__in=keys(pks)).values_list("pk", *names)
    return {pk: dict(zip(names, links, strict=True)) for pk, *links in rows}


def _lock_set(
    model: type[Stateful],
    declared: Verb,
    before: Mapping[int, Mapping[str, Any]],
    ctx: Context,
    per_row: PerRowValues,
) -> tuple[list[Group], Clock]:
    """Lock the rows and those they lean on by the links given, in the global order.

    Returns those that are given, and the clock once all is held.
    """
    leant = given(declared, ctx, per_row)
    groups = [*leant, *linked(model, declared, before.values()), (model, before, "FOR NO KEY UPDATE")]
    return leant, lock_in_order(groups) or database_clock()


def _still_due(declared: Verb, ctx: Context, cause: Move | None) -> Q | None:
    """What the clock may move, asked again under the lock: someone may have moved or prolonged a row meanwhile."""
    if declared.due is None or not isinstance(ctx.actor, System) or (cause and cause.name in declared.follows):
        return None
    return Q(as_expression(declared.due(ctx)), moved_at__lte=ctx.at)


def _dimension_fields(model: type[Stateful]) -> list[Any]:
    return [model._meta.get_field(name) for name in model.machine.dimensions]


def _set_in_motion(move: Move) -> None:
    for function in followers(move.machine, move.verb):
        function(move)


def _translate(declared: Verb, error: IntegrityError | psycopg.IntegrityError) -> Reason:
    """The sentence behind a violated constraint; raises the error again when no rule of the verb is behind it."""
    origin = error if isinstance(error, psycopg.Error) else error.__cause__
    name = origin.diag.constraint_name if isinstance(origin, psycopg.Error) else None
    if name == "lifecycle_closed_period":
        return CLOSED
    for rule in declared.requires:
        if name and rule.constraint == name:
            return rule.reason
    raise error
