"""Services inside others: each may fail alone, but in a long writing of history, where the whole is left."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from lifecycle.locking import all_or_nothing, one_transaction
from lifecycle.models import Comment

pytestmark = pytest.mark.django_db


class Refusal(Exception):
    """What the inner service is refused."""


@one_transaction
def write(text: str) -> None:
    Comment.objects.create(salt="s", text=text, digest=text)
    if text == "refused":
        raise Refusal


@one_transaction
def write_both(first: str, second: str) -> None:
    """The outer service goes on whatever the inner one says."""
    for text in (first, second):
        try:
            write(text)
        except Refusal:
            continue


def written() -> set[str]:
    return set(Comment.objects.values_list("text", flat=True))


def savepoints(act: Callable[[], None]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return sum("SAVEPOINT" in query["sql"] and "RELEASE" not in query["sql"] for query in queries)


def test_a_service_that_fails_inside_another_takes_nothing_else_with_it() -> None:
    write_both("refused", "kept")
    assert written() == {"kept"}


def test_in_a_writing_of_history_it_takes_the_whole() -> None:
    with all_or_nothing(), pytest.raises(transaction.TransactionManagementError):
        write_both("refused", "kept")
    assert written() == set()


def test_no_savepoint_is_taken_then_and_it_is_over_with_the_block() -> None:
    usual = savepoints(lambda: write_both("a", "b"))
    with all_or_nothing():
        assert savepoints(lambda: write_both("c", "d")) == usual - 2
    assert savepoints(lambda: write_both("e", "f")) == usual
    assert written() == {"a", "b", "c", "d", "e", "f"}
