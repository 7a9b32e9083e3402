"""The queue itself: what a dead worker left comes back, what ended is cleared."""

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from documents.enums import SendState
from documents.models import Mail
from documents.services import queue_mail
from documents.tasks import MAX_ATTEMPTS
from tests.documents.worker import run_worker

pytestmark = pytest.mark.django_db(transaction=True)


def killed_job(attempts: int = 0) -> None:
    """The state a worker killed in the middle of a job leaves behind it: « doing », and no sign of life."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        [worker] = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s, worker_id = %s",
            [attempts, worker],
        )


def retry_stalled() -> None:
    app.tasks["documents.retry_stalled_jobs"].defer(timestamp=0)
    run_worker()


def a_mail() -> Mail:
    return queue_mail(to=[("camille@exemple.test", "")], subject="Sujet", body="Texte")


def test_the_job_of_a_killed_worker_comes_back_and_is_done() -> None:
    mail = a_mail()
    killed_job()
    run_worker()
    assert Mail.objects.get(pk=mail.pk).delivery == SendState.QUEUED
    retry_stalled()
    run_worker()
    assert Mail.objects.get(pk=mail.pk).delivery == SendState.SENT


def test_a_job_that_keeps_killing_its_worker_is_left_failed() -> None:
    a_mail()
    killed_job(attempts=MAX_ATTEMPTS)
    retry_stalled()
    assert ProcrastinateJob.objects.get(task_name="documents.send_mail").status == "failed"


def test_the_job_of_a_live_worker_is_left_alone() -> None:
    a_mail()
    killed_job()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now()")
    retry_stalled()
    assert ProcrastinateJob.objects.get(task_name="documents.send_mail").status == "doing"


def test_what_ended_long_ago_is_cleared_from_the_queue() -> None:
    a_mail()
    run_worker()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '31 days'")
    app.tasks["documents.remove_old_jobs"].defer(timestamp=0)
    run_worker()
    assert not ProcrastinateJob.objects.filter(task_name="documents.send_mail").exists()


def test_the_periodic_tasks_are_installed() -> None:
    installed = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {
        "documents.retry_stalled_jobs",
        "documents.remove_old_jobs",
        "documents.sweep_contents",
        "documents.forget_abandoned",
        "documents.forget_account_mails",
    } <= installed
