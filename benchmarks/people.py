"""What a list of 2,000 people costs among the files of the lists before: to deposit, to preview, to apply.

Run with ``make bench BENCH_ARGS=people``. A scratch database is created and dropped.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ.setdefault("TEST_DATABASE_NAME", "test_bench")

import django

django.setup()

from django.test.runner import DiscoverRunner

from imports.models import Import
from imports.services import begin_import, carry_on_import, check_import, deposit_named
from prescriptions.models import Household
from prescriptions.people_list import PEOPLE
from tests.imports.files import csv_file
from tests.prescriptions.files import Circle

LINES = 2_000
RUNS = 3
HEAD = ("Nom", "Prénom", "Date de naissance", "Téléphone", "Besoin", "Surtout pour")
FIRST = date(1940, 1, 1)


def timed[R](function: Callable[[], R]) -> tuple[float, R]:
    """Seconds of one call, commit included, and its answer."""
    start = time.perf_counter()
    answer = function()
    return time.perf_counter() - start, answer


def line(run: int, rank: int) -> tuple[str, ...]:
    """Somebody; one telephone in fifty is wrong."""
    born = FIRST + timedelta(days=rank * 11 + run)
    phone = "12" if rank % 50 == 0 else f"06{run:02}{rank:06}"
    return (f"Exemple{run} Nom{rank % 97}", f"Prénom{rank}", f"{born:%d/%m/%Y}", phone, "ordinateur", "études")


def measure() -> None:
    """Print the seconds of each step, each run among the files of those before."""
    circle = Circle()
    for run in range(RUNS):
        content = csv_file([HEAD, *(line(run, rank) for rank in range(LINES))])
        given = {"actor": circle.worker, "kind": PEOPLE, "organisation": circle.prescriber, "name": "liste.csv"}
        deposited, source = timed(lambda content=content, given=given: deposit_named(content=content, **given))
        checked, _ = timed(lambda source=source: check_import(source))
        begun, _ = timed(lambda source=source: begin_import(source=source))
        applied, _ = timed(lambda source=source: carry_on_import(source=source.pk))
        done = Import.objects.get(pk=source.pk)
        assert (done.stage, done.done) == ("done", LINES), done.error
        print(
            f"among {Household.objects.count() - done.created} files: deposit {deposited:.2f} s, check {checked:.2f} s,"
            f" begin {begun:.2f} s, apply {applied:.2f} s ({done.created / applied:.0f} people a second)"
        )


def main() -> None:
    """Measure in a scratch database."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        measure()
    finally:
        runner.teardown_databases(databases)


if __name__ == "__main__":
    main()
