"""The tables of the tasks are not Django's: its flush does not see them."""

from django.db import connection


def empty_tables_of_tasks() -> None:
    """No task waits, none is told: what whoever commits leaves to the tests after it."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
