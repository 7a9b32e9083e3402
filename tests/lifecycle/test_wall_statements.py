"""A move is one statement: whoever cuts it in two, doubles it or says it wrong moves nothing."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lifecycle import gate, walls
from lifecycle.journal import ChainHasher, chained_hash, hashed_columns
from lifecycle.wall_sql import SHARED, creation
from network.models import Membership
from tests.intruder import play
from tests.lifecycle.parcels.models import Parcel, ParcelEntry
from tests.lifecycle.test_names import forge, forged, sql

type Announce = Callable[..., list[Parcel]]

ENTRY = """
INSERT INTO parcels_parcelentry (object_id, seq, verb, source, target, at, recorded_at, cause_machine, role, via,
    "values", comment_digest, hash, size, depot_id)
SELECT id, {seq}, '{verb}', '{source}', '{target}', moved_at, now(), '', 'x', '', '{values}', '', '{hash}', {size},
    depot_id
FROM parcels_parcel
"""


def entry(seq: str = "seq + 1", source: str = "announced", hash: str = "right", **columns: str) -> str:  # noqa: A002
    usual = {"hash": hash, "verb": "expire", "target": "expired", "values": "{}", "size": "size"}
    return ENTRY.format(seq=seq, source=source, **(usual | columns))


MOVE = "UPDATE parcels_parcel SET state = 'expired', seq = seq + 1, head = 'right'"
WHOLE = f"WITH j AS ({entry()}) {MOVE}"
STORE = (
    "UPDATE parcels_parcel SET state = 'stored', seq = seq + 1, head = 'right', label = 'L' || id, weight = 3,"
    " stored_at = moved_at, rounds = rounds + 1"
)
SAID = '{"stamps": {"weight": 3, "rounds": 1}}'


def storing(said: str = SAID, store: str = STORE) -> str:
    """A legal move that stamps, with what its journal row says."""
    return f"WITH j AS ({entry(verb='store', target='stored', values=said)}) {store}"


def saying(said: str) -> str:
    """A legal move that stamps nothing, whose journal row says this."""
    return f"WITH j AS ({entry(values=said)}) {MOVE}"


MERGED_BEHIND = """
WITH x AS (UPDATE parcels_parcel SET state = state WHERE false) MERGE INTO parcels_parcel p
USING parcels_depot d ON d.id = p.depot_id WHEN MATCHED THEN UPDATE SET seq = 2, state = 'expired'
"""
ENEMIES = {
    "an update alone": (MOVE,),
    "a journal row alone": (entry(),),
    "the row, then the move": (entry(), MOVE),
    "the move, then the row": (MOVE, entry()),
    "a move, then a row of a later rank": (WHOLE, entry("seq + 1", "expired", "more")),
    "another head": (f"WITH j AS ({entry(hash='wrong')}) {MOVE}",),
    "another rank": (f"WITH j AS ({entry('seq + 2')}) {MOVE}",),
    "another source": (f"WITH j AS ({entry(source='stored')}) {MOVE}",),
    "two ranks at once": (f"WITH j AS ({entry()}), k AS ({entry('seq + 2', 'expired', 'x')}) {MOVE}",),
    "two moves of one object": (
        f"WITH j AS ({entry()}), k AS ({entry('seq + 2', 'expired', 'last')}) {MOVE.replace('+ 1', '+ 2')}",
    ),
    "another instant": (f"WITH j AS ({entry()}) {MOVE}, moved_at = now() + interval '1 day'",),
    "a stamp that the row does not say": (f"WITH j AS ({entry()}) {MOVE}, weight = 3",),
    "a stamp that another verb sets": (f"{WHOLE}, given_at = moved_at",),
    "a text that another verb sets": (f"{WHOLE}, label = 'L' || id",),
    "who did what another verb does": (f"{WHOLE}, stored_by_id = (SELECT min(id) FROM network_membership)",),
    "a stamp that another verb sets, which the row says": (f"{saying('{"stamps": {"weight": 3}}')}, weight = 3",),
    "a stamp that another verb sets, said and not changed": (saying('{"stamps": {"rounds": 0}}'),),
    "a dimension that another verb sets, which the row says": (
        f"WITH j AS ({entry(size="'large'")}) {MOVE}, size = 'large'",
    ),
    "a dimension that the verb does not set, kept by the object alone": (
        f"WITH j AS ({entry(size="'large'")}) {MOVE}",
    ),
    "a stamp of the verb that its row does not say": (
        storing('{"stamps": {"rounds": 1}}', STORE.replace("weight = 3", "weight = NULL")),
    ),
    "a stamp of the verb that is not written": (storing('{"stamps": {"weight": 3}}', STORE.replace(" + 1", "")),),
    "a stamp of the verb at another instant": (storing(store=STORE.replace("= moved_at", "= now()")),),
    "a stamp of the verb by another than who did it": (
        storing(store=f"{STORE}, stored_by_id = (SELECT min(id) FROM network_membership)"),
    ),
    "a stamp beside those that are kept": (storing('{"stamps": {"weight": 3, "rounds": 1, "label": "L"}}'),),
    "stamps that are a list": (saying('{"stamps": ["rounds"]}'),),
    "stamps that are a text": (saying('{"stamps": "weight"}'),),
    "stamps that are nothing": (saying('{"stamps": null}'),),
    "values that are a list": (saying('["stamps"]'),),
    "a dimension that the row does not say": (f"WITH j AS ({entry()}) {MOVE}, size = 'large'",),
    "another reference": (f"WITH j AS ({entry()}) {MOVE}, reference = 'P-OTHER'",),
    "another key": (f"WITH j AS ({entry()}) {MOVE}, id = id + 1000000",),
    "one row for two objects": (f"WITH j AS ({entry()} ORDER BY id LIMIT 1) {MOVE}",),
    "a move that merges": (
        "MERGE INTO parcels_parcel p USING parcels_depot d ON d.id = p.depot_id WHEN MATCHED THEN UPDATE SET seq = 2",
    ),
    "a move that merges behind an update of nothing": (MERGED_BEHIND,),
    "a birth that turns into a move": (
        "INSERT INTO parcels_parcel SELECT * FROM parcels_parcel ON CONFLICT (id) DO UPDATE SET state = 'expired'",
    ),
    "an object taken away": ("DELETE FROM parcels_parcel",),
    "an object taken away and born again": (
        "WITH gone AS (DELETE FROM parcels_parcel RETURNING *) INSERT INTO parcels_parcel SELECT * FROM gone",
    ),
    "a first row, of no verb, for nobody": (entry("1", "", hash="x").replace("SELECT id,", "SELECT id + 1000000,"),),
}


@pytest.mark.parametrize("statements", ENEMIES.values(), ids=ENEMIES)
def test_what_is_not_a_journal_row_with_its_move_in_one_statement_is_refused(
    announce: Announce, statements: tuple[str, ...]
) -> None:
    announce(2)
    with pytest.raises(IntegrityError):
        play(lambda: [sql(statement) for statement in statements])
    assert [(parcel.state, parcel.seq) for parcel in Parcel.objects.all()] == [("announced", 1)] * 2
    assert ParcelEntry.objects.count() == 2


def test_the_same_statement_moves_when_nothing_is_wrong_so_that_the_tests_prove_something(announce: Announce) -> None:
    announce(2)
    play(lambda: sql(storing()))
    assert {parcel.state for parcel in Parcel.objects.all()} == {"stored"}
    sql(f"WITH j AS ({entry(source='stored', hash='last')}) {MOVE.replace('right', 'last')}")
    assert {parcel.state for parcel in Parcel.objects.all()} == {"expired"}


def test_a_statement_that_updates_a_row_twice_moves_it_as_its_journal_row_says_or_not_at_all(
    announce: Announce,
) -> None:
    announce(2)
    sql(f"WITH j AS ({entry()}), k AS (UPDATE parcels_parcel SET state = 'given' RETURNING id) {MOVE}")
    assert {(parcel.state, parcel.head) for parcel in Parcel.objects.all()} == {("expired", "right")}


def test_a_first_row_whose_object_is_never_born_is_refused(announce: Announce) -> None:
    (parcel,) = announce()
    columns = forged(parcel, "announce", "announced") | {"object_id": parcel.pk + 1_000_000, "seq": 1, "source": ""}
    with pytest.raises(IntegrityError, match="foreign key"):
        play(lambda: ParcelEntry.objects.bulk_create([ParcelEntry(**columns)]))


BORN = """
INSERT INTO parcels_parcel (reference, state, seq, head, moved_at, size, "limit", label, rounds, weight, depot_id
    {columns})
SELECT 'P-BORN', state, seq, 'x', moved_at, size, "limit", '', 2, 5, depot_id {values}
FROM parcels_parcel RETURNING id
"""
FIRST = """
INSERT INTO parcels_parcelentry (object_id, seq, verb, source, target, at, recorded_at, cause_machine, role, via,
    "values", comment_digest, hash, size, depot_id)
SELECT id, 1, 'announce', '', 'announced', moved_at, now(), '', 'x', '', '{said}', '', 'x', size, depot_id
FROM born
"""


def birth(said: str = '{"stamps": {"rounds": 2, "weight": 5}}', columns: str = "", values: str = "") -> str:
    born = BORN.format(columns=columns, values=values).replace("RETURNING id", "RETURNING *")
    return f"WITH born AS ({born}) {FIRST.format(said=said)}"


@pytest.mark.parametrize(
    "statement",
    [
        birth(columns=", given_at", values=", moved_at"),
        birth(columns=", stored_by_id", values=", (SELECT min(id) FROM network_membership)"),
        birth('{"stamps": {"rounds": 2}}'),
        birth('{"stamps": {"rounds": 2, "weight": 6}}'),
        birth('{"stamps": {"rounds": 2, "weight": 5, "label": ""}}'),
        birth('{"stamps": "rounds"}'),
        birth("{}"),
        birth("[]"),
    ],
)
def test_what_is_born_says_what_it_is_and_nothing_that_was_done_later(announce: Announce, statement: str) -> None:
    announce()
    with pytest.raises(IntegrityError, match="Aucune création"):
        play(lambda: sql(statement))
    play(lambda: sql(birth()))
    assert Parcel.objects.get(reference="P-BORN").rounds == 2


def test_rows_copied_into_the_journal_move_nothing(announce: Announce) -> None:
    (parcel,) = announce()
    names = [field.column for field in ParcelEntry._meta.concrete_fields if field.column != "id"]
    quoted = ", ".join(f'"{name}"' for name in names)
    told = {field.column: getattr(parcel.journal.get(), field.attname) for field in ParcelEntry._meta.concrete_fields}
    told |= {"seq": 2, "verb": "expire", "source": "announced", "target": "expired", "values": "{}", "hash": "x"}

    def copied() -> None:
        with connection.cursor() as cursor, cursor.copy(f"COPY parcels_parcelentry ({quoted}) FROM STDIN") as copy:
            copy.write_row([told[name] for name in names])

    with pytest.raises(psycopg.IntegrityError, match="sans mouvement"):
        play(copied)


def test_nothing_is_left_to_be_checked_later(announce: Announce) -> None:
    announce()
    sql("SET CONSTRAINTS ALL DEFERRED")
    with pytest.raises(IntegrityError, match="sans mouvement"), transaction.atomic():
        sql(entry())


def test_several_moves_of_one_object_follow_each_other_in_one_transaction(
    announce: Announce, keeper: Membership
) -> None:
    (parcel,) = announce()
    with transaction.atomic():
        stored = gate.apply(parcel, "store", actor=keeper, weight=1, label="R")
        broken = gate.apply(stored, "break_", actor=keeper, reason="fell")
    assert (broken.seq, broken.state) == (3, "broken")


def test_a_plan_made_for_one_row_serves_a_set(announce: Announce, keeper: Membership) -> None:
    (one, *rest) = announce(301)
    gate.apply(one, "break_", actor=keeper, reason="fell")
    outcome = gate.apply_many(Parcel.objects.exclude(pk=one.pk), "break_", actor=keeper, reason="fell")
    assert len(outcome.moved) == len(rest)


# --- the wall of before


ROW_BY_ROW = """
CREATE OR REPLACE FUNCTION parcels_parcel_wall_move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
DROP TRIGGER parcels_parcel_wall_move ON parcels_parcel;
CREATE TRIGGER parcels_parcel_wall_move BEFORE UPDATE ON parcels_parcel FOR EACH ROW
    EXECUTE FUNCTION parcels_parcel_wall_move();
DROP TRIGGER parcels_parcel_wall_kept ON parcels_parcel;
DROP TRIGGER parcels_parcelentry_wall_moved ON parcels_parcelentry;
CREATE CONSTRAINT TRIGGER parcels_parcelentry_wall_moved AFTER INSERT ON parcels_parcelentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION parcels_parcelentry_wall_moved();
"""


@pytest.mark.django_db
def test_a_wall_that_looked_at_each_row_gives_way_when_migrations_end() -> None:
    config = apps.get_app_config("parcels")
    sql(ROW_BY_ROW)
    assert walls.standing("parcels") != walls.drawn(config)
    walls.raise_walls(config)
    assert walls.standing("parcels") == walls.drawn(config)


SHARED_BEFORE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'
"""


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*SHARED])
def test_a_function_that_all_walls_share_is_made_again_when_it_is_another(name: str) -> None:
    config = apps.get_app_config("lifecycle")
    sql(SHARED_BEFORE.format(name=name))
    assert walls.standing("lifecycle") != walls.drawn(config)
    walls.raise_walls(config)
    assert walls.standing("lifecycle") == walls.drawn(config)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "trigger", ["parcels_parcel_wall_kept ON parcels_parcel", "parcels_parcelentry_closed ON parcels_parcelentry"]
)
def test_a_trigger_of_a_machine_that_is_missing_is_made_again(trigger: str) -> None:
    sql(f"DROP TRIGGER {trigger}")
    config = apps.get_app_config("parcels")
    walls.raise_walls(config)
    assert walls.standing("parcels") == walls.drawn(config)


def test_a_function_of_the_wall_is_made_with_what_it_fixes() -> None:
    assert "SET enable_seqscan = off" in creation("parcels_parcel_wall_move", "BEGIN END")
    assert "enable_seqscan" not in creation("parcels_parcelentry_wall_edges", "BEGIN END")


# --- how the gate writes it


def test_a_move_is_locked_with_the_clock_read_and_written(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    with CaptureQueriesContext(connection) as asked:
        moved = gate.apply(parcel, "break_", actor=keeper, reason="fell")
    told = [query["sql"] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert ["clock_timestamp()" in told[0], "gate_who" in told[1], "INSERT INTO" in told[2]] == [True, True, True]
    assert len(told) == 3
    again = Parcel.objects.get(pk=parcel.pk)
    assert {f.attname: getattr(moved, f.attname) for f in Parcel._meta.concrete_fields} == {
        f.attname: getattr(again, f.attname) for f in Parcel._meta.concrete_fields
    }


def test_the_hash_of_a_set_is_the_one_that_anybody_computes(announce: Announce, keeper: Membership) -> None:
    for parcel in announce(3):
        (row,) = parcel.journal.all()
        assert row.hash == row.expected_hash("")
    gate.apply_many(Parcel.objects.all(), "break_", actor=keeper, reason="fell")
    for row in ParcelEntry.objects.filter(seq=2):
        assert row.hash == row.expected_hash(row.object.journal.get(seq=1).hash)


@pytest.mark.parametrize("value", [None, True, 1, 'é"%', {"b": 1, "a": None}, ["x"], 1.5])
def test_a_sheet_tells_the_chain_whatever_a_column_holds(value: Any) -> None:
    sheet = ChainHasher({"verb": "100 %", "at": None, "due_at": None}, ["values", "due_at"])
    whole = {"verb": "100 %", "at": None, "due_at": value, "values": value}
    for previous in ("", "%s", "a"):
        assert sheet.chained_hash(previous, {"values": value, "due_at": value}) == chained_hash(previous, whole)


def test_a_forged_row_has_every_hashed_column(announce: Announce) -> None:
    (parcel,) = announce()
    forge(parcel, "expire", "expired")
    assert set(hashed_columns(ParcelEntry)) > {"values", "at"}
    assert Parcel.objects.get(pk=parcel.pk).seq == 2
