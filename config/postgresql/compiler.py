"""Django's compilers for PostgreSQL, of which one does less to order rows by the names of fields."""

from typing import Any

from django.db.backends.postgresql import compiler
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]

NOTHING = (None, None, None)
"""What stands in the place of a column that no name of the ordering can mean."""


class SQLCompiler(compiler.SQLCompiler):
    def _order_by_pairs(self) -> Any:
        """The same pairs as Django's.

        Django (6.1) hashes every column that is selected, in case one of them is what rows are ordered by: a quarter of
        what compiling costs. A name can only mean a column that has it as its alias.
        """
        query, select = self.query, self.select
        names: Any = query.order_by or (query.get_meta().ordering if query.default_ordering else ())
        if not select or query.combinator or not all(isinstance(name, str) for name in names):
            return super()._order_by_pairs()
        named = {name.removeprefix("-") for name in names}
        self.select: Any = [one if one[2] in named else NOTHING for one in select]
        try:
            return list(super()._order_by_pairs())  # type: ignore[call-overload]
        finally:
            self.select = select
