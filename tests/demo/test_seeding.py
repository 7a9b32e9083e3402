"""Seeding once, and two at a time; what the seeding refuses. What it makes: test_departement.py."""

import re
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from demo import seeding
from demo.calendar import local
from demo.schema import recreate_schema
from demo.seeding import SeedingRefused
from desk.models import Seeding
from lifecycle.clock import CLOCK_LOCK
from lifecycle.machine import machines
from lifecycle.models import Seal, Verification
from lifecycle.sealing import EVIDENCE
from lifecycle.verification import JOURNALS
from network.models import Epci, User
from reports.services import REPORTS
from tests.demo.departements import AS_OF, load_world, new_world, seed
from tests.network.factories import make_user


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True


@pytest.fixture
def world(transactional_db: None, demo: None) -> None:
    new_world()


@pytest.fixture
def short_story(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The story is not told: the days it was asked for are written down."""
    told: list[date] = []
    monkeypatch.setattr(seeding, "tell_story", lambda **asked: told.append(asked["as_of"]))
    return told


@pytest.mark.django_db
def test_a_finished_seeding_is_kept(demo: None, short_story: list[date]) -> None:
    load_world()
    first, is_new = seed()
    assert is_new
    assert seed(as_of=AS_OF - timedelta(days=40), seed=8) == (first, False)
    assert short_story == [AS_OF]


@pytest.mark.django_db
def test_what_was_seeded_is_verified_without_the_seals_of_the_demonstration_before(
    demo: None, short_story: list[date], settings: Any
) -> None:
    load_world()
    settings.LIFECYCLE_SEAL_DIR.mkdir()
    before = settings.LIFECYCLE_SEAL_DIR / "device-20251126T021000.000000Z.jsonl.gz"
    before.write_bytes(b"of another database")
    seed()
    assert not before.exists()
    assert set(Seal.objects.values_list("machine", flat=True)) == {*machines(), EVIDENCE}
    assert {(one.subject, one.faults_count) for one in Verification.objects.last_of_each()} == {
        (JOURNALS, 0),
        (REPORTS, 0),
    }


def test_a_second_seeding_waits_for_the_first_then_does_nothing(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    began, may_end, answers = threading.Event(), threading.Event(), dict[int, bool]()

    def long_story(**asked: object) -> None:
        began.set()
        assert may_end.wait(20)

    def run(rank: int) -> None:
        answers[rank] = seed()[1]
        connection.close()

    monkeypatch.setattr(seeding, "tell_story", long_story)
    threads = [threading.Thread(target=run, args=[rank]) for rank in range(2)]
    threads[0].start()
    assert began.wait(20)
    threads[1].start()
    wait_for_a_waiter()
    assert answers == {}
    may_end.set()
    for thread in threads:
        thread.join(20)
    assert answers == {0: True, 1: False}
    assert Seeding.objects.count() == 1


def wait_for_a_waiter() -> None:
    """Until somebody waits for the lock of the clock."""
    tick = threading.Event()
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid::bigint ="
                " hashtextextended(%s, 0) & 4294967295",
                [CLOCK_LOCK],
            )
            if cursor.fetchone()[0]:
                return
        tick.wait(0.05)
    pytest.fail("nobody waits for the lock")


@pytest.mark.django_db
def test_a_database_with_accounts_of_its_own_is_left_alone(demo: None, short_story: list[date]) -> None:
    load_world()
    make_user()
    with pytest.raises(SeedingRefused, match="déjà des comptes"):
        seed()
    assert not Seeding.objects.exists()
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_day_to_come_or_too_far_back_is_refused(demo: None, short_story: list[date]) -> None:
    load_world()
    with pytest.raises(SeedingRefused, match="à venir"):
        seed(as_of=timezone.localdate() + timedelta(days=1))
    with pytest.raises(SeedingRefused, match="load_reference"):
        seed(as_of=date(2024, 6, 1))


@pytest.mark.django_db
def test_nothing_is_invented_without_the_territory(demo: None, short_story: list[date]) -> None:
    with pytest.raises(SeedingRefused, match="load_territory"):
        seed()


@pytest.mark.django_db
def test_nothing_is_invented_nor_dropped_outside_the_demonstration(short_story: list[date]) -> None:
    load_world()
    with pytest.raises(CommandError, match="démonstration"):
        call_command("seed_demo")
    with pytest.raises(RuntimeError, match="demonstration"):
        recreate_schema()
    assert Epci.objects.exists()


@pytest.mark.django_db
def test_the_command_says_what_it_did_and_what_it_found(
    demo: None, short_story: list[date], capsys: pytest.CaptureFixture[str]
) -> None:
    load_world()
    call_command("seed_demo", "--as-of", AS_OF.isoformat(), "--seed", "3")
    call_command("seed_demo")
    told = capsys.readouterr().out
    assert re.search("26/03/2026, graine 3\u00a0: prête en [0-9]+ min [0-9]{2} s", told)
    assert "déjà en place" in told
    assert short_story == [AS_OF]


@pytest.fixture
def told_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """A story of which only the progress is told."""

    def tell_story(*, tell: Callable[[float, datetime], None], **asked: object) -> None:
        for done, day in ((0, date(2025, 3, 3)), (0.1, date(2025, 3, 20)), (0.2, date(2025, 3, 31)), (1, AS_OF)):
            tell(done, local(day, 8))

    monkeypatch.setattr(seeding, "tell_story", tell_story)


@pytest.mark.django_db
def test_progress_in_a_file_is_one_line_for_each_thing_that_is_done(demo: None, told_story: None) -> None:
    load_world()
    told = StringIO()
    call_command("seed_demo", "--as-of", AS_OF.isoformat(), stdout=told)
    lines = told.getvalue().splitlines()
    assert [line.rsplit("  ", 1)[-1] for line in lines[:-1]] == [
        "organisations et comptes",
        "on rejoue mars 2025",
        "on rejoue mars 2026",
    ]
    assert "prête" in lines[-1]


@pytest.mark.django_db
def test_progress_on_a_terminal_is_one_line_that_rewrites_itself(demo: None, told_story: None) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    load_world()
    told = Terminal()
    call_command("seed_demo", "--as-of", AS_OF.isoformat(), stdout=told, no_color=True)
    bar, last = told.getvalue().rstrip("\n").rsplit("\n", 1)
    assert "\n" not in bar
    assert bar.count("\r[") == 4
    assert "100%" in bar
    assert "prête" in last
