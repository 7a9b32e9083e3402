"""How a history is told: in one go, by whoever tells it, each on a connection of its own."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from procrastinate.jobs import Job

from documents.jobs import put_off_together
from documents.services import RENDERING
from lifecycle.locking import all_or_nothing
from lifecycle.plans import plan_once
from reference.dated import dated_rows_unchanging

SELDOM = 2_000_000
"""How many new objects Python makes before it looks for those that are of no use any more."""
STATEMENTS = 2000
"""How many plans are kept: a story asks more different things than a site."""
SAMPLE = 20
"""How many papers of each who tells the worker draws in advance."""


@contextmanager
def in_one_go() -> Iterator[None]:
    """Write fast what is made again from the start when it fails; what is left to the workers is so at the end."""
    with _at_full_speed(), dated_rows_unchanging(), all_or_nothing(), put_off_together(_with_a_sample):
        yield


@contextmanager
def _at_full_speed() -> Iterator[None]:
    """Do not wait for the disk at each commit: after a crash the seeding is unfinished anyway.

    No query is long enough to be worth compiling, what is asked again and again is planned once, and what Python makes
    is not worth sorting out as often as it does.
    """
    often = gc.get_threshold()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        cursor.execute("SET jit TO off")
    gc.set_threshold(SELDOM, *often[1:])
    try:
        with _planned_once():
            yield
    finally:
        gc.set_threshold(*often)
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")
            cursor.execute("RESET jit")


@contextmanager
def _planned_once() -> Iterator[None]:
    """PostgreSQL keeps the plans of this connection's statements: a sixth of the time of a story."""
    used, features = connection.connection, connection.features
    former = used.cursor_factory, used.prepare_threshold, used.prepared_max, features.uses_server_side_binding
    plan_once(connection, most=STATEMENTS)
    try:
        yield
    finally:
        used.cursor_factory, used.prepare_threshold, used.prepared_max, features.uses_server_side_binding = former


def _with_a_sample(jobs: list[Job]) -> list[Job]:
    """Leave to the worker the last papers only: the others are drawn when they are opened."""
    papers = [job for job in jobs if job.task_name == RENDERING]
    drawn = {id(job) for job in papers[-SAMPLE:]}
    return [job for job in jobs if job.task_name != RENDERING or id(job) in drawn]
