"""The story told on other days, from other seeds, each on a scratch database: what it took, and what it was refused.

The scratch databases are made beside that of the demonstration, on the same server, from one that holds what every
story stands on; nothing of the demonstration is read or written. Whatever is measured goes to one file of figures,
line by line: a sweep that was stopped goes on where it was.
"""

import csv
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlencode

from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings
from psycopg import sql

from demo.afterwards import years_pass
from demo.agenda import ThreadRefusal
from demo.processes import processes
from demo.seeding import seed_demo

DAYS: Mapping[date, str] = {
    date(2026, 2, 2): "premier lundi du mois",
    date(2026, 3, 29): "dimanche, heure d’été",
    date(2026, 4, 6): "lundi de Pâques",
    date(2026, 4, 30): "fin de mois",
    date(2026, 5, 31): "fin de mois, un dimanche",
    date(2026, 7, 15): "lendemain de fête",
    date(2026, 8, 31): "fin de mois, un lundi",
    date(2026, 10, 25): "dimanche, heure d’hiver",
    date(2026, 11, 2): "lundi, lendemain d’un jour férié et d’un dimanche",
    date(2026, 11, 27): "vendredi où la démonstration s’arrêtait à 78 %",
    date(2026, 12, 31): "fin d’année",
    date(2027, 1, 1): "Jour de l’an",
    date(2027, 3, 1): "premier du mois, un lundi",
    date(2028, 2, 29): "29 février",
}
"""Fourteen days at the edges of the calendar, those to come included."""
SEEDS = (59, 1, 2)
SCRATCH = "maillon_sweep"
"""What the names of the scratch databases begin with."""


@dataclass(frozen=True)
class Case:
    """One story: told up to which day, from which seed, with how many devices."""

    as_of: date
    seed: int
    devices: int


@dataclass(frozen=True)
class Figures:
    """What one story took: seconds of the wall and of the processor, acts refused, and how it ended."""

    as_of: date
    seed: int
    devices: int
    seconds: int
    cpu_seconds: int
    refusals: int
    ended: str

    @property
    def is_good(self) -> bool:
        return self.ended == "finie" and not self.refusals


type Measured = tuple[Figures, list[str]]
"""What a story took, and the sentence of each refusal."""


def cases(days: Iterable[date], seeds: Sequence[int], devices: int) -> list[Case]:
    """Every day with every seed: the first seed of each day first."""
    return [Case(day, seed, devices) for seed in seeds for day in days]


def sweep(wanted: Iterable[Case], *, output: Path, jobs: int = 1) -> Iterator[Measured]:
    """Tell each story that ``output`` does not know of yet, ``jobs`` at a time; write its figures as it ends."""
    known = {(one.as_of, one.seed, one.devices) for one in read_figures(output)}
    left = [one for one in wanted if (one.as_of, one.seed, one.devices) not in known]
    if not left:
        return
    template = f"{SCRATCH}_template"
    own = str(connection.settings_dict["NAME"])
    _create(template, None)
    try:
        _fill(template, own)
        with processes(jobs, max_tasks_per_child=1) as pool:  # each story in one of its own
            for future in as_completed([pool.submit(measure, case, template) for case in left]):
                figures, refusals = future.result()
                _append(output, figures)
                yield figures, refusals
    finally:
        _drop(template)


def measure(case: Case, template: str) -> Measured:
    """Tell one story on a database of its own, in a process of its own; whatever stops it is part of its figures.

    Then the years pass, which are no part of its seconds: what the clock fails at is said as a refusal is.
    """
    name, ended = f"{SCRATCH}_{os.getpid()}", "finie"
    refusals: list[str] = []
    _point_to("postgres")
    _create(name, template)
    began, took = time.monotonic(), {}
    try:
        _point_to(name)
        with tempfile.TemporaryDirectory() as folder:
            there = Path(folder)
            with override_settings(DEMO=True, MEDIA_ROOT=there / "media", LIFECYCLE_SEAL_DIR=there / "seals"):
                _tell(case, refusals)
                took = _since(began)
                refusals += years_pass(case.as_of)
    except Exception as error:  # noqa: BLE001 a story that fails is what a sweep looks for
        ended = f"{type(error).__name__}: {error}"[:200].replace("\n", " ")
    finally:
        _point_to("postgres")
        _drop(name)
    return Figures(**asdict(case), **(took or _since(began)), refusals=len(refusals), ended=ended), refusals


def _since(began: float) -> dict[str, int]:
    """Seconds of the wall since ``began``, and those of the processor that this process and those it ended used."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    took = sum(one.ru_utime + one.ru_stime for one in used)
    return {"seconds": round(time.monotonic() - began), "cpu_seconds": round(took)}


def _tell(case: Case, refusals: list[str]) -> None:
    def refused(refusal: ThreadRefusal) -> None:
        refusals.append(str(refusal))

    def silently(done: float, now: datetime) -> None:
        """Nobody watches."""

    seed_demo(as_of=case.as_of, seed=case.seed, devices=case.devices, tell=silently, refused=refused, ahead=True)


def read_figures(path: Path) -> list[Figures]:
    """What an earlier sweep wrote; nothing when there is none."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Figures(
                as_of=date.fromisoformat(row["as_of"]),
                ended=row["ended"],
                **{name: int(row[name]) for name in ("seed", "devices", "seconds", "cpu_seconds", "refusals")},
            )
            for row in csv.DictReader(file)
        ]


def _append(path: Path, figures: Figures) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Figures)], lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(asdict(figures))


# --- scratch databases


def _point_to(name: str) -> None:
    """From now on this process speaks to another database of the server; so do those it starts."""
    connection.close()
    connection.settings_dict["NAME"] = name
    found = connection.settings_dict
    who = quote(str(found["USER"])) + (f":{quote(str(found['PASSWORD']))}" if found["PASSWORD"] else "")
    where = urlencode({"host": found["HOST"], "port": found["PORT"]})
    os.environ["DATABASE_URL"] = f"postgresql://{who}@/{name}?{where}"


def _fill(template: str, own: str) -> None:
    """Tables, territory and reference data."""
    connection.close()
    connection.settings_dict["NAME"] = template
    try:
        call_command("migrate", verbosity=0, interactive=False)
        for command in ("load_territory", "load_reference"):
            call_command(command, stdout=StringIO())
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _create(name: str, template: str | None) -> None:
    _drop(name)
    with connection.cursor() as cursor:
        made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            made += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        cursor.execute(made)


def _drop(name: str) -> None:
    """Drop a scratch database; nothing but those is ever dropped here."""
    if not name.startswith(SCRATCH):
        raise ValueError(f"{name} is not a scratch database")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
