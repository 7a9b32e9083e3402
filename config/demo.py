"""`make demo`: serve a page that says how far it is, make the database, fill it with invented data, until Ctrl-C.

Several at once do no harm: on the same port the second finds that it is served, on another it waits for the first.
"""

import argparse
import contextlib
import http.client
import os
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
from procrastinate.contrib.django.utils import connector_params

from config.database import PROJECT
from config.postgresql.binaries import PostgresqlError
from config.postgresql.server import create_database
from desk.preparation import STEPS, Stage, begin_preparation, note_preparation

HOST = "127.0.0.1"
PREPARATION_LOCK = 0x4D41494C  # any number that nobody else uses in this database
START_SECONDS = 60
STOP_SECONDS = 15


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
        with running([sys.executable, "-m", *web(options.port)]) as server:
            wait_answer(options.port, server)
            if server.poll() is not None:
                sys.exit("Le site ne démarre pas.")
            print(f"\n    Maillon\u00a0: {site}    (cette page dit où en est la préparation)\n", flush=True)
            django.setup()
            prepare_or_tell(seed_options, server)
            serve(site, server)


def interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def leave_if_served(port: int, site: str) -> None:
    """Exit when the port is taken: well if Maillon answers there, badly otherwise."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            if "Maillon" in front_page(port):
                print(f"Maillon est déjà servi sur {site}")
                sys.exit()
            sys.exit(
                f"Le port {port} est pris par un autre programme\u00a0: tapez «\u00a0make demo PORT={port + 1}\u00a0»."
            )


def front_page(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=10) as answer:
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
    with psycopg.connect(**server, autocommit=True) as connection:
        if connection.execute("SELECT pg_try_advisory_lock(%s)", [PREPARATION_LOCK]).fetchone() == (False,):
            print("Une autre préparation est en cours\u00a0: on attend qu’elle finisse.", flush=True)
            note_preparation(doing="une autre préparation est en cours, on attend qu’elle finisse")
            connection.execute("SELECT pg_advisory_lock(%s)", [PREPARATION_LOCK])
        commands = (
            ["migrate", "--verbosity", "0"],
            ["load_territory"],
            ["load_reference"],
            ["seed_demo", *seed_options],
        )
        for step, command in zip(STEPS, commands, strict=True):
            print(f"{step}…", flush=True)
            note_preparation(step=step, doing="", done=0)
            call_command(*command)
    note_preparation(stage=Stage.READY)


def prepare_or_tell(seed_options: list[str], server: subprocess.Popen[bytes]) -> None:
    """Prepare; when that fails the terminal says why, the page what to do, until somebody interrupts: then exit 1."""
    try:
        prepare(seed_options)
    except Exception as error:  # noqa: BLE001 whatever it is, the page has to say that nothing will come
        told = isinstance(error, PostgresqlError | CommandError | psycopg.OperationalError)
        if not told:
            traceback.print_exc()
        # What the sentence of another error holds is for the terminal alone.
        note_preparation(stage=Stage.FAILED, why=str(error) if told else f"erreur {type(error).__name__}.")
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
        *("gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "4"),
        *("--log-level", "warning", "--no-control-socket"),
    ]


def serve(site: str, server: subprocess.Popen[bytes]) -> None:
    """The site that is served already, and its worker, until one of them ends or somebody interrupts."""
    worker = ["procrastinate", "worker", "--shutdown-graceful-timeout", "5"]
    with running([sys.executable, "manage.py", *worker]) as jobs:
        print(f"\n    Maillon\u00a0: {site}    (Ctrl-C pour arrêter)\n", flush=True)
        while jobs.poll() is None and server.poll() is None:
            time.sleep(0.5)
        sys.exit("Le site s’est arrêté." if jobs.poll() is None else "Le travail de fond s’est arrêté.")


def wait_answer(port: int, site: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while site.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not outlive the block; it is asked to end before it is made to."""
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
