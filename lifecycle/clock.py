"""The clock is an actor: what is due happens, set by set, whoever watches or not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.locking import advisory_lock
from lifecycle.machine import Stateful, Verb, machines, verbs_of
from lifecycle.requirements import Context, as_expression

CLOCK_LOCK = "lifecycle.clock"
"""Held by each run of the clock, and by whoever writes history (the seed): never both at once."""


@dataclass(frozen=True)
class Ran:
    """What one verb of the clock did: how many rows moved, and how many were refused for each sentence."""

    machine: str
    verb: str
    moved: int
    refused: Counter[str] = field(default_factory=Counter)


def run_clock(*, at: datetime | None = None) -> list[Ran]:
    """Do every verb that is due at one instant (``at``, else the database's clock), and say what was done.

    Waits for the lock of the clock. Verbs run in the order of a file's life, so that a row left alone for days goes
    through several at once. A verb that fails does not hold the others back: raises ExceptionGroup in the end, each
    error noted "machine.verb".
    """
    ran: list[Ran] = []
    failures: list[Exception] = []
    timed = _timed()
    with advisory_lock(CLOCK_LOCK):
        instant, startable = at or _now(), set[str]()
        for rank, (name, (model, declared)) in enumerate(timed.items()):
            if not rank or (ran and ran[-1].moved):  # what moved may start what comes after it
                try:
                    startable = _startable(timed, instant)
                except DatabaseError as error:  # one table that does not answer holds nobody else back
                    failures.append(error)
                    startable = set(timed)
            if name not in startable:
                ran.append(Ran(model.machine.name, declared.name, 0))
                continue
            try:
                ran.append(_run(model, declared, instant))
            except Exception as error:  # noqa: BLE001
                error.add_note(name)
                failures.append(error)
    if failures:
        raise ExceptionGroup("l’horloge n’a pas tout fait", failures)
    return ran


def _timed() -> dict[str, tuple[type[Stateful], Verb]]:
    """The verbs of the clock by name ("machine.verb"), in the order in which they run."""
    return {
        f"{name}.{declared.name}": (model, declared)
        for name, model in machines().items()
        for declared in verbs_of(model).values()
        if declared.due is not None
    }


def _startable(timed: Mapping[str, tuple[type[Stateful], Verb]], at: datetime) -> set[str]:
    """Those that start from a state in which there are rows; one statement, which costs less than to ask them all."""
    quote = connection.ops.quote_name
    asked = ", ".join(
        f"EXISTS (SELECT 1 FROM {quote(model._meta.db_table)} WHERE state = ANY (%s) AND moved_at <= %s)"  # noqa: S608
        for model, _ in timed.values()
    )
    with connection.cursor() as cursor:
        given = (value for _, declared in timed.values() for value in (list(declared.sources), at))
        cursor.execute(f"SELECT {asked}", list(given))
        return {name for name, there in zip(timed, cursor.fetchone(), strict=True) if there}


def due_now(*, at: datetime | None = None) -> dict[str, int]:
    """How many rows each verb of the clock would be tried on at ``at``, by name ("machine.verb"); nothing is done."""
    instant = at or _now()
    return {name: due_rows(model, declared, instant).count() for name, (model, declared) in _timed().items()}


def due_rows(model: type[Stateful], declared: Verb, at: datetime) -> QuerySet[Any]:
    """The rows on which a verb of the clock is due at ``at``; those that moved later are left to the next run."""
    assert declared.due is not None
    condition = as_expression(declared.due(Context(at, SYSTEM)))
    return model._base_manager.filter(condition, state__in=declared.sources, moved_at__lte=at)  # type: ignore[misc]


def _run(model: type[Stateful], declared: Verb, at: datetime) -> Ran:
    found = due_rows(model, declared, at).values_list("pk", flat=True)
    due = list(found.order_by("moved_at", "pk") if declared.due_most else found)
    if not due:  # most nights, for most verbs: no transaction is opened
        return Ran(model.machine.name, declared.name, 0)
    ran, most = Ran(model.machine.name, declared.name, 0), declared.due_most or len(due)
    while due and ran.moved < most:  # those that are refused hold nobody else back
        rows, due = due[: most - ran.moved], due[most - ran.moved :]
        outcome = gate.apply_many(model._base_manager.filter(pk__in=rows), declared.name, actor=SYSTEM, at=at)
        refused = Counter(reason.sentence for reasons in outcome.refused.values() for reason in reasons)
        ran = replace(ran, moved=ran.moved + len(outcome.moved), refused=ran.refused + refused)
    return ran


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
