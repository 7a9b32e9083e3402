"""The process that tells part of a story beside the rest."""

import subprocess
import sys
import time

import psutil

TELLS = """
import multiprocessing, time, django
django.setup()
from demo.beside import InAnotherProcess
with InAnotherProcess():
    print(*(one.pid for one in multiprocessing.active_children()), flush=True)
    time.sleep(60)
"""
SECONDS = 20


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
