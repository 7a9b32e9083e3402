"""Somebody who reads and writes rows, as the serving role does, and owns nothing: he may make temporary tables."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from tests.remembered import STEPS

NAME = f"test_intruder_{os.getpid()}"
"""Roles belong to the whole server: each process of the tests has its own."""


@contextmanager
def intruder() -> Iterator[None]:
    """Be that role for the time of the block, and do everything; it goes with the transaction of the test."""
    STEPS.stop()  # it has not the rights to put rows back
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {NAME} NOLOGIN")
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO {NAME}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {NAME}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {NAME}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {NAME}")
        cursor.execute(f"SET LOCAL ROLE {NAME}")
    try:
        yield
    finally:
        if connection.connection.info.transaction_status != TransactionStatus.INERROR:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


def play(attack: Callable[[], object], *first: str) -> None:
    """Run these statements, then the attack, as that role; all is undone when it is refused."""
    with transaction.atomic(), intruder():
        with connection.cursor() as cursor:
            for statement in first:
                cursor.execute(statement)
        attack()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
