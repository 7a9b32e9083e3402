"""The site that a browser of the tests visits: its threads take their connection from a pool, and give it back.

A thread lasts as long as a browser keeps its own connection, and a connection to PostgreSQL as long as one page, as
Django's test server has it: to make one, and to have it know the tables again, took most of the time of a page.
"""

from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections

POOL = {"min_size": 1, "max_size": 10}


class Server(ThreadedWSGIServer):
    """Django's test server, whose threads ask by the connections of a pool."""

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        asked_by = connections["default"]
        options = asked_by.settings_dict["OPTIONS"] | {"pool": POOL}
        asked_by.settings_dict = asked_by.settings_dict | {"OPTIONS": options, "CONN_HEALTH_CHECKS": True}
        super().process_request_thread(request, client_address)


def close_pool() -> None:
    """Nobody is connected any more: a database that is visited is not dropped."""
    for pool in connections["default"]._connection_pools.values():  # type: ignore[attr-defined]
        pool.close()
    connections["default"]._connection_pools.clear()  # type: ignore[attr-defined]
