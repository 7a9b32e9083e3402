import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest
from django.core.management import CommandError

from config import demo
from config.copies import print_of
from config.database import SERVING_ROLE
from demo.preparation import PreparationState, read_preparation


class FrontPage(BaseHTTPRequestHandler):
    words = b"Autre chose"

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.words)

    def log_message(self, *words: object) -> None:
        """Nothing: the tests' output is theirs."""


@pytest.fixture
def neighbour() -> Iterator[HTTPServer]:
    """A program that holds a port of this machine."""
    with HTTPServer((demo.HOST, 0), FrontPage) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_port_held_by_another_program_is_said(neighbour: HTTPServer) -> None:
    port = neighbour.server_port
    with pytest.raises(SystemExit, match=f"make demo PORT={port + 1}"):
        demo.leave_if_served(port, "http://localhost")


def test_a_port_where_this_copy_answers_is_well(
    neighbour: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(FrontPage, "words", f"vivant\ncopie {print_of(demo.PROJECT)}\n".encode())
    with pytest.raises(SystemExit) as left:
        demo.leave_if_served(neighbour.server_port, "http://localhost:1234")
    assert not left.value.code
    assert "déjà servi sur http://localhost:1234" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("vivant\ncopie 0123456789ab\n", f"d’un autre dossier que {demo.PROJECT}"),
        ("<title>Maillon</title>", "une autre copie de Maillon, plus ancienne"),
    ],
)
def test_a_port_served_by_another_copy_is_refused_and_which_is_said(
    neighbour: HTTPServer, monkeypatch: pytest.MonkeyPatch, words: str, who: str
) -> None:
    monkeypatch.setattr(FrontPage, "words", words.encode())
    port = neighbour.server_port
    with pytest.raises(SystemExit, match=f"{who}.*make demo PORT={port + 1}"):
        demo.leave_if_served(port, "http://localhost")


def test_what_dies_is_started_again_and_given_up_when_that_helps_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo.time, "sleep", lambda seconds: None)
    with (
        demo.running([sys.executable, "-c", "import time; time.sleep(600)"]) as steady,
        demo.running([sys.executable, "-c", ""]) as dying,
    ):
        first = steady.process.pid
        with pytest.raises(SystemExit, match="Le travail de fond s’arrête sans cesse"):
            demo.keep({"Le site": steady, "Le travail de fond": dying})
    assert len(dying.starts) == demo.MOST_STARTS
    assert (len(steady.starts), steady.process.pid) == (1, first)
    assert steady.poll() is not None, "nothing outlives the demonstration"
    assert "Le travail de fond s’est arrêté\u00a0: il redémarre." in capsys.readouterr().out


KILLED = """
import time
from config import demo
print(demo.KeptProcess(["sleep", "600"]).process.pid, flush=True)
time.sleep(600)
"""


def test_a_demonstration_that_is_killed_leaves_no_site_whose_page_would_wait_for_ever() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        site = psutil.Process(int(killed.stdout.readline()))
        deadline = time.monotonic() + 30
        while site.name() != "sleep" and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(killed.pid, signal.SIGKILL)
    with contextlib.suppress(psutil.NoSuchProcess):
        site.wait(30)
    assert not site.is_running() or site.status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def done(told_in: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a preparation does, on a database of this version that is not there."""
    done: list[str] = []

    class Lock:
        def __enter__(self) -> "Lock":
            return self

        def __exit__(self, *error: object) -> None:
            """Nothing is held."""

        def execute(self, *statement: object) -> "Lock":
            return self

        def fetchone(self) -> tuple[bool]:
            return (True,)

    monkeypatch.setattr(demo, "connector_params", lambda: {"dbname": "maillon"})
    monkeypatch.setattr(demo, "create_database", lambda name, **server: None)
    monkeypatch.setattr(demo, "serving_role", lambda: SERVING_ROLE)
    monkeypatch.setattr(demo.psycopg, "connect", lambda **server: Lock())
    monkeypatch.setattr(demo, "unknown_migrations", list)
    monkeypatch.setattr(demo, "recreate_schema", lambda: done.append("made anew"))
    monkeypatch.setattr(demo, "call_command", lambda name, *options: done.append(name))
    monkeypatch.setattr(demo, "grant_rights", lambda role: done.append(f"rights of {role}"))
    return done


def test_the_role_that_serves_has_its_rights_again_once_the_seed_made_the_tables_anew(done: list[str]) -> None:
    assert demo.prepare([]) == SERVING_ROLE
    assert done[-2:] == ["seed_demo", f"rights of {SERVING_ROLE}"]
    assert "made anew" not in done


def test_a_demonstration_of_an_older_version_is_made_anew_and_that_is_said(
    done: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "unknown_migrations", lambda: ["network.0001_initial"])
    assert demo.prepare([]) == SERVING_ROLE
    assert done[:2] == ["made anew", "migrate"]
    assert (
        "La base vient d’une version antérieure de Maillon\u00a0: la démonstration est refaite."
        in capsys.readouterr().out
    )


def test_a_free_port_is_taken_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((demo.HOST, 0)) as taken:
        free = taken.getsockname()[1]
    demo.leave_if_served(free, "http://localhost")
    assert capsys.readouterr().out == ""


@pytest.fixture
def told_in(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO_PREPARATION = str(tmp_path / "preparation.json")
    return tmp_path


class Site:
    """A site that somebody interrupts as soon as one waits for it."""

    def wait(self) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CommandError("Le territoire manque."), "Le territoire manque."),
        (ValueError("Mme Exemple"), "erreur ValueError."),
    ],
)
def test_a_preparation_that_fails_is_told_by_the_page_and_by_the_terminal(
    told_in: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    told: str,
) -> None:
    def prepare(seed_options: list[str]) -> None:
        raise error

    monkeypatch.setattr(demo, "prepare", prepare)
    site: Any = Site()
    with pytest.raises(SystemExit) as left:
        demo.prepare_or_tell([], site)
    assert left.value.code == 1
    found = read_preparation()
    assert found is not None
    assert (found.stage, found.why) == (PreparationState.FAILED, told)
    assert "make clean" in capsys.readouterr().err


def test_ctrl_c_while_it_is_prepared_is_no_failure(told_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(seed_options: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "prepare", prepare)
    site: Any = Site()
    with pytest.raises(KeyboardInterrupt):
        demo.prepare_or_tell([], site)
    assert read_preparation() is None
