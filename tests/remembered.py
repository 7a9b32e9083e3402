"""Steps that many tests take on their way: each is done once in a process, by the services, then put back as written.

A step is a function whose rows, files and answer depend only on what it is given and on the steps before it, from an
empty database on: the same steps lead to the same place. At a place where a step was never taken, it is taken; where it
was, its rows are put back with the keys and the words they had. Whatever else writes leads nowhere known: from there on
everything is done again, as it is under doubles of its own. In a test that commits, a step is one transaction, and the
steps are known until something else writes or another thread asks something. A step under settings of its own is
another step.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import wraps
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connection, connections, transaction
from django.db.backends.signals import connection_created
from django.db.models import Model
from django.utils import timezone

from tests.world import SEQUENCES, STANDING, are_filled, copied_out

OWN_FILES = {"MEDIA_ROOT", "LIFECYCLE_SEAL_DIR"}
"""Settings that every test has of its own, and that no row depends on."""
TABLES = """
    SELECT c.oid::bigint, c.relname, a.attname FROM pg_class c
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""
WRITTEN = """
    SELECT array_agg(pg_stat_get_xact_tuples_inserted(o) + pg_stat_get_xact_tuples_updated(o)
        + pg_stat_get_xact_tuples_deleted(o) ORDER BY rank)
    FROM unnest(%s::oid[]) WITH ORDINALITY AS t(o, rank)
"""
"""How many rows of each table were written so far in this transaction, whether they are still there or not."""
READS = re.compile(r"\s*SELECT\b(?!.*(;|\bINTO\b|\bprocrastinate_))", re.IGNORECASE | re.DOTALL)
"""One question, which writes nothing."""
ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
Rows = dict[str, str]
"""The lines of a table as COPY writes them, by primary key."""


class NoKeyError(Exception):
    """A step that is given something of which two are never the same."""


@dataclass
class Place:
    """What the database and the files hold after some steps, and which steps were taken from there."""

    rows: dict[str, Rows] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()
    steps: dict[Any, "Step"] = field(default_factory=dict)


@dataclass
class Step:
    """How one step is put back: ``written`` rows of each table, the files, and its answer with what it was given."""

    statements: str
    written: list[int]
    files: dict[str, bytes]
    given: list[Model]
    answer: Any
    leads_to: Place


class Steps:
    """Where the test that runs has come to, by steps that are known."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.tables: list[tuple[int, str, str | None]] = []
        self.sequences: dict[str, tuple[str, str]] = {}
        self.start = Place()
        self.place: Place | None = None
        self.written: list[int] = []
        self.blocks: list[Any] = []
        """The transaction and the savepoints in which the test came there."""
        self.inside = False
        self.allowed = False
        self.alone = True
        """Nobody else asked anything of the database since the test began."""
        self.watched: Any = None
        """The connection of a test whose steps are transactions of their own."""
        self.overridden: dict[str, list[Any]] = {}
        setting_changed.connect(self._note_setting)
        connection_created.connect(self._note_connection)

    def close(self) -> None:
        setting_changed.disconnect(self._note_setting)
        connection_created.disconnect(self._note_connection)
        self._watch(None)

    def forget(self) -> None:
        """The tables themselves were made again."""
        self.stop()
        self.__dict__ |= {"day": None, "tables": [], "start": Place()}

    def begin(self) -> None:
        """A test begins, or what stands for one: in a database that is empty, its first step starts from nothing."""
        self.stop()
        self.allowed = self.alone = True

    def stop(self) -> None:
        """From here on, until another test begins, everything is done."""
        self.place, self.allowed = None, False
        self._watch(None)

    def _note_setting(self, setting: str, value: Any = None, enter: bool = False, **kwargs: Any) -> None:
        if setting in OWN_FILES:
            return
        values = self.overridden.setdefault(setting, [])
        if enter:
            values.append(value)
        elif values:
            values.pop()
        if not values:
            del self.overridden[setting]

    # --- a test that commits

    def _watch(self, watched: Any) -> None:
        """From its first step on, whatever else the test asks of this connection is looked at; None: no more."""
        if self.watched is not None:
            self.watched.execute_wrappers.remove(self._look)
        self.watched = watched
        if watched is not None:
            watched.execute_wrappers.insert(0, self._look)  # Django takes the last away as the one it added

    def _look(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not self.inside and READS.match(str(sql)) is None:
            self.stop()
        return execute(sql, params, many, context)

    def _note_connection(self, connection: Any, **kwargs: Any) -> None:
        """Another thread, or the test by another way, may write from now on, also while a step is taken."""
        if threading.current_thread() is not threading.main_thread() or connection is not connections["default"]:
            self.place, self.allowed, self.alone = None, False, False

    @contextmanager
    def _transaction(self) -> Iterator[bool]:
        """A step is in the transaction of the test, or is one (True); durable blocks may be in it."""
        if connection.in_atomic_block:
            yield False
            return
        block = transaction.atomic()
        block._from_testcase = True
        with block:
            self.written = self._written()
            yield True
        if self.place is not None and self.watched is None:
            self._watch(connections["default"])

    # --- taking a step

    def take(self, function: Callable[..., Any], names: Sequence[str], args: Any, kwargs: dict[str, Any]) -> Any:
        """Do what ``function`` does, or put back what it did; ``names``: what of its object it depends on."""
        if connection.force_debug_cursor:
            self.stop()  # what it costs is counted
        if not self._may():
            return function(*args, **kwargs)
        around = [attrgetter(name)(args[0]) for name in names]
        given = [around, args[1:] if names else args, kwargs]
        try:
            key = (function, key_of(given), key_of({name: self.overridden[name] for name in sorted(self.overridden)}))
        except NoKeyError:
            return function(*args, **kwargs)
        place = self._here()
        if place is None:
            return function(*args, **kwargs)
        with self._transaction() as is_whole:
            if key in place.steps:
                return self._put_back(place.steps[key], list(rows_in(given)))
            return self._remember(place, key, list(rows_in(given)), lambda: function(*args, **kwargs), is_whole)

    def _may(self) -> bool:
        if self.inside or threading.current_thread() is not threading.main_thread():
            return False
        if connection.in_atomic_block:
            return self.allowed or (self.place is not None and self.watched is None)
        return self.allowed or (self.place is not None and self.watched is connections["default"])

    def _here(self) -> Place | None:
        if self.day != timezone.localdate():
            self.forget()
            self.day, self.tables, self.sequences, self.allowed = timezone.localdate(), _tables(), _sequences(), True
        if self.allowed:
            self.allowed = False
            self.blocks = _blocks()
            self.written = self._written()
            written = [name for (_, name, _), count in zip(self.tables, self.written, strict=True) if count]
            self.place = None if are_filled(written) else self.start
        elif self.watched is None and (self.blocks, self.written) != (_blocks()[: len(self.blocks)], self._written()):
            self.place = None
        return self.place

    def _written(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN, [[oid for oid, _, _ in self.tables]])
            return list(cursor.fetchone()[0])

    def _came_to(self, place: Place | None, written: list[int]) -> None:
        self.place, self.written, self.blocks = place if self.alone else None, written, _blocks()

    # --- remembering, putting back

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """What is asked is the step itself."""
        self.inside = True
        try:
            yield
        finally:
            self.inside = False

    def _remember(self, place: Place, key: Any, given: list[Model], take: Callable[[], Any], is_whole: bool) -> Any:
        self.place, left = None, len(connection.run_on_commit)
        with self._busy():
            answer = take()
            if is_whole:
                connection.check_constraints()  # what the end of the transaction refuses is no step
        after = self._written()
        changed = [table for table, a, b in zip(self.tables, self.written, after, strict=True) if a != b]
        if left == len(connection.run_on_commit) and all(key is not None for _, _, key in changed):
            step = self._step(place, changed, given, answer)
            if self.alone:
                place.steps[key] = step
                self._came_to(step.leads_to, after)
        return answer

    def _step(self, place: Place, changed: list[Any], given: list[Model], answer: Any) -> Step:
        rows, written = dict(place.rows), [0] * len(self.tables)
        ranks = {name: rank for rank, (_, name, _) in enumerate(self.tables)}
        removals, additions, counters = [], [], []
        for _, table, key in changed:
            columns, lines = copied_out(table)
            rank = columns.index(key)
            former, now = place.rows.get(table, {}), {line.split("\t")[rank]: line for line in lines}
            gone = [pk for pk, line in former.items() if now.get(pk) != line]
            come = [line for pk, line in now.items() if former.get(pk) != line]
            rows[table], written[ranks[table]] = now, len(gone) + len(come)
            if gone:
                removals.append(f'DELETE FROM "{table}" WHERE "{key}" IN ({", ".join(map(literal, gone))})')
            if come:
                additions.append(_insertion(table, columns, come))
            if come and table in self.sequences:
                column, sequence = self.sequences[table]
                last = max(int(line.split("\t")[columns.index(column)]) for line in come)
                counters.append(f"setval('{sequence}', greatest(nextval('{sequence}'), {last}))")
        statements = [
            "SET LOCAL session_replication_role = replica",  # the walls saw these rows come
            *removals,
            *additions,
            "SET LOCAL session_replication_role = origin",
            *([f"SELECT {', '.join(counters)}"] if counters else []),
        ]
        root = Path(settings.MEDIA_ROOT)
        paths = frozenset(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
        files = {path: (root / path).read_bytes() for path in paths - place.paths}
        kept, told = deepcopy((given, answer))
        return Step(";\n".join(statements), written, files, kept, told, Place(rows, paths))

    def _put_back(self, step: Step, given: list[Model]) -> Any:
        with self._busy(), connection.cursor() as cursor:
            cursor.execute(step.statements)
        for path, content in step.files.items():
            file = Path(settings.MEDIA_ROOT) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self._came_to(step.leads_to, [a + b for a, b in zip(self.written, step.written, strict=True)])
        known: dict[int, Any] = {}
        for kept, present in zip(step.given, given, strict=True):
            _stands_for(kept, present, known)
        return deepcopy(step.answer, known)


STEPS = Steps()


def remembered[**P, R](*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function that is a step; ``names``: of a method, what it asks of its object and depends on."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def take(*args: P.args, **kwargs: P.kwargs) -> R:
            answer: R = STEPS.take(function, names, args, kwargs)
            return answer

        return take

    return decorate


@contextmanager
def from_nothing() -> Iterator[None]:
    """One of the many lives of a test: nothing of it is left to the next, and the walls judge it as it ends."""
    STEPS.begin()
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)
    STEPS.begin()


def key_of(value: Any) -> Any:
    """What two equal things that are given have in common; NoKeyError for what is like no other, as the hour it is."""
    match value:
        case datetime() if value.microsecond:
            raise NoKeyError
        case str():
            return str(value)
        case None | bytes() | bool() | int() | float() | Decimal() | date() | time():
            return type(value), value
        case Model() if value.pk is not None and not value._state.adding:
            return value._meta.label, value.pk
        case Mapping():
            return tuple((key_of(name), key_of(one)) for name, one in value.items())
        case list() | tuple() | range():
            return tuple(map(key_of, value))
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), tuple(key_of(getattr(value, one.name)) for one in fields(value))
    raise NoKeyError


def rows_in(value: Any) -> Iterator[Model]:
    """The rows in what is given, in its order."""
    match value:
        case Model():
            yield value
        case Mapping():
            for one in value.values():
                yield from rows_in(one)
        case list() | tuple():
            for one in value:
                yield from rows_in(one)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for one in fields(value):
                yield from rows_in(getattr(value, one.name))


def _stands_for(kept: Model, present: Model, known: dict[int, Any]) -> None:
    """What the test holds already stands for what was kept of it, with the rows it leans on."""
    if id(kept) in known:
        return
    known[id(kept)] = present
    for name, one in kept._state.fields_cache.items():
        other = present._state.fields_cache.get(name)
        if isinstance(one, Model) and isinstance(other, Model) and one.pk == other.pk:
            _stands_for(one, other, known)


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


def _insertion(table: str, columns: list[str], lines: list[str]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    values = ",\n".join(f"({', '.join(map(literal, line.split('\t')))})" for line in lines)
    return f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE VALUES {values}'


def _blocks() -> list[Any]:
    """In which transaction and savepoints one is: the same counts of rows, in another transaction, say nothing."""
    return [*connection.atomic_blocks[:1], *connection.savepoint_ids]


def _tables() -> list[tuple[int, str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [row for row in cursor.fetchall() if row[1] not in STANDING]


def _sequences() -> dict[str, tuple[str, str]]:
    """``{table: (column, sequence)}``."""
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES, [[name for _, name, _ in _tables()]])
        return {table: (column, sequence) for table, column, sequence in cursor.fetchall()}
