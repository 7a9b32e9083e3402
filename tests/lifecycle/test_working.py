"""The work behind the screens goes on when PostgreSQL ends its connections, and stops when it is asked to."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.core import mail as sent
from django.db import connection
from procrastinate.contrib.django import app

from documents.models import Mail
from documents.services import queue_mail
from lifecycle import working
from lifecycle.working import work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore::ResourceWarning")]
PATIENCE = 60
KILL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Working:
    """A worker in a thread of its own, as its process would be."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.stop: asyncio.Event | None = None
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))
        self.thread.start()

    async def run(self) -> None:
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        await work(app, stop=self.stop, waits=(0.2,), fetch_job_polling_interval=0.2, update_heartbeat_interval=0.2)

    def end(self) -> None:
        if self.loop is not None and self.stop is not None and self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(PATIENCE)


@pytest.fixture
def worker() -> Iterator[Working]:
    one = Working()
    yield one
    one.end()
    assert not one.thread.is_alive()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.1)


def workers() -> int:
    return asked("SELECT count(*) FROM procrastinate_workers")


def asked(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        (answer,) = cursor.fetchone()
    return int(answer)


def a_mail_leaves() -> None:
    mail = queue_mail(to=[("camille@exemple.test", "Camille")], subject="Un lot vous attend", body="Bonjour")
    until(lambda: Mail.objects.filter(pk=mail.pk, sent_at__isnull=False).exists())


def test_killed_connections_are_made_again_and_the_work_goes_on(worker: Working) -> None:
    a_mail_leaves()
    for _ in range(2):
        assert asked(KILL) >= 1
        a_mail_leaves()
    assert len(sent.outbox) == 3


def test_it_stops_when_it_is_asked_to_and_leaves_no_sign_of_life(worker: Working) -> None:
    until(lambda: workers() == 1)
    worker.end()
    assert workers() == 0


def test_a_task_that_lost_the_database_is_tried_again_and_another_fault_is_not() -> None:
    strategy = working.WhenLost()
    job = type("Job", (), {"attempts": 0})()
    lost = working.psycopg.OperationalError("server closed the connection unexpectedly")
    assert strategy.get_retry_exception(lost, job) is not None
    assert strategy.get_retry_exception(ValueError(), job) is None
    job.attempts = working.MOST_AGAIN
    assert strategy.get_retry_exception(lost, job) is None
