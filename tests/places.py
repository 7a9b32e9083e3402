"""What the database and the files hold after some steps, and how one comes from one place to another.

A step that one process of the tests took is left in a folder that all of them read: the others put it back without
taking it. What it was taken from has a name that no two places have, and whoever puts the step back comes to the place
that it leads to, with the keys that its rows had there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model

from tests.filled import SEQUENCES, STANDING

TABLES = """
    SELECT c.oid::bigint, c.relname, a.attname FROM pg_class c
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""
EVERY_COLUMN = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY c.relname
"""
WRITTEN = """
    SELECT array_agg(pg_stat_get_xact_tuples_inserted(o) + pg_stat_get_xact_tuples_updated(o)
        + pg_stat_get_xact_tuples_deleted(o) ORDER BY rank)
    FROM unnest(%s::oid[]) WITH ORDINALITY AS t(o, rank)
"""
"""How many rows of each table were written so far in this transaction, whether they are still there or not."""
ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
LINES = 200_000
"""How many lines a process keeps as a statement writes them."""
Rows = Mapping[str, str]
"""The lines of a table as COPY writes them, by primary key."""


class Tables:
    """The tables that steps write in, as this database has them."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            found = [row for row in cursor.fetchall() if row[1] not in STANDING]
            self.oids = [oid for oid, _, _ in found]
            self.names = [name for _, name, _ in found]
            self.keys: dict[str, str | None] = {name: key for _, name, key in found}
            cursor.execute(SEQUENCES, [self.names])
            self.sequences = {table: (column, sequence) for table, column, sequence in cursor.fetchall()}
            cursor.execute(EVERY_COLUMN)
            self.columns: dict[str, list[str]] = dict(cursor.fetchall())
            """Those that are written, in the order of the table."""

    def written(self) -> list[int]:
        """How many rows of each were written in this transaction."""
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN, [self.oids])
            return list(cursor.fetchone()[0])


def highest(table: str, lines: Iterable[str], tables: Tables) -> int:
    """Of the column that a sequence numbers; there is a line at least."""
    rank = tables.columns[table].index(tables.sequences[table][0])
    return max(int(line.split("\t")[rank]) for line in lines)


@dataclass
class Change:
    """What a step did: the rows that are gone and those that have come, its files, its answer, what it was given."""

    gone: dict[str, list[str]]
    come: dict[str, dict[str, str]]
    last: dict[str, int]
    """The highest number that each sequence gave to a row that came."""
    files: dict[str, bytes]
    given: list[Model]
    answer: Any


@dataclass
class Place:
    """What is held after some steps, and which steps were taken from there."""

    rows: dict[str, Rows] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    """Of each table, be the row that has it gone since: no other takes its number."""
    paths: frozenset[str] = frozenset()
    steps: dict[Any, "Step"] = field(default_factory=dict)

    def after(self, change: Change) -> "Place":
        rows = dict(self.rows)
        for table in change.gone.keys() | change.come.keys():
            gone = set(change.gone.get(table, ()))
            kept = {key: line for key, line in rows.get(table, {}).items() if key not in gone}
            rows[table] = kept | change.come.get(table, {})
        last = {table: max(number, self.last.get(table, 0)) for table, number in change.last.items()}
        return Place(rows, self.last | last, self.paths | change.files.keys())


@dataclass
class Step:
    """How one step is put back."""

    change: Change
    leads_to: Place


# --- from one place to another


@dataclass(frozen=True)
class Way:
    """The statements that lead from one place to another, and how many rows of each table they write."""

    statements: str
    written: list[int]


def way(former: Place, now: Place, tables: Tables) -> Way:
    """Written without triggers: the walls saw these rows come."""
    removals, additions, counters, written = [], [], [], dict.fromkeys(tables.names, 0)
    for table, rows in now.rows.items():
        before = former.rows.get(table, {})
        gone = [key for key, line in before.items() if rows.get(key) != line]
        come = {key: line for key, line in rows.items() if before.get(key) != line}
        written[table] = len(gone) + len(come)
        if gone:
            removals.append(f'DELETE FROM "{table}" WHERE "{tables.keys[table]}" IN ({", ".join(map(literal, gone))})')
        if come:
            additions.append(_insertion(table, tables.columns[table], come.values()))
    for table, last in now.last.items():
        if former.last.get(table) != last:
            _, sequence = tables.sequences[table]
            counters.append(f"setval('{sequence}', greatest(nextval('{sequence}'), {last}))")
    statements = [
        "SET LOCAL session_replication_role = replica",
        *removals,
        *additions,
        "SET LOCAL session_replication_role = origin",
        *([f"SELECT {', '.join(counters)}"] if counters else []),
    ]
    return Way(";\n".join(statements), [written[table] for table in tables.names])


def _insertion(table: str, columns: list[str], lines: Iterable[str]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE VALUES {",\n".join(map(_values, lines))}'


@lru_cache(LINES)
def _values(line: str) -> str:
    return f"({', '.join(map(literal, line.split('\t')))})"


def literal(cell: str) -> str:
    """A cell of COPY as a statement writes it."""
    if cell == r"\N":
        return "NULL"
    if "\\" in cell:
        first, *rest = cell.split("\\\\")
        cell = "\\".join(map(_unescaped, [first, *rest]))
    return "'" + cell.replace("'", "''") + "'"


def _unescaped(part: str) -> str:
    first, *rest = part.split("\\")
    return first + "".join(ESCAPED[one[0]] + one[1:] for one in rest)
