"""A database that another version made is told, and left as it is."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from lifecycle import roles, versions
from lifecycle.servers import blind_server
from lifecycle.versions import check_history, check_server, unknown_migrations

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


def test_migrations_of_the_same_name_that_came_before_those_they_need_are_of_another_version() -> None:
    """An app was cut in two: the new one is applied before, and the one that was there had everything."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'donations'")
    assert "refurb.0001_tables" in unknown_migrations()
    assert [error.id for error in check_history(databases=["default"])] == ["lifecycle.E021"]


def test_no_database_is_read_unless_one_is_given(older: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert check_history() == []


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_database_of_another_version_is_refused_before_anything_is_done(older: None, command: str) -> None:
    asked: dict[str, Any] = {"databases": ["default"]} if command == "check" else {"skip_checks": False}
    with pytest.raises(SystemCheckError, match=r"autre version de Maillon.*dont network\.0001_initial\."):
        call_command(command, **asked)


# --- the server


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        (140025, "15.16"), (150000, "15.16"), (150015, "15.16"), (150016, None), (160011, "16.12"), (160012, None),
        (170007, "17.8"), (170008, None), (180001, "18.2"), (180002, None), (180006, None), (190000, None),
    ],
)  # fmt: skip
def test_a_server_that_hides_changes_from_triggers_is_too_old(version: int, wanted: str | None) -> None:
    said = blind_server(version)
    assert said is None if wanted is None else f"Prenez PostgreSQL\u00a0{wanted} ou plus récent." in str(said)


def test_the_server_of_the_tests_shows_its_triggers_everything() -> None:
    assert check_server(databases=["default"]) == []
    versions.refuse_blind_server(connection)


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_version", lambda _: 170007)


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_server_that_is_too_old_is_refused_before_anything_is_done(blind: None, command: str) -> None:
    asked: dict[str, Any] = {"databases": ["default"]} if command == "check" else {"skip_checks": False}
    with pytest.raises(SystemCheckError, match="PostgreSQL\u00a017\\.7 ne montre pas aux déclencheurs"):
        call_command(command, **asked)
    assert check_server() == []


def test_nothing_is_served_from_a_server_that_is_too_old(blind: None, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    with pytest.raises(ImproperlyConfigured, match="Prenez PostgreSQL\u00a017\\.8"):
        roles._look(sender=None, connection=connection)
    assert closed == [True]
