"""What the engine does by itself: the clock every quarter of an hour; every night the verification, then the seal."""

from django.utils import timezone
from procrastinate.contrib.django import app

from lifecycle.clock import CLOCK_LOCK, run_clock
from lifecycle.locking import advisory_lock
from lifecycle.sealing import seal_journals
from lifecycle.verification import JOURNALS, machines_in_doubt, note_verification, verify_journals

NIGHT = "lifecycle.night"
"""The lock of the two tasks of the night: nothing is sealed while it is verified."""


@app.periodic(cron="*/15 * * * *")
@app.task(name="lifecycle.tick", queueing_lock="lifecycle.tick")
def tick(timestamp: int) -> None:
    """Do what is due now; while someone writes history, leave it to the next quarter of an hour."""
    with advisory_lock(CLOCK_LOCK, wait=False) as granted:
        if granted:
            run_clock()


@app.periodic(cron="10 1 * * *")
@app.task(name="lifecycle.verify", queueing_lock="lifecycle.verify", lock=NIGHT)
def verify(timestamp: int) -> None:
    """Verify every journal against the seal of the night before; « À faire » of the pilot tells what was found.

    Raises FaultsFound, so that whoever reads the log of the workers knows too.
    """
    note_verification(JOURNALS, verify_journals)


@app.periodic(cron="10 2 * * *")
@app.task(name="lifecycle.seal", queueing_lock="lifecycle.seal", lock=NIGHT)
def seal(timestamp: int) -> None:
    """Seal the heads of every journal but those in doubt: these stay compared with what was sealed before."""
    seal_journals(at=timezone.now(), but=machines_in_doubt())
