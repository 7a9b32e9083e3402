import socket
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from config import demo


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
    monkeypatch.setattr(FrontPage, "words", f"vivant\ncopie {demo.PROJECT}\n".encode())
    with pytest.raises(SystemExit) as left:
        demo.leave_if_served(neighbour.server_port, "http://localhost:1234")
    assert not left.value.code
    assert "déjà servi sur http://localhost:1234" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("vivant\ncopie /srv/un autre dossier\n", "celle du dossier /srv/un autre dossier"),
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


def test_a_free_port_is_taken_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((demo.HOST, 0)) as taken:
        free = taken.getsockname()[1]
    demo.leave_if_served(free, "http://localhost")
    assert capsys.readouterr().out == ""
