"""The plans of what the thread of the tests asks are kept; other threads ask as in production."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

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


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_as_in_production() -> None:
    def ask() -> tuple[int, int]:
        try:
            return asked_again_and_again()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == (0, 0)
