"""What an inventory of 10,000 lines costs: to deposit, to preview, to apply; as a CSV and as a workbook.

Run with ``make bench BENCH_ARGS=imports``. A scratch database is created and dropped.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ.setdefault("TEST_DATABASE_NAME", "test_bench")

import django

django.setup()

from django.test import Client
from django.test.runner import DiscoverRunner
from django.urls import reverse

from documents.services import store_file
from donations.inventory import INVENTORY
from donations.models import InventoryUnit
from imports.models import Import
from imports.services import begin_import, carry_on_import, deposit_import
from tests.donations.inventories import HEAD, machine
from tests.donations.scene import Scene, load_law
from tests.imports.files import csv_file, xlsx_file

LINES = 10_000
SORTS = 60
TYPES = ("Portable", "UC", "Écran")
RUNS = 3


def timed[R](function: Callable[[], R]) -> tuple[float, R]:
    """Seconds of one call, commit included, and its answer."""
    start = time.perf_counter()
    answer = function()
    return time.perf_counter() - start, answer


def rows(start: int) -> list[tuple[str, ...]]:
    """One line in fifty is refused, the others are machines of sixty models."""
    return [
        machine(f"P{start}N{rank}", "Imprimante" if rank % 50 == 0 else TYPES[rank % 3], model=f"Modèle {rank % SORTS}")
        for rank in range(LINES)
    ]


def measure() -> None:
    """Print the seconds of each step, and the rows applied each second."""
    load_law()
    for run in range(RUNS):
        for name in ("parc.csv", "parc.xlsx"):
            scene = Scene()
            whole = [HEAD, *rows(run)]
            content = csv_file(whole) if name.endswith("csv") else xlsx_file({"Parc": [list(row) for row in whole]})
            file = store_file(content=content, name=name, by=scene.contact)
            given = {"actor": scene.contact, "kind": INVENTORY, "organisation": scene.donor, "file": file}
            deposited, source = timed(lambda given=given: deposit_import(**given))
            client = Client()
            client.force_login(scene.contact.user)
            url = reverse("imports:import_detail", args=[source.pk])
            previewed, page = timed(lambda client=client, url=url: client.get(url))
            assert page.status_code == 200
            begun, _ = timed(lambda source=source: begin_import(source=source))
            applied, _ = timed(lambda source=source: carry_on_import(source=source.pk))
            done = Import.objects.get(pk=source.pk)
            taken = InventoryUnit.objects.filter(source=done).count()
            assert (done.stage, done.done, done.created) == ("done", LINES, taken), done.error
            print(
                f"{name}: deposit {deposited:.2f} s, preview {previewed:.2f} s, begin {begun:.2f} s,"
                f" apply {applied:.2f} s ({LINES / applied:.0f} rows a second), {taken} machines"
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
