"""`make demo`: serve a page that says how far it is, make the database, fill it with invented data, until Ctrl-C.

Several at once do no harm: on the same port the second finds that it is served, on another it waits for the first.
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
import traceback
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, NoReturn

import django
import psycopg
from django.core.management import CommandError, call_command
from django.db import transaction
from procrastinate.contrib.django.utils import connector_params

from config.copies import print_of
from config.database import PROJECT, SERVING_ROLE
from config.postgresql.binaries import PostgresqlError
from config.postgresql.server import Server, create_database
from demo.preparation import STEPS, PreparationState, begin_preparation, note_preparation
from demo.schema import recreate_schema
from lifecycle.roles import RoleRefused, grant_rights, make_role
from lifecycle.versions import unknown_migrations

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
        os.environ["DEMO_PREPARATION"] = str(PROJECT / "var" / f"preparation-{options.port}.json")
        begin_preparation()
        with running(web(options.port), role=SERVING_ROLE) as server:
            wait_answer(options.port, server)
            if server.poll() is not None:
                sys.exit("Le site ne démarre pas.")
            print(f"\n    Maillon\u00a0: {site}    (cette page dit où en est la préparation)\n", flush=True)
            django.setup()
            serve(site, server, prepare_or_tell(seed_options, server))


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
    """Say what holds the port: this copy, and all is well; another one, of another folder; another program."""
    copy = COPY.search(answer_of(port, "/sante/vivant"))
    if copy is not None and copy[1] == print_of(PROJECT):
        print(f"Maillon est déjà servi sur {site}")
        sys.exit()
    who = "un autre programme"
    if copy is not None:
        who = f"une autre copie de Maillon, d’un autre dossier que {PROJECT}"
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


def prepare(seed_options: list[str]) -> str:
    """Tables, territory, reference data, then what is invented; one preparation at a time.

    Each step does nothing where it has been done; the database of another version of Maillon is made anew first.
    Returns the role that may serve, "" where none could be made.
    """
    server = connector_params()
    create_database(server["dbname"], **server)
    role = serving_role()
    with psycopg.connect(**server, autocommit=True) as connection:
        if connection.execute("SELECT pg_try_advisory_lock(%s)", [PREPARATION_LOCK]).fetchone() == (False,):
            print("Une autre préparation est en cours\u00a0: on attend qu’elle finisse.", flush=True)
            note_preparation(doing="une autre préparation est en cours, on attend qu’elle finisse")
            connection.execute("SELECT pg_advisory_lock(%s)", [PREPARATION_LOCK])
        if unknown_migrations():
            print("La base vient d’une version antérieure de Maillon\u00a0: la démonstration est refaite.", flush=True)
            note_preparation(step=STEPS[0], doing="la base d’une version antérieure est refaite", done=0)
            recreate_schema()
        commands = (
            ["migrate", "--verbosity", "0"],
            ["grant_rights", SERVING_ROLE],
            ["load_territory"],
            ["load_reference"],
            ["seed_demo", *seed_options],
        )
        for step, command in zip(STEPS, commands, strict=True):
            if command[0] == "grant_rights" and not role:
                continue
            print(f"{step}…", flush=True)
            note_preparation(step=step, doing="", done=0)
            call_command(*command)
        if role:  # a seeding that was interrupted while it made the schema again left none
            grant_rights(role)
    note_preparation(stage=PreparationState.READY)
    return role


def serving_role() -> str:
    """The role that serves, made where it is not there; "" where a server does not let it be made, and says so.

    The site is there already and looks for it: it may never be seen with more rights than it keeps.
    """
    try:
        with transaction.atomic():
            make_role(SERVING_ROLE)
            grant_rights(SERVING_ROLE)
    except RoleRefused:
        print("Cette base ne laisse pas créer de rôle\u00a0: la démonstration sert avec celui de DATABASE_URL.")
        return ""
    return SERVING_ROLE


def prepare_or_tell(seed_options: list[str], server: "KeptProcess") -> str:
    """Prepare; when that fails the terminal says why, the page what to do, until somebody interrupts: then exit 1."""
    try:
        return prepare(seed_options)
    except Exception as error:  # noqa: BLE001 whatever it is, the page has to say that nothing will come
        told = isinstance(error, PostgresqlError | CommandError | psycopg.OperationalError)
        if not told:
            traceback.print_exc()
        # What the sentence of another error holds is for the terminal alone.
        note_preparation(stage=PreparationState.FAILED, why=str(error) if told else f"erreur {type(error).__name__}.")
        print(
            f"\nLa préparation a échoué\u00a0: {error}\nArrêtez par Ctrl-C, puis retapez «\u00a0make demo\u00a0»\u00a0;"
            " si cela recommence, «\u00a0make clean\u00a0» d’abord.",
            file=sys.stderr,
            flush=True,
        )
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
        sys.exit(1)


def web(port: int) -> list[str]:
    """The command of the site."""
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--workers", "2"),
        *("--threads", "4", "--log-level", "warning", "--no-control-socket"),
    ]


def serve(site: str, server: "KeptProcess", role: str) -> None:
    """The site that is served already, and its worker, both as the role that serves, until somebody interrupts."""
    if role != server.role:
        server.stop()
        server.role = role
        server.restart()
    with running([sys.executable, "manage.py", "work", "--grace", "5"], role=role) as jobs:
        print(f"\n    Maillon\u00a0: {site}    (Ctrl-C pour arrêter)\n", flush=True)
        keep({"Le travail de fond": jobs, "Le site": server})


def keep(processes: dict[str, "KeptProcess"]) -> NoReturn:
    """Start again what ends by itself; exit when something ends too often for that to help."""
    while True:
        if any(server.revive() for server in Server.held_by_this_process()):
            print("La base s’est arrêtée\u00a0: elle redémarre.", flush=True)
        for name, one in processes.items():
            if one.poll() is None:
                continue
            if one.is_hopeless():
                sys.exit(f"{name} s’arrête sans cesse\u00a0: lisez ci-dessus pourquoi.")
            print(f"{name} s’est arrêté\u00a0: il redémarre.", flush=True)
            one.restart()
        time.sleep(0.5)


def wait_answer(port: int, site: "KeptProcess") -> None:
    deadline = time.monotonic() + START_SECONDS
    while site.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)


class KeptProcess:
    """A process that is started again when it ends, until that serves nothing; it does not outlive this one."""

    def __init__(self, command: list[str], *, role: str = "") -> None:
        self.command, self.role = command, role
        self.starts: list[float] = []
        self.restart()

    def restart(self) -> None:
        self.starts.append(time.monotonic())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.bound", *self.command], env=os.environ | {"DATABASE_ROLE": self.role}
        )

    def poll(self) -> int | None:
        return self.process.poll()

    def wait(self) -> int:
        return self.process.wait()

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
def running(command: list[str], *, role: str = "") -> Iterator[KeptProcess]:
    """A process that does not outlive the block; ``role``: that of the database with which it serves."""
    kept = KeptProcess(command, role=role)
    try:
        yield kept
    finally:
        kept.stop()


if __name__ == "__main__":
    main()
