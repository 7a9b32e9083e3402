"""Plans are kept: for good of what the thread of the tests asks; as in production, of what other threads do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import Error, connection, transaction

from lifecycle.plans import VALUES
from network.models import User

KEPT = "SELECT coalesce(sum(generic_plans), 0), coalesce(sum(custom_plans), 0) FROM pg_prepared_statements"


def asked_again_and_again() -> tuple[int, int]:
    """How many times a plan made once was followed, and one made for the values, of this thread's statements."""
    for number in range(10):
        list(User.objects.filter(pk=number))
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        generic, custom = cursor.fetchone()
    return int(generic), int(custom)


@pytest.mark.django_db
def test_what_is_asked_again_and_again_is_planned_once_whatever_the_values() -> None:
    generic, custom = asked_again_and_again()
    assert (generic >= 6, custom) == (True, 0)


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_plan_outlives_what_is_rolled_back_as_each_test_is() -> None:
    asked_again_and_again()
    before = prepared()
    with transaction.atomic():
        transaction.set_rollback(True)
    connection.connection.rollback()
    assert prepared() == before > 0


@pytest.mark.django_db
def test_a_plan_does_not_outlive_a_table_that_is_dropped() -> None:
    asked_again_and_again()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE there (id int)")
        cursor.execute("DROP TABLE there")
    assert prepared() == 0


@pytest.mark.django_db
def test_the_names_of_savepoints_push_no_plan_out() -> None:
    asked_again_and_again()
    kept = connection.connection._prepared
    before = len(kept._counts) + len(kept._names)
    for _ in range(5):
        with transaction.atomic():
            pass
    assert len(kept._counts) + len(kept._names) == before


def in_another_thread(ask: Callable[[], object], **told: object) -> object:
    """What another thread answers, on a connection of its own that is told so."""

    def go() -> object:
        connection.settings_dict = connection.settings_dict | told
        try:
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(go).result()


LASTS = {"CONN_MAX_AGE": 600}
"""As in production."""


@pytest.mark.django_db(transaction=True)
def test_in_production_plans_are_kept_and_the_first_are_made_for_the_values() -> None:
    assert in_another_thread(asked_again_and_again, **LASTS) == (1, 5)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_does_not_last_keeps_none() -> None:
    assert in_another_thread(asked_again_and_again) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_behind_a_pooler_nothing_is_kept() -> None:
    assert in_another_thread(asked_again_and_again, **LASTS, DISABLE_SERVER_SIDE_CURSORS=True) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_in_production_what_is_rolled_back_takes_plans_away_and_the_next_are_made_again() -> None:
    def ask() -> list[int]:
        asked_again_and_again()
        found = [prepared()]
        with suppress(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / %s", [0])
        found.append(prepared())
        asked_again_and_again()
        return [*found, prepared()]

    before, after, again = in_another_thread(ask, **LASTS)  # type: ignore[misc]
    assert (before > 0, after, again > 0) == (True, 0, True)


@pytest.mark.django_db(transaction=True)
def test_more_values_than_a_statement_takes_beside_its_text_travel_in_it() -> None:
    def ask() -> list[User]:
        return list(User.objects.filter(pk__in=range(VALUES + 5)))

    assert ask() == in_another_thread(ask, **LASTS) == []
