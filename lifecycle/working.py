"""The work behind the screens: a worker that outlives what happens to its connections."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from django.db import close_old_connections
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from lifecycle.outages import is_away

WAITS = (1, 2, 5, 10, 20, 30)
"""Seconds before each new try, while the database stays away; the last one goes on."""
STEADY = 60
"""Seconds of work after which the next cut is the first one again."""
AGAIN_IN = 15
"""Seconds after which a job that lost the database is tried again."""
MOST_AGAIN = 20

logger = logging.getLogger(__name__)


async def work(app: App, *, stop: asyncio.Event, waits: Sequence[float] = WAITS, **options: Any) -> None:
    """Run the queued work until ``stop``: a worker that the database cut off is followed by another, after a pause."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    for task in app.tasks.values():
        task.retry_strategy = task.retry_strategy or WhenLost()
    cuts = 0
    while not stop.is_set():
        began = time.monotonic()
        await _work_once(app, stop, options)
        if stop.is_set():
            return
        cuts = 1 if time.monotonic() - began > STEADY else cuts + 1
        wait = waits[min(cuts, len(waits)) - 1]
        logger.warning("Travail de fond coupé de la base\u00a0: nouvel essai dans %s s.", wait)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)


async def _work_once(app: App, stop: asyncio.Event, options: dict[str, Any]) -> None:
    """One worker, from its connections to its end, whatever that comes from."""
    try:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # that of Django
        with app.replace_connector(connector) as working:
            async with working.open_async():
                run = asyncio.create_task(
                    working.run_worker_async(
                        install_signal_handlers=False, task_middleware=[on_a_live_connection], **options
                    )
                )
                asked = asyncio.create_task(stop.wait())
                await asyncio.wait({run, asked}, return_when=asyncio.FIRST_COMPLETED)
                asked.cancel()
                if not run.done():
                    run.cancel()
                with suppress(asyncio.CancelledError):
                    await run
    except (ConnectorException, psycopg.Error, OSError) as error:
        logger.warning("Le travail de fond a perdu la base\u00a0: %s", type(error).__name__)


def on_a_live_connection(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """Run a task on a connection that answers: one that died with a former task is not used again."""
    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()


class WhenLost(BaseRetryStrategy):
    """For tasks that are not tried again when they fail: those that lost the database in the middle are."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Later, unless it was not the database, or the job was tried too often."""
        if not is_away(exception) or job.attempts >= MOST_AGAIN:
            return None
        return RetryDecision(retry_in={"seconds": AGAIN_IN})
