"""What the gate costs, as ratios in one run: one row against SQL by hand, a set against bare SQL and against a loop.

Run with ``make bench``. A scratch database is created and dropped; the machine is the tests' own (``parcels``).
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ.setdefault("TEST_DATABASE_NAME", "test_bench")

import django

django.setup()

from django.db import connection, transaction
from django.test.runner import DiscoverRunner

from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels.models import Depot, Parcel
from tests.network.factories import make_membership

SET = 10_000
ONE_BY_ONE = 300
RUNS = 5

BARE_JOURNAL = """
INSERT INTO parcels_parcelentry
    (object_id, seq, verb, source, target, at, recorded_at, cause_machine, actor_id, role, organisation, via,
     "values", comment_digest, hash, size, depot_id)
SELECT id, seq + 1, 'break_', state, 'broken', clock_timestamp(), now(), '', %(actor)s, 'technician', %(organisation)s,
       '', '{"reason": "fell"}', '', %(hash)s, size, depot_id
FROM parcels_parcel WHERE id = ANY(%(pks)s::bigint[])
"""
BARE_MOVE = """
UPDATE parcels_parcel SET state = 'broken', seq = seq + 1, head = %(hash)s, moved_at = clock_timestamp()
WHERE id = ANY(%(pks)s::bigint[])
"""
BARE_LOCK = """
SELECT id, state, seq, head FROM parcels_parcel WHERE id = ANY(%(pks)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""


def fresh(actor: Membership, depot: Depot, count: int) -> list[int]:
    """Announce ``count`` parcels and let PostgreSQL learn of them."""
    rows = gate.create_many(Parcel, "announce", [Parcel(depot=depot) for _ in range(count)], actor=actor)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE parcels_parcel, parcels_parcelentry")
    return [row.pk for row in rows]


def timed(function: Callable[[], object]) -> float:
    """Seconds of one call, commit included."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def bare(actor: Membership, pks: list[int]) -> None:
    """The same move by hand: a lock, a journal row, an update; foreign keys on, no wall."""
    given = {"pks": pks, "actor": actor.pk, "organisation": actor.organisation_id, "hash": "0" * 64}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE_LOCK, given)
        cursor.fetchall()
        cursor.execute(BARE_JOURNAL, given)
        cursor.execute(BARE_MOVE, given)


def wall(word: str) -> None:
    """Raise (ENABLE) or lower (DISABLE) our own triggers; foreign keys stay."""
    with connection.cursor() as cursor:
        for table in ("parcels_parcel", "parcels_parcelentry"):
            cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")


def measure() -> None:
    """Print every ratio of this run."""
    actor = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    depot = Depot.objects.create(organisation=actor.organisation, total=10**9)

    def by_set(pks: list[int]) -> None:
        outcome = gate.apply_many(Parcel.objects.filter(pk__gte=pks[0]), "break_", actor=actor, reason="fell")
        assert len(outcome.moved) == len(pks)

    def by_loop(pks: list[int]) -> None:
        for parcel in Parcel.objects.filter(pk__in=pks):
            gate.apply(parcel, "break_", actor=actor, reason="fell")

    def by_hand(pks: list[int]) -> None:
        for pk in pks:
            bare(actor, [pk])

    sets, hands, loops, single = [], [], [], []
    for _ in range(RUNS):
        pks = fresh(actor, depot, SET)
        sets.append(timed(lambda pks=pks: by_set(pks)))
        pks = fresh(actor, depot, SET)
        wall("DISABLE")
        hands.append(timed(lambda pks=pks: bare(actor, pks)))
        wall("ENABLE")
        pks = fresh(actor, depot, ONE_BY_ONE)
        loops.append(timed(lambda pks=pks: by_loop(pks)) / ONE_BY_ONE)
        pks = fresh(actor, depot, ONE_BY_ONE)
        wall("DISABLE")
        single.append(timed(lambda pks=pks: by_hand(pks)) / ONE_BY_ONE)
        wall("ENABLE")
    in_set, in_bare, one, hand = (statistics.median(times) for times in (sets, hands, loops, single))
    print(f"one row:  gate {one * 1e3:.2f} ms, by hand {hand * 1e3:.2f} ms, ratio {one / hand:.1f}")
    print(f"a set of {SET}: gate {in_set * 1e3:.0f} ms, bare SQL {in_bare * 1e3:.0f} ms, ratio {in_set / in_bare:.2f}")
    print(f"a set of {SET} against a loop: {one * SET / in_set:.0f} times faster")


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
