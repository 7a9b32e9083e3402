"""The clock of reports."""

from procrastinate.contrib.django import app

from lifecycle.clock import CLOCK_LOCK
from lifecycle.locking import advisory_lock
from lifecycle.verification import note_verification
from reports.services import REPORTS, compute_due_months, verify_reports


@app.periodic(cron="10 2 * * *")
@app.task(name="reports.compute_due_months", queueing_lock="reports.compute_due_months")
def compute_over_months(timestamp: int) -> None:
    """Every day, so that a 1st without a worker is caught up: compute the months that are over.

    The cron reads UTC: 3:10 or 4:10 in Paris, when the month that ended can be frozen too. While someone writes
    history, it is left to the next day.
    """
    with advisory_lock(CLOCK_LOCK, wait=False) as granted:
        if granted:
            compute_due_months()


@app.periodic(cron="40 1 * * *")
@app.task(name="reports.verify", queueing_lock="reports.verify")
def verify(timestamp: int) -> None:
    """Count every kept month again; « À faire » of the pilot tells what was found. Raises FaultsFound."""
    note_verification(REPORTS, verify_reports)
