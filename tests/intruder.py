"""Somebody who reads and writes rows, as the serving role does, and owns nothing: he may make temporary tables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus

NAME = f"test_intruder_{os.getpid()}"
"""Roles belong to the whole server: each process of the tests has its own."""


@contextmanager
def intruder() -> Iterator[None]:
    """Be that role for the time of the block; it goes with the transaction of the test."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {NAME} NOLOGIN")
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
