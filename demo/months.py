"""Each report, counted when its month is over, frozen, then published."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta

from django.utils import timezone

from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from lifecycle import gate
from reports.figures import reckon
from reports.models import Report
from reports.months import next_month
from reports.secrecy.choosing import looked_for_elsewhere, question_of
from reports.secrecy.frozen import asked_of
from reports.services import compute_due_months, compute_report, freeze_report

LATER = 14
"""How many days after its end a month is counted and frozen, at most: what it hides is looked for meanwhile."""
BEFORE_THE_END = 3
"""And so many days before the story ends, at least."""


def months(story: Story) -> Thread:
    """Every month that is over; nothing is written in it once it is frozen, before the day's work begins.

    A month is published when the next one is frozen: the last one stays frozen.
    """
    pilot, month = story.cast.pilot, story.first.replace(day=1)
    former: Report | None = None
    while True:
        end = next_month(month)
        yield (at := local(end, 3, 10))
        looked_for, counted_on = _looked_for(story, month, at)
        yield (at := local(counted_on, 3, 10))
        with story.agenda.trying("months", f"{month:%m/%Y}"), looked_for:
            compute_due_months(at=at)
        yield (at := local(working_day(counted_on), 8, 15))
        report = Report.objects.filter(month=month).first()
        with story.agenda.trying("months", f"{month:%m/%Y}"):
            if report is not None:
                report = freeze_report(actor=pilot, report=report, at=at)
                if former is not None:
                    gate.apply(former, "publish", actor=pilot, at=at + timedelta(minutes=5))
        former, month = report, end


def _looked_for(story: Story, month: date, at: datetime) -> tuple[AbstractContextManager[None], date]:
    """What the month that is over hides is looked for by another process until the day when it is counted.

    At once where the story ends too soon.
    """
    later = min(at.date() + timedelta(days=LATER), story.last - timedelta(days=BEFORE_THE_END))
    if later <= at.date() or working_day(later) >= story.last:
        return nullcontext(), at.date()
    asked = asked_of(reckon(month, at), at)
    return looked_for_elsewhere(question_of(*asked), story.press.look(*asked).result), later


def running_month(story: Story) -> Thread:
    """The month that runs is counted on the last evening, to see where it stands."""
    yield (at := local(story.back(1), 18, 30))
    compute_report(actor=story.cast.pilot, month=timezone.localdate(at), at=at)
