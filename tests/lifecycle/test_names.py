"""Names in the wall's functions: nobody puts a temporary table in the place of a journal or of a closed period."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from lifecycle.journal import chained_hash, hashed_columns
from lifecycle.models import ClosedPeriod
from lifecycle.versions import project_apps
from lifecycle.wall_sql import PATH, PROBES
from lifecycle.walls import edges_of, raise_walls, wall_of
from tests.intruder import play
from tests.lifecycle.parcels.models import Parcel, ParcelEntry

type Announce = Callable[..., list[Parcel]]


def functions() -> list[tuple[str, list[str], str]]:
    """``(name, settings, body)`` of every function of the project."""
    ours = [f"{config.label}_" for config in project_apps()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, coalesce(proconfig, '{}'), prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang "
            "WHERE l.lanname IN ('plpgsql', 'sql') AND pronamespace = 'public'::regnamespace "
            "AND EXISTS (SELECT 1 FROM unnest(%s::text[]) o WHERE starts_with(proname, o)) ORDER BY 1",
            [ours],
        )
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_every_function_fixes_where_names_are_looked_up() -> None:
    found = functions()
    assert found
    assert [name for name, settings, _ in found if f"search_path={PATH}" not in settings] == []


@pytest.mark.django_db
def test_what_is_probed_for_each_row_is_read_through_its_index_whatever_its_size_was() -> None:
    probes = [settings for name, settings, _ in functions() if name.endswith(PROBES)]
    assert probes
    assert all("enable_seqscan=off" in settings for settings in probes)


@pytest.mark.django_db
def test_a_function_that_forgets_its_path_gets_one_when_migrations_end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION lifecycle_forgetful() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    assert ("lifecycle_forgetful", [], "SELECT 1") in functions()
    for config in project_apps():
        raise_walls(config)
    assert ("lifecycle_forgetful", [f"search_path={PATH}"], "SELECT 1") in functions()


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def forge(parcel: Parcel, verb: str, target: str) -> None:
    """Write a journal row that has the right rank, source and hash, and move the parcel with it."""
    write(parcel, forged(parcel, verb, target))


def forged(parcel: Parcel, verb: str, target: str) -> dict[str, Any]:
    """The columns of the journal row, hash included."""
    last = parcel.journal.latest("seq")
    columns = {name: getattr(last, name) for name in hashed_columns(ParcelEntry)}
    columns |= {"verb": verb, "seq": parcel.seq + 1, "source": parcel.state, "target": target, "at": timezone.now()}
    columns |= {"values": {}}
    return columns | {"hash": chained_hash(parcel.head, columns)}


def write(parcel: Parcel, columns: dict[str, Any], table: str = "public.parcels_parcelentry") -> None:
    """Insert that row in a table, and move the parcel from it, in one statement, as the gate does."""
    names = [ParcelEntry._meta.get_field(name).column for name in columns]
    quoted = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("'{}'" if name == "values" else "%s" for name in columns)
    given = [value for name, value in columns.items() if name != "values"]
    stamped = ", stored_at = now()" if columns["target"] == "stored" else ""  # a constraint of the table asks for it
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH j AS (INSERT INTO {table} ({quoted}) VALUES ({marks}) RETURNING object_id)"
            f"UPDATE public.parcels_parcel SET state = %s, seq = %s, head = %s, moved_at = %s{stamped}"
            " FROM j WHERE object_id = id AND id = %s",
            [*given, columns["target"], columns["seq"], columns["hash"], columns["at"], parcel.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_temporary_journal_moves_nothing(announce: Announce) -> None:
    (parcel,) = announce()
    columns = forged(parcel, "expire", "expired")
    with pytest.raises(IntegrityError, match="sans sa ligne au journal"):
        play(
            lambda: write(parcel, columns, "pg_temp.parcels_parcelentry"),
            "CREATE TEMPORARY TABLE parcels_parcelentry (LIKE public.parcels_parcelentry)",
            "ALTER TABLE pg_temp.parcels_parcelentry ALTER COLUMN id DROP NOT NULL",
        )


ROW_ALONE = """
INSERT INTO parcels_parcelentry (object_id, seq, verb, source, target, at, recorded_at, cause_machine, role, via,
    "values", comment_digest, hash, size, depot_id)
SELECT id, 2, 'expire', state, 'expired', now(), now(), '', 'x', '', '{}', '', 'x', size, depot_id
FROM public.parcels_parcel
"""


def test_a_temporary_table_of_objects_does_not_stand_for_the_move_of_a_journal_row(announce: Announce) -> None:
    (parcel,) = announce()
    with pytest.raises(IntegrityError, match="sans mouvement"):
        play(
            lambda: sql(ROW_ALONE),
            "CREATE TEMPORARY TABLE parcels_parcel AS SELECT id, 9 AS seq FROM public.parcels_parcel",
        )
    assert parcel.journal.count() == 1


def test_a_temporary_calendar_opens_no_closed_month(announce: Announce) -> None:
    (parcel,) = announce()
    now = timezone.now()
    ClosedPeriod.objects.create(starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), closed_at=now)
    with pytest.raises(IntegrityError, match="close"):
        play(
            lambda: forge(parcel, "expire", "expired"),
            "CREATE TEMPORARY TABLE lifecycle_closedperiod (LIKE public.lifecycle_closedperiod)",
        )


def test_the_same_forged_row_passes_without_these_tables_so_that_the_tests_prove_something(announce: Announce) -> None:
    (parcel,) = announce()
    play(lambda: forge(parcel, "expire", "expired"))
    assert Parcel.objects.get(pk=parcel.pk).state == "expired"


REPLACED = """
CREATE OR REPLACE FUNCTION public.parcels_parcelentry_wall_edges() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RETURN NULL; END'
"""


@pytest.mark.parametrize(
    "statement",
    [REPLACED, "ALTER TABLE parcels_parcel DISABLE TRIGGER USER", "SET session_replication_role = replica"],
)
def test_who_reads_and_writes_rows_changes_no_function_and_lowers_no_trigger(
    announce: Announce, statement: str
) -> None:
    announce()
    with pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
        play(lambda: sql(statement))


# --- the moves a machine knows


@pytest.mark.parametrize(
    ("verb", "target"), [("give", "given"), ("announce", "announced"), ("store", "broken"), ("invented", "stored")]
)
def test_a_move_that_no_verb_makes_is_refused_whatever_its_hash(announce: Announce, verb: str, target: str) -> None:
    (parcel,) = announce()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        forge(parcel, verb, target)
    assert refused.value.__cause__.diag.constraint_name == "parcels_parcelentry_edges"  # type: ignore[union-attr]


HEAVIER = """
CREATE FUNCTION pg_temp.heavier() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.weight := 3; RETURN NEW; END';
CREATE TRIGGER a_heavier BEFORE UPDATE ON parcels_parcel FOR EACH ROW EXECUTE FUNCTION pg_temp.heavier();
"""
"""One column more in the statement of a legal move, of which the journal row says nothing."""


def test_a_stamp_is_the_one_that_its_journal_row_says(announce: Announce) -> None:
    (parcel,) = announce()
    with pytest.raises(IntegrityError, match="sans sa ligne au journal"), transaction.atomic():
        sql("UPDATE parcels_parcel SET weight = 3")
    sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    sql(HEAVIER)
    with pytest.raises(IntegrityError, match="sans sa ligne au journal"), transaction.atomic():
        forge(parcel, "expire", "expired")


def test_the_moves_the_wall_knows_are_those_of_the_code() -> None:
    assert ("reclassify", "stored", "stored") in edges_of(Parcel)
    assert ("announce", "", "announced") in edges_of(Parcel)
    assert "'give stored given'" in wall_of(Parcel)["parcels_parcelentry_wall_edges"]
