from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import database
from config.postgresql import server


def test_an_address_is_read_in_full() -> None:
    read = database.from_url("postgresql://ma%40illon:s%2Fecret@base.example:5433/maillon?sslmode=require")
    assert read["USER"] == "ma@illon"
    assert read["PASSWORD"] == "s/ecret"
    assert (read["HOST"], read["PORT"], read["NAME"]) == ("base.example", "5433", "maillon")
    assert read["OPTIONS"] == {"sslmode": "require"}


def test_a_folder_of_sockets_is_a_host() -> None:
    read = database.from_url("postgresql://postgres:@/autre?host=/run/postgresql")
    assert (read["HOST"], read["PORT"], read["NAME"]) == ("/run/postgresql", "", "autre")


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        database.from_url("sqlite:///maillon.db")


def test_without_an_address_the_server_is_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert database.settings()["ENGINE"] == "config.postgresql"
    assert database.settings()["HOST"] != database.settings(throwaway=True)["HOST"]


def test_the_tests_may_only_drop_a_database_named_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_NAME", "maillon")
    with pytest.raises(ImproperlyConfigured, match="test_"):
        database.settings()


@pytest.mark.parametrize("depth", [1, 40])
def test_the_socket_is_never_too_deep_for_the_kernel(depth: int) -> None:
    home = server.home(Path("/").joinpath(*["a-long-name"] * depth), "maillon")
    assert len(str(home / f".s.PGSQL.{server.PORT}")) <= server.LONGEST_SOCKET_PATH
