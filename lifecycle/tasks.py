"""What the engine does by itself: the clock every quarter of an hour; every night the verification, then the seal."""

from functools import partial

from django.utils import timezone
from procrastinate.contrib.django import app

from lifecycle.clock import CLOCK_LOCK, run_clock
from lifecycle.locking import advisory_lock
from lifecycle.once import forget_sent
from lifecycle.sealing import seal_journals
from lifecycle.verification import JOURNALS, is_whole_night, machines_in_doubt, note_verification, verify_journals


@app.periodic(cron="*/15 * * * *")
@app.task(name="lifecycle.tick", queueing_lock="lifecycle.tick")
def tick(timestamp: int) -> None:
    """Do what is due now; while someone writes history, leave it to the next quarter of an hour."""
    with advisory_lock(CLOCK_LOCK, wait=False) as granted:
        if granted:
            run_clock()


@app.periodic(cron="10 1 * * *")
@app.task(name="lifecycle.verify_and_seal", queueing_lock="lifecycle.verify_and_seal")
def verify_and_seal(timestamp: int) -> None:
    """Verify every journal against the seal of the night before, then seal the heads of all but those in doubt.

    Chains of what did not move since the last seal are computed again on Sundays; the rest is compared every night.
    « À faire » of the pilot tells what was found. Those in doubt stay compared with what was sealed before; of a night
    when nothing is verified there is no seal. Raises FaultsFound, so that whoever reads the log of the workers knows.
    """
    try:
        note_verification(JOURNALS, partial(verify_journals, whole=is_whole_night(timezone.now())))
    finally:
        seal_journals(at=timezone.now(), but=machines_in_doubt())


@app.periodic(cron="30 4 * * *")
@app.task(name="lifecycle.forget_sent_pages", queueing_lock="lifecycle.forget_sent_pages")
def forget_sent_pages(timestamp: int) -> None:
    """Forget which pages were sent, once nobody can send them again."""
    forget_sent(at=timezone.now())
