"""While the demonstration is being prepared: one page for all, without a database; then the site."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.settings import demo
from demo.preparation import (
    Preparation,
    PreparationMiddleware,
    PreparationState,
    PreparedFilter,
    begin_preparation,
    note_preparation,
    read_preparation,
)


@pytest.fixture
def told_in(settings: Any, tmp_path: Path) -> Path:
    file = tmp_path / "var" / "preparation-8000.json"
    settings.DEMO_PREPARATION = str(file)
    return file


def ask(method: str = "get", path: str = "/") -> HttpResponse:
    """A request to a site whose pages say « the site » (without a database: these tests have none)."""
    site = PreparationMiddleware(lambda request: HttpResponse("the site"))
    return site(getattr(RequestFactory(), method)(path))


def words(answer: HttpResponse) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_until_all_is_ready_every_address_answers_how_far_it_is(told_in: Path) -> None:
    begin_preparation()
    note_preparation(step="Données inventées", doing="on rejoue mars 2026", done=0.37)
    for method, path in (("get", "/"), ("get", "/compte/connexion/"), ("post", "/compte/connexion/"), ("get", "/x")):
        answer = ask(method, path)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "3"
        assert answer["Cache-Control"] == "no-store"
        assert "the site" not in words(answer)
        assert "Maillon" in words(answer)
    assert "37\u00a0%" in words(answer)
    assert "on rejoue mars 2026" in words(answer)
    assert "Barèmes et listes\u00a0: fait" in words(answer)
    assert "Données inventées\u00a0: en cours" in words(answer)


def test_the_page_reloads_itself_without_a_script_until_somebody_would_rather_not(told_in: Path) -> None:
    begin_preparation()
    page = ask().content.decode()
    assert '<meta http-equiv="refresh" content="3">' in page
    assert "<script" not in page
    assert "style=" not in page
    assert "http-equiv" not in ask(path="/?fixe").content.decode()


def test_once_all_is_ready_the_site_answers_and_the_file_is_read_no_more(told_in: Path) -> None:
    begin_preparation()
    site = PreparationMiddleware(lambda request: HttpResponse("the site"))
    assert site(RequestFactory().get("/")).status_code == 503
    note_preparation(stage=PreparationState.READY)
    assert site(RequestFactory().get("/")).content == b"the site"
    told_in.unlink()
    assert site(RequestFactory().get("/")).content == b"the site"


def test_a_preparation_that_failed_says_what_to_do(told_in: Path) -> None:
    begin_preparation()
    note_preparation(step="Tables", stage=PreparationState.FAILED, why="Le serveur PostgreSQL n’a pas démarré.")
    answer = ask()
    assert answer.status_code == 503
    assert "La préparation a échoué" in words(answer)
    assert "Le serveur PostgreSQL n’a pas démarré." in words(answer)
    assert "make demo" in words(answer)
    assert "http-equiv" not in answer.content.decode()


@pytest.mark.parametrize("written", [None, "", "{", "[]", '{"unknown": 1}'])
def test_without_a_file_that_can_be_read_nobody_comes_in(told_in: Path, written: str | None) -> None:
    if written is not None:
        told_in.parent.mkdir()
        told_in.write_text(written)
    assert read_preparation() is None
    assert ask().status_code == 503


def test_what_was_told_before_is_forgotten_by_the_next_preparation(told_in: Path) -> None:
    begin_preparation()
    note_preparation(stage=PreparationState.READY)
    begin_preparation()
    assert json.loads(told_in.read_text())["stage"] == "running"


def test_where_nothing_is_prepared_the_site_answers(settings: Any) -> None:
    settings.DEMO_PREPARATION = ""
    note_preparation(done=0.5)
    assert ask().content == b"the site"


def test_files_and_the_policy_of_contents_come_before_the_page_and_sessions_after() -> None:
    order = demo.MIDDLEWARE
    here = order.index("demo.preparation.PreparationMiddleware")
    assert order.index("whitenoise.middleware.WhiteNoiseMiddleware") < here
    assert order.index("django.middleware.csp.ContentSecurityPolicyMiddleware") < here
    assert here < order.index("django.contrib.sessions.middleware.SessionMiddleware")


def test_the_terminal_is_not_told_of_each_answer_of_the_page_but_of_every_other_error() -> None:
    assert demo.LOGGING["loggers"]["django.request"]["filters"] == ["prepared"]
    record = logging.makeLogRecord({"status_code": 503})
    assert not PreparedFilter().filter(record)
    assert PreparedFilter().filter(logging.makeLogRecord({"status_code": 500}))
    assert PreparedFilter().filter(logging.makeLogRecord({}))


@pytest.mark.parametrize(("seconds", "told"), [(8, "8\u00a0s"), (72, "1\u00a0min 12\u00a0s")])
def test_the_time_that_has_passed_is_told(monkeypatch: pytest.MonkeyPatch, seconds: int, told: str) -> None:
    monkeypatch.setattr("demo.preparation.time.time", lambda: 1000.0 + seconds)
    assert Preparation(began=1000.0).elapsed == told
