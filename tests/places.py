"""What the database and the files hold after some steps, and how one comes from one place to another.

A place is kept as what the last step changed, and the place before it: a step weighs what it wrote, whatever is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection

from tests import unguarded
from tests.filled import SEQUENCES, STANDING
from tests.kept import Kept

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
KEPT, KEPT_FOR_LONG = 2, 100
"""During how many files of tests a step is kept that none of them takes: one that a single file took, any other."""
LINES = 20_000
"""How many lines a process keeps as a statement writes them."""


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


@dataclass(eq=False)
class Change:
    """What a step did: the rows that are gone and those that have come, its files, its answer, what it was given."""

    gone: dict[str, list[str]]
    come: dict[str, dict[str, str]]
    """By primary key, each line as a statement writes it."""
    last: dict[str, int]
    """The highest number that each sequence gave to a row that came, be it gone since: no other takes its number."""
    files: dict[str, bytes]
    kept: Kept


@dataclass(eq=False, repr=False)
class Place:
    """Where one is after some steps, and which steps were taken from there."""

    before: "Place | None" = None
    change: Change | None = None
    steps: dict[Any, "Step"] = field(default_factory=dict)

    def changes(self, since: "Place | None" = None) -> list[Change]:
        """What led here, from the first step on or from a place on the way."""
        found: list[Change] = []
        place = self
        while place is not since and place.change is not None:
            found.append(place.change)
            assert place.before is not None
            place = place.before
        return found[::-1]

    def rows(self, table: str) -> dict[str, str]:
        """What a table holds here, by primary key."""
        found: dict[str, str] = {}
        for change in self.changes():
            for key in change.gone.get(table, ()):
                found.pop(key, None)
            found |= change.come.get(table, {})
        return found

    def paths(self) -> set[str]:
        return {path for change in self.changes() for path in change.files}

    def prune(self, file: int) -> None:
        """Forget the steps that no file of tests took for long."""
        left = [self]
        while left:
            place = left.pop()
            place.steps = {key: step for key, step in place.steps.items() if step.is_wanted(file)}
            left += [step.leads_to for step in place.steps.values()]


@dataclass(eq=False, repr=False)
class Step:
    """How one step is put back."""

    leads_to: Place
    files: set[Path] = field(default_factory=set)
    """The files of tests that took it."""
    last: int = 0
    """When the last of them did, in files of tests."""

    def note(self, path: Path | None, file: int) -> None:
        """A test of this file takes it."""
        if path is not None:
            self.files.add(path)
        self.last = file

    def is_wanted(self, file: int) -> bool:
        return file - self.last <= (KEPT_FOR_LONG if len(self.files) > 1 else KEPT)


# --- from one place to another


@dataclass(frozen=True)
class Way:
    """The statements that lead from one place to another, and how many rows of each table they write."""

    statements: str
    written: list[int]


def way(former: Place, now: Place, tables: Tables) -> Way:
    """From a place to one that it leads to. Written without triggers: the walls saw these rows come."""
    gone: dict[str, dict[str, None]] = {}
    come: dict[str, dict[str, str]] = {}
    last: dict[str, int] = {}
    for change in now.changes(former):
        for table, keys in change.gone.items():
            added, removed = come.setdefault(table, {}), gone.setdefault(table, {})
            for key in keys:
                if added.pop(key, None) is None:
                    removed[key] = None
        for table, lines in change.come.items():
            come.setdefault(table, {}).update(lines)
        last |= {table: max(number, last.get(table, 0)) for table, number in change.last.items()}
    written = [len(gone.get(table, ())) + len(come.get(table, ())) for table in tables.names]
    removals = [
        f'DELETE FROM "{table}" WHERE "{tables.keys[table]}" IN ({", ".join(map(literal, keys))})'
        for table, keys in gone.items()
        if keys
    ]
    additions = [_insertion(table, tables.columns[table], lines.values()) for table, lines in come.items() if lines]
    counters = [
        f"setval('{sequence}', greatest(nextval('{sequence}'), {number}))"
        for (_, sequence), number in ((tables.sequences[table], number) for table, number in last.items())
    ]
    statements = [
        unguarded.BEGIN,
        *removals,
        *additions,
        unguarded.END,
        *([f"SELECT {', '.join(counters)}"] if counters else []),
    ]
    return Way(";\n".join(statements), written)


def _insertion(table: str, columns: list[str], lines: Iterable[str]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE VALUES {",\n".join(lines)}'


@lru_cache(LINES)
def values(line: str) -> str:
    """A line of COPY as a statement writes it."""
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
