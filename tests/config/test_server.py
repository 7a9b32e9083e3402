"""The server of our own, on real processes: several at once, killed ones, and what they leave behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config import database
from config.postgresql import binaries, server

USER = """
import sys
from pathlib import Path
from config.postgresql.server import Server
server = Server.declare(Path(sys.argv[1]), throwaway=True)
server.hold()
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """The folder of a server of this test only, where the server's user may go."""
    folder = server.home(database.PROJECT, f"proof-{os.getpid()}")
    yield folder
    for number in running(folder):
        psutil.Process(number).kill()
    subprocess.run(["rm", "-rf", folder], check=True)


def running(home: Path) -> list[int]:
    """The numbers of the servers whose data are under `home`; those they forked are not counted."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if len(words) > 1 and words[0].endswith("/postgres") and str(home) in " ".join(words):
            found.append(process.pid)
    return found


def start(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", USER, str(home)],
        cwd=database.PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_ready(user: subprocess.Popen[str]) -> None:
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"


def end(user: subprocess.Popen[str]) -> None:
    user.communicate("\n", timeout=60)
    assert user.returncode == 0


def test_the_last_of_several_at_once_stops_it(home: Path) -> None:
    users = [start(home) for _ in range(3)]
    for user in users:
        wait_ready(user)
    assert len(running(home)) == 1
    for user in users[:-1]:
        end(user)
    assert len(running(home)) == 1
    end(users[-1])
    assert running(home) == []


def test_it_is_taken_over_from_a_killed_process(home: Path) -> None:
    killed = start(home)
    wait_ready(killed)
    killed.kill()
    killed.communicate()
    (left,) = running(home)
    user = start(home)
    wait_ready(user)
    assert running(home) == [left]
    end(user)
    assert running(home) == []


def test_it_starts_again_after_it_was_killed(home: Path) -> None:
    first, second = start(home), start(home)
    wait_ready(first)
    wait_ready(second)
    end(second)
    (killed,) = running(home)
    os.kill(killed, signal.SIGKILL)
    user = start(home)
    wait_ready(user)
    assert running(home) != [killed]
    end(first)
    end(user)


def test_it_is_revived_by_whoever_holds_it_and_left_alone_while_it_runs(home: Path) -> None:
    own = server.Server.declare(home, throwaway=True)
    own.hold()
    assert own in server.Server.held_by_this_process()
    assert not own.revive()
    (killed,) = running(home)
    os.kill(killed, signal.SIGKILL)
    assert any(own.revive() or time.sleep(0.1) for _ in range(200)), "it takes a moment to die"
    (alive,) = running(home)
    assert alive != killed
    own.release()
    assert running(home) == []
    assert own not in server.Server.held_by_this_process()


def test_a_connection_that_does_not_let_go_is_cut_after_a_delay(home: Path) -> None:
    own = server.Server(home, throwaway=True, stop_seconds=2)
    own.hold()
    with psycopg.connect(host=str(home), port=server.PORT, user=server.SUPERUSER, dbname=server.DATABASE) as held:
        os.kill(held.info.backend_pid, signal.SIGSTOP)
        own.release()
        assert running(home) == []
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")


def test_a_number_that_became_another_process_does_not_stop_it(home: Path) -> None:
    end_of_first = start(home)
    wait_ready(end_of_first)
    end(end_of_first)
    (data,) = home.glob("data-*")
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    user = start(home)
    wait_ready(user)
    end(user)


def test_without_programs_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda copies: iter(()))
    with pytest.raises(binaries.PostgresqlError, match="apt-get install postgresql"):
        binaries.find()


def test_programs_that_do_not_run_are_passed_over(tmp_path: Path) -> None:
    for program in ("postgres", "initdb", "pg_ctl"):
        (tmp_path / program).write_text("not a program")
    assert binaries._version(tmp_path) == 0


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ("18.6", True),
        ("17.10 (Debian 17.10-1)", True),
        ("17.6", False),
        ("14.20", False),
        ("19beta1", True),
        ("", False),
    ],
)
def test_a_server_on_which_the_wall_would_not_stand_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, is_taken: bool
) -> None:
    for program in ("postgres", "initdb", "pg_ctl"):
        (tmp_path / program).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {said}'\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setattr(binaries, "_candidates", lambda copies: iter([tmp_path]))
    if is_taken:
        assert binaries.find() == (tmp_path, int(said[:2]))
    else:
        with pytest.raises(binaries.PostgresqlError):
            binaries.find()
