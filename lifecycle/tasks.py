"""What the engine does by itself: the clock every quarter of an hour, the seal every night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from lifecycle.clock import CLOCK_LOCK, run_clock
from lifecycle.locking import advisory_lock
from lifecycle.sealing import seal_journals


@app.periodic(cron="*/15 * * * *")
@app.task(name="lifecycle.tick", queueing_lock="lifecycle.tick")
def tick(timestamp: int) -> None:
    """Do what is due now; while someone writes history, leave it to the next quarter of an hour."""
    with advisory_lock(CLOCK_LOCK, wait=False) as granted:
        if granted:
            run_clock()


@app.periodic(cron="10 2 * * *")
@app.task(name="lifecycle.seal", queueing_lock="lifecycle.seal")
def seal(timestamp: int) -> None:
    """Seal the heads of every journal."""
    seal_journals(at=timezone.now())
