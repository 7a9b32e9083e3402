"""A database that another version made is told, and left as it is."""

import inspect
import json
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

from lifecycle import roles, versions
from lifecycle.servers import blind_server
from lifecycle.versions import check_history, check_server, keep_what_was_said, print_of, unknown_migrations

pytestmark = pytest.mark.django_db
PROVEN = "0003_proven_empty"


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


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration of the same name, in which a column is another one since it was applied."""
    source = inspect.getsource(inspect.getmodule(a_migration()))
    other = source.replace("CREATE FUNCTION refurb_device_proven", "CREATE FUNCTION refurb_device_gone")
    assert other != source
    read = inspect.getsource
    monkeypatch.setattr(inspect, "getsource", lambda module: other if read(module) == source else read(module))


def a_migration() -> Migration:
    return MigrationLoader(None).disk_migrations["refurb", PROVEN]


def test_a_migration_that_was_changed_where_it_is_is_of_another_version(changed: None) -> None:
    assert unknown_migrations() == [f"refurb.{PROVEN}"]
    with pytest.raises(SystemCheckError, match=f"autre version de Maillon.*dont refurb\\.{PROVEN}\\."):
        call_command("migrate", skip_checks=False)
    keep_what_was_said(apps.get_app_config("refurb"))
    assert unknown_migrations() == [f"refurb.{PROVEN}"], "to migrate again does not make it the one that was applied"


def test_a_comment_or_a_line_that_is_cut_elsewhere_changes_no_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    said = print_of(a_migration())
    source = inspect.getsource(inspect.getmodule(a_migration()))
    monkeypatch.setattr(
        inspect, "getsource", lambda module: f"# why\n{source.replace('import', 'import \\\n    ', 1)}\n\n"
    )
    assert print_of(a_migration()) == said


def test_what_an_older_database_did_not_keep_is_kept_from_its_next_migration_on() -> None:
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE django_migrations IS NULL")
    assert unknown_migrations() == []
    keep_what_was_said(apps.get_app_config("refurb"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('django_migrations'::regclass)")
        assert f"refurb.{PROVEN}" in json.loads(cursor.fetchone()[0])


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
