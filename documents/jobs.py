"""Background work put off: at once, with the change it belongs to, or all together at the end of a long import."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from procrastinate.contrib.django import app as tasks
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.types import JSONDict

type Choose = Callable[[list[Job]], list[Job]]

QUEUE = JobManager(DjangoConnector())
"""The queue, by the connection of who changes something. The app's own manager speaks, in the process of a worker, by
another one: what a task left to others would stay when its change goes back, and be taken before it is there."""

_gathered: ContextVar[list[Job] | None] = ContextVar("documents_jobs", default=None)


def put_off(task: str, jobs: Sequence[JSONDict], *, priority: int = 0, lock: str | None = None) -> None:
    """Leave jobs of one task to the workers, in the caller's transaction: none for a change that is rolled back."""
    deferrer = tasks.configure_task(task, allow_unknown=False, priority=priority, lock=lock)
    new = [deferrer.make_new_job(**job) for job in jobs]
    gathered = _gathered.get()
    if gathered is None:
        QUEUE.batch_defer_jobs(jobs=new)
    else:
        transaction.on_commit(lambda: gathered.extend(new))


@contextmanager
def put_off_together(choose: Choose) -> Iterator[None]:
    """Gather the jobs of the block, and leave those that are chosen to the workers at its end, in one statement.

    For an import that is made again from the start when it fails: then nothing is left to the workers.
    """
    gathered: list[Job] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    chosen = choose(gathered)
    if chosen:
        QUEUE.batch_defer_jobs(jobs=chosen)
