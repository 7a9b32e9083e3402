"""Transactions retried once on a deadlock, and row locks taken in one global order."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Literal

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, models, transaction

BREATH = 0.1
"""Seconds before the second attempt: the other transaction, which waited, goes first instead of being met again."""

type Strength = Literal["FOR SHARE", "FOR NO KEY UPDATE"]

_held: ContextVar[dict[str, set[int]] | None] = ContextVar("lifecycle_held", default=None)
first_of_all: ContextVar[tuple[Callable[[], object], Callable[[], object]] | None] = ContextVar(
    "lifecycle_first_of_all", default=None
)
"""What each outermost transaction of a request begins with, and what is done once it is committed."""
_all_or_nothing: ContextVar[bool] = ContextVar("lifecycle_all_or_nothing", default=False)


class LocksOutOfOrder(ImproperlyConfigured):
    """A lock was asked for on a model that comes before one already held: two such callers would block each other."""


def rank(model: type[models.Model]) -> int:
    """The place of a model in ``LIFECYCLE_LOCK_ORDER``; raises ImproperlyConfigured when it has none."""
    try:
        return list(settings.LIFECYCLE_LOCK_ORDER).index(model._meta.label)
    except ValueError:
        raise ImproperlyConfigured(f"{model._meta.label} manque dans LIFECYCLE_LOCK_ORDER") from None


def one_transaction[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Run a service in one transaction; the outermost one is retried once when PostgreSQL breaks a deadlock."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if is_nested():
            with transaction.atomic(savepoint=False) if _all_or_nothing.get() else _savepoint():
                return function(*args, **kwargs)
        return _outermost(function, *args, **kwargs)

    return run


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """In the block a service that fails inside another undoes the whole, whoever catches its error: no savepoints.

    For a long writing of history, of which a failed act is left aside whole.
    """
    token = _all_or_nothing.set(True)
    try:
        yield
    finally:
        _all_or_nothing.reset(token)


def is_nested() -> bool:
    """Whether a service already runs in this transaction."""
    return _held.get() is not None and connection.in_atomic_block


@contextmanager
def _savepoint() -> Iterator[None]:
    """A savepoint; when it is undone, PostgreSQL releases what was locked since, and so does the memory of it."""
    held = _held.get()
    assert held is not None
    before = {label: set(pks) for label, pks in held.items()}
    try:
        with transaction.atomic():
            yield
    except BaseException:
        held.clear()
        held.update(before)
        raise


def _outermost[**P, R](function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    alone = not connection.in_atomic_block
    try:
        return _attempt(function, *args, **kwargs)
    except (OperationalError, psycopg.errors.DeadlockDetected) as error:
        if alone and is_deadlock(error):
            time.sleep(BREATH)
            return _attempt(function, *args, **kwargs)
        raise


def _attempt[**P, R](function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    token, (begin, end) = _held.set({}), first_of_all.get() or (_nothing, _nothing)
    try:
        with transaction.atomic():
            begin()
            done = function(*args, **kwargs)
        end()
        return done
    finally:
        _held.reset(token)


def _nothing() -> None:
    """A transaction that begins with what it is for."""


def is_deadlock(error: BaseException) -> bool:
    """True for PostgreSQL's deadlock, whether it comes through Django or from psycopg itself (inside COPY)."""
    return isinstance(error, psycopg.errors.DeadlockDetected) or isinstance(
        error.__cause__, psycopg.errors.DeadlockDetected
    )


def hold(model: type[models.Model], pks: Iterable[int]) -> None:
    """Remember rows that are ours without asking: those this transaction has just created."""
    held = _held.get()
    if held is not None:
        held.setdefault(model._meta.label, set()).update(pks)


type Clock = tuple[datetime, datetime]
"""The database's clock, read once locks were held, and the transaction's own time."""


def lock(model: type[models.Model], pks: Iterable[int], strength: Strength) -> list[int]:
    """Lock rows by primary key, in order, and return those that exist.

    Raises LocksOutOfOrder when a new row is asked for after one of a model that comes later in the global order.
    """
    return _lock(model, pks, strength)[0]


def _lock(model: type[models.Model], pks: Iterable[int], strength: Strength) -> tuple[list[int], Clock | None]:
    """Lock, and read the clock in the same statement: an aggregate is told when every row of it is held."""
    wanted = sorted(set(pks))
    if not wanted:
        return [], None
    held = _held.get()
    if held is not None:
        _check_order(model, wanted, held)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH held AS MATERIALIZED (SELECT id FROM {table} WHERE id = ANY(%s::bigint[]) ORDER BY id {strength}) "  # noqa: S608
            "SELECT array_agg(id), clock_timestamp(), transaction_timestamp() FROM held",
            [wanted],
        )
        found, *clock = cursor.fetchone()
    hold(model, found or ())
    return found or [], (clock[0], clock[1])


def _check_order(model: type[models.Model], wanted: list[int], held: Mapping[str, set[int]]) -> None:
    if held.get(model._meta.label, set()).issuperset(wanted):
        return
    later = _later(model, held)
    if later:
        raise LocksOutOfOrder(f"{model._meta.label} est verrouillé après {', '.join(later)}")


def _later(model: type[models.Model], held: Iterable[str]) -> list[str]:
    """The models of which rows are held, that come after this one in the order."""
    own = rank(model)
    return [label for label in held if rank(apps.get_model(label)) > own]


def locked[M: models.Model](rows: "models.QuerySet[M]", *, alone: bool = False) -> list[M]:
    """The rows of a queryset, by primary key, held for a change until the transaction ends and read once they are.

    The one way to lock outside the gate. Raises LocksOutOfOrder for a model that has a rank, once they are held: which
    rows they are is asked once. ``alone``: there is one at most, and the statement says no order.
    """
    ranked = rows.model._meta.label in settings.LIFECYCLE_LOCK_ORDER
    held = _held.get() if ranked else None
    asked = rows.order_by() if alone else rows.order_by("pk")
    found = list(asked.select_for_update(no_key=True, of=("self",)))
    if held:
        _check_order(rows.model, [row.pk for row in found], held)
    if ranked:
        hold(rows.model, [row.pk for row in found])
    return found


def locked_row[M: models.Model](rows: "models.QuerySet[M]") -> M | None:
    """The only row of a queryset, as ``locked`` holds it; None when it has none."""
    return next(iter(locked(rows)), None)


def lock_in_order(groups: Iterable[tuple[type[models.Model], Iterable[int], Strength]]) -> Clock | None:
    """Lock several models' rows in the global order; the same model asked twice takes the stronger lock.

    Returns the clock as it was once all were held; None when there was nothing to lock.
    """
    merged: dict[type[models.Model], tuple[set[int], Strength]] = {}
    for model, pks, strength in groups:
        known, strongest = merged.get(model, (set(), strength))
        merged[model] = (
            known | set(pks),
            "FOR NO KEY UPDATE" if "FOR NO KEY UPDATE" in (strength, strongest) else strength,
        )
    clock = None
    for model in sorted(merged, key=rank):
        clock = _lock(model, *merged[model])[1] or clock
    return clock


@contextmanager
def advisory_lock(name: str, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock called ``name`` for the time of the block, whatever transactions begin and end inside.

    It belongs to the session: asked for again by the same connection, it is granted. Yields True; with ``wait`` off,
    yields False at once, and holds nothing, when another session has it.
    """
    with connection.cursor() as cursor:
        ask = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        cursor.execute(f"SELECT {ask}(hashtextextended(%s, 0))", [name])
        granted = wait or bool(cursor.fetchone()[0])
    try:
        yield granted
    finally:
        if granted:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
