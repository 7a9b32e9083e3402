"""The wall in the database: nothing moves, nothing is born, nothing is forgotten without its journal row."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState
from django.utils import timezone

from lifecycle import gate
from lifecycle.journal import digest_comment
from lifecycle.models import ClosedPeriod, Comment
from lifecycle.operations import Wall
from lifecycle.walls import one_way
from network.models import Membership
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelEntry, SealProof

type Announce = Callable[..., list[Parcel]]


def sql(statement: str, *values: object) -> None:
    """Run one statement and check what is deferred at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "column",
    [
        "state = 'stored', stored_at = now()",
        "seq = 2",
        "head = 'x'",
        "label = 'x'",
        "size = 'large'",
        "moved_at = now()",
    ],
)
def test_no_column_of_the_machine_moves_without_its_journal_row(announce: Announce, column: str) -> None:
    announce()
    with pytest.raises(IntegrityError, match="sans sa ligne au journal"):
        sql(f"UPDATE parcels_parcel SET {column}")


def test_a_column_that_is_not_the_machine_s_may_change(announce: Announce) -> None:
    (parcel,) = announce()
    Parcel.objects.filter(pk=parcel.pk).update(limit=7)
    assert Parcel.objects.get().limit == 7


def test_the_orm_cannot_save_a_state_it_was_made_to_hold(announce: Announce) -> None:
    (parcel,) = announce()
    parcel.__dict__["state"] = "given"
    with pytest.raises(IntegrityError), transaction.atomic():
        parcel.save()
    with pytest.raises(AttributeError):
        parcel.state = "given"
    with pytest.raises(IntegrityError), transaction.atomic():
        Parcel.objects.update(state="given")


def test_no_row_is_born_without_its_journal_row(depot: Depot) -> None:
    with pytest.raises(IntegrityError, match="Aucune création"), transaction.atomic():
        Parcel(depot=depot, reference="P-1", moved_at=timezone.now()).save()
    with pytest.raises(IntegrityError, match="Aucune création"), transaction.atomic():
        Parcel.objects.bulk_create([Parcel(depot=depot, reference="P-1", seq=1, moved_at=timezone.now())])


def test_a_journal_row_whose_object_does_not_move_is_refused(announce: Announce) -> None:
    announce()
    with pytest.raises(IntegrityError, match="sans mouvement"):
        sql(
            "INSERT INTO parcels_parcelentry (object_id, seq, verb, source, target, at, recorded_at, cause_machine,"
            ' role, via, "values", comment_digest, hash, size, depot_id)'
            " SELECT id, 2, 'expire', state, 'expired', now(), now(), '', 'x', '', '{}', '', 'forged', size, depot_id"
            " FROM parcels_parcel"
        )


def test_a_forged_journal_row_of_another_source_moves_nothing(announce: Announce) -> None:
    announce()
    with pytest.raises(IntegrityError, match="sans sa ligne au journal"):
        sql(
            "WITH forged AS (INSERT INTO parcels_parcelentry (object_id, seq, verb, source, target, at, recorded_at,"
            ' cause_machine, role, via, "values", comment_digest, hash, size, depot_id)'
            " SELECT id, 2, 'give', 'stored', 'given', now(), now(), '', 'x', '', '{}', '', 'forged', size, depot_id"
            " FROM parcels_parcel RETURNING 1)"
            " UPDATE parcels_parcel SET state = 'given', seq = 2, head = 'forged', moved_at = now()"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parcels_parcelentry SET at = now()",
        "UPDATE parcels_parcelentry SET hash = 'x'",
        "DELETE FROM parcels_parcelentry",
    ],
)
def test_the_journal_is_only_added_to(announce: Announce, statement: str) -> None:
    announce()
    with pytest.raises(IntegrityError, match="que par ajout"):
        sql(statement)


def test_evidence_is_only_added_to(announce: Announce) -> None:
    (parcel,) = announce()
    SealProof.objects.create(parcel=parcel)
    with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
        SealProof.objects.all().delete()


def test_a_closed_period_is_never_reopened(db: None) -> None:
    now = timezone.now()
    ClosedPeriod.objects.create(starts_at=now - timedelta(days=40), ends_at=now - timedelta(days=10), closed_at=now)
    with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
        ClosedPeriod.objects.all().delete()
    with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
        ClosedPeriod.objects.update(ends_at=now - timedelta(days=20))


def test_a_table_of_the_journal_is_not_emptied_outside_a_test_database(announce: Announce) -> None:
    announce()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT pg_get_functiondef('lifecycle_refuse_truncate'::regproc)")
        (definition,) = cursor.fetchone()
        # The same function, as it answers in a database of another name.
        cursor.execute(definition.replace("current_database()", "'maillon'::text"))
    with pytest.raises(IntegrityError, match="ne se vide pas"), transaction.atomic():
        sql("TRUNCATE parcels_parcelentry CASCADE")


def test_a_row_with_a_life_is_never_deleted(announce: Announce) -> None:
    (parcel,) = announce()
    with pytest.raises(IntegrityError):
        sql("DELETE FROM parcels_parcel WHERE id = %s", parcel.pk)


def test_a_state_is_tied_to_its_stamp_by_the_database(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    moved = gate.apply(parcel, "store", actor=keeper, label="R", weight=1)
    assert moved.stored_at is not None
    names = {constraint.name for constraint in Parcel._meta.constraints}
    assert "parcels_stored_stamp" in names
    assert ParcelEntry.objects.count() == 2


@pytest.mark.django_db
def test_what_may_be_erased_is_emptied_and_never_rewritten() -> None:
    comment = Comment.objects.create(salt="s", text="Trouvé sous le bureau.", digest=digest_comment("s", "Trouvé"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(text="Jamais vu.")
    Comment.objects.filter(pk=comment.pk).update(text="", salt="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(text="Revenu.")


def test_going_back_from_a_wall_raised_again_leaves_the_one_before(announce: Announce) -> None:
    announce()
    wall, state = Wall("parcel", "parcelentry", ["label", "size"], former=["label"]), ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        wall.database_backwards("parcels", editor, state, state)
    sql("UPDATE parcels_parcel SET size = 'large'")
    with pytest.raises(IntegrityError, match="sans sa ligne au journal"):
        sql("UPDATE parcels_parcel SET label = 'x'")
    with pytest.raises(IntegrityError, match="ne se complète que par ajout"):
        sql("DELETE FROM parcels_parcelentry")


def test_going_back_from_the_first_wall_leaves_none(announce: Announce) -> None:
    announce()
    wall, state = Wall("parcel", "parcelentry", ["label"]), ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        wall.database_backwards("parcels", editor, state, state)
    sql("UPDATE parcels_parcel SET label = 'x'")
    sql("UPDATE parcels_parcelentry SET verb = 'x'")
    assert ParcelEntry.objects.get().verb == "x"


# --- how PostgreSQL tells a condition


def test_a_list_of_codes_is_the_same_however_postgresql_tells_its_casts() -> None:
    made = "CHECK (((state)::text = ANY ((ARRAY['a'::character varying, 'b''c'::character varying])::text[])))"
    put_back = (
        "CHECK (((state)::text = ANY (ARRAY[('a'::character varying)::text, ('b''c'::character varying)::text])))"
    )

    assert one_way(made) == one_way(put_back)
    assert one_way(one_way(made)) == one_way(made)


@pytest.mark.parametrize(
    "other",
    [
        "CHECK (((state)::text = ANY ((ARRAY['a'::character varying])::text[])))",
        "CHECK (((state)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying, ''::text])::text[])))",
        "CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
        "CHECK (((state)::text <> ALL ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
        "CHECK ((((state)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])) OR true))",
    ],
)
def test_another_condition_stays_another(other: str) -> None:
    made = "CHECK (((state)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))"
    assert one_way(made) != one_way(other)
