"""What the certificates of erasure of a lot cost, as ratios in one run: of few devices, of many; read, then drawn.

Run with ``make bench BENCH_ARGS=certificates``. A scratch database is created and dropped.
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
from django.utils import timezone

from documents.services import draw_document
from lifecycle import gate
from lifecycle.registry import Move
from refurb.lot_certificates import certify_lot
from refurb.models import Device
from tests.donations.scene import Scene, laptops
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.test_certificates import balanced

SIZES = (20, 200)


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
    """Each drive proven by a tool; the certificate of the whole lot, read from the proofs, then drawn as a PDF."""
    found = []
    for size in SIZES:
        scene = Scene(lines=(laptops(size),))
        donation, bench = balanced(scene), Bench(scene.north)
        devices = Device.objects.filter(donation=donation)
        gate.apply_many(devices, "start", actor=bench.technician)
        for device in devices:
            bench.proven(device)
        move = Move("donation", "reconcile", scene.north.manager, timezone.now(), None, {})
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            paper = certify_lot(donation, by=move.actor, at=move.at)
        read = time.perf_counter()
        content = draw_document(paper.document)
        found.append((size, read - start, time.perf_counter() - read))
        told = f"{found[-1][1]:.2f} s to read in {len(asked)} statements, {found[-1][2]:.2f} s to draw"
        print(f"{size} devices: {told}, {len(content) / 1024:.0f} KiB")
    (few, few_read, few_drawn), (many, many_read, many_drawn) = found
    times = f"{many_read / few_read:.1f} times as long to read, {many_drawn / few_drawn:.1f} times as long to draw"
    print(f"{many // few} times as many devices: {times}")


if __name__ == "__main__":
    main()
