"""The cost of a page in queries must not depend on how many rows it shows."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def assert_same_queries(make: Callable[[int], object], ask: Callable[[], object], *, rows: int = 50) -> None:
    """Ask with one row, then with ``rows``: the same number of queries, or the queries that came in addition.

    ``make(count)`` adds so many rows; ``ask()`` fetches the page, or reads the queryset. Asked once before it is
    counted, so that what a process remembers (sites, content types) is not.
    """
    make(1)
    ask()
    with CaptureQueriesContext(connection) as one:
        ask()
    make(rows - 1)
    with CaptureQueriesContext(connection) as many:
        ask()
    told = "\n".join(query["sql"] for query in many.captured_queries[len(one) :][:5])
    assert len(many) == len(one), f"{len(one)} requêtes pour une ligne, {len(many)} pour {rows} :\n{told}"
