"""From when what waits is told, or is late: dated rows that the pilot keeps, read once for a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Value
from django.utils import timezone

from connectivity.enums import USUAL_TERMS
from connectivity.models import ConnectionTerm
from conventions.enums import USUAL_RULES, RuleCode
from conventions.models import ConventionRule
from desk.enums import USUAL, USUAL_SERVICE
from desk.models import ServiceThreshold, TodoThreshold
from prescriptions.models import Setting

TO_COMPLETE, STILL_CURRENT = "complete_last_days", "still_current_last_days"
"""The settings of prescriptions that say when the last reminder is sent: from then on, what it asks presses."""
USUAL_REMINDERS = {TO_COMPLETE: 5, STILL_CURRENT: 10}
"""What holds where no row says otherwise."""
MODELS = (TodoThreshold, Setting, ConnectionTerm, ConventionRule, ServiceThreshold)


@dataclass(frozen=True)
class Limits:
    """What holds on a day. ``days``: by ``ThresholdCode``, or by the code of a last reminder.

    ``terms``: those of the connection files by ``TermCode``, in the unit of each. ``horizon``: how long before its end
    a convention is recalled for the first time.
    """

    days: Mapping[str, timedelta]
    terms: Mapping[str, int]
    horizon: timedelta
    service: Mapping[str, int]
    """When the service itself goes wrong, by ``ServiceCode``, in the unit of each."""


def limits_on(at: datetime) -> Limits:
    """What holds on the day of this instant; one query."""
    first, *others = (_told(model, at) for model in MODELS)
    found: dict[str, dict[str, int]] = {}
    for model, code, value in first.union(*others, all=True).order_by():
        found.setdefault(model, {})[code] = int(value)
    reminders = USUAL_REMINDERS | found.get(Setting.__name__, {})
    days = dict(USUAL) | found.get(TodoThreshold.__name__, {}) | {code: reminders[code] for code in USUAL_REMINDERS}
    rules = {code: int(value) for code, value in USUAL_RULES.items()} | found.get(ConventionRule.__name__, {})
    return Limits(
        {code: timedelta(days=number) for code, number in days.items()},
        dict(USUAL_TERMS) | found.get(ConnectionTerm.__name__, {}),
        timedelta(days=rules[RuleCode.FIRST_REMINDER]),
        dict(USUAL_SERVICE) | found.get(ServiceThreshold.__name__, {}),
    )


def _told(model: Any, at: datetime) -> Any:
    """``(model, code, value)`` of its rows in force: versions of one code never overlap."""
    rows = model.objects.on(timezone.localdate(at)).order_by()
    return rows.values_list(Value(model.__name__, CharField()), "code", "value")
