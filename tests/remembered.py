"""Steps that many tests take on their way: each is done once in a process, by the services, then put back as written.

A step is a function whose rows, files and answer depend only on what it is given and on the steps before it, from an
empty database on: the same steps lead to the same place. At a place where a step was never taken, it is taken; where it
was, its rows are put back with the keys and the words they had, together with those of the steps before it, once the
test asks something. Whatever else writes leads nowhere known: from there on
everything is done again, as it is under doubles of its own. In a test that commits, a step is one transaction, and the
steps are known until something else writes or another thread asks something. A step under settings of its own is
another step.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
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

from tests.filled import are_filled, copied_lines
from tests.given_values import NoKeyError, around, digest_of, key_of, rows_in
from tests.kept import Kept
from tests.places import Change, Place, Step, Tables, highest, values, way

OWN_FILES = {"MEDIA_ROOT", "LIFECYCLE_SEAL_DIR"}
"""Settings that every test has of its own, and that no row depends on."""
READS = re.compile(r"\s*SELECT\b(?!.*(;|\bINTO\b|\bprocrastinate_))", re.IGNORECASE | re.DOTALL)
"""One question, which writes nothing."""


@dataclass
class Pending:
    """Steps that the test took and whose rows it did not ask for yet."""

    former: Place
    now: Place
    connection: Any
    block: Any
    """The transaction that they belong to: rolled back, there is nothing to write any more."""


class Steps:
    """Where the test that runs has come to, by steps that are known."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.path: Path | None = None
        self.file = 0
        """The file of tests that one is in, and how many came so far."""
        self.tables: Any = None
        self.start = Place()
        self.place: Place | None = None
        self.pending: Pending | None = None
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
        self.doubles: list[Any] = []
        """What ``mock.patch`` put in the place of something else, and where."""
        setting_changed.connect(self._note_setting)
        connection_created.connect(self._note_connection)

    def close(self) -> None:
        setting_changed.disconnect(self._note_setting)
        connection_created.disconnect(self._note_connection)
        self._watch(None)
        self._forget_pending()

    def forget(self) -> None:
        """The tables themselves were made again, or the day is another."""
        self.stop()
        self.__dict__ |= {"day": None, "tables": None, "start": Place()}

    def come_to(self, path: Path) -> None:
        """The file of the test that begins; of another than before, steps that none took for long are forgotten."""
        if path != self.path:
            self.path, self.file = path, self.file + 1
            self.start.prune(self.file)

    def begin(self) -> None:
        """A test begins, or what stands for one: in a database that is empty, its first step starts from nothing."""
        self.stop()
        self._forget_pending()
        self.allowed = self.alone = True

    def stop(self) -> None:
        """From here on, until another test begins, everything is done; the rows of the steps before are there."""
        self.write()
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
            self.written = self.tables.written()
            yield True
            self.write()
        if self.place is not None and self.watched is None:
            self._watch(connections["default"])

    # --- taking a step

    def take(
        self,
        function: Callable[..., Any],
        names: Sequence[str],
        args: Any,
        kwargs: dict[str, Any],
        *,
        exactly: bool = False,
    ) -> Any:
        """Do what ``function`` does, or put back what it did; ``names``: what of its object it depends on.

        ``exactly``: the rows that it is given count as the test holds them, not as the database does.
        """
        if connection.force_debug_cursor:
            self.stop()  # what it costs is counted
        if not self._may():
            return function(*args, **kwargs)
        given = [[attrgetter(name)(args[0]) for name in names], args[1:] if names else args, kwargs]
        try:
            settled = key_of({name: self.overridden[name] for name in sorted(self.overridden)})
            held = digest_of(given) if exactly else b""
            key = (function, key_of(given), held, settled, around(), tuple(self.doubles))
        except NoKeyError:
            return function(*args, **kwargs)
        place = self._here()
        if place is None:
            return function(*args, **kwargs)
        with self._transaction() as is_whole:
            if key in place.steps:
                answer = self._put_back(place.steps[key], list(rows_in(given)))
                if not connection.atomic_blocks[0]._from_testcase:
                    self.write()  # what ends this transaction asks nothing
                return answer
            rows = list(rows_in(given))
            return self._remember(place, key, rows, lambda: function(*args, **kwargs), is_whole, exactly=exactly)

    def _may(self) -> bool:
        if threading.current_thread() is not threading.main_thread():
            return False
        if self.inside:
            return self.place is not None
        if connection.in_atomic_block:
            return self.allowed or (self.place is not None and self.watched is None)
        return self.allowed or (self.place is not None and self.watched is connections["default"])

    def _here(self) -> Place | None:
        if self.day != timezone.localdate():
            self.forget()
            self.day, self.tables, self.allowed = timezone.localdate(), Tables(), True
        if self.allowed:
            self.allowed = False
            self.blocks = _blocks()
            self.written = self.tables.written()
            written = [name for name, count in zip(self.tables.names, self.written, strict=True) if count]
            self.place = None if are_filled(written) else self.start
        elif self.pending is not None and self.pending.block not in connection.atomic_blocks:
            self._forget_pending()
            self.place = None
        elif self.pending is None and self.watched is None and self._was_left():
            self.place = None
        return self.place

    def _was_left(self) -> bool:
        """Whether somebody wrote since the last step, or left the savepoint in which it was taken."""
        return not self._is_where_it_came(self.tables.written())

    def _came_to(self, place: Place | None, written: list[int]) -> None:
        self.place, self.written, self.blocks = place if self.alone else None, written, _blocks()

    # --- remembering, putting back

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """What is asked is the step itself."""
        around, self.inside = self.inside, True
        try:
            yield
        finally:
            self.inside = around

    def _remember(
        self, place: Place, key: Any, given: list[Model], take: Callable[[], Any], is_whole: bool, *, exactly: bool
    ) -> Any:
        self.write()
        begun, left, kept = self.written, len(connection.run_on_commit), Kept(given, exactly=exactly)
        self.place = None
        try:
            with self._busy():
                answer = take()
                if is_whole:
                    connection.check_constraints()  # what the end of the transaction refuses is no step
        except BaseException:
            self.place = None
            raise
        after = self.tables.written()
        counts = zip(self.tables.names, begun, after, strict=True)
        changed = [name for name, former, now in counts if former != now]
        if left == len(connection.run_on_commit) and all(self.tables.keys[name] for name in changed):
            kept.end(given, answer)
            change = self._change(place, changed, kept)
            if self.alone:
                place.steps[key] = Step(Place(place, change))
                place.steps[key].note(self.path, self.file)
                self._came_to(place.steps[key].leads_to, after)
        return answer

    def _is_where_it_came(self, written: list[int]) -> bool:
        return (self.blocks, self.written) == (_blocks()[: len(self.blocks)], written)

    def _change(self, place: Place, changed: list[str], kept: Kept) -> Change:
        gone, come, last = {}, {}, {}
        for table in changed:
            lines = copied_lines(table, self.tables.columns[table])
            rank = self.tables.columns[table].index(self.tables.keys[table])
            former, now = place.rows(table), {line.split("\t")[rank]: line for line in lines}
            told = {key: values(line) for key, line in now.items()}
            gone[table] = [key for key, line in former.items() if told.get(key) != line]
            come[table] = {key: line for key, line in told.items() if former.get(key) != line}
            if come[table] and table in self.tables.sequences:
                last[table] = highest(table, (now[key] for key in come[table]), self.tables)
        root = Path(settings.MEDIA_ROOT)
        paths = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        files = {path: (root / path).read_bytes() for path in paths - place.paths()} if paths else {}
        return Change(gone, come, last, files, kept)

    def _put_back(self, step: Step, given: list[Model]) -> Any:
        change = step.leads_to.change
        assert change is not None
        assert step.leads_to.before is not None
        step.note(self.path, self.file)
        for path, content in change.files.items():
            file = Path(settings.MEDIA_ROOT) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if self.pending is None:
            place = step.leads_to.before
            self.pending = Pending(place, place, connections["default"], connection.atomic_blocks[0])
            self.pending.connection.execute_wrappers.insert(0, self._before)
        self.pending.now = step.leads_to
        self._came_to(step.leads_to, self.written)
        return change.kept.put_back(given)

    # --- the rows of steps that were put back

    def write(self) -> None:
        """Write the rows of the steps that the test took: it is about to ask something."""
        pending = self.pending
        self._forget_pending()
        if (
            pending is None
            or pending.block not in pending.connection.atomic_blocks
            or not pending.connection.connection
        ):
            return
        told = way(pending.former, pending.now, self.tables)
        with pending.connection.connection.cursor() as cursor:  # seen by nobody who looks at what the test asks
            cursor.execute(told.statements)
        self.written = [a + b for a, b in zip(self.written, told.written, strict=True)]

    def _before(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.write()
        return execute(sql, params, many, context)

    def _forget_pending(self) -> None:
        if self.pending is not None:
            self.pending.connection.execute_wrappers.remove(self._before)
            self.pending = None


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
    STEPS.write()
    STEPS.begin()
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)
    STEPS.begin()


def _blocks() -> list[Any]:
    """In which transaction and savepoints one is: the same counts of rows, in another transaction, say nothing."""
    return [*connection.atomic_blocks[:1], *connection.savepoint_ids]
