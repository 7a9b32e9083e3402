"""The clock: what is due happens once, whenever it is asked, and never while history is written."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from lifecycle import clock, gate
from lifecycle.actors import SYSTEM
from lifecycle.clock import CLOCK_LOCK, Ran, run_clock
from lifecycle.exceptions import Unknown
from lifecycle.locking import advisory_lock
from lifecycle.machine import PerRow, verbs_of
from lifecycle.models import ClosedPeriod
from lifecycle.registry import Move, on_transition, registry
from lifecycle.tasks import tick
from network.models import Membership
from tests.lifecycle.parcels.models import Parcel

type Announce = Callable[..., list[Parcel]]


def ran_parcels(at: datetime | None = None) -> Ran:
    return next(ran for ran in run_clock(at=at) if (ran.machine, ran.verb) == ("parcel", "expire"))


def states() -> list[str]:
    return list(Parcel.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def another_session(db: None) -> Iterator[psycopg.Connection]:
    """A connection of its own to the database of the tests."""
    parameters = {
        k: v
        for k, v in connection.get_connection_params().items()
        if k in {"host", "port", "dbname", "user", "password"}
    }
    with psycopg.connect(**parameters, autocommit=True) as other:
        yield other


def test_what_is_due_happens_and_the_rest_waits(announce: Announce) -> None:
    now = timezone.now()
    announce(2, expires_at=now)
    announce(1, expires_at=now + timedelta(days=1))
    announce(1)
    assert ran_parcels().moved == 2
    assert states() == ["expired", "expired", "announced", "announced"]


def test_one_run_takes_one_instant_and_stamps_when_each_row_was_due(announce: Announce) -> None:
    now = timezone.now()
    announce(1, expires_at=now - timedelta(days=2))
    announce(1, expires_at=now - timedelta(hours=1))
    ran_parcels()
    first, second = (parcel.journal.get(seq=2) for parcel in Parcel.objects.order_by("pk"))
    assert first.at == second.at
    assert (first.due_at, second.due_at) == (now - timedelta(days=2), now - timedelta(hours=1))
    assert (first.actor, first.role) == (None, "system")


@pytest.mark.usefixtures("days_to_come")
def test_ten_days_off_are_caught_up_by_one_run(announce: Announce) -> None:
    now = timezone.now()
    for day in range(10):
        announce(1, expires_at=now + timedelta(days=day))
    assert ran_parcels(at=now + timedelta(days=10)).moved == 10
    assert set(states()) == {"expired"}


def test_a_second_run_has_nothing_left_to_do(announce: Announce) -> None:
    announce(3, expires_at=timezone.now())
    assert ran_parcels().moved == 3
    assert ran_parcels().moved == 0
    assert set(Parcel.objects.values_list("seq", flat=True)) == {2}


def test_a_verb_that_takes_only_so_many_at_once_leaves_the_others_to_the_next_runs(
    announce: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(5, expires_at=timezone.now())
    bounded = replace(verbs_of(Parcel)["expire"], due_most=2)
    monkeypatch.setattr(
        clock, "verbs_of", lambda model: verbs_of(model) | ({"expire": bounded} if model is Parcel else {})
    )
    assert [ran_parcels().moved for _ in range(4)] == [2, 2, 1, 0]


def test_rows_that_are_refused_do_not_hold_back_those_that_come_after_a_bound(
    announce: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(3, expires_at=timezone.now())
    held = set(Parcel.objects.order_by("pk").values_list("pk", flat=True)[:2])
    refuses = PerRow("held", "Retenu.", lambda ctx, per_row: dict.fromkeys(held & set(per_row), "Retenu."))
    expire = verbs_of(Parcel)["expire"]
    bounded = replace(expire, due_most=2, requires=[*expire.requires, refuses])
    monkeypatch.setitem(Parcel.machine.verbs, "expire", bounded)
    assert ran_parcels().moved == 1
    assert states() == ["announced", "announced", "expired"]


def test_a_set_of_which_few_moved_leaves_the_rest_of_the_bound_to_those_that_come_after(
    announce: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(8, expires_at=timezone.now())
    pks = list(Parcel.objects.order_by("pk").values_list("pk", flat=True))
    held = {pks[0], pks[1], pks[3]}
    refuses = PerRow("held", "Retenu.", lambda ctx, per_row: dict.fromkeys(held & set(per_row), "Retenu."))
    expire = verbs_of(Parcel)["expire"]
    bounded = replace(expire, due_most=3, requires=[*expire.requires, refuses])
    monkeypatch.setitem(Parcel.machine.verbs, "expire", bounded)
    first = ran_parcels()
    assert (first.moved, first.refused["Retenu."]) == (3, 3)
    assert [ran_parcels().moved for _ in range(2)] == [2, 0]


def test_a_verb_that_has_no_row_to_start_from_is_not_asked(
    announce: Announce, django_assert_num_queries: Callable[..., AbstractContextManager[None]]
) -> None:
    timed = [ran for ran in run_clock() if not ran.moved]
    assert len(timed) > 10
    with django_assert_num_queries(4):  # the lock, the instant, one question for all verbs, the lock given back
        assert run_clock() == timed
    announce(1, expires_at=timezone.now() + timedelta(days=1))
    with django_assert_num_queries(5):
        assert run_clock() == timed


def test_what_a_verb_moved_may_start_those_that_come_after_it(
    announce: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    startable, timed = clock._startable, clock._timed()
    monkeypatch.setattr(clock, "_timed", lambda: {"parcel.expire": timed["parcel.expire"], **timed})
    monkeypatch.setattr(clock, "_startable", lambda *given: asked.append(states()) or startable(*given))
    announce(1, expires_at=timezone.now())
    run_clock()
    assert asked == [["announced"], ["expired"]]
    asked.clear()
    run_clock()
    assert asked == [["expired"]]


def test_a_row_that_moved_after_the_instant_is_left_to_the_next_run(announce: Announce) -> None:
    now = timezone.now()
    announce(1, expires_at=now - timedelta(days=3))
    assert ran_parcels(at=now - timedelta(days=1)).moved == 0
    assert ran_parcels().moved == 1


def test_what_is_no_longer_due_once_locked_does_not_happen(announce: Announce) -> None:
    due, prolonged = announce(2, expires_at=timezone.now())
    everyone = Parcel.objects.filter(pk__in=[due.pk, prolonged.pk])
    Parcel.objects.filter(pk=prolonged.pk).update(expires_at=timezone.now() + timedelta(days=1))
    outcome = gate.apply_many(everyone, "expire", actor=SYSTEM)
    assert (outcome.moved, outcome.refused) == ([due.pk], {})
    with pytest.raises(Unknown):
        gate.apply(prolonged, "expire", actor=SYSTEM)


@pytest.mark.usefixtures("days_to_come")
def test_an_instant_in_a_closed_month_is_refused(announce: Announce) -> None:
    now = timezone.now()
    announce(1, expires_at=now)
    ClosedPeriod.objects.create(starts_at=now, ends_at=now + timedelta(days=30), closed_at=now)
    with pytest.raises(CommandError, match=r"parcel\.expire\u00a0: Ce mois est clos"):
        call_command("run_clock", at=now + timedelta(days=20))
    assert states() == ["announced"]


def test_a_verb_that_fails_is_named_and_undone(announce: Announce) -> None:
    announce(1, expires_at=timezone.now())

    def fail(move: Move) -> None:
        raise RuntimeError("en panne")

    on_transition("parcel", "expire", fail)
    try:
        with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="en panne")) as failure:
            run_clock()
    finally:
        registry.followers.pop(("parcel", "expire"))
    assert failure.value.exceptions[0].__notes__ == ["parcel.expire"]
    assert states() == ["announced"]


@pytest.mark.django_db(transaction=True)
def test_nothing_moves_while_another_session_holds_the_lock(
    announce: Announce, another_session: psycopg.Connection
) -> None:
    announce(1, expires_at=timezone.now())
    another_session.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [CLOCK_LOCK])
    with advisory_lock(CLOCK_LOCK, wait=False) as granted:
        assert not granted
    tick(timestamp=0)
    assert states() == ["announced"]
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        with pytest.raises(Exception, match="lock timeout"):
            run_clock()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    another_session.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [CLOCK_LOCK])
    tick(timestamp=0)
    assert states() == ["expired"]


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_given_back_and_the_same_session_may_ask_again(another_session: psycopg.Connection) -> None:
    def free() -> bool:
        taken = another_session.execute("SELECT pg_try_advisory_lock(hashtextextended('x', 0))").fetchone() == (True,)
        if taken:
            another_session.execute("SELECT pg_advisory_unlock(hashtextextended('x', 0))")
        return taken

    with advisory_lock("x"), advisory_lock("x", wait=False) as again:
        assert again
        assert not free()
    assert free()


@pytest.mark.usefixtures("days_to_come")
def test_the_command_tells_counts_and_takes_an_instant_in_paris_time(announce: Announce, keeper: Membership) -> None:
    announce(2, expires_at=datetime(2031, 10, 31, 23, 59, 59, tzinfo=ZoneInfo("Europe/Paris")))
    told = StringIO()
    call_command("run_clock", "--at", "2031-10-31T23:59:58", stdout=told)
    assert "parcel.expire\u00a0: 0 faits, 0 refusés" in told.getvalue()
    call_command("run_clock", "--at", "2031-10-31T23:59:59", stdout=told)
    assert "parcel.expire\u00a0: 2 faits, 0 refusés" in told.getvalue()
    assert Parcel.objects.first().moved_at == datetime(2031, 10, 31, 22, 59, 59, tzinfo=ZoneInfo("UTC"))


def test_an_instant_that_is_none_is_refused_by_the_command(db: None) -> None:
    with pytest.raises(CommandError, match="--at"):
        call_command("run_clock", "--at", "demain")
