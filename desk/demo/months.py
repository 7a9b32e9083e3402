"""The reports: each month counted by the clock, frozen on the first working day after it, published a month later."""

from datetime import timedelta

from django.utils import timezone

from desk.demo.agenda import Thread
from desk.demo.calendar import local, working_day
from desk.demo.stage import Stage
from reports.models import Report
from reports.months import next_month
from reports.services import compute_due_months, compute_report, freeze_report, publish_report


def months(stage: Stage) -> Thread:
    """Every month that is over; nothing is written in it once it is frozen, before the day's work begins.

    A month is published when the next one is frozen: the last one stays frozen.
    """
    pilot, month = stage.cast.pilot, stage.first.replace(day=1)
    former: Report | None = None
    while True:
        end = next_month(month)
        yield (at := local(end, 3, 10))
        compute_due_months(at=at)
        yield (at := local(working_day(end), 8, 15))
        report = Report.objects.filter(month=month).first()
        if report is not None:
            report = freeze_report(actor=pilot, report=report, at=at)
            if former is not None:
                publish_report(actor=pilot, report=former, at=at + timedelta(minutes=5))
        former, month = report, end


def running_month(stage: Stage) -> Thread:
    """The month that runs is counted on the last evening, to see where it stands."""
    yield (at := local(stage.back(1), 18, 30))
    compute_report(actor=stage.cast.pilot, month=timezone.localdate(at), at=at)
