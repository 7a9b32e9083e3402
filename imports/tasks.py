"""The one task of imports."""

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from imports.services import carry_on_import

TRIES = 5


@app.task(name="imports.apply", pass_context=True, retry=RetryStrategy(max_attempts=TRIES, exponential_wait=3))
def apply_import(context: JobContext, *, source: int) -> None:
    """Apply what is left of one import."""
    carry_on_import(source=source, last_try=context.job.attempts >= TRIES)
