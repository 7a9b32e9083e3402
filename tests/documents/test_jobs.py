"""What is left to the workers goes with the change it belongs to, whoever makes the change: a person or a worker."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from documents.models import Mail
from documents.services import forget_file, queue_mail, store_file
from tests.documents.samples import PDF

pytestmark = pytest.mark.django_db(transaction=True)


class Undone(Exception):
    """Said inside a transaction, so that it goes back."""


def in_a_worker(change: Callable[[], None]) -> None:
    """Make a change as a worker's own task does: in a thread of a process whose tasks have another connection."""

    async def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
            async with worker.open_async():
                await sync_to_async(_on_its_own_connection)(change)

    asyncio.run(work())


def a_mail() -> None:
    queue_mail(to=[("camille@exemple.test", "")], subject="Sujet", body="Texte")


def a_file_is_forgotten() -> None:
    forget_file(file=store_file(content=PDF, name="a.pdf", by=None))


def undone(change: Callable[[], None]) -> None:
    with suppress(Undone), transaction.atomic():
        change()
        raise Undone


def waiting() -> list[str]:
    return list(ProcrastinateJob.objects.values_list("task_name", flat=True))


@pytest.mark.parametrize(
    ("change", "task"), [(a_mail, "documents.send_mail"), (a_file_is_forgotten, "documents.remove_content")]
)
def test_a_worker_s_change_that_goes_back_leaves_nothing_to_the_others(change: Callable[[], None], task: str) -> None:
    in_a_worker(partial(undone, change))
    assert waiting() == []
    in_a_worker(change)
    assert waiting() == [task]


def test_no_other_worker_sees_the_job_of_a_change_that_is_not_there_yet() -> None:
    seen = []

    def change() -> None:
        with transaction.atomic():
            a_mail()
            with ThreadPoolExecutor(max_workers=1) as beside:
                seen.append(beside.submit(_on_its_own_connection, waiting).result())

    in_a_worker(change)
    assert seen == [[]]
    assert waiting() == ["documents.send_mail"]
    assert Mail.objects.count() == 1


def _on_its_own_connection[T](do: Callable[[], T]) -> T:
    try:
        return do()
    finally:
        connections.close_all()
