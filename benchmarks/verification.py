"""What a night costs at a hundred thousand objects: the verification of a week night, that of a Sunday, and the seals.

Run with ``python benchmarks/verification.py [objects]``. A scratch database is created and dropped; the machine is the
tests' own (``parcels``): eight journal rows and ten rows of evidence for each object, of which one in fifty moved since
the night before.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ.setdefault("TEST_DATABASE_NAME", "test_bench")

import django

django.setup()

from django.conf import settings
from django.db import connection, transaction
from django.test.runner import DiscoverRunner
from django.utils import timezone

from lifecycle import gate
from lifecycle.journal import canonical, chained_hash, hashed_columns
from lifecycle.sealing import seal_journals
from lifecycle.verification import Fault, verify_journals
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelEntry
from tests.network.factories import make_membership

OBJECTS = 100_000
ROWS = 8
MOVED = 50
PROOFS = 10
BORN = {"stamps": {"rounds": 0, "weight": None}}


def timed(name: str, function: Callable[[], object]) -> None:
    start = time.perf_counter()
    told = function()
    print(f"{name}: {time.perf_counter() - start:.1f} s ({told})", flush=True)


def populate(pilot: Membership, depot: Depot, count: int) -> None:
    """Objects and their chained journals, by COPY with the wall down; then their evidence."""
    now, names = timezone.now() - timedelta(hours=2), [*hashed_columns(ParcelEntry), "hash"]
    quoted = ", ".join(f'"{ParcelEntry._meta.get_field(name).column}"' for name in names)
    common = {
        "at": now, "recorded_at": now, "due_at": None, "cause_machine": "", "cause_entry": None, "actor_id": pilot.pk,
        "role": pilot.role, "organisation": pilot.organisation_id, "via": "", "comment_digest": "", "size": "small",
        "depot_id": depot.pk, "target": "announced",
    }  # fmt: skip
    heads = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy(f"COPY parcels_parcelentry ({quoted}) FROM STDIN") as copy:
            for pk in range(1, count + 1):
                head = ""
                for seq in range(1, ROWS + 1):
                    born = seq == 1
                    row = common | {
                        "object_id": pk,
                        "seq": seq,
                        "verb": "announce" if born else "reclassify",
                        "source": "" if born else "announced",
                        "values": BORN if born else {"size": "small"},
                    }
                    head = chained_hash(head, row)
                    copy.write_row(
                        [canonical(row[n]) if n == "values" else head if n == "hash" else row[n] for n in names]
                    )
                heads.append(head)
        columns = 'id, reference, seq, head, moved_at, state, size, "limit", label, rounds, depot_id'
        with cursor.copy(f"COPY parcels_parcel ({columns}) FROM STDIN") as copy:
            for pk, head in enumerate(heads, 1):
                copy.write_row([pk, f"P-{pk}", ROWS, head, now, "announced", "small", 100, "", 0, depot.pk])
        cursor.execute(
            "INSERT INTO parcels_sealproof (parcel_id) SELECT id FROM parcels_parcel, generate_series(1, %s)", [PROOFS]
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def move(pks: list[int], pilot: Membership) -> None:
    gate.apply_many(
        Parcel.objects.filter(pk__gte=pks[0], pk__lte=pks[-1]), "reclassify", actor=pilot, reason="x", size="large"
    )


def verify(*, whole: bool) -> str:
    found: list[Fault] = []
    read = verify_journals(found.append, whole=whole)
    assert not found, found[:3]
    return f"{read} rows computed again"


def measure(count: int) -> None:
    """Print how long each part of a night takes."""
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    depot = Depot.objects.create(organisation=pilot.organisation, total=10**9)
    timed("making them", lambda: populate(pilot, depot, count))
    timed("first seal", lambda: len(seal_journals(at=timezone.now())))
    first = Parcel.objects.order_by("pk").values_list("pk", flat=True)
    move(list(first[: count // MOVED]), pilot)
    timed("verification of a week night", lambda: verify(whole=False))
    timed("verification of a Sunday", lambda: verify(whole=True))
    timed("seal of a night", lambda: len(seal_journals(at=timezone.now())))


def main() -> None:
    """Measure in a scratch database, with seals in a folder that goes with it."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.LIFECYCLE_SEAL_DIR = Path(folder)
            measure(int(sys.argv[1]) if len(sys.argv) > 1 else OBJECTS)
    finally:
        runner.teardown_databases(databases)


if __name__ == "__main__":
    main()
