"""What an app above measures of a convention, and a rule asks for: its non-conformity (``reports.conformity``)."""

from collections.abc import Callable
from datetime import date

from conventions.enums import SuspendReason
from conventions.models import Convention
from lifecycle.machine import Context
from lifecycle.requirements import PerRow, PerRowValues

type Measure = Callable[[Convention, date], bool]
"""Whether the rate that the convention allows was exceeded two quarters in a row, as known on a day."""

_measures: list[Measure] = []


def measure_nonconformity(function: Measure) -> None:
    """Ask ``function`` before a convention is suspended because of its rate; called once, when the process starts."""
    if function not in _measures:
        _measures.append(function)


def exceeded_twice(convention: Convention, day: date) -> bool:
    """Whether a convention may be suspended because of its rate on this day."""
    return any(measure(convention, day) for measure in _measures)


def _unmeasured(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    asked = [pk for pk, given in per_row.items() if given.get("reason") == SuspendReason.QUALITY]
    found = Convention.objects.filter(pk__in=asked) if asked else ()
    exceeded = {row.pk for row in found if exceeded_twice(row, ctx.day)}
    return {pk: NOT_EXCEEDED for pk in asked if pk not in exceeded}


NOT_EXCEEDED = (
    "Le taux constaté n’a pas dépassé la limite deux trimestres de suite\u00a0: choisissez un autre motif. La page de"
    " la convention dit ce qui est constaté, trimestre par trimestre."
)
RATE_EXCEEDED = PerRow("rate_exceeded", NOT_EXCEEDED, _unmeasured, field="reason")
"""As the article of the model says it."""
