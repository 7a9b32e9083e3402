"""What labels cost, as ratios in one run: of few devices, of many; written down, then drawn as a PDF.

Run with ``make bench BENCH_ARGS=labels``. A scratch database is created and dropped.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ.setdefault("TEST_DATABASE_NAME", "test_bench")

import django

django.setup()

from django.db import connection
from django.test.runner import DiscoverRunner
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment

from refurb.label_paper import draw
from refurb.models import Device
from refurb.services import labels
from tests.refurb.devices import Bench, load_numbers

SIZES = (20, 500)
SHEET = "l7160"


def main() -> None:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    setup_test_environment()
    databases = runner.setup_databases()
    try:
        load_numbers()
        measure()
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


def measure() -> None:
    """Labels with both codes and a description, of devices that were received."""
    bench, found = Bench(), []
    for size in SIZES:
        pks = [bench.received(tag=f"B{size}-{rank:04}").pk for rank in range(size)]
        devices = Device.objects.filter(pk__in=pks)
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            run = labels.print_labels(actor=bench.technician, sheet=SHEET, devices=devices)
        written = time.perf_counter()
        content = draw(run)
        found.append((size, written - start, time.perf_counter() - written))
        told = f"{found[-1][1]:.2f} s to write down in {len(asked)} statements, {found[-1][2]:.2f} s to draw"
        print(f"{size} labels: {told}, {len(content) / 1024:.0f} KiB")
    (few, few_written, few_drawn), (many, many_written, many_drawn) = found
    times = f"{many_written / few_written:.1f} times as long to write down, {many_drawn / few_drawn:.1f} times to draw"
    print(f"{many // few} times as many labels: {times}")


if __name__ == "__main__":
    main()
