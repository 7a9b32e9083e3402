"""`make demo`: make the database, fill it with invented data, then serve it until Ctrl-C.

Several at once do no harm: the second waits while the first prepares, then finds that it is served.
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
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, NoReturn

import django
import psycopg
from django.core.management import execute_from_command_line
from procrastinate.contrib.django.utils import connector_params

from config.database import PROJECT
from config.postgresql.binaries import PostgresqlError
from config.postgresql.server import create_database

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
            connection.execute("SELECT pg_advisory_lock(%s)", [PREPARATION_LOCK])
        for words, command in (
            ("Tables", ["migrate", "--verbosity", "0"]),
            ("Territoire", ["load_territory"]),
            ("Barèmes et listes", ["load_reference"]),
            ("Données inventées", ["seed_demo", *seed_options]),
        ):
            print(f"{words}…", flush=True)
            execute_from_command_line(["manage.py", *command])


def serve(port: int, site: str) -> None:
    """The site and its worker, until one of them ends or somebody interrupts."""
    web = [
        *("gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "4"),
        *("--log-level", "warning", "--no-control-socket"),
    ]
    worker = ["procrastinate", "worker", "--shutdown-graceful-timeout", "5"]
    with (
        running([sys.executable, "manage.py", *worker]) as jobs,
        running([sys.executable, "-m", *web]) as site_,
    ):
        wait_answer(port, site_)
        print(f"\n    Maillon\u00a0: {site}    (Ctrl-C pour arrêter)\n", flush=True)
        while jobs.poll() is None and site_.poll() is None:
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
