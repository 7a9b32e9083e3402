"""The instant of a move: the database's clock read after the locks, or one that is given, never ahead of it.

Only whoever tells a history, the seed of the demonstration or an import, may write a move of a day to come of the
database's clock, and says so: ``with telling_history():``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection

from lifecycle.judging import Row

_told: ContextVar[bool] = ContextVar("maillon_history_told", default=False)


@contextmanager
def telling_history() -> Iterator[None]:
    """Within the block, the gate takes the instants it is given as they are: the story has a clock of its own."""
    token = _told.set(True)
    try:
        yield
    finally:
        _told.reset(token)


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
    if at > clock and not follows and not _told.get():
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
