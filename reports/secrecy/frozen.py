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
from reports.secrecy.choosing import choose
from reports.secrecy.reference import rule_on

_ALONE = "LOCK TABLE reports_report IN SHARE ROW EXCLUSIVE MODE"
"""Two months that are frozen at the same time would not see what the other one shows: the second one waits."""


def with_secrets(reckoning: Reckoning, at: datetime, *, settled: bool = False) -> Reckoning:
    """The same, with what these figures hide from all but the pilot, so that no frozen month gives it away.

    ``settled``: no other month is frozen until the transaction ends.
    """
    if settled:
        with connection.cursor() as cursor:
            cursor.execute(_ALONE)
    rule = rule_on(at.astimezone(PARIS).date())
    chosen = choose(reckoning.figures, frozen_figures(), rule, _counted_before(reckoning.figures["month"]))
    figures = reckoning.figures | {"secrets": chosen}
    return replace(reckoning, figures=figures, sha256=digest(figures))


def _counted_before(month: str) -> dict[str, Any] | None:
    """The figures of a month that is counted and not frozen."""
    return _reports().filter(month=month, state=ReportState.COMPUTED).values_list("figures", flat=True).first()


def frozen_figures() -> list[dict[str, Any]]:
    """What is shown for good, or will be: the figures of every frozen month, in order."""
    rows = _reports().exclude(state=ReportState.COMPUTED)
    return list(rows.order_by("month").values_list("figures", flat=True))


def _reports() -> QuerySet[Any]:
    return Report.objects.all()
