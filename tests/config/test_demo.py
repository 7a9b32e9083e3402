import socket
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


def test_a_port_where_maillon_answers_is_well(
    neighbour: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(FrontPage, "words", b"<title>Maillon</title>")
    with pytest.raises(SystemExit) as left:
        demo.leave_if_served(neighbour.server_port, "http://localhost:1234")
    assert not left.value.code
    assert "déjà servi sur http://localhost:1234" in capsys.readouterr().out


def test_a_free_port_is_taken_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((demo.HOST, 0)) as taken:
        free = taken.getsockname()[1]
    demo.leave_if_served(free, "http://localhost")
    assert capsys.readouterr().out == ""
