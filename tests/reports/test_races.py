"""Real connections at once: the month that is frozen holds every row of it, and no row comes after."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections, transaction

from lifecycle.exceptions import Refused
from reports.enums import Stage
from reports.models import Report
from reports.services import compute_report, freeze_report, verify_report
from tests.reports.stories import OCTOBER, Story, numbers, paris

pytestmark = pytest.mark.django_db(transaction=True)
AFTER = paris(12, 31)
PATIENCE = 20


def in_thread(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Any:
    """Run an act on a connection of its own."""

    def run() -> Any:
        try:
            return act()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    return pool.submit(run)


def waits_for_a_lock(query: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE %s "
            "AND datname = current_database()",
            [f"%{query}%"],
        )
        return bool(cursor.fetchone()[0])


def until(condition: Callable[[], bool]) -> None:
    pause = Event()
    for _ in range(PATIENCE * 20):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("waited in vain")


def test_a_freeze_waits_for_history_that_is_being_written_and_counts_it() -> None:
    story = Story()
    report, technician = story.computed(), story.technician
    written, release = Event(), Event()

    @transaction.atomic
    def import_history() -> None:
        story.register(paris(10, 5))
        written.set()
        assert release.wait(PATIENCE)

    assert technician
    with ThreadPoolExecutor(2) as pool:
        history = in_thread(pool, import_history)
        assert written.wait(PATIENCE)
        freezing = in_thread(pool, lambda: freeze_report(actor=story.pilot, report=report, at=AFTER))
        until(lambda: waits_for_a_lock("LOCK TABLE"))
        release.set()
        assert history.result(PATIENCE) is None
        frozen = freezing.result(PATIENCE)
    assert numbers(frozen, Stage.RECEIVED) == (0, 1, 0, 0, 1)
    assert verify_report(frozen)


def test_history_that_comes_while_a_month_is_frozen_waits_then_is_refused() -> None:
    story = Story()
    report, technician = story.computed(), story.technician
    frozen, release = Event(), Event()

    @transaction.atomic
    def freeze() -> Report:
        done = freeze_report(actor=story.pilot, report=report, at=AFTER)
        frozen.set()
        assert release.wait(PATIENCE)
        return done

    assert technician
    with ThreadPoolExecutor(2) as pool:
        freezing = in_thread(pool, freeze)
        assert frozen.wait(PATIENCE)
        history = in_thread(pool, lambda: story.register(paris(10, 5)))
        until(lambda: waits_for_a_lock("refurb_deviceentry"))
        release.set()
        freezing.result(PATIENCE)
        refused = history.result(PATIENCE)
    assert [reason.code for reason in refused.all] == ["closed_period"]
    assert verify_report(Report.objects.get())


def test_two_people_who_compute_the_same_month_get_one_report() -> None:
    story = Story()
    pilot = story.pilot
    with ThreadPoolExecutor(2) as pool:
        both = [in_thread(pool, lambda: compute_report(actor=pilot, month=OCTOBER, at=AFTER)) for _ in range(2)]
        answers = [one.result(PATIENCE) for one in both]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [reason.code for answer in refused for reason in answer.all] == ["month_once"]
    assert Report.objects.count() == 1
