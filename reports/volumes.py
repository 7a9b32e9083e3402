"""What conventions promised of each of their years, and how much of it was handed over: for whoever steers.

What was promised is the quota as the last dated change before the end of the year or of the period left it. What was
handed over is read from the journal of devices: each device once, under the year whose place it took when it was last
allotted, unless its hand-over was undone. An exchange hands over no device more, and a screen goes with its computer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from conventions.enums import ConventionState
from conventions.models import ConventionEntry
from network.models.territory import Alphabetical
from refurb.enums import DeviceState
from refurb.models import Device
from reports.participants import DAWN
from reports.standing import Arrival, TimeSpan
from typography.french import HARD, written_day

HANDED = Arrival(Device, (DeviceState.HANDED_OVER,), "type", verbs=("hand_over",))
_HANDED = """
SELECT DISTINCT ON (t.quota, s.object_id) s.id, t.quota, s.at
FROM ({standing}) s CROSS JOIN LATERAL (
    SELECT (a.values ->> 'quota')::bigint AS quota FROM {table} a
    WHERE a.object_id = s.object_id AND a.seq < s.seq AND a.verb = 'allot' ORDER BY a.seq DESC LIMIT 1) t
ORDER BY t.quota, s.object_id, s.seq
"""
"""The first hand-over of each device under each place that it took."""
_YEARS = """
SELECT q.id, q.convention_id, q.year, q.starts_on, q.ends_on,
       ((q.ends_on + 1)::timestamp AT TIME ZONE 'Europe/Paris') AS over, p.after AS promised
FROM conventions_quota q CROSS JOIN LATERAL (
    SELECT k.after FROM conventions_quotachange k
    WHERE k.quota_id = q.id
      AND k.changed_at < least((q.ends_on + 1)::timestamp AT TIME ZONE 'Europe/Paris', %(until)s)
    ORDER BY k.changed_at DESC, k.id DESC LIMIT 1) p
WHERE q.convention_id IS NOT NULL AND q.starts_on < (%(until)s::timestamptz AT TIME ZONE 'Europe/Paris')::date
"""
_VOLUMES = f"""
WITH handed AS ({_HANDED}), years AS ({_YEARS})
SELECT y.convention_id, y.year, min(y.starts_on), max(y.ends_on), sum(y.promised), coalesce(sum(h.within), 0),
       coalesce(sum(h.in_time), 0), coalesce(sum(h.late), 0)
FROM years y CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE h.at >= %(from)s) AS within, count(*) FILTER (WHERE h.at < y.over) AS in_time,
           count(*) FILTER (WHERE h.at >= y.over) AS late
    FROM handed h WHERE h.quota = y.id) h
GROUP BY 1, 2
HAVING max(y.over) > %(from)s OR sum(h.within) > 0
ORDER BY 1, 2
"""  # noqa: S608
_ROWS = f"""
WITH handed AS ({_HANDED}), years AS ({_YEARS})
SELECT h.id FROM handed h JOIN years y ON y.id = h.quota
WHERE y.convention_id = %(convention)s AND y.year = %(year)s AND CASE %(which)s
    WHEN 'periode' THEN h.at >= %(from)s WHEN 'a-temps' THEN h.at < y.over ELSE h.at >= y.over END
"""  # noqa: S608


class Which(StrEnum):
    """Which hand-overs under a year of a convention; each is a word of an address."""

    WITHIN = "periode"
    IN_TIME = "a-temps"
    LATE = "apres"


@dataclass(frozen=True)
class Volume:
    """One year of one convention: what was promised, what was handed over in the period, before its end, after it."""

    convention: int
    year: int
    starts_on: date
    ends_on: date
    promised: int
    within: int
    in_time: int
    late: int

    def __str__(self) -> str:
        return f"n°{HARD}{self.year}, du {written_day(self.starts_on)} au {written_day(self.ends_on)}"


def volumes_of(period: TimeSpan) -> list[Volume]:
    """The years of conventions that run in the period, or under which something was handed over in it; one query."""
    rows = _asked(_VOLUMES, period)
    return [Volume(*row[:4], *map(int, row[4:])) for row in rows]


def rows_handed_over(period: TimeSpan, convention: int, year: int, which: Which) -> list[int]:
    """Keys of the rows of the journal behind a number of a year of a convention; one query."""
    return [pk for (pk,) in _asked(_ROWS, period, convention=convention, year=year, which=which.value)]


@dataclass(frozen=True)
class Stood:
    """A convention as it stood at an instant: its reference, its EPCI, in which state; a test of the circuit or not."""

    reference: str
    epci: str
    state: str
    is_test: bool

    def __str__(self) -> str:
        return f"{self.reference} (essai)" if self.is_test else self.reference


def conventions_at(instant: datetime) -> dict[int, Stood]:
    """Conventions as their journal says that they stood, by key, by EPCI then reference; one query."""
    last = ConventionEntry.objects.as_of(instant).filter(object__amends=None)
    rows = ConventionEntry.objects.filter(pk__in=last.values("pk"))
    told = rows.order_by(Alphabetical("epci__short_name"), "object__reference").values_list(
        "object_id", "object__reference", "epci__short_name", "target", "object__is_test"
    )
    return {pk: Stood(one, epci, str(ConventionState(state).label), test) for pk, one, epci, state, test in told}


def _asked(sql: str, period: TimeSpan, **asked: str | int) -> list[Any]:
    return HANDED.ask(sql, TimeSpan(DAWN, period.until), {"from": period.start, **asked})
