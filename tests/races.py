"""Several people at the same instant, each on a real connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier
from typing import Any

from django.db import connection, connections

from lifecycle.exceptions import Refused


def at_once(*acts: Callable[[], Any], returned: tuple[type[Exception], ...] = (Refused,)) -> list[Any]:
    """What each act returned, all let go together, each in a thread and a connection of its own.

    An exception of the kinds of ``returned`` is an answer; any other fails the test.
    """
    start = Barrier(len(acts), timeout=20)

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except returned as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        going = [threads.submit(copy_context().run, run, act) for act in acts]
        return [one.result() for one in going]


def somebody_waits() -> bool:
    """Whether somebody waits for a lock in this database: whoever asks may see it, whatever its rights."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE NOT granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])
