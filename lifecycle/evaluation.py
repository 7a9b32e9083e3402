"""Reading the rows of a set once, with the answer of every rule for each of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable, RawSQL

from lifecycle.compiled import condition_of
from lifecycle.lock_plan import links_of
from lifecycle.locking import lock
from lifecycle.machine import ACTOR, AT, Given, Stateful, Verb, field_of, state_label
from lifecycle.requirements import (
    Capacity,
    Computed,
    Context,
    PerRow,
    PerRowValues,
    Reason,
    Requirement,
    Rule,
    as_expression,
)

type Links = dict[str, int | None]

NOT_ALLOWED = Reason("not_allowed", "Votre organisation n’agit pas pour cette ligne.")
MOVES_ON = Reason("moves_on", "Ce dont cette ligne dépend est en train de changer\u00a0: recommencez dans un instant.")
"""What the row leans on was another each time that it was locked."""


@dataclass(slots=True)
class Row:
    """What the gate knows of one row of the set; ``born``: what it is born with of the stamps that the journal says."""

    pk: int
    state: str
    seq: int
    head: str
    moved_at: datetime
    allowed: bool
    links: Links
    dimensions: dict[str, Any]
    computed: dict[str, Any]
    reasons: list[Reason] = field(default_factory=list)
    born: dict[str, Any] = field(default_factory=dict)


def keys(pks: Iterable[int]) -> RawSQL:
    """Primary keys as one array parameter: ten thousand placeholders cost more than the query itself."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(pks)])


def _is_expression(value: Any) -> bool:
    return isinstance(value, Combinable) or hasattr(value, "resolve_expression")


def read(
    model: type[Stateful],
    verb: Verb,
    pks: Collection[int],
    ctx: Context,
    scope: Q,
    *,
    within: QuerySet[Any] | None = None,
    dimensions: bool = True,
) -> list[Row]:
    """Read the rows by primary key in one statement, each with who, rules and computed stamps.

    ``within``: the rows that may be seen; the others are not there.
    """
    rules = [rule for rule in verb.requires if isinstance(rule, Requirement)]
    made = {name: value.of(ctx) if isinstance(value, Computed) else value for name, value in verb.stamps.items()}
    computed = {name: value for name, value in made.items() if _is_expression(value)}
    links = links_of(verb)
    names = [field_of(model, name).attname for name in model.machine.dimensions] if dimensions else []
    annotations: dict[str, Any] = {"gate_who": as_expression(scope)}
    annotations |= {f"gate_rule_{i}": condition_of(model, rule, ctx) for i, rule in enumerate(rules)}
    annotations |= {f"gate_stamp_{name}": value for name, value in computed.items()}
    if verb.due_at is not None:
        annotations["gate_due_at"] = verb.due_at
    columns = ["pk", "state", "seq", "head", "moved_at", *dict.fromkeys((*links, *names)), *annotations]
    asked = model._base_manager.filter(**({"pk": next(iter(pks))} if len(pks) == 1 else {"pk__in": keys(pks)}))
    if within is not None:
        asked = asked.filter(pk__in=within.values("pk"))
    place = {name: i for i, name in enumerate(columns)}
    linked = [(name, place[name]) for name in links]
    sized = [(name, place[name]) for name in names]
    told = [(name, place[f"gate_stamp_{name}"]) for name in computed]
    told += [("gate_due_at", place["gate_due_at"])] if verb.due_at is not None else []
    who = place["gate_who"]
    answers = [(rule, place[f"gate_rule_{i}"]) for i, rule in enumerate(rules)]
    reason_in = cache(lambda rule: rule.reason_in(ctx))
    return [
        Row(
            pk=found[0],
            state=found[1],
            seq=found[2],
            head=found[3],
            moved_at=found[4],
            allowed=bool(found[who]),
            links={name: found[i] for name, i in linked},
            dimensions={name: found[i] for name, i in sized},
            computed={name: found[i] for name, i in told},
            reasons=[reason_in(rule) for rule, i in answers if not found[i]],
        )
        for found in asked.order_by(*([] if len(pks) == 1 else ["pk"])).annotate(**annotations).values_list(*columns)
    ]


def judge(
    model: type[Stateful],
    verb: Verb,
    rows: list[Row],
    ctx: Context,
    per_row: PerRowValues,
    *,
    asking: bool,
    locked: bool,
) -> None:
    """Complete the reasons of each row: state, who, missing values, rules on the set, capacities (last, by rank)."""
    needy = [] if asking else [rule for rule in verb.requires if getattr(rule, "needs", ())]
    if needy and not per_row:
        needy = [rule for rule in needy if _lacks(rule, dict(ctx.values))]
    for row in rows:
        if row.state not in verb.sources and not verb.creates:
            row.reasons.insert(0, wrong_state(model, verb, row.state))
        if not row.allowed:
            row.reasons.insert(0, NOT_ALLOWED)
        if needy:
            known = {reason.code for reason in row.reasons}
            given = {**ctx.values, **per_row.get(row.pk, {})}
            row.reasons += [rule.reason for rule in needy if rule.code not in known and _lacks(rule, given)]
    _judge_sets(verb, rows, ctx, per_row)
    for rule in verb.requires:
        if isinstance(rule, Capacity):
            _judge_capacity(rule, [row for row in rows if not row.reasons], ctx, per_row, locked=locked)


def _lacks(rule: Rule, given: Mapping[str, Any]) -> bool:
    needs = getattr(rule, "needs", ())
    return any(given.get(name) in (None, "") for name in needs)


def _judge_sets(verb: Verb, rows: list[Row], ctx: Context, per_row: PerRowValues) -> None:
    """Ask the rules on a set's values, for every row the verb could concern, so that all is said at once."""
    if not any(isinstance(rule, PerRow) for rule in verb.requires):
        return
    concerned = [row for row in rows if not any(reason.code in ("state", NOT_ALLOWED.code) for reason in row.reasons)]
    merged = {row.pk: {**ctx.values, **per_row.get(row.pk, {})} for row in concerned}
    for rule in verb.requires:
        if not isinstance(rule, PerRow):
            continue
        answerable = {pk: given for pk, given in merged.items() if not _lacks(rule, given)}
        refusals = rule.refusals(ctx, answerable) if answerable else {}
        for row in concerned:
            if row.pk in refusals:
                row.reasons.append(refusals[row.pk])


def counters_of(capacity: Capacity, rows: Iterable[Row], ctx: Context, per_row: PerRowValues) -> dict[int, int | None]:
    """``{pk: counter}``: which counter row serves each row."""
    if isinstance(capacity.key, str):
        return {row.pk: row.links[f"{capacity.key}_id"] for row in rows}
    name, for_all = capacity.key.name, dict(ctx.values)
    named = {row.pk: per_row.get(row.pk, for_all).get(name, for_all.get(name)) for row in rows}
    return {pk: getattr(value, "pk", value) or None for pk, value in named.items()}


def _judge_capacity(capacity: Capacity, rows: list[Row], ctx: Context, per_row: PerRowValues, *, locked: bool) -> None:
    if capacity.amount < 0:
        return
    counters = counters_of(capacity, rows, ctx, per_row)
    wanted = {counter for counter in counters.values() if counter is not None}
    model = capacity.counter
    if locked:
        lock(model, wanted, "FOR NO KEY UPDATE")
    room = {
        pk: limit - used
        for pk, limit, used in model._base_manager.filter(pk__in=wanted).values_list(
            "pk", capacity.limit, capacity.used
        )
    }
    refused: list[tuple[Row, int]] = []
    for row in rows:
        counter = counters[row.pk]
        if counter is None:
            if isinstance(capacity.key, str):
                row.reasons.append(capacity.reason)
            continue
        room[counter] = room.get(counter, 0) - capacity.amount
        if room[counter] < 0:
            refused.append((row, counter))
    why = capacity.reasons_of(ctx, {counter for _, counter in refused})
    for row, counter in refused:
        row.reasons.append(why[counter])


def wrong_state(model: type[Stateful], verb: Verb, state: str) -> Reason:
    """The reason given when the verb does not start from this state."""
    return Reason(
        "state",
        f"«\u00a0{verb.label}\u00a0» n’est pas possible depuis l’état «\u00a0{state_label(model, state)}\u00a0».",
    )


def stamps_of(model: type[Stateful], verb: Verb, row: Row, ctx: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """``{attname: value}`` of everything this verb writes on this row."""
    written = {}
    for name, value in verb.stamps.items():
        if name in row.computed:
            resolved = row.computed[name]
        elif value is AT:
            resolved = ctx.at
        elif value is ACTOR:
            resolved = ctx.actor.pk
        elif isinstance(value, Given):
            resolved = value.pick(given)
        elif callable(value):
            resolved = value(ctx)
        else:
            resolved = value
        written[field_of(model, name).attname] = getattr(resolved, "pk", resolved)
    return written
