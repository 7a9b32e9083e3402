"""Told apart: the database is away, there is no room left, anything else."""

import errno

import psycopg
import pytest
from django.db import InterfaceError, OperationalError

from lifecycle.outages import is_away, is_full


def caused(cause: Exception, error: Exception | None = None) -> Exception:
    raised = error or OperationalError()
    raised.__cause__ = cause
    return raised


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection refused"),
        caused(psycopg.OperationalError("server closed the connection")),
        caused(psycopg.errors.AdminShutdown()),
        caused(psycopg.errors.CannotConnectNow()),
        caused(psycopg.errors.TooManyConnections()),
        caused(psycopg.InterfaceError("the connection is closed"), InterfaceError()),
        caused(caused(psycopg.errors.CrashShutdown()), ValueError()),
    ],
)
def test_a_database_that_is_away_is_known(error: Exception) -> None:
    assert is_away(error)
    assert not is_full(error)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x"), caused(psycopg.errors.DiskFull())]
)
def test_a_want_of_room_is_known_in_a_file_and_in_the_database(error: Exception) -> None:
    assert is_full(error)
    assert not is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError(),
        FileNotFoundError(),
        caused(psycopg.errors.DeadlockDetected()),
        caused(psycopg.errors.QueryCanceled()),
    ],
)
def test_anything_else_is_neither(error: Exception | None) -> None:
    assert not is_away(error)
    assert not is_full(error)


def test_errors_that_cause_each_other_are_read_once() -> None:
    first, second = ValueError(), ValueError()
    first.__context__, second.__context__ = second, first
    assert not is_away(first)
