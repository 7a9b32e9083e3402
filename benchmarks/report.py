"""What the monthly report costs on the journal of 100,000 devices, as a ratio to SQL written by hand, in one run.

Run with ``make bench``. A scratch database is created and dropped. The journal is written by SQL, triggers off: about
six rows for each device over twelve months, in the order of time as in life, with drives and erasures. There are no
rows of devices: the report reads none.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ.setdefault("TEST_DATABASE_NAME", "test_bench")

import django

django.setup()

from django.db import connection
from django.test.runner import DiscoverRunner
from django.test.utils import CaptureQueriesContext

from network.readers.territory import read_territory
from network.services.territory import load_territory
from reports.figures import reckon
from reports.months import bounds

DEVICES = 100_000
MONTH = date(2026, 9, 1)
RUNS = 9

LIVES = """
CREATE TEMP TABLE life (kind int, step int, verb text, target text);
INSERT INTO life
SELECT kind, step, split_part(move, '>', 1), split_part(move, '>', 2) FROM (VALUES
    (1, 'declare>declared collect>collected receive>received start>in_process await_part>awaiting_part'
        ' resume>in_process recondition>ready'),
    (2, 'declare>declared collect>collected receive>received start>in_process reject>unusable recycle>recycled'),
    (3, 'declare>declared collect>collected receive>received reclassify>received start>in_process recondition>ready'
        ' reopen>in_process recondition>ready'),
    (4, 'declare>declared withdraw>withdrawn'),
    (5, 'declare>declared collect>collected report_missing>missing'),
    (6, 'register>received start>in_process recondition>ready')
) lives (kind, moves), unnest(string_to_array(moves, ' ')) WITH ORDINALITY AS steps (move, step);
CREATE TEMP TABLE device AS
SELECT id, CASE WHEN draw < .62 THEN 1 WHEN draw < .77 THEN 2 WHEN draw < .85 THEN 3 WHEN draw < .90 THEN 4
                WHEN draw < .94 THEN 5 ELSE 6 END AS kind,
       (ARRAY['laptop', 'laptop', 'desktop', 'tablet', 'smartphone', 'screen'])[1 + floor(random() * 6)::int] AS type,
       CASE WHEN random() < .95 THEN (SELECT array_agg(e.id) FROM network_epci e)[1 + floor(random() * 17)::int] END
           AS epci,
       CASE WHEN random() < .5 THEN 'public' ELSE 'private' END AS donor_kind,
       timestamptz '2025-11-01 00:00 Europe/Paris' + random() * 360 * interval '1 day' AS born
FROM (SELECT id, random() AS draw FROM generate_series(1, %(devices)s) id) drawn;
"""
JOURNAL = """
INSERT INTO refurb_deviceentry (object_id, seq, verb, source, target, at, recorded_at, cause_machine, role, via,
    "values", comment_digest, hash, type, donor_kind, origin_epci_id)
SELECT id, step, verb, coalesce(lag(target) OVER life, ''), target, at, at, '', 'technician', '',
       '{}', '', md5(id::text) || md5(step::text), type,
       CASE WHEN kind = 6 THEN 'unknown' ELSE donor_kind END, CASE WHEN kind <> 6 THEN epci END
FROM (
    SELECT d.*, l.step, l.verb, l.target,
           d.born + sum((l.step > 1)::int * random() * 20 * interval '1 day') OVER (PARTITION BY d.id ORDER BY l.step)
               AS at
    FROM device d JOIN life l USING (kind)) moves
WINDOW life AS (PARTITION BY id ORDER BY step)
ORDER BY at;
INSERT INTO refurb_drive (device_id, stay, recorded_at, kind, serial, manufacturer, model, slot, arrived_at)
SELECT object_id, 1, at, 'ssd', object_id::text, '', '', '', at
FROM refurb_deviceentry WHERE verb = 'start' AND type <> 'screen';
INSERT INTO refurb_erasure (device_id, stay, recorded_at, drive_id, origin, tool, tool_version, standard, method,
    started_at, finished_at, passes_asked, passes_done, verification, verification_errors, pass_errors,
    hidden_sectors, serial_read, operator, report_sha256, outcome, refusals, claimed, differences)
SELECT device_id, 1, recorded_at, id, 'workshop', 'nwipe', '', '', 'overwrite',
       recorded_at, recorded_at, 1, 1, 'last_pass', 0, 0,
       'none', serial, '', '', 'accepted', '{}', 'erased', '{}'
FROM refurb_drive WHERE random() < .98;
ANALYZE refurb_deviceentry, refurb_drive, refurb_erasure;
"""
BUCKET = """CASE {row}.target WHEN 'awaiting_part' THEN 'in_process' ELSE {row}.target END,
       CASE WHEN {row}.target IN ('allotted', 'shipped', 'available', 'reserved', 'handed_over', 'returned')
            THEN {row}.convention_epci_id ELSE {row}.origin_epci_id END,
       {row}.type, {row}.donor_kind"""
BY_HAND = f"""
WITH pairs AS (
    SELECT {BUCKET.format(row="e")}, {BUCKET.format(row="n")}, n.seq IS NULL, count(*),
           count(*) FILTER (WHERE e.at < %(start)s), count(*) FILTER (WHERE e.at >= %(start)s AND e.seq = 1)
    FROM refurb_deviceentry e
    LEFT JOIN refurb_deviceentry n ON n.object_id = e.object_id AND n.seq = e.seq + 1 AND n.at < %(end)s
    WHERE e.at < %(end)s AND (n.at IS NULL OR n.at >= %(start)s)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
)
SELECT stage, place, type, donor, sum(opening), sum(entered), sum(gone), sum(closing)
FROM pairs p (s1, p1, t1, d1, s2, p2, t2, d2, last, n, stood, born), LATERAL (VALUES
    (s1, p1, t1, d1, stood, born, CASE WHEN (s1, p1, t1, d1) IS DISTINCT FROM (s2, p2, t2, d2) AND NOT last THEN n
                                       ELSE 0 END, CASE WHEN last THEN n ELSE 0 END),
    (s2, p2, t2, d2, 0, CASE WHEN (s1, p1, t1, d1) IS DISTINCT FROM (s2, p2, t2, d2) THEN n ELSE 0 END, 0, 0)
) b (stage, place, type, donor, opening, entered, gone, closing)
WHERE stage IS NOT NULL
GROUP BY 1, 2, 3, 4
HAVING sum(opening) + sum(entered) + sum(gone) + sum(closing) > 0
"""
"""The least that gives opening, entered, left and closing of every bucket: one join, all in SQL."""
TWICE_AS_OF = """
SELECT target, origin_epci_id, type, donor_kind, count(*) FROM (
    SELECT DISTINCT ON (object_id) * FROM refurb_deviceentry WHERE at < %s ORDER BY object_id, seq DESC) last
GROUP BY 1, 2, 3, 4
"""
"""What one writes first: the stock at one instant. It is asked twice, and says nothing of what moved."""


def rows(sql: str, values: Any = None) -> list[Any]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def fill() -> None:
    """Write the journal."""
    load_territory(read_territory())
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.59)")
        cursor.execute("SET session_replication_role = replica")
        for statement in (LIVES % {"devices": DEVICES}).split(";\n")[:-1]:
            cursor.execute(statement)
        for statement in JOURNAL.split(";\n")[:-1]:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")


def best(*functions: Callable[[], Any]) -> list[float]:
    """Seconds of the best run of each, taken in turn: what other programs of the machine add is left out."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(RUNS):
        for taken, function in zip(times, functions, strict=True):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def measure() -> None:
    """Print the ratio of this run, once both ways agree on every number."""
    fill()
    start, end = bounds(MONTH)
    period = {"start": start, "end": end}
    figures = reckon(MONTH, end).figures
    by_hand = rows(BY_HAND, period)
    numbers = [
        tuple(map(sum, zip(*(row[4:] for row in found), strict=True))) for found in (figures["buckets"], by_hand)
    ]
    assert numbers[0] == numbers[1], numbers
    with CaptureQueriesContext(connection) as queries:
        reckon(MONTH, end)
    report, hand, twice = best(
        lambda: reckon(MONTH, end),
        lambda: rows(BY_HAND, period),
        lambda: (rows(TWICE_AS_OF, [start]), rows(TWICE_AS_OF, [end])),
    )
    entries = rows("SELECT count(*) FROM refurb_deviceentry")[0][0]
    print(f"{DEVICES} devices, {entries} journal rows, {len(figures['buckets'])} buckets, {len(queries)} statements")
    print(f"report {report * 1e3:.0f} ms, SQL by hand {hand * 1e3:.0f} ms, ratio {report / hand:.2f}")
    print(f"against two DISTINCT ON that give the stocks alone ({twice * 1e3:.0f} ms): ratio {report / twice:.2f}")


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
