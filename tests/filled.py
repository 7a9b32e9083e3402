"""Which tables hold rows, and what they hold."""

from collections.abc import Collection
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

STANDING = {"django_content_type", "auth_permission", "django_migrations", "shared_cache"}
"""Tables of Django's own, which no situation fills."""
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
SEQUENCES = """
    SELECT t.relname, a.attname, s.oid::regclass::text
    FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S' AND t.relname = ANY(%s)
"""


def _tables() -> list[str]:
    return sorted(set(connection.introspection.table_names()) - STANDING)


def filled_tables() -> list[str]:
    """The tables in which there are rows, as this transaction sees them."""
    with connection.cursor() as cursor:
        cursor.execute(_which_are_filled())
        return [row[0] for row in cursor.fetchall()]


def _which_are_filled() -> str:
    return " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in _tables())


class Beside:
    """Another connection, which asks which tables hold rows for good.

    To plan the question takes ten times as long as to answer it, and a connection that puts rows back without triggers
    forgets its plans each time: this one keeps its own. Nor is it asked again as long as nobody commits.
    """

    def __init__(self) -> None:
        self.connection: psycopg.Connection[Any] | None = None
        self.commits = True
        """Whether the test that runs may commit."""
        self.is_empty = False
        """No row was committed, nor will one be by the test that runs."""

    def begin(self, *, commits: bool) -> None:
        """A test begins; ``commits``: it may do so."""
        if commits or self.commits:
            self.is_empty = False
        self.commits = commits

    def are_filled(self) -> bool:
        """Whether there are rows that were committed."""
        if self.is_empty:
            return False
        found = bool(self.filled_tables())
        self.is_empty = not found and not self.commits
        return found

    def filled_tables(self) -> list[str]:
        """Those in which there are rows that were committed."""
        try:
            return self._ask()
        except psycopg.OperationalError:  # a test ended every connection
            self.close()
            return self._ask()

    def close(self) -> None:
        """The database cannot be dropped before."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _ask(self) -> list[str]:
        asked = connection.get_connection_params()
        if self.connection is None or self.connection.info.dbname != asked["dbname"]:
            self.close()
            asked = {name: asked[name] for name in ("host", "port", "user", "password", "dbname") if asked.get(name)}
            self.connection = psycopg.connect(**asked, autocommit=True)
            self.connection.execute(f"PREPARE filled_tables AS {_which_are_filled()}")
        return [row[0] for row in self.connection.execute("EXECUTE filled_tables").fetchall()]


BESIDE = Beside()


def are_filled(written: Collection[str]) -> bool:
    """Whether there are rows: committed ones, or in the tables that this transaction wrote in.

    To plan the question for all tables takes longer than most tests.
    """
    if written:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {' OR '.join(f'EXISTS (SELECT FROM "{table}")' for table in written)}")
            if cursor.fetchone()[0]:
                return True
    return BESIDE.are_filled()


def copied_out(table: str) -> tuple[list[str], list[str]]:
    """The columns that are written, and the lines, as COPY writes them."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [f'"{table}"'])
        columns = [row[0] for row in cursor.fetchall()]
    return columns, copied_lines(table, columns)


def copied_lines(table: str, columns: list[str]) -> list[str]:
    """As COPY writes them."""
    with connection.cursor() as cursor, cursor.copy(_statement("COPY {} ({}) TO STDOUT", table, columns)) as copy:
        return b"".join(bytes(part) for part in copy).decode().split("\n")[:-1]


def _statement(text: str, table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))
