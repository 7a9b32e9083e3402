"""Questions to the gate that move nothing: what would happen to a set, what may be done with a row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import BaseExpression
from django.utils import timezone

from lifecycle.actors import SYSTEM, Actor, System
from lifecycle.compiled import condition_of
from lifecycle.evaluation import Row, judge, read
from lifecycle.machine import Capacity, PerRow, Requirement, Stateful, Verb, verbs_of
from lifecycle.registry import Move
from lifecycle.requirements import Context, PerRowValues, Reason, Rule, SetValues, as_expression


@dataclass(frozen=True)
class Outcome:
    """What became of a set: the rows that moved (or would), and for each of the others everything that is missing."""

    moved: list[int] = field(default_factory=list)
    refused: dict[int, tuple[Reason, ...]] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True)
class Action:
    """One verb as the action bar shows it: possible now, or greyed with its reasons."""

    verb: str
    label: str
    allowed: bool
    reasons: tuple[Reason, ...]
    url_name: str
    irreversible: bool


def preview(
    queryset: QuerySet[Any],
    verb: str,
    *,
    actor: Actor,
    per_row: PerRowValues | None = None,
    at: datetime | None = None,
    **values: Any,
) -> Outcome:
    """What the verb would do on a set, without a lock and without moving anything.

    A value that is not given asks whether any would do. Raises PermissionDenied as ``apply_many``.
    """
    model: type[Stateful] = queryset.model
    declared = verbs_of(model)[verb]
    scope = scope_of(declared, actor, None)
    ctx = Context(at or timezone.now(), actor, SetValues(values, per_row or {}))
    pks = list(seen_by(model, queryset, actor, None).order_by("pk").values_list("pk", flat=True))
    if not pks:
        return Outcome(at=ctx.at)
    rows = read(model, declared, pks, ctx, scope)
    judge(model, declared, rows, ctx, per_row or {}, asking=True, locked=False)
    return outcome_of(rows, ctx.at)


def actions_for(row: Stateful, actor: Actor, *, at: datetime | None = None) -> list[Action]:
    """The verbs this actor has on this row from its present state, each possible or with its reasons.

    One query, and those of the rules that read the row in their own way (``PerRow.of_rows``).
    """
    model = type(row)
    ctx = Context(at or timezone.now(), actor, {})
    scoped = [
        (declared, scope)
        for declared in verbs_of(model).values()
        if row.state in declared.sources and (scope := declared.scope(actor)) is not None
    ]
    annotations = {}
    for i, (declared, scope) in enumerate(scoped):
        annotations[f"who_{i}"] = as_expression(scope)
        for j, rule in enumerate(declared.requires):
            annotations[f"rule_{i}_{j}"] = _as_condition(model, rule, ctx)
    if not scoped:
        return []
    answers = _answers(row, annotations)
    actions = []
    for i, (declared, _) in enumerate(scoped):
        if not answers.get(f"who_{i}"):
            continue
        answered = [answers[f"rule_{i}_{j}"] for j in range(len(declared.requires))]
        reasons = tuple(_reasons(row.pk, declared.requires, answered, ctx))
        actions.append(
            Action(
                verb=declared.name,
                label=declared.label_from(row.state),
                allowed=not reasons,
                reasons=reasons,
                url_name=model.machine.page_name(declared.name),
                irreversible=declared.irreversible,
            )
        )
    return actions


def missing_before(row: Stateful, verb: str, *, at: datetime | None = None) -> tuple[Reason, ...]:
    """What keeps ``verb`` from ``row``, whoever would do it: its rules that need no value, in order.

    Told to anybody: a rule says what it asks, and names no row that stands in the way. Queries as ``actions_for``.
    """
    model = type(row)
    ctx = Context(at or timezone.now(), SYSTEM, {})
    rules = verbs_of(model)[verb].requires
    asked = {f"rule_{i}": _as_condition(model, rule, ctx) for i, rule in enumerate(rules)}
    if not asked:
        return ()
    answers = _answers(row, asked)
    found = _reasons(row.pk, rules, [answers.get(f"rule_{i}") for i in range(len(rules))], ctx)
    named = {rule.code: rule.reason for rule in rules if isinstance(rule, PerRow)}
    return tuple(named.get(reason.code, reason) for reason in found)


def _reasons(pk: int, rules: Sequence[Rule], answered: Sequence[Any], ctx: Context) -> Iterator[Reason]:
    """What one row lacks: the answers of its query, then those of the rules that read it in their own way."""
    for rule, holds in zip(rules, answered, strict=True):
        if not holds:
            yield _reason(rule, ctx)
        elif isinstance(rule, PerRow) and rule.of_rows:
            yield from rule.refusals(ctx, {pk: {}}).values()


def _reason(rule: Rule, ctx: Context) -> Reason:
    return rule.reason_in(ctx) if isinstance(rule, Requirement) else rule.reason


def _answers(row: Stateful, asked: Mapping[str, BaseExpression]) -> dict[str, Any]:
    """What this row answers, by the names of what is asked; nothing when it is there no more."""
    return next(iter(type(row)._base_manager.filter(pk=row.pk).annotate(**asked).values(*asked)), {})


def _as_condition(model: type[Stateful], rule: Rule, ctx: Context) -> BaseExpression:
    """What can be asked of one row without values: a rule on a set's values says nothing yet."""
    if isinstance(rule, Requirement):
        return condition_of(model, rule, ctx)
    if isinstance(rule, Capacity) and rule.amount > 0 and isinstance(rule.key, str):
        return as_expression(Q(**{f"{rule.key}__{rule.used}__lt": F(f"{rule.key}__{rule.limit}")}))
    return as_expression(True)


def scope_of(declared: Verb, actor: Actor, cause: Move | None) -> Q:
    """The rows on which this actor may do the verb; raises PermissionDenied when there can be none."""
    if cause is not None and cause.name in declared.follows:
        return Q()
    if isinstance(actor, System) and declared.due is not None:
        return Q()
    scope = declared.scope(actor)
    if scope is None:
        raise PermissionDenied(f"«\u00a0{declared.label}\u00a0» n’est pas ouvert à ce rôle")
    return scope


def visible(model: type[Stateful], actor: Actor, cause: Move | None) -> QuerySet[Any] | None:
    """The rows that the actor may see; None when nothing is hidden from him."""
    if cause is not None or isinstance(actor, System):
        return None
    return visible_rows(model, actor)


def visible_rows(model: type[Stateful], actor: Actor) -> QuerySet[Any]:
    """The rows of a model that the actor may see; every manager of one answers (``checks``)."""
    return model._default_manager.all().visible_to(actor)  # type: ignore[attr-defined, no-any-return]


def seen_by(model: type[Stateful], queryset: QuerySet[Any], actor: Actor, cause: Move | None) -> QuerySet[Any]:
    shown = visible(model, actor, cause)
    return queryset if shown is None else queryset.filter(pk__in=shown.values("pk"))


def outcome_of(rows: Sequence[Row], at: datetime) -> Outcome:
    return Outcome(
        moved=[row.pk for row in rows if not row.reasons],
        refused={row.pk: tuple(dict.fromkeys(row.reasons)) for row in rows if row.reasons},
        at=at,
    )
