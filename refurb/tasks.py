"""What is made every night of what was recorded at the bench."""

from django.utils import timezone
from procrastinate.contrib.django import app

from refurb.lot_certificates import renew_lots


@app.periodic(cron="50 4 * * *")
@app.task(name="refurb.renew_certificates", queueing_lock="refurb.renew_certificates")
def renew_certificates(timestamp: int) -> None:
    """Give donors another certificate of what was proven, or found, since the last one of their lots."""
    renew_lots(at=timezone.now())
