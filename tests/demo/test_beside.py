"""What is told apart, handed over; and the process that tells it beside the rest of a story."""

import subprocess
import sys
import time
from datetime import UTC, date, datetime
from random import Random

import psutil

from demo.agenda import Agenda, ThreadRefusal
from demo.apart import Plans, Told
from demo.cast import Cast
from demo.catalogue import Catalogue
from demo.context import Story

TELLS = """
import multiprocessing, time, django
django.setup()
from demo.beside import InAnotherProcess
from demo.context import Part
with InAnotherProcess(Part.BENCH), InAnotherProcess(Part.FILES):
    print(*(one.pid for one in multiprocessing.active_children()), flush=True)
    time.sleep(60)
"""
SECONDS = 20


def test_what_was_refused_apart_is_told_with_the_rest_and_once() -> None:
    refusals: list[ThreadRefusal] = []
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    story = Story(Cast(), Catalogue(), Random(1), Agenda(noon, refusals.append), date(2026, 3, 1), date(2026, 3, 2))
    refusal = ThreadRefusal(noon, "Filing.live", "P-7KQ2-F4TN", ValueError())
    told = Told(refusals=[refusal])
    for _ in range(2):
        told.taken().hand_over(story, Plans([], [], [], 1))
    assert refusals == [refusal]


def test_no_process_outlives_a_story_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", TELLS], stdout=subprocess.PIPE, text=True) as story:
        assert story.stdout is not None
        beside = [psutil.Process(int(pid)) for pid in story.stdout.readline().split()]
        story.kill()
    assert beside
    until = time.monotonic() + SECONDS
    while any(_lives(one) for one in beside) and time.monotonic() < until:
        time.sleep(0.1)
    left = [one for one in beside if _lives(one)]
    for one in left:
        one.kill()
    assert left == []


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
