"""One PostgreSQL server per project and per use, alive as long as a process uses it.

Whoever connects first starts it; each process that uses it holds a shared lock on a file until it ends;
the last one to end stops it. The kernel drops the lock of a killed process, so nothing is ever counted
twice: at worst a server outlives its last user, and the next one finds it and takes it over.

It listens on a Unix socket only, in a folder that nobody else may enter.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

import psutil
import psycopg
from psycopg import sql

from config.postgresql import binaries
from config.postgresql.binaries import PostgresqlError

PORT = 5432
LONGEST_SOCKET_PATH = 107  # bytes; the kernel's limit on Linux
ROOT_FOLDER = Path("/var/lib/maillon")
SYSTEM_USER = "maillon"  # runs the server when root starts it: PostgreSQL refuses root
SUPERUSER = "postgres"
DATABASE = "maillon"
START_SECONDS = 120
STOP_SECONDS = 30

# No personal data in the server's log: neither the statement that failed nor the values in cause.
COMMON_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    # Emptying or dropping every table locks all that belongs to each of them, in one transaction: some 2,000 locks.
    "max_locks_per_transaction": "256",
}
# The data of the tests are made again each time: they need not survive a power cut.
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def home(project: Path, use: str) -> Path:
    """The folder of one server: its data, its log, its locks and its socket.

    As root it lies outside home folders, which the server's own user may not cross. A path too long for
    a socket sends it to the temporary folder.
    """
    digest = hashlib.sha256(os.fsencode(project)).hexdigest()[:10]
    if os.geteuid() == 0:
        return ROOT_FOLDER / digest / use
    folder = project / "var" / "postgres" / use
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
        return folder
    return Path(tempfile.gettempdir()) / f"maillon-{os.geteuid()}-{digest}" / use


@dataclass
class Server:
    """The server whose folder is `home`; `throwaway` when its data may be lost."""

    home: Path
    throwaway: bool = False
    stop_seconds: int = STOP_SECONDS

    _known: ClassVar[dict[Path, "Server"]] = {}
    _held: ClassVar[dict[Path, tuple[int, IO[bytes]]]] = {}
    _thread_lock: ClassVar[threading.RLock] = threading.RLock()

    @classmethod
    def declare(cls, home: Path, *, throwaway: bool) -> "Server":
        return cls._known.setdefault(home, cls(home, throwaway))

    @classmethod
    def held_by_this_process(cls) -> "list[Server]":
        """Those that this process holds."""
        return [cls._known[home] for home in cls._held if home in cls._known]

    @classmethod
    def at(cls, host: str) -> "Server":
        """The server declared in settings whose socket is in the folder `host`."""
        return cls._known[Path(host)]

    def hold(self) -> None:
        """Start the server unless it runs, and keep it until this process ends.

        Raises PostgresqlError when it cannot be started.
        """
        with self._thread_lock:
            if self.home in self._held:
                return
            self._make_home()
            with self._turn():
                users = (self.home / "users.lock").open("ab")
                fcntl.flock(users, fcntl.LOCK_SH)
                try:
                    self._start()
                except BaseException:
                    users.close()
                    raise
            self._held[self.home] = (os.getpid(), users)
            atexit.register(self.release)

    def revive(self) -> bool:
        """Start the server again if it died while this process holds it; whether it had died."""
        with self._thread_lock, self._turn():
            if self.home not in self._held or any(_runs(data) for data in self.home.glob("data-*")):
                return False
            self._start()
            return True

    def release(self) -> None:
        """Stop using the server; the last process to do so stops it.

        A process forked by the one that holds it does nothing: the lock it inherited says enough.
        """
        with self._thread_lock:
            owner, users = self._held.get(self.home, (0, None))
            if users is None or owner != os.getpid():
                return
            del self._held[self.home]
            users.close()
            self.stop_unless_used()

    def stop_unless_used(self) -> bool:
        """Stop the server if no process uses it; whether that was so."""
        with self._turn(), (self.home / "users.lock").open("ab") as alone:
            try:
                fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self._stop()
            return True

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Starting and stopping are done by one process at a time."""
        with (self.home / "turn.lock").open("ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield

    def _make_home(self) -> None:
        user = self._user()
        if user is not None:
            ROOT_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.home.parent.mkdir(mode=0o755, exist_ok=True)
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user is not None:
            os.chown(self.home, user.pw_uid, user.pw_gid)
        elif self.home.stat().st_uid != os.geteuid():
            raise PostgresqlError(
                f"Le dossier {self.home} appartient à quelqu’un d’autre\u00a0: supprimez-le. / "
                f"The folder {self.home} belongs to somebody else: remove it."
            )

    def _start(self) -> None:
        copies = ROOT_FOLDER if os.geteuid() == 0 else None
        programs, major = binaries.find(copies)
        data = self.home / f"data-{major}"
        if not data.exists():
            self._create_cluster(programs, major, data)
        if not _runs(data):
            self._write_settings(data)
            self._start_cluster(programs, data)
        self._create_database()

    def _create_cluster(self, programs: Path, major: int, data: Path) -> None:
        """Prepared aside, then renamed: an initdb cut short leaves nothing that looks finished."""
        unfinished = data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if major >= 17:  # the first version whose C.UTF-8 does not depend on the machine
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", *locale]
        if self.throwaway:
            options.append("--no-sync")
        result = self._run([programs / "initdb", "-D", unfinished, *options])
        if result.returncode != 0:
            raise PostgresqlError(_start_failure("initdb", result.stdout))
        unfinished.rename(data)

    def _write_settings(self, data: Path) -> None:
        settings = COMMON_SETTINGS | {"unix_socket_directories": str(self.home), "port": str(PORT)}
        if self.throwaway:
            settings |= THROWAWAY_SETTINGS
        lines = [f"{name} = '{value.replace("'", "''")}'\n" for name, value in settings.items()]
        (data / "maillon.conf").write_text("".join(lines))
        main = data / "postgresql.conf"
        if "include 'maillon.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude 'maillon.conf'\n")

    def _start_cluster(self, programs: Path, data: Path) -> None:
        log = self.home / "postgres.log"
        options = ["-w", "-t", str(START_SECONDS)]
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        deadline = time.monotonic() + 10
        while True:
            # The file left by a server that was killed: its process number may be another's by now.
            (data / "postmaster.pid").unlink(missing_ok=True)
            result = self._run([programs / "pg_ctl", "start", "-D", data, "-l", log, *options])
            if result.returncode == 0:
                return
            # After a kill, the processes that the server had forked may take a moment to go.
            if time.monotonic() > deadline:
                raise PostgresqlError(_start_failure(str(log), log.read_text() if log.exists() else result.stdout))
            time.sleep(0.5)

    def _stop(self) -> None:
        for data in self.home.glob("data-*"):
            if _runs(data):
                copies = ROOT_FOLDER if os.geteuid() == 0 else None
                programs, _major = binaries.find(copies)
                stop: list[str | Path] = [programs / "pg_ctl", "stop", "-D", data, "-w"]
                if self._run([*stop, "-t", str(self.stop_seconds), "-m", "fast"]).returncode != 0:
                    # Somebody does not let go. What was written is safe: the next start replays it.
                    self._run([*stop, "-t", str(STOP_SECONDS), "-m", "immediate"])

    def _create_database(self) -> None:
        """Waits for a server that another process was starting when it was killed."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                create_database(DATABASE, host=str(self.home), port=PORT, user=SUPERUSER)
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresqlError(_start_failure(str(self.home), str(error))) from error
                time.sleep(0.2)
            else:
                return

    def _run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs, as its own user when root.

        Its words go to a file: a server that inherits a pipe would keep it open for its whole life.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        who: dict[str, Any] = {}
        if (user := self._user()) is not None:
            who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as words:
            result = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=environment | {"LC_ALL": "C"},
                start_new_session=True,
                check=False,
                text=True,
                **who,
            )
            words.seek(0)
            result.stdout = words.read()
        return result

    @staticmethod
    def _user() -> pwd.struct_passwd | None:
        """Who runs the server: nobody else, or a system user without rights when root."""
        if os.geteuid() != 0:
            return None
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=False, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)


def create_database(name: str, **server: Any) -> None:
    """Create the database unless it exists; `server` holds psycopg's connection parameters."""
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(**server | {"dbname": name}).close()
        return
    created_meanwhile = psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation
    maintenance = server | {"dbname": "postgres"}
    with (
        psycopg.connect(**maintenance, autocommit=True) as connection,
        contextlib.suppress(*created_meanwhile),
    ):
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _runs(data: Path) -> bool:
    """Whether the process named in postmaster.pid is the server of these data.

    The number alone proves nothing: after a restart of the machine it may be any other process. A server
    works in its data folder.
    """
    try:
        number = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        return Path(psutil.Process(number).cwd()) == data.resolve()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _start_failure(who: str, words: str) -> str:
    end = "\n".join(words.strip().splitlines()[-10:])
    return f"PostgreSQL ne démarre pas ({who}). / PostgreSQL does not start ({who}).\n{end}"
