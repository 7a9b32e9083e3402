"""What is told apart, handed over; and the process that tells it beside the rest of a story."""

import os
import pickle
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from random import Random

import psutil
import pytest

from demo.agenda import Agenda, ThreadRefusal
from demo.apart import Plans, Told
from demo.bench import Work
from demo.cast import Cast
from demo.catalogue import Catalogue
from demo.context import Story, StoryPart
from demo.device_fates import ready
from demo.handed import Leaving, Through, ToTheStock, Travel, exchanged, found, refunded, sent_back, sold
from demo.processes import learnt_once, processes
from refurb.models import Device

TELLS = """
import time, django, psutil
django.setup()
from demo.beside import InAnotherProcess
from demo.context import StoryPart
with InAnotherProcess(StoryPart.BENCH), InAnotherProcess(StoryPart.FILES):
    while len(others := psutil.Process().children(recursive=True)) < 4:
        time.sleep(0.05)
    print(*(one.pid for one in others), flush=True)
    time.sleep(60)
"""
"""Two parts, the one that their processes are copies of, and what Python keeps with it."""
SECONDS = 20
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _story(refusals: list[ThreadRefusal]) -> Story:
    agenda = Agenda(NOON, refusals.append)
    return Story(Cast(), Catalogue(), Random(1), agenda, date(2026, 3, 1), date(2026, 3, 2))


def test_what_was_refused_apart_is_told_with_the_rest_and_once() -> None:
    refusals: list[ThreadRefusal] = []
    story = _story(refusals)
    refusal = ThreadRefusal(NOON, "Filing.live", "P-7KQ2-F4TN", ValueError())
    told = Told(refusals=[refusal])
    for _ in range(2):
        told.taken().hand_over(story, Plans([], [], [], 1))
    assert refusals == [refusal]


def test_what_the_bench_hands_over_is_added_to_what_the_workshop_has_and_only_once() -> None:
    story = _story([])
    story.offered["lille"], story.doomed["lille"] = [1], [2]
    told = Told(tabled={9: []}, offered={"lille": [3]}, doomed={"lille": [4], "sambre": [5]})
    for _ in range(2):
        told.taken().hand_over(story, Plans([], [], [], 1))
    assert (story.offered, story.doomed) == ({"lille": [1, 3]}, {"lille": [2, 4], "sambre": [5]})
    assert story.tabled == {9: []}


def test_a_device_that_left_the_bench_days_before_the_meeting_goes_on_after_it() -> None:
    refusals: list[ThreadRefusal] = []
    story = _story(refusals)
    story.agenda.now = NOON - timedelta(days=5)
    told = Told(leaving=[_leaving(story, sold)])
    told.taken().hand_over(story, Plans([], [], [], 1))
    assert refusals == []


def test_a_fate_that_another_process_reads_is_named_by_what_it_is() -> None:
    """What is told of a thread that is refused."""
    story = _story([])
    leaving = _leaving(story, sold)
    work = Work(story, "lille", [leaving.device], leaving.model, NOON)
    fates = pickle.loads(pickle.dumps([leaving.way, ToTheStock(ready)]))  # noqa: S301 as between two processes of ours
    assert [getattr(fate(work), "__qualname__", "") for fate in fates] == ["sold through mel", "ready"]


def _leaving(story: Story, travel: Travel) -> Leaving:
    """A laptop that left the bench twenty days before noon."""
    model = story.catalogue.named("Latitude 5410")
    return Leaving(Through("mel", travel), "lille", Device(pk=1), model, NOON - timedelta(days=20))


class ToldUpTo:
    """A part that is told beside a story: up to which instants it was asked to go."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []

    def go(self, until: datetime) -> None:
        self.asked.append(until)

    def meet(self) -> None:
        """Nothing comes of it."""


@pytest.mark.parametrize(
    ("travel", "meets"), [(sold, False), (found, False), (sent_back, True), (exchanged, True), (refunded, True)]
)
def test_the_bench_waits_for_a_device_that_comes_back_to_it(travel: Travel, meets: bool) -> None:
    """The certificate of its lot says where each of its devices stands, and whoever proves the last one makes it."""
    story = _story([])
    _leaving(story, travel).go_on(story)
    bench = ToldUpTo()
    story.agenda.run(lambda now: None, beside={StoryPart.BENCH: bench}, until=NOON - timedelta(days=20))
    assert [instant < NOON for instant in bench.asked] == [meets]


def test_no_process_outlives_a_story_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", TELLS], stdout=subprocess.PIPE, text=True) as story:
        assert story.stdout is not None
        beside = [psutil.Process(int(pid)) for pid in story.stdout.readline().split()]
        story.kill()
    assert len(beside) == 4
    until = time.monotonic() + SECONDS
    while any(_lives(one) for one in beside) and time.monotonic() < until:
        time.sleep(0.1)
    left = [one for one in beside if _lives(one)]
    for one in left:
        one.kill()
    assert left == []


def test_the_process_that_others_are_copies_of_ends_with_the_story() -> None:
    with learnt_once():
        with processes(1) as pool:
            copied = psutil.Process(pool.submit(os.getpid).result()).parent()
            assert copied is not None
        assert copied.parent() == psutil.Process()
        assert _lives(copied)
    assert not _lives(copied)


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
