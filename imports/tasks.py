"""What is done of imports in the background: applied, or given up for want of an answer."""

from datetime import timedelta

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from imports.services import carry_on_import, drop_left_aside, forget_left_lines

TRIES = 5
ASIDE = timedelta(days=30)
"""How long a file that nobody confirmed is kept."""
NAMED_ASIDE = timedelta(days=7)
"""And one that names people."""
LEFT = timedelta(days=30)
"""How long the lines left out of a file that names people may be taken back, to be put right."""


@app.task(name="imports.apply", pass_context=True, retry=RetryStrategy(max_attempts=TRIES, exponential_wait=3))
def apply_import(context: JobContext, *, source: int) -> None:
    """Apply what is left of one import."""
    carry_on_import(source=source, last_try=context.job.attempts >= TRIES)


@app.periodic(cron="30 4 * * *")
@app.task(name="imports.drop_left_aside", queueing_lock="imports.drop_left_aside")
def drop_old_imports(timestamp: int) -> None:
    """Give up what nobody confirmed, and erase the file; erase the lines left out that name people."""
    now = timezone.now()
    drop_left_aside(before=now - ASIDE, named_before=now - NAMED_ASIDE)
    forget_left_lines(before=now - LEFT)
