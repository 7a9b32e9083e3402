"""The frozen months, and the figures of one more with what it hides beside them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from reports.enums import ReportState
from reports.figures import Reckoning, digest
from reports.models import Report
from reports.months import PARIS
from reports.secrecy.believed import Figures
from reports.secrecy.choosing import choose
from reports.secrecy.reference import rule_on
from reports.secrecy.suppression import Rule

_ALONE = "LOCK TABLE reports_report IN SHARE ROW EXCLUSIVE MODE"
"""Two months that are frozen at the same time would not see what the other one shows: the second one waits."""


def with_secrets(reckoning: Reckoning, at: datetime, *, settled: bool = False) -> Reckoning:
    """The same, with what these figures hide from all but the pilot, so that no frozen month gives it away.

    ``settled``: no other month is frozen until the transaction ends.
    """
    if settled:
        with connection.cursor() as cursor:
            cursor.execute(_ALONE)
    figures, others, rule = asked_of(reckoning, at)
    chosen = choose(figures, others, rule, _counted_before(figures["month"]))
    figures = reckoning.figures | {"secrets": chosen}
    return replace(reckoning, figures=figures, sha256=digest(figures))


def asked_of(reckoning: Reckoning, at: datetime) -> tuple[Figures, list[Figures], Rule]:
    """From what it is chosen what a month hides at ``at``: its figures, the frozen ones, the rule of the day."""
    return reckoning.figures, frozen_figures(), rule_on(at.astimezone(PARIS).date())


def _counted_before(month: str) -> dict[str, Any] | None:
    """The figures of a month that is counted and not frozen."""
    return _reports().filter(month=month, state=ReportState.COMPUTED).values_list("figures", flat=True).first()


def frozen_figures() -> list[dict[str, Any]]:
    """What is shown for good, or will be: the figures of every frozen month, in order."""
    rows = _reports().exclude(state=ReportState.COMPUTED)
    return list(rows.order_by("month").values_list("figures", flat=True))


def _reports() -> QuerySet[Any]:
    return Report.objects.all()
