"""The pilot reads how the service itself is doing; whatever watches the machine asks it without an account."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk import service
from desk.parameters import SILENT_MINUTES
from desk.todo.blocks import Shown
from documents.services import queue_mail
from tests.reference.values import make_value
from typography.french import HARD, how_long_ago

pytestmark = pytest.mark.django_db
ALIVE, READY = "/sante/vivant", "/sante/pret"


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def seen(minutes_ago: int) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", at)


def late_mail(minutes_ago: int) -> None:
    queue_mail(to=[("camille@exemple.test", "Camille")], subject="Un lot", body="Bonjour")
    sql("UPDATE procrastinate_events SET at = %s", timezone.now() - timedelta(minutes=minutes_ago))


@pytest.fixture
def shown(office: Client) -> Any:
    def read() -> Shown:
        response = office.get("/")
        there = [*response.context["blocks"], *response.context["quiet"]]
        return next(one for one in there if one.block.key == "service")

    return read


def test_a_worker_at_work_is_told_with_when_it_was_seen(shown: Any) -> None:
    seen(3)
    late_mail(2)
    block = shown()
    assert (block.count, block.late) == (0, 0)
    assert f"Travail de fond{HARD}: vu il y a 3{HARD}minutes. Aucune tâche en retard." in block.block.empty


def test_a_worker_that_is_silent_is_late_and_one_never_seen_is_told(shown: Any) -> None:
    (line,) = shown().lines
    assert (line.title, line.when, line.is_late) == ("Travail de fond", "jamais vu", False)
    seen(50)
    (line,) = shown().lines
    assert (line.when, line.is_late, line.late_word) == (f"vu il y a 50{HARD}minutes", True, "arrêté")


def test_late_tasks_are_a_line_with_how_long_the_oldest_waits(shown: Any) -> None:
    seen(0)
    late_mail(130)
    (line,) = shown().lines
    assert (line.title, line.is_late) == (f"1{HARD}tâche en retard", True)
    assert line.when == f"la plus ancienne attend depuis 2{HARD}heures"


def test_a_disk_that_is_nearly_full_is_an_alarm(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(0)
    monkeypatch.setattr(service.shutil, "disk_usage", lambda place: SimpleNamespace(free=500 * 1024**2))
    (line,) = shown().lines
    assert (line.title, line.late_word, line.is_late) == ("Place sur le disque", "presque plein", True)
    assert line.about.startswith(f"500{HARD}Mo libres")


def test_the_pilot_chooses_from_when_on_in_dated_rows(shown: Any) -> None:
    seen(50)
    make_value(SILENT_MINUTES, 60, timezone.localdate())
    assert shown().count == 0


def test_the_site_says_that_it_lives_without_asking_the_database(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        response = client.get(ALIVE)
    assert (response.status_code, response.content.decode()) == (200, "vivant\n")
    assert "no-store" in response.headers["Cache-Control"]


def test_the_demonstration_alone_says_which_copy_it_is(client: Client, settings: Any) -> None:
    settings.DEMO = True

    said = client.get(ALIVE).content.decode()

    assert f"copie {settings.DEMO_COPY}\n" in said
    assert "/" not in said, "no path of a machine on a page that anybody reads"
    assert settings.DEMO_COPY not in str(settings.BASE_DIR)


def test_the_site_is_ready_and_says_in_words_what_lags(client: Client) -> None:
    late_mail(130)
    response = client.get(READY)
    assert response.status_code == 200
    said = response.content.decode()
    assert f"base{HARD}: répond" in said
    assert f"travail de fond{HARD}: silencieux" in said
    assert f"tâches{HARD}: en retard" in said
    assert not any(figure.isdigit() for figure in said)


def test_the_site_is_not_ready_without_its_database_nor_without_room(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.views.health.room_left", lambda: 3)
    assert (client.get(READY).status_code, client.get(READY).headers["Retry-After"]) == (503, "60")

    def away(*args: Any) -> None:
        raise OperationalError("refused")

    monkeypatch.setattr("desk.views.health.watched", away)
    response = client.get(READY)
    assert (response.status_code, response.content.decode()) == (503, f"base{HARD}: absente\n")


def test_addresses_for_those_who_watch_are_named() -> None:
    assert (reverse("desk:alive"), reverse("desk:ready")) == (ALIVE, READY)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=50), "à l’instant"),
        (timedelta(seconds=-9), "à l’instant"),
        (timedelta(minutes=1), "il y a 1 minute"),
        (timedelta(minutes=59), "il y a 59 minutes"),
        (timedelta(hours=2), "il y a 2 heures"),
        (timedelta(days=3, hours=4), "il y a 3 jours"),
    ],
)
def test_how_long_ago_is_told_in_the_unit_that_matters(before: timedelta, said: str) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=timezone.get_current_timezone())
    assert how_long_ago(now - before, now).replace(HARD, " ") == said.replace(HARD, " ")
