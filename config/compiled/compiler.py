"""Django's compilers for PostgreSQL: the same SQL, of which what is always the same is worked out once."""

from typing import Any

from django.db.backends.postgresql import compiler
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models.expressions import Col

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]

COLUMNS: dict[tuple[Any, Any], tuple[str, Any]] = {}
"""The SQL of the columns that were read, by alias and name: as many as there are columns and aliases of tables."""
NOTHING = (None, None, None)
"""What stands in the place of a column that no name of the ordering can mean."""


class SQLCompiler(compiler.SQLCompiler):
    def compile(self, node: Any) -> tuple[str, Any]:
        """The SQL of an expression; that of a column, of which a query of rows has dozens, is written once."""
        if type(node) is not Col:
            return super().compile(node)
        name = (node.alias, node.target.column)
        known = COLUMNS.get(name)
        if known is None:
            known = COLUMNS[name] = super().compile(node)
        return known

    def _order_by_pairs(self) -> Any:
        """The same pairs as Django's.

        Django (6.1) hashes every column that is selected, in case one of them is what rows are ordered by: a quarter of
        what compiling costs. A name can only mean a column that has it as its alias.
        """
        query, select = self.query, self.select
        meta = query.get_meta()  # a condition that is checked alone, as a constraint is, is of no model
        names: Any = query.order_by or (meta.ordering if meta is not None and query.default_ordering else ())
        is_plain = not (query.combinator or query.extra_order_by or query.distinct_fields)
        if not select or not is_plain or not all(isinstance(name, str) for name in names):
            return super()._order_by_pairs()
        named = {name.removeprefix("-") for name in names}
        last = max((rank for rank, one in enumerate(select, start=1) if one[2] in named), default=0)
        self.select: Any = [one if one[2] in named else NOTHING for one in select[:last]]
        try:
            return list(super()._order_by_pairs())  # type: ignore[call-overload]
        finally:
            self.select = select
