"""A database that another version made is told, and left as it is."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from lifecycle.versions import check_history, unknown_migrations

pytestmark = pytest.mark.django_db


@pytest.fixture
def older() -> None:
    """The table of migrations as an older version left it, for one of ours; another app's is not ours to know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('network', '0001_initial', now()), ('account', '0099_later', now())"
        )


def test_a_database_of_this_version_passes() -> None:
    assert unknown_migrations() == []
    assert check_history(databases=["default"]) == []


def test_an_empty_database_passes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE django_migrations")
    assert unknown_migrations() == []


def test_no_database_is_read_unless_one_is_given(older: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert check_history() == []


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_database_of_another_version_is_refused_before_anything_is_done(older: None, command: str) -> None:
    asked: dict[str, Any] = {"databases": ["default"]} if command == "check" else {"skip_checks": False}
    with pytest.raises(SystemCheckError, match=r"autre version de Maillon.*dont network\.0001_initial\."):
        call_command(command, **asked)
