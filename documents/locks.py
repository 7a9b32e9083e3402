"""A lock on a name, for what is not a row: the content of a file, the rendering of a document."""

from collections.abc import Iterable

from django.db import connection


def hold(name: str) -> None:
    """Wait for the lock called ``name`` and hold it until the end of the transaction.

    It blocks only those who ask for the same name: no row is locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def hold_all(names: Iterable[str]) -> None:
    """The same for several names, in an order of their own: two people who ask for the same ones never lock up."""
    wanted = sorted(set(names))
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS wanted(name, rank) ORDER BY rank",
            [wanted],
        )
