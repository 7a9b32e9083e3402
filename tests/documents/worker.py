"""A worker that runs what is queued then stops, for tests that commit (``django_db(transaction=True)``)."""

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from procrastinate.contrib.django import app


def run_worker() -> None:
    """Run the queued tasks as a worker does, on connections of its own, until none is left.

    Periodic tasks are left out: whether one is due depends on the minute the test runs. It runs in a thread
    of its own, since a test that drives a browser already has an event loop in its own.
    """
    with (
        patch.dict(app.periodic_registry.periodic_tasks, clear=True),
        app.replace_connector(app.connector.get_worker_connector()) as worker,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        pool.submit(worker.run_worker, wait=False, install_signal_handlers=False, listen_notify=False).result()
