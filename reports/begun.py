"""From which month on there is something to report."""

from datetime import date, datetime

from django.db.models import Min

from donations.models import DonationEntry
from prescriptions.models import NeedEntry
from refurb.models import DeviceEntry
from reports.months import month_of, next_month


def months_begun(now: datetime) -> list[date]:
    """From the month of the first row of the journals to the one that runs; that one alone when there is no row."""
    firsts = [journal.objects.aggregate(at=Min("at"))["at"] for journal in (DonationEntry, DeviceEntry, NeedEntry)]
    months = [month_of(min([now, *filter(None, firsts)]))]
    while months[-1] < month_of(now):
        months.append(next_month(months[-1]))
    return months
