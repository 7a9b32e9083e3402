"""What is made every night of what was recorded at the bench."""

from django.utils import timezone
from procrastinate.contrib.django import app

from refurb.lot_certificates import renew_lots
from refurb.lot_receipts import renew_tax_receipts


@app.periodic(cron="50 4 * * *")
@app.task(name="refurb.renew_certificates", queueing_lock="refurb.renew_certificates")
def renew_certificates(timestamp: int) -> None:
    """Give donors other papers of what was proven, found, or given back, since the last ones of their lots."""
    now = timezone.now()
    renew_lots(at=now)
    renew_tax_receipts(at=now)
