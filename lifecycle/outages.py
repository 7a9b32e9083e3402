"""What is nobody's fault in the code: the database is away, or there is no room left to write."""

import errno
from collections.abc import Iterator

import psycopg
from django.db import InterfaceError, OperationalError

FULL = (errno.ENOSPC, errno.EDQUOT)
AWAY = ("08", "53300", "57P01", "57P02", "57P03", "57P05")
"""What PostgreSQL answers, by the beginning of its code, when it is not there, is full of people or is stopping."""


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """The error, then what it comes from, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached, or went away in the middle."""
    return any(_is_lost(one) for one in causes_of(error))


def is_full(error: BaseException | None) -> bool:
    """Whether something could not be written for want of room: a file, or a row."""
    return any(
        isinstance(one, psycopg.errors.DiskFull) or (isinstance(one, OSError) and one.errno in FULL)
        for one in causes_of(error)
    )


def _is_lost(error: BaseException) -> bool:
    if isinstance(error, psycopg.InterfaceError):
        return True
    if isinstance(error, psycopg.OperationalError):
        return error.sqlstate is None or error.sqlstate.startswith(AWAY)
    return isinstance(error, InterfaceError | OperationalError) and error.__cause__ is None and "closed" in str(error)
