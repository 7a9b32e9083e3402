"""PostgreSQL keeps the plans of what the thread of the tests asks, from the first test of a process to the last.

The library forgets them at each transaction that is rolled back, since a table may be gone with it: a test ends so, and
takes none away. Names of savepoints, each asked once, would push the others out.
"""

import re
from collections.abc import Sequence
from typing import Any

from psycopg._preparing import PrepareManager

from lifecycle import plans
from tests import remembered

SEVERAL, STATEMENTS = 1, 5000
"""How many times a statement is asked before its plan is kept, and how many plans are."""
TAKES_AWAY = re.compile(rb"(DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b")


class Plans(PrepareManager):
    """Plans that are kept after what is rolled back, of statements that are given values."""

    def __init__(self) -> None:
        super().__init__()
        self.prepare_threshold, self.prepared_max = SEVERAL, STATEMENTS

    def get(self, query: Any, prepare: bool | None = None) -> Any:
        return super().get(query, prepare if query.params is not None else False)

    def maybe_add_to_cache(self, query: Any, *args: Any) -> Any:
        return super().maybe_add_to_cache(query, *args) if query.params is not None else self.key(query)

    def clear(self) -> bool:
        return False

    def _should_discard(self, prep: Any, results: Sequence[Any], *args: Any) -> bool:
        if any(TAKES_AWAY.match(one.command_status or b"") for one in results):
            return super().clear()
        return False


class Cursor(plans.Cursor):
    """A copy finds the rows of the steps that the test took."""

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        remembered.STEPS.write()
        return super().copy(*args, **kwargs)


def keep_plans_for_good(connection: Any) -> None:
    """From here on, the plans of this connection, whatever the values."""
    connection.connection.cursor_factory, connection.connection._prepared = Cursor, Plans()
    connection.features.uses_server_side_binding = True
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode TO force_generic_plan")
