"""What a test that commits leaves behind: rows, deleted where there are some.

Django's flush rewrites all the tables, and numbers the types of contents and the permissions again, in half a second;
most of these tests fill a tenth of them. The tables of the tasks, which its flush does not see, are emptied too.
"""

from django.db import connection, transaction
from django.test import TransactionTestCase

from tests import unguarded
from tests.filled import BESIDE


def empty_tables() -> None:
    """No row is left where tests put some; nothing is asked of the walls, which keep what they guard from others."""
    unguarded.let_rows_be_put_back()
    filled = BESIDE.filled_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(unguarded.BEGIN)
        for table in filled:
            cursor.execute(f'DELETE FROM "{table}"')
        cursor.execute(unguarded.END)


def _fixture_teardown(self: TransactionTestCase) -> None:
    empty_tables()


def empty_instead_of_flushing() -> None:
    """For every test of this process that commits."""
    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[method-assign]
