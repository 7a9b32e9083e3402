"""What is written every morning to those whose program will soon have no answer."""

from django.utils import timezone
from procrastinate.contrib.django import app

from desk.services.api_keys import tell_ending_keys


@app.periodic(cron="30 5 * * *")
@app.task(name="desk.tell_ending_keys", queueing_lock="desk.tell_ending_keys")
def tell_keys(timestamp: int) -> None:
    """Write to those whose program will soon have no answer any more."""
    tell_ending_keys(at=timezone.now())
