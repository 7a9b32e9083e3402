"""Situations that many tests begin with: gone through once for each process, by the services, then put back as written.

A situation is every row that the services wrote from an empty database on, the files that they stored, and the objects
of the tests around them. It is put back only where doing it again would write the same: the same day, in a database
that holds what it held then and nothing else. Everywhere else, and when few tests are run, it is gone through.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone
from psycopg import sql

FEW = 100
"""Tests for which it is not worth going through every situation in advance."""
STANDING = {"django_content_type", "auth_permission", "django_migrations", "shared_cache"}
"""Tables of Django's own, which no situation fills."""
WRITTEN = """
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
    WHERE relname NOT LIKE '%cache%'
"""
"""How many rows were written so far: two equal answers in one transaction say that nothing was in between."""
WRITTEN_IN = f"""
    SELECT relname FROM pg_stat_xact_user_tables
    WHERE n_tup_ins > 0 AND schemaname = 'public' AND relname != ALL(ARRAY{sorted(STANDING)})
"""
"""The tables in which rows were added in this transaction, whether they are still there or not."""
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


@dataclass
class Table:
    """What one table holds in a situation, as COPY writes it."""

    columns: list[str]
    lines: list[str]

    def beyond(self, former: "Table | None") -> list[str]:
        """The lines that are not in a former situation, all of whose lines are still there."""
        known = set(former.lines) if former is not None else set()
        assert known <= set(self.lines), "what was put back before is another since"
        return [line for line in self.lines if line not in known]


@dataclass
class Situation:
    tables: dict[str, Table]
    files: dict[str, bytes]
    objects: Any


class World:
    """The situations of this process, each under its name."""

    def __init__(self) -> None:
        self.stories: list[Callable[[Path], None]] = []
        """What goes through situations: whoever tells one adds it here."""
        self.situations: dict[str, Situation] = {}
        self.day: date | None = None
        self.types: dict[str, tuple[str, str]] = {}
        self.last: dict[str, tuple[str, int]] = {}
        self._there: tuple[str, int] | None = None

    # --- going through

    def go_through(self, folder: Path) -> None:
        for story in self.stories:
            story(folder)

    @contextmanager
    def going_through(self, folder: Path) -> Iterator[None]:
        """Inside, ``keep`` remembers; nothing of it stays in the database, nor in the files of any test."""
        with override_settings(MEDIA_ROOT=folder), transaction.atomic():
            self.day = timezone.localdate()
            self.types = {str(pk): key for key, pk in _types().items()}
            yield
            self.last = _last_keys({table for one in self.situations.values() for table in one.tables})
            transaction.set_rollback(True)

    def keep(self, name: str, objects: Any) -> None:
        root = Path(settings.MEDIA_ROOT)
        files = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        self.situations[name] = Situation(_contents(), files, deepcopy(objects))

    # --- putting back

    def put_back(
        self, name: str, *, after: str | None = None, known: Callable[[Any], dict[int, Any]] | None = None
    ) -> Any:
        """The objects of a situation whose rows are there again; None when it must be gone through.

        ``after``: the situation that is there, and nothing more; else the database must be empty. ``known``: which
        objects of the tests stand for some of the situation's own, by the identity of these.
        """
        if name not in self.situations or not self._may(after):
            return None
        situation = self.situations[name]
        former = self.situations[after].tables if after is not None else {}
        types = _types()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # the walls saw these rows come
            for table, kept in situation.tables.items():
                lines = self._of_today(kept, kept.beyond(former.get(table)), types)
                if lines:
                    _copy_in(cursor, table, kept.columns, lines)
            cursor.execute("SET LOCAL session_replication_role = origin")
            for sequence, last in self.last.values():
                cursor.execute("SELECT setval(%s, greatest(nextval(%s), %s))", [sequence, sequence, last])
        for path, content in situation.files.items():
            file = Path(settings.MEDIA_ROOT) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self._there = (name, _written())
        return deepcopy(situation.objects, known(situation.objects) if known is not None else {})

    def _may(self, after: str | None) -> bool:
        there, self._there = self._there, None
        if self.day != timezone.localdate() or not connection.in_atomic_block:
            return False
        return there == (after, _written()) if after is not None else _is_empty()

    def _of_today(self, kept: Table, lines: list[str], types: dict[tuple[str, str], int]) -> list[str]:
        """The tests of the demonstration have Django number the types of contents again."""
        places = [rank for rank, column in enumerate(kept.columns) if column.endswith("content_type_id")]
        if not places:
            return lines
        told = []
        for line in lines:
            cells = line.split("\t")
            for place in places:
                if cells[place] != r"\N":
                    cells[place] = str(types[self.types[cells[place]]])
            told.append("\t".join(cells))
        return told


def _types() -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_label, model, id FROM django_content_type")
        return {(label, model): pk for label, model, pk in cursor.fetchall()}


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


def _is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN_IN)
        return not are_filled([row[0] for row in cursor.fetchall()])


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


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return int(cursor.fetchone()[0])


def _contents() -> dict[str, Table]:
    return {table: Table(*copied_out(table)) for table in filled_tables()}


def copied_out(table: str) -> tuple[list[str], list[str]]:
    """The columns that are written, and the lines, as COPY writes them."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [f'"{table}"'])
        columns = [row[0] for row in cursor.fetchall()]
        with cursor.copy(_statement("COPY {} ({}) TO STDOUT", table, columns)) as copy:
            return columns, b"".join(bytes(part) for part in copy).decode().split("\n")[:-1]


def _copy_in(cursor: Any, table: str, columns: list[str], lines: list[str]) -> None:
    with cursor.copy(_statement("COPY {} ({}) FROM STDIN", table, columns)) as copy:
        copy.write("".join(f"{line}\n" for line in lines))


def _statement(text: str, table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))


def _last_keys(tables: set[str]) -> dict[str, tuple[str, int]]:
    """``{table: (sequence, the last number it gave there)}``: a sequence that began again goes on after it."""
    last = {}
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES, [sorted(tables)])
        for table, column, sequence in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(column), sql.Identifier(table)))
            last[table] = (sequence, cursor.fetchone()[0])
    return last


WORLD = World()
