"""The conditions of rules in the words of PostgreSQL, made once for all that is asked by them.

Most rules ask the same of a row whoever acts and whenever: « every drive is proven ». Django makes SQL of a condition
anew each time that it stands in a question; that of a rule that reads nothing of its context, but which values are
given, is made once in a process.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Model, OuterRef, Subquery
from django.db.models.expressions import BaseExpression, RawSQL
from django.db.models.sql import Query

from lifecycle.requirements import Condition, Context, Requirement, SetValues, as_expression

MOST = 5_000
"""How many conditions a process keeps."""


class ReadsMore(Exception):
    """What a rule says depends on more than on which values are given."""


class Asked:
    """What a condition may read of its context to be made once: whether a value is given."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values_given = values

    def has(self, name: str) -> bool:
        """As a context's own."""
        return self.values_given.get(name) is not None

    def __getattr__(self, name: str) -> Any:
        raise ReadsMore(name)


def condition_of(model: type[Model], rule: Requirement, ctx: Context) -> BaseExpression:
    """Whether a row of ``model`` fulfils a rule, as a column of a question on its table, under its own name.

    Not inside another question, where Django names the table otherwise.
    """
    given = frozenset(name for name, value in dict(ctx.values).items() if value not in (None, ""))
    apart = frozenset(ctx.values.apart) if isinstance(ctx.values, SetValues) else frozenset()
    made = _made(model, rule.condition, given, apart)
    return as_expression(rule.condition(ctx)) if made is None else made


@lru_cache(MOST)
def _made(
    model: type[Model], condition: Callable[[Any], Condition], given: frozenset[str], apart: frozenset[str]
) -> BaseExpression | None:
    """None for a condition that is another each time. What joins other tables is asked of the row by its key."""
    try:
        asked = condition(Asked(SetValues(dict.fromkeys(given, True), {0: dict.fromkeys(apart)})))
    except ReadsMore:
        return None
    holds = as_expression(asked)
    query = _question(model, holds)
    if list(query.alias_map) not in ([], [model._meta.db_table]):
        rows = model._base_manager.order_by().filter(pk=OuterRef("pk")).annotate(holds=holds)
        query = _question(model, Subquery(rows.values("holds"), output_field=BooleanField()))
    compiler = query.get_compiler(connection=connection)
    compiler.setup_query()
    ((_, (sql, params), _),) = compiler.select
    said = connection.ops.compose_sql(sql, params)  # type: ignore[attr-defined]
    return RawSQL(said.replace("%", "%%"), (), output_field=BooleanField())  # noqa: S611


def _question(model: type[Model], holds: BaseExpression) -> Query:
    """Whether this holds of each row of a model."""
    query = Query(model)
    query.add_annotation(holds, "holds")
    query.set_values(["holds"])
    return query
