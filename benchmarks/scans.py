"""What one scan costs on the scan station, as ratios in one run: against a page of the site that does nothing.

Run with ``make bench BENCH_ARGS=scans``. A scratch database is created and dropped.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ.setdefault("TEST_DATABASE_NAME", "test_bench")

import django

django.setup()

from django.test.runner import DiscoverRunner
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse

from tests.pages import acting
from tests.refurb.devices import Bench, load_numbers

SCANS = 300


def main() -> None:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    setup_test_environment()
    databases = runner.setup_databases()
    try:
        measure()
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


def measure() -> None:
    """A page that reads the session, who one is and what he may open, and says always the same; then the scans."""
    load_numbers()
    bench = Bench()
    tags = [bench.received(tag=f"PRH-{number:04}").tag for number in range(SCANS)]
    client = acting(bench.technician)
    bare, station = reverse("desk:legal"), reverse("distribution:scan_station", args=["traiter"])
    pages, scans = [], []
    for tag in tags:
        pages.append(timed(lambda: client.get(bare)))
        scans.append(timed(lambda tag=tag: client.post(station, {"tag": tag, "scripted": "1"})))  # type: ignore[misc]
    for name, times in (("a page that does nothing", pages), ("one scan, answered", scans)):
        print(f"{name}: median {statistics.median(times) * 1e3:.1f} ms, p95 {p95(times) * 1e3:.1f} ms")
    print(f"p95 of a scan: {p95(scans) / p95(pages):.1f} times that of the page")


def timed(function: object) -> float:
    start = time.perf_counter()
    function()  # type: ignore[operator]
    return time.perf_counter() - start


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
