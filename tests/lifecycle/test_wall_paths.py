"""Every way PostgreSQL has to write rows, by one who reads and writes rows alone: none goes past the wall."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection

from lifecycle.journal import journal_of
from lifecycle.machine import Stateful, machines
from tests.intruder import play
from tests.lifecycle.parcels.models import Parcel, ParcelEntry
from tests.lifecycle.test_names import sql
from tests.lifecycle.test_wall_statements import MOVE, STORE, WHOLE, entry, storing

type Announce = Callable[..., list[Parcel]]

GIVEN = "UPDATE SET state = 'given', seq = p.seq + 1"
EXPIRED = "UPDATE SET state = 'expired', seq = p.seq + 1, head = 'right'"
AGAIN = "INSERT INTO parcels_parcel SELECT * FROM parcels_parcel ON CONFLICT (id)"
MERGE = "MERGE INTO parcels_parcel p USING parcels_depot d ON d.id = p.depot_id"
COPIED = """
(reference, state, seq, head, moved_at, size, "limit", label, rounds, depot_id)
SELECT 'P-COPY', 'announced', 1, 'x', moved_at, size, "limit", '', 0, depot_id FROM parcels_parcel LIMIT 1
"""
FIRST, OTHER = (f"id = (SELECT {which}(id) FROM parcels_parcel)" for which in ("min", "max"))
VIEW = "CREATE TEMPORARY VIEW seen AS SELECT * FROM public.parcels_parcel"
ROWS = "CREATE TEMPORARY VIEW told AS SELECT * FROM public.parcels_parcelentry"
GIVES = """
CREATE FUNCTION pg_temp.gives(bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN UPDATE public.parcels_parcel SET state = 'given' WHERE id = $1; RETURN $1; END $$
"""
TELLS = f"""
CREATE FUNCTION pg_temp.tells(bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN {entry()} WHERE id = $1; RETURN $1; END $$
"""
OURS = ("_wall", "_edges", "_append_only")
PATHS: dict[str, tuple[str, ...]] = {
    "merge that gives": (f"{MERGE} WHEN MATCHED THEN {GIVEN}",),
    "merge that stamps": (f"{MERGE} WHEN MATCHED THEN UPDATE SET given_at = now()",),
    "merge with a journal row of another verb": (
        f"WITH j AS ({entry()} RETURNING id) {MERGE} WHEN MATCHED THEN {GIVEN}, head = 'right'",
    ),
    "merge with its journal row, and a stamp of another verb": (
        (f"WITH j AS ({entry()} RETURNING id) {MERGE} WHEN MATCHED THEN {EXPIRED}, given_at = p.moved_at"),
    ),
    "merge behind an update with its journal row": (
        (
            f"WITH j AS ({entry()} WHERE {FIRST}), u AS ({MOVE} WHERE {FIRST}) {MERGE}"
            f" AND {OTHER.replace('id', 'p.id', 1)} WHEN MATCHED THEN {GIVEN}"
        ),
    ),
    "an update behind a merge": (
        (
            f"WITH j AS ({entry()} WHERE {FIRST}), m AS ({MERGE} AND {OTHER.replace('id', 'p.id', 1)} WHEN MATCHED THEN"
            f" {GIVEN} RETURNING p.id) {MOVE} WHERE {FIRST}"
        ),
    ),
    "merge behind an insertion": (
        (
            f"WITH i AS (INSERT INTO parcels_parcel {COPIED.replace('LIMIT 1', 'WHERE false')}) {MERGE}"
            f" WHEN MATCHED THEN {GIVEN}"
        ),
    ),
    "merge that gives birth": (
        (
            "MERGE INTO parcels_parcel p USING parcels_parcel o ON p.id = -o.id WHEN NOT MATCHED THEN INSERT"
            ' (reference, state, seq, head, moved_at, size, "limit", label, rounds, depot_id) VALUES'
            " ('P-' || o.id, 'announced', 1, 'x', now(), 'small', 1, '', 0, o.depot_id)"
        ),
    ),
    "merge that takes away": (f"{MERGE} WHEN MATCHED THEN DELETE",),
    "merge that takes away what is nowhere else": (
        f"{MERGE.replace('= p', '= -p')} WHEN NOT MATCHED BY SOURCE THEN DELETE",
    ),
    "merge that adds to the journal": (
        (
            "MERGE INTO parcels_parcelentry j USING parcels_parcel p ON j.object_id = p.id AND j.seq = 2 WHEN"
            " NOT MATCHED THEN INSERT (object_id, seq, verb, source, target, at, recorded_at, cause_machine, role, via,"
            ' "values",'
            " comment_digest, hash, size, depot_id) VALUES (p.id, 2, 'expire', 'announced', 'expired', now(),"
            " now(), '', 'x', '', '{}', '', 'x', p.size, p.depot_id)"
        ),
    ),
    "merge that rewrites the journal": (
        (
            "MERGE INTO parcels_parcelentry j USING parcels_parcel p ON j.object_id = p.id WHEN MATCHED THEN UPDATE"
            " SET verb = 'expire'"
        ),
    ),
    "merge that empties the journal": (
        "MERGE INTO parcels_parcelentry j USING parcels_parcel p ON j.object_id = p.id WHEN MATCHED THEN DELETE",
    ),
    "a birth that turns into a move with its journal row, and a stamp of another verb": (
        (
            f"WITH j AS ({entry()} RETURNING id) {AGAIN}"
            " DO UPDATE SET state = 'expired', seq = 2, head = 'right', given_at = excluded.moved_at"
        ),
    ),
    "a journal row that turns into another": (
        (
            "INSERT INTO parcels_parcelentry SELECT * FROM parcels_parcelentry ON CONFLICT (object_id, seq) DO UPDATE"
            " SET verb = 'expire'"
        ),
    ),
    "a journal row that changes nothing of the one there": (f"WITH j AS ({entry('1')} ON CONFLICT DO NOTHING) {MOVE}",),
    "two updates, of which one has its journal row": (
        (
            f"WITH j AS ({entry()} WHERE {FIRST}), k AS (UPDATE parcels_parcel SET state = 'given' WHERE {OTHER})"
            f" {MOVE} WHERE {FIRST}"
        ),
    ),
    "an update behind another of the same kind, without effect": (
        (
            f'WITH k AS (UPDATE parcels_parcel SET "limit" = 3 WHERE {FIRST}) UPDATE parcels_parcel'
            f" SET state = 'given' WHERE {OTHER}"
        ),
    ),
    "through a view": (VIEW, "UPDATE seen SET state = 'given'"),
    "through a view that merges": (VIEW, MERGE.replace("parcels_parcel", "seen") + f" WHEN MATCHED THEN {GIVEN}"),
    "through a view that is born": (VIEW, f"INSERT INTO seen {COPIED}"),
    "through a view that takes away": (VIEW, "DELETE FROM seen"),
    "through a view of the journal": (ROWS, entry().replace("INTO parcels_parcelentry", "INTO told")),
    "through a view that rewrites the journal": (ROWS, "UPDATE told SET verb = 'expire'"),
    "from a function": (GIVES, "SELECT pg_temp.gives(id) FROM parcels_parcel"),
    "from a function, inside a true move": (GIVES, f"{WHOLE} WHERE pg_temp.gives(id) = id"),
    "from a function, once the move is made": (GIVES, f"{WHOLE} RETURNING pg_temp.gives(id)"),
    "from a function that writes the journal of the move it is in": (TELLS, f"{MOVE} WHERE pg_temp.tells(id) = id"),
    "from a block": (f"DO $$ BEGIN {MOVE}; {entry()}; END $$",),
    "from a block that catches what is refused": (
        f"DO $$ BEGIN BEGIN {MOVE}; EXCEPTION WHEN no_data_found THEN NULL; END; END $$",
    ),
    "from a prepared statement": (f"PREPARE hidden AS {MOVE}", "EXECUTE hidden"),
    "row by row": (
        (
            "DO $$ DECLARE c CURSOR FOR SELECT * FROM public.parcels_parcel FOR UPDATE; BEGIN OPEN c; MOVE c;"
            " UPDATE public.parcels_parcel SET state = 'given' WHERE CURRENT OF c; END $$"
        ),
    ),
}


@pytest.mark.parametrize("statements", PATHS.values(), ids=PATHS)
def test_no_way_of_writing_goes_past_the_wall(announce: Announce, statements: tuple[str, ...]) -> None:
    announce(2)
    with pytest.raises(IntegrityError) as refused:
        play(lambda: [sql(statement) for statement in statements])
    assert str(refused.value.__cause__.diag.constraint_name).endswith(OURS)  # type: ignore[union-attr]
    assert [(parcel.state, parcel.seq, parcel.given_at) for parcel in Parcel.objects.all()] == [
        ("announced", 1, None)
    ] * 2
    assert [row.verb for row in ParcelEntry.objects.all()] == ["announce"] * 2


WAYS: dict[str, tuple[str, ...]] = {
    "a merge with its journal row": ((f"WITH j AS ({entry()} RETURNING id) {MERGE} WHEN MATCHED THEN {EXPIRED}"),),
    "a birth that turns into a move with its journal row": (
        (f"WITH j AS ({entry()} RETURNING id) {AGAIN} DO UPDATE SET state = 'expired', seq = 2, head = 'right'"),
    ),
    "a view": (VIEW, WHOLE.replace("UPDATE parcels_parcel", "UPDATE seen")),
    "a block": (f"DO $$ BEGIN {WHOLE}; END $$",),
    "two updates with their journal rows": (
        f"WITH j AS ({entry()}), k AS ({MOVE} WHERE {FIRST}) {MOVE} WHERE {OTHER}",
    ),
}


@pytest.mark.parametrize("statements", WAYS.values(), ids=WAYS)
def test_the_same_ways_move_what_has_its_journal_row_so_that_the_tests_prove_something(
    announce: Announce, statements: tuple[str, ...]
) -> None:
    announce(2)
    play(lambda: [sql(statement) for statement in statements])
    assert {(parcel.state, parcel.seq) for parcel in Parcel.objects.all()} == {("expired", 2)}


def test_a_stamp_is_refused_by_the_same_statement_that_makes_a_true_move(announce: Announce) -> None:
    announce(2)
    play(lambda: sql(storing(store=STORE)))
    assert {(parcel.state, parcel.weight) for parcel in Parcel.objects.all()} == {("stored", 3)}


def test_rows_copied_among_the_objects_are_born_without_their_journal(announce: Announce) -> None:
    (parcel,) = announce()
    told: dict[str, Any] = {
        "reference": "P-COPY", "state": "announced", "seq": 1, "head": "x", "moved_at": parcel.moved_at,
        "size": "small", "limit": 1, "label": "", "rounds": 0, "depot_id": parcel.depot_id,
    }  # fmt: skip
    quoted = ", ".join(f'"{name}"' for name in told)

    def copied() -> None:
        with connection.cursor() as cursor, cursor.copy(f"COPY parcels_parcel ({quoted}) FROM STDIN") as copy:
            copy.write_row(list(told.values()))

    with pytest.raises(psycopg.IntegrityError, match="Aucune création"):
        play(copied)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE parcels_parcelentry CASCADE",
        "TRUNCATE parcels_parcel CASCADE",
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "SELECT set_config('session_replication_role', 'replica', false)",
        "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
        "CREATE SUBSCRIPTION ours CONNECTION 'dbname=elsewhere' PUBLICATION theirs WITH (connect = false)",
        "SELECT pg_replication_origin_create('ours')",
        "CREATE TABLE more () INHERITS (parcels_parcelentry)",
        "CREATE TEMPORARY TABLE more () INHERITS (parcels_parcelentry)",
        (
            "CREATE TRIGGER quiet BEFORE INSERT ON parcels_parcelentry FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
    ],
)
def test_what_would_silence_the_wall_is_not_for_who_writes_rows(announce: Announce, statement: str) -> None:
    announce()
    with pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
        play(lambda: sql(statement))


@pytest.mark.django_db
@pytest.mark.parametrize("model", machines().values(), ids=machines())
def test_no_table_of_a_machine_is_cut_in_parts(model: type[Stateful]) -> None:
    """A row that goes from a part to another is not always shown to the triggers as one that changed."""
    tables = [model._meta.db_table, journal_of(model)._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT relkind::text, relispartition FROM pg_class WHERE relname = ANY(%s)", [tables])
        assert cursor.fetchall() == [("r", False)]
