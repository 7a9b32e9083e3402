"""`make demo`: make the database, fill it with invented data, then serve it until Ctrl-C.

Several at once do no harm: the second waits while the first prepares, then finds that it is served.
"""

import argparse
import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import django
import psycopg
from django.core.management import execute_from_command_line
from procrastinate.contrib.django.utils import connector_params

from config.database import PROJECT, SERVING_ROLE
from config.postgresql.binaries import PostgresqlError
from config.postgresql.server import Server, create_database
from lifecycle.roles import RoleRefused, make_role

HOST = "127.0.0.1"
PREPARATION_LOCK = 0x4D41494C  # any number that nobody else uses in this database
START_SECONDS = 60
STOP_SECONDS = 15
MOST_STARTS = 5  # within a minute: more would help nobody
COPY = re.compile(r"^copie (.+)$", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make demo", description="Ce qui suit est remis à seed_demo.")
    parser.add_argument("--port", type=int, default=8000)
    options, seed_options = parser.parse_known_args()
    os.chdir(PROJECT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"
    os.environ["SITE_URL"] = site = f"http://localhost:{options.port}"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        leave_if_served(options.port, site)
        django.setup()
        try:
            prepare(seed_options)
        except (PostgresqlError, psycopg.OperationalError) as error:
            sys.exit(str(error))
        leave_if_served(options.port, site)
        serve(options.port, site)


def interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def leave_if_served(port: int, site: str) -> None:
    """Exit when the port is taken: well if this copy of Maillon answers there, badly otherwise."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            tell_who_serves(port, site)


def tell_who_serves(port: int, site: str) -> NoReturn:
    """Say what holds the port: this copy, and all is well; another one, named by its folder; another program."""
    copy = COPY.search(answer_of(port, "/sante/vivant"))
    if copy is not None and Path(copy[1]) == PROJECT:
        print(f"Maillon est déjà servi sur {site}")
        sys.exit()
    who = "un autre programme"
    if copy is not None:
        who = f"une autre copie de Maillon, celle du dossier {copy[1]}"
    elif "Maillon" in answer_of(port, "/"):
        who = "une autre copie de Maillon, plus ancienne"
    sys.exit(f"Le port {port} est pris par {who}\u00a0: tapez «\u00a0make demo PORT={port + 1}\u00a0».")


def answer_of(port: int, path: str) -> str:
    """What answers at this address of this machine, in words; empty when nothing does."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=10) as answer:
            page: bytes = answer.read(100_000)
    except urllib.error.HTTPError as error:
        page = error.read(100_000)
    except (OSError, http.client.HTTPException):
        return ""
    return page.decode(errors="replace")


def prepare(seed_options: list[str]) -> None:
    """Tables, territory, reference data, then what is invented; one preparation at a time.

    Each step does nothing where it has been done. Exits as the failing command does.
    """
    server = connector_params()
    create_database(server["dbname"], **server)
    rights = [("Droits", ["grant_rights", SERVING_ROLE])] if has_serving_role() else []
    with psycopg.connect(**server, autocommit=True) as connection:
        if connection.execute("SELECT pg_try_advisory_lock(%s)", [PREPARATION_LOCK]).fetchone() == (False,):
            print("Une autre préparation est en cours\u00a0: on attend qu’elle finisse.", flush=True)
            connection.execute("SELECT pg_advisory_lock(%s)", [PREPARATION_LOCK])
        for words, command in (
            ("Tables", ["migrate", "--verbosity", "0"]),
            *rights,
            ("Territoire", ["load_territory"]),
            ("Barèmes et listes", ["load_reference"]),
            ("Données inventées", ["seed_demo", *seed_options]),
        ):
            print(f"{words}…", flush=True)
            execute_from_command_line(["manage.py", *command])


def has_serving_role() -> bool:
    """Make the role that serves, and say so where a server does not let it be made."""
    try:
        make_role(SERVING_ROLE)
    except RoleRefused:
        print("Cette base ne laisse pas créer de rôle\u00a0: la démonstration sert avec celui de DATABASE_URL.")
        return False
    return True


def serve(port: int, site: str) -> None:
    """The site and its worker, both with the rights of the role that serves, until somebody interrupts."""
    web = [
        *("gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "4"),
        *("--log-level", "warning", "--no-control-socket"),
    ]
    worker = ["manage.py", "work", "--grace", "5"]
    if has_serving_role():
        os.environ["DATABASE_ROLE"] = SERVING_ROLE
    with (
        running([sys.executable, *worker]) as jobs,
        running([sys.executable, "-m", *web]) as site_,
    ):
        wait_answer(port, site_)
        print(f"\n    Maillon\u00a0: {site}    (Ctrl-C pour arrêter)\n", flush=True)
        keep({"Le travail de fond": jobs, "Le site": site_})


def keep(processes: dict[str, "Kept"]) -> NoReturn:
    """Start again what ends by itself; exit when something ends too often for that to help."""
    while True:
        if any(server.revive() for server in Server.held()):
            print("La base s’est arrêtée\u00a0: elle redémarre.", flush=True)
        for name, one in processes.items():
            if one.poll() is None:
                continue
            if one.is_hopeless():
                sys.exit(f"{name} s’arrête sans cesse\u00a0: lisez ci-dessus pourquoi.")
            print(f"{name} s’est arrêté\u00a0: il redémarre.", flush=True)
            one.restart()
        time.sleep(0.5)


def wait_answer(port: int, site: "Kept") -> None:
    deadline = time.monotonic() + START_SECONDS
    while site.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)


class Kept:
    """A process that is started again when it ends, until that serves nothing."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.starts: list[float] = []
        self.restart()

    def restart(self) -> None:
        self.starts.append(time.monotonic())
        self.process = subprocess.Popen(self.command)

    def poll(self) -> int | None:
        return self.process.poll()

    def is_hopeless(self) -> bool:
        """Whether it was started so many times within a minute, and ended each time."""
        return sum(start > time.monotonic() - 60 for start in self.starts) >= MOST_STARTS

    def stop(self) -> None:
        """Ask it to end, then make it."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[Kept]:
    """A process that does not outlive the block."""
    kept = Kept(command)
    try:
        yield kept
    finally:
        kept.stop()


if __name__ == "__main__":
    main()
