"""What is forgotten every night of households that are followed."""

from django.utils import timezone
from procrastinate.contrib.django import app

from prescriptions.services.forgetting import note_forgotten
from prescriptions.services.joining import forget_replaced


@app.periodic(cron="40 4 * * *")
@app.task(name="prescriptions.forget_replaced", queueing_lock="prescriptions.forget_replaced")
def forget_what_was_replaced(timestamp: int) -> None:
    """Erase what files said before another one was joined to them, once that cannot be undone any more."""
    forget_replaced(at=timezone.now())


@app.periodic(cron="0 1 * * *")
@app.task(name="prescriptions.note_forgotten", queueing_lock="prescriptions.note_forgotten")
def note_what_was_forgotten(timestamp: int) -> None:
    """Before the night's verification, write down outside of the database who was erased, if it was not done then."""
    note_forgotten()
