"""What is asked again and again is planned once by each connection that lasts.

PostgreSQL plans a statement anew each time that it comes with its values in its text. The one by which the gate judges
a device takes it six milliseconds, and its answer less than one: values travel beside the text, and a plan is kept.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql.base import ServerBindingCursor

SEVERAL, MOST = 4, 300
"""How many times a statement is asked before its plan is kept, and how many plans a connection keeps."""

VALUES = 2**16 - 1
"""How many values PostgreSQL takes beside the text of a statement."""


class Cursor(ServerBindingCursor, psycopg.Cursor[Any]):
    """Values travel beside the text of a statement, unless there are too many."""

    def execute(self, query: Any, params: Any = None, **told: Any) -> Any:
        if params is not None and len(params) > VALUES:
            query, params = psycopg.ClientCursor(self.connection).mogrify(query, params), None
        return super().execute(query, params, **told)


def keep_plans(connection: Any, **told: Any) -> None:
    """Do so on this connection, which was just made, if it is to last (``CONN_MAX_AGE``) or a pool keeps it.

    Not behind a pooler that gives a connection to another after each transaction: whoever puts one there says so by
    ``DISABLE_SERVER_SIDE_CURSORS``.
    """
    said = connection.settings_dict
    lasts = said.get("CONN_MAX_AGE") != 0 or said.get("OPTIONS", {}).get("pool")
    if connection.vendor == "postgresql" and lasts and not said.get("DISABLE_SERVER_SIDE_CURSORS"):
        plan_once(connection)


def plan_once(connection: Any, *, most: int = MOST) -> None:
    """From here on, on this connection; ``most``: how many plans it keeps."""
    used = connection.connection
    used.cursor_factory, used.prepare_threshold, used.prepared_max = Cursor, SEVERAL, most
    connection.features.uses_server_side_binding = True
