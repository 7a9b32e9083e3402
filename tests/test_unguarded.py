"""Rows are put back past the triggers that saw them come; whatever a test writes itself meets each of them."""

from typing import Any

import pytest
from django.db import Error, connection, transaction

from tests import unguarded
from tests.lifecycle.parcels.models import Depot, Parcel
from tests.network.factories import make_organisation

BORN = """INSERT INTO parcels_parcel (reference, seq, head, moved_at, state, size, "limit", label, rounds, depot_id)
    VALUES ('P-1', 1, '', now(), 'announced', 'small', 1, '', 0, %s)"""


def asked(question: str, *given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.django_db
def test_every_trigger_that_sees_a_row_come_or_go_has_the_condition_and_none_is_off() -> None:
    without = """
        SELECT tgrelid::regclass::text, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'public'::regnamespace AND (tgenabled <> 'O'
            OR tgtype & 12 <> 0 AND (tgqual IS NULL OR NOT tgisinternal
                AND pg_get_triggerdef(t.oid) NOT LIKE '%%tests.put_back%%'))
    """
    assert asked(without) == []


def refuses_a_row_without_its_journal(depot: Depot) -> bool:
    with pytest.raises(Error, match="journal"), transaction.atomic():
        asked(BORN, depot.pk)
    return not Parcel.objects.exists()


@pytest.mark.django_db
def test_a_row_that_a_test_writes_itself_is_refused_before_and_after_rows_are_put_back() -> None:
    depot = Depot.objects.create(organisation=make_organisation())
    assert refuses_a_row_without_its_journal(depot)
    with transaction.atomic():
        asked(unguarded.BEGIN)
        asked(BORN, depot.pk)
        asked(unguarded.END)
        assert Parcel.objects.exists(), "the wall was aside"
        transaction.set_rollback(True)
    assert refuses_a_row_without_its_journal(depot)


@pytest.mark.django_db
def test_rows_that_are_put_back_then_undone_leave_no_wall_aside() -> None:
    depot = Depot.objects.create(organisation=make_organisation())
    with transaction.atomic():
        asked(unguarded.BEGIN)
        transaction.set_rollback(True)
    assert refuses_a_row_without_its_journal(depot)


@pytest.mark.django_db
def test_what_may_go_while_rows_are_put_back_may_not_go_any_more_after() -> None:
    gone, left = make_organisation(), make_organisation()
    asked(unguarded.BEGIN)
    asked("DELETE FROM network_organisation WHERE id = %s", gone.pk)
    asked(unguarded.END)
    with pytest.raises(Error, match="never deleted"), transaction.atomic():
        asked("DELETE FROM network_organisation WHERE id = %s", left.pk)


TRIGGER = "BEFORE DELETE ON a FOR EACH ROW{} EXECUTE FUNCTION f()"
FIRST = f" WHEN ((({unguarded.CONDITION}) AND (old.x = 1)))"


@pytest.mark.parametrize(
    ("stands", "written"),
    [
        (unguarded.TOLD_ALONE, ""),
        (FIRST, " WHEN ((old.x = 1))"),
        (" WHEN ((old.x = 1))", " WHEN ((old.x = 1))"),
        (" WHEN (true)", " WHEN (true)"),
        ("", ""),
    ],
)
def test_a_definition_is_told_as_written_and_nothing_else_is_taken_from_it(stands: str, written: str) -> None:
    assert unguarded.as_written(TRIGGER.format(stands)) == TRIGGER.format(written)
