"""The instant of a move: the database's clock read after the locks, or one that is given, never ahead of it.

Only whoever tells a history, the seed of the demonstration or an import, may write a move of a day to come of the
database's clock, and says so: ``with telling_history():``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Now

from lifecycle.evaluation import Row

END_OF_TIME = datetime.max.replace(tzinfo=UTC)

_told_until: ContextVar[datetime | None] = ContextVar("maillon_history_told_until", default=None)


@contextmanager
def telling_history(*, until: datetime = END_OF_TIME) -> Iterator[None]:
    """Within the block, the gate takes the instants it is given up to ``until``: the story has a clock of its own.

    A verification within the block finds no row ahead that is not later than ``until``.
    """
    token = _told_until.set(until)
    try:
        yield
    finally:
        _told_until.reset(token)


def latest_instant() -> Combinable:
    """The latest that a row may be dated, as the database reads it: its clock, unless a history goes on beyond it."""
    told_until = _told_until.get()
    return Now() if told_until is None else Greatest(Now(), Value(told_until))


def database_clock() -> tuple[datetime, datetime]:
    """The database's clock, read after the locks, and the transaction's own time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), transaction_timestamp()")
        clock, recorded_at = cursor.fetchone()
    return clock, recorded_at


def instant_of(at: datetime | None, clock: datetime, *, follows: bool) -> datetime:
    """When the move happens: ``at`` if it is given, else ``clock``.

    Raises ValueError if ``at`` is still to come, unless the move ``follows`` another, whose instant it takes.
    """
    if at is None:
        return clock
    if at > max(clock, _told_until.get() or clock) and not follows:
        raise ValueError(f"un mouvement du {at:%Y-%m-%d %H:%M:%S} devancerait l’horloge ({clock:%Y-%m-%d %H:%M:%S})")
    return at


def not_before(rows: Sequence[Row], at: datetime, *, strict: bool) -> datetime:
    """``at``, or the last row of any object of the set if it is later.

    Raises ValueError when ``strict``: whoever names an instant does not have it moved.
    """
    latest = max((row.moved_at for row in rows), default=at)
    if strict and latest > at:
        raise ValueError(f"un mouvement du {at:%Y-%m-%d %H:%M:%S} précéderait le dernier ({latest:%Y-%m-%d %H:%M:%S})")
    return max(at, latest)
