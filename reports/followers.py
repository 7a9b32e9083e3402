"""What follows each verb of a report, in the same transaction."""

from datetime import UTC, datetime

from django.db.models import Max

from lifecycle.models import ClosedPeriod
from lifecycle.registry import Move, on_transition
from reports.documents import freeze_paper, register_kinds
from reports.models import Report
from reports.yearly_paper import freeze_yearly_paper, register_yearly_kind

DAWN = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any journal."""


def close_month(move: Move) -> None:
    """No row enters the month any more, nor what lies before it and was left open: its opening counts on it."""
    for report in Report.objects.filter(pk__in=move.pks).order_by("month"):
        start, end = report.bounds
        before = ClosedPeriod.objects.filter(ends_at__lte=start).aggregate(last=Max("ends_at"))["last"] or DAWN
        if before < start and not ClosedPeriod.objects.filter(starts_at__lte=before, ends_at__gte=start).exists():
            ClosedPeriod.objects.create(starts_at=before, ends_at=start, closed_at=move.at)
        ClosedPeriod.objects.get_or_create(starts_at=start, ends_at=end, defaults={"closed_at": move.at})


def issue_paper(move: Move) -> None:
    """The paper says what was published, once; a task draws it."""
    for report in Report.objects.filter(pk__in=move.pks).order_by("pk"):
        freeze_paper(report, by=move.actor, at=move.at)


def issue_yearly_paper(move: Move) -> None:
    """The paper says what the year came to, once; a task draws it."""
    for report in Report.objects.filter(pk__in=move.pks).order_by("pk"):
        freeze_yearly_paper(report, by=move.actor, at=move.at)


def register() -> None:
    """Every registration of reports, once its models are known."""
    register_kinds()
    register_yearly_kind()
    on_transition("report", "freeze", close_month)
    on_transition("report", "publish", issue_paper)
    on_transition("report", "close_year", issue_yearly_paper)
