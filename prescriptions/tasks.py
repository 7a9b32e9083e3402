"""What is forgotten every night of households that are followed."""

from django.utils import timezone
from procrastinate.contrib.django import app

from prescriptions.services.joining import forget_replaced


@app.periodic(cron="40 4 * * *")
@app.task(name="prescriptions.forget_replaced", queueing_lock="prescriptions.forget_replaced")
def forget_what_was_replaced(timestamp: int) -> None:
    """Erase what files said before another one was joined to them, once that cannot be undone any more."""
    forget_replaced(at=timezone.now())
