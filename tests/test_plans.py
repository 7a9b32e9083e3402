"""The plans of what the thread of the tests asks are kept; other threads ask as in production."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

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


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_as_in_production() -> None:
    def ask() -> tuple[int, int]:
        try:
            return asked_again_and_again()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == (0, 0)
