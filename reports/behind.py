"""From a number of a report to the rows of the journal that it counts: the same walk as ``figures``, row by row."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from network.models import Epci
from refurb.enums import DeviceState
from refurb.models import DeviceEntry
from reports.enums import STAGE_OF, Measure, stages_of
from reports.figures import Standing, bucket_of
from reports.models import Report

_MOVES = """
SELECT e.id, n.id, e.target, e.type, e.donor_kind, e.origin_epci_id, e.convention_epci_id,
       n.target, n.type, n.donor_kind, n.origin_epci_id, n.convention_epci_id
FROM refurb_deviceentry n
LEFT JOIN refurb_deviceentry e ON e.object_id = n.object_id AND e.seq = n.seq - 1
WHERE n.at >= %(start)s AND n.at < %(until)s
"""


def rows_behind(report: Report, measure: str, stage: str) -> Any:
    """The rows of the journal behind a number: each opens a stay; for « sorties », the one that ends.

    ``stage``: a code of ``stages_of``. A device that enters twice is there twice, as in the figures.
    """
    start, until = report.bounds.start, report.as_of
    rows = DeviceEntry.objects.filter(target__in=_states(stage))
    if measure == Measure.OPENING:
        return rows.filter(pk__in=_standing(start))
    if measure == Measure.CLOSING:
        return rows.filter(pk__in=_standing(until))
    return rows.filter(pk__in=_moved(measure, start, until))


def figure_of(report: Report, measure: str, stage: str, places: Collection[str] = (), type_: str = "") -> int:
    """What the report itself says. ``places``: in all of them at once, each the SIREN of an EPCI or ``Elsewhere``."""
    rank, stages = 4 + list(Measure).index(Measure(measure)), stages_of(stage)
    return sum(
        row[rank]
        for row in report.figures["buckets"]
        if row[0] in stages and all(place == row[1] for place in places) and type_ in ("", row[2])
    )


def _states(stage: str) -> list[str]:
    return [state.value for state in DeviceState if STAGE_OF[state] in stages_of(stage)]


def _standing(instant: datetime) -> Any:
    return DeviceEntry.objects.as_of(instant).values("pk")


def _moved(measure: str, start: datetime, until: datetime) -> list[int]:
    sirens = dict(Epci.objects.values_list("pk", "siren"))
    with connection.cursor() as cursor:
        cursor.execute(_MOVES, {"start": start, "until": until})
        found = cursor.fetchall()
    kept = []
    for before, after, *told in found:
        old = None if before is None else bucket_of(Standing(*told[:5]), sirens)
        if old != bucket_of(Standing(*told[5:]), sirens):
            kept.append(after if measure == Measure.ENTERED else before)
    return [pk for pk in kept if pk is not None]
