"""Background work. An argument of a task is a primary key and nothing else: no personal data in the queue."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from documents.models import Document, StoredFile
from documents.parameters import ACCOUNT_MAIL_DAYS
from documents.services.files import forget_abandoned, remove_content, sweep_contents
from documents.services.mail import deliver_mail, forget_account_mails
from documents.services.papers import render_document
from documents.services.sms import deliver_sms, put_off_due

MAIL_RETRIES = 7
"""With waits of 4, 16, 64… seconds, the last of the eight tries comes about six hours after the first."""
MAX_ATTEMPTS = 20
"""A job that ran this often and still took its worker down is left failed instead of put back."""


@app.task(
    name="documents.send_mail",
    pass_context=True,
    retry=RetryStrategy(max_attempts=MAIL_RETRIES, exponential_wait=4),
)
def send_mail(context: JobContext, *, mail: int) -> None:
    """Make one mail leave."""
    deliver_mail(mail=mail, last_try=context.job.attempts >= MAIL_RETRIES)


@app.periodic(cron="*/5 * * * *")
@app.task(name="documents.send_due_sms", queueing_lock="documents.send_due_sms")
def send_due_sms(timestamp: int) -> None:
    """Hand to the workers the SMS whose hour has come."""
    put_off_due(timezone.now())


@app.task(name="documents.send_sms")
def send_sms(*, sms: int) -> None:
    """Make one SMS leave; one that could not is taken up by the next round."""
    deliver_sms(sms=sms)


@app.task(name="documents.render_document", retry=RetryStrategy(max_attempts=3, exponential_wait=8))
def draw_document(*, document: int) -> None:
    """Draw the PDF of one paper, unless it was opened first."""
    render_document(Document.objects.get(pk=document))


@app.task(name="documents.remove_content", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def remove_forgotten_content(*, file: int) -> None:
    """Remove from disk the content of a file that was forgotten."""
    remove_content(sha256=StoredFile.objects.get(pk=file).sha256)


@app.periodic(cron="*/2 * * * *")
@app.task(name="documents.retry_stalled_jobs", queueing_lock="documents.retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Put back the jobs of workers that died: those whose worker has given no sign of life for 30 seconds.

    Procrastinate leaves them "doing" for ever otherwise. A job that keeps killing its worker stays down.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if job.attempts < MAX_ATTEMPTS:
            await manager.retry_job(job)
        elif job.id is not None:
            await manager.finish_job_by_id_async(job.id, status=Status.FAILED, delete_job=False)


@app.periodic(cron="20 3 * * *")
@app.task(name="documents.remove_old_jobs", queueing_lock="documents.remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Clear the queue of what ended: what is worth keeping is in the journal and in the outbox."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=settings.DOCUMENTS_KEEP_JOBS_HOURS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


@app.periodic(cron="50 3 * * *")
@app.task(name="documents.forget_abandoned", queueing_lock="documents.forget_abandoned")
def forget_abandoned_deposits(timestamp: int) -> None:
    """Erase the deposits of forms that were given up: the key of the longest form holds for half a day."""
    forget_abandoned(before=timezone.now() - timedelta(days=1))


@app.periodic(cron="40 3 * * *")
@app.task(name="documents.sweep_contents", queueing_lock="documents.sweep_contents")
def sweep_orphan_contents(timestamp: int) -> None:
    """Remove from disk what no row names: deposits that were rolled back more than a day ago."""
    sweep_contents(before=timezone.now() - timedelta(days=1))


@app.periodic(cron="0 4 * * *")
@app.task(name="documents.forget_account_mails", queueing_lock="documents.forget_account_mails")
def forget_old_account_mails(timestamp: int) -> None:
    """Erase to whom the links of accounts were sent, long after the last of them opened anything."""
    forget_account_mails(before=timezone.now() - timedelta(days=ACCOUNT_MAIL_DAYS.on(timezone.localdate())))
