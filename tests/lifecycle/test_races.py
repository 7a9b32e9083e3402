"""Real connections at once on the same row, the same place, crossed rows: one wins, the other reads a sentence."""

import threading
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import LocksOutOfOrder, is_deadlock, lock, locked, locked_row, one_transaction
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests import races
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelEntry
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db(transaction=True)
at_once = partial(races.at_once, returned=(Exception,))


@pytest.fixture
def keeper() -> Membership:
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)


@pytest.fixture
def depot(keeper: Membership) -> Depot:
    return Depot.objects.create(organisation=keeper.organisation, total=100)


def announce(keeper: Membership, depot: Depot, count: int = 1) -> list[Parcel]:
    return gate.create_many(Parcel, "announce", [Parcel(depot=depot) for _ in range(count)], actor=keeper)


def test_eight_clients_on_one_row_make_one_move(keeper: Membership, depot: Depot) -> None:
    (parcel,) = announce(keeper, depot)
    answers = at_once(*[lambda: gate.apply(parcel, "break_", actor=keeper, reason="fell")] * 8)
    assert sum(isinstance(answer, Parcel) for answer in answers) == 1
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refusals) == 7
    assert {str(refusal) for refusal in refusals} == {
        "«\u00a0Casser\u00a0» n’est pas possible depuis l’état «\u00a0Cassé\u00a0»."
    }
    assert ParcelEntry.objects.count() == 2


def test_the_last_place_goes_to_one_of_eight(keeper: Membership, depot: Depot) -> None:
    Depot.objects.update(total=1)
    parcels = announce(keeper, depot, 8)

    def take(parcel: Parcel) -> Parcel:
        return gate.apply(parcel, "store", actor=keeper, label=f"R-{parcel.pk}", weight=1)

    answers = at_once(*[lambda parcel=parcel: take(parcel) for parcel in parcels])
    assert sum(isinstance(answer, Parcel) for answer in answers) == 1
    assert {str(answer) for answer in answers if isinstance(answer, Refused)} == {"Le dépôt est plein."}
    depot.refresh_from_db()
    assert depot.used == Parcel.objects.filter(state="stored").count() == 1


def test_the_same_label_taken_twice_at_once_reads_as_a_sentence(keeper: Membership, depot: Depot) -> None:
    first, second = announce(keeper, depot, 2)
    other = Depot.objects.create(organisation=keeper.organisation, total=100)
    (third,) = announce(keeper, other)
    answers = at_once(
        lambda: gate.apply(first, "store", actor=keeper, label="R-1", weight=1),
        lambda: gate.apply(third, "store", actor=keeper, label="R-1", weight=1),
        lambda: gate.apply(second, "store", actor=keeper, label="R-1", weight=1),
    )
    assert sum(isinstance(answer, Parcel) for answer in answers) == 1
    assert all("déjà prise" in str(answer) for answer in answers if isinstance(answer, Refused))
    assert sum(isinstance(answer, Refused) for answer in answers) == 2


def test_two_sets_in_opposite_orders_do_not_block_each_other(keeper: Membership, depot: Depot) -> None:
    announce(keeper, depot, 40)
    up, down = Parcel.objects.order_by("pk"), Parcel.objects.order_by("-pk")
    answers = at_once(
        lambda: gate.apply_many(up, "break_", actor=keeper, reason="fell"),
        lambda: gate.apply_many(down, "break_", actor=keeper, reason="fell"),
    )
    assert sorted(len(answer.moved) for answer in answers) == [0, 40]


def test_a_deadlock_is_retried_once_and_nobody_reads_of_it(keeper: Membership, depot: Depot) -> None:
    first, second = announce(keeper, depot, 2)
    both = threading.Barrier(2, timeout=20)
    met = {first.pk: False, second.pk: False}

    @one_transaction
    def cross(own: Parcel, other: Parcel) -> Parcel:
        moved = gate.apply(own, "break_", actor=keeper, reason="fell")
        if not met[own.pk]:
            met[own.pk] = True
            both.wait()
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM parcels_parcel WHERE id = %s FOR UPDATE", [other.pk])
        return moved

    answers = at_once(lambda: cross(first, second), lambda: cross(second, first))
    assert all(isinstance(answer, Parcel) for answer in answers), answers
    assert ParcelEntry.objects.filter(verb="break_").count() == 2


def test_a_deadlock_inside_someone_else_s_transaction_is_not_swallowed(keeper: Membership, depot: Depot) -> None:
    calls = []

    @one_transaction
    def fail() -> None:
        calls.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'deadlock_detected'; END $$")

    for inside, expected in ((True, 1), (False, 2)):
        calls.clear()
        run = transaction.atomic(fail) if inside else fail
        with pytest.raises(Exception, match="x") as error:
            run()
        assert is_deadlock(error.value)
        assert len(calls) == expected


def test_a_lock_out_of_the_global_order_is_an_error(keeper: Membership, depot: Depot) -> None:
    (parcel,) = announce(keeper, depot)

    @one_transaction
    def wrong() -> None:
        lock(Parcel, [parcel.pk], "FOR NO KEY UPDATE")
        lock(Depot, [depot.pk], "FOR SHARE")

    with pytest.raises(LocksOutOfOrder):
        wrong()


def test_what_a_service_locked_inside_another_is_released_when_it_fails(keeper: Membership, depot: Depot) -> None:
    (parcel,) = announce(keeper, depot)

    @one_transaction
    def fail() -> None:
        lock(Parcel, [parcel.pk], "FOR NO KEY UPDATE")
        raise Unknown

    @one_transaction
    def go_on() -> list[int]:
        with pytest.raises(Unknown):
            fail()
        return lock(Depot, [depot.pk], "FOR SHARE")

    assert go_on() == [depot.pk]


def test_rows_that_are_locked_as_they_are_read_keep_the_same_order(keeper: Membership, depot: Depot) -> None:
    (parcel,) = announce(keeper, depot)
    parcels, depots = Parcel.objects.filter(pk=parcel.pk), Depot.objects.filter(pk=depot.pk)

    @one_transaction
    def wrong() -> None:
        locked(parcels)
        locked(depots)

    @one_transaction
    def wrong_through_the_gate() -> None:
        locked(parcels)
        lock(Depot, [depot.pk], "FOR SHARE")

    @one_transaction
    def again() -> Depot | None:
        locked(depots)
        locked(parcels)
        return locked_row(depots)

    for out_of_order in (wrong, wrong_through_the_gate):
        with pytest.raises(LocksOutOfOrder):
            out_of_order()
    assert again() == depot
    with transaction.atomic():
        assert locked_row(Parcel.objects.none()) is None


def test_a_row_that_is_locked_is_read_as_it_stands_then(keeper: Membership, depot: Depot) -> None:
    def spend() -> int:
        with transaction.atomic():
            (row,) = locked(Depot.objects.filter(pk=depot.pk))
            Depot.objects.filter(pk=depot.pk).update(total=row.total - 1)
        return row.total

    assert sorted(at_once(*[spend] * 8)) == list(range(93, 101))


def test_a_crash_between_any_two_statements_leaves_nothing(keeper: Membership, depot: Depot) -> None:
    parcels = announce(keeper, depot, 3)
    labels = {parcel.pk: {"label": f"R-{parcel.pk}"} for parcel in parcels}

    class Crash(Exception):
        pass

    crashed = 0
    for after in range(40):
        count = 0

        def interrupt(execute: Any, *statement: Any, after: int = after) -> Any:
            nonlocal count
            if count == after:
                raise Crash
            count += 1
            return execute(*statement)

        try:
            with connection.execute_wrapper(interrupt):
                gate.apply_many(Parcel.objects.all(), "store", actor=keeper, per_row=labels, weight=1, comment="essai")
        except Crash:
            crashed += 1
            depot.refresh_from_db()
            assert depot.used == 0
            assert ParcelEntry.objects.count() == 3
            assert not Parcel.objects.exclude(state="announced").exists()
        else:
            break
    assert crashed > 8
    assert Parcel.objects.filter(state="stored").count() == 3
