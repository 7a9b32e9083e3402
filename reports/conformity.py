"""Of a convention, how many devices its points sent back because they did not conform, quarter by quarter.

The rate that the article « Taux maximal de non-conformité » of the model defines, read from the journal of devices and
from the terms in force. Whoever neither steers, nor reconditions, nor distributes under the convention is told no
number and nothing of a quarter that runs: a rate of few devices is a fraction that has one numerator, and what a day
adds is one device. Added to what the reports tell, it would tell how many households were served (domaine §6.4).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from conventions.enums import TermKind
from conventions.machine.measured import measure_nonconformity
from conventions.models import Convention, ConventionTerm
from distribution.enums import CONFORMS
from lifecycle.actors import Actor
from lifecycle.registry import Panel, panel
from network.permissions import is_pilot
from refurb.enums import DeviceType
from typography.french import percent

FEWEST = 5
"""Devices delivered in a quarter from which on it has a rate; the article of the model says it."""
TOLD_FROM = 50
"""Devices delivered in a quarter from which on whoever may not know how many is told its rate."""

_MOVED = """
SELECT e.id, d.convention_id AS convention, date_trunc('quarter', e.at AT TIME ZONE 'Europe/Paris')::date AS quarter,
       e.verb = 'stock_in' OR e.source = 'shipped' OR e.verb = 'find' AND EXISTS (
           SELECT 1 FROM refurb_deviceentry m
           WHERE m.object_id = e.object_id AND m.seq = e.seq - 1 AND m.source = 'shipped') AS arrived,
       e.verb = 'send_back' AND NOT e.values ->> 'reason' = ANY(%(conforms)s) AS returned
FROM refurb_deviceentry e
CROSS JOIN LATERAL (
    SELECT (s.values ->> 'delivery')::bigint AS id FROM refurb_deviceentry s
    WHERE s.object_id = e.object_id AND s.seq < e.seq AND s.verb = 'ship' ORDER BY s.seq DESC LIMIT 1) sent
JOIN refurb_delivery d ON d.id = sent.id AND d.convention_id = ANY(%(conventions)s)
WHERE e.verb IN ('stock_in', 'send_back', 'find') AND e.type <> %(screen)s
  AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s) AND e.object_id IN (
    SELECT l.device_id FROM refurb_deliveryline l JOIN refurb_delivery n ON n.id = l.delivery_id
    WHERE n.convention_id = ANY(%(conventions)s))
"""
"""What reached a point, each with the convention of the delivery that brought it, and what was sent back faulty."""
_COUNTS = f"""
SELECT m.convention, m.quarter, count(*) FILTER (WHERE m.arrived), count(*) FILTER (WHERE m.returned)
FROM ({_MOVED}) m GROUP BY 1, 2
"""  # noqa: S608
_ROWS = f"""
SELECT m.id FROM ({_MOVED}) m
WHERE m.quarter BETWEEN %(first)s AND %(last)s AND CASE WHEN %(of_returned)s THEN m.returned ELSE m.arrived END
"""  # noqa: S608


class Count(NamedTuple):
    """Of a quarter: devices that reached a point, and those sent back because they did not conform."""

    delivered: int
    returned: int


@dataclass(frozen=True)
class Quarter:
    """One civil quarter of a convention, against the rate that it allowed on its last day."""

    first: date
    delivered: int
    returned: int
    allowed: Decimal
    is_over: bool
    again: bool = False
    """Whether the quarter before was above as well."""

    def __str__(self) -> str:
        rank = (self.first.month + 2) // 3
        return f"{rank}{'er' if rank == 1 else 'e'} trimestre {self.first.year}"

    @property
    def rate(self) -> Decimal | None:
        """In percent; none where too few were delivered."""
        return None if self.delivered < FEWEST else 100 * Decimal(self.returned) / self.delivered

    @property
    def exceeds(self) -> bool:
        """Whether it is over and above what the convention allows."""
        return self.is_over and self._is_above

    @property
    def rounded_rate(self) -> str:
        """A whole number of percent, on its side of what is allowed; a dash where it would tell how many."""
        if self.rate is None or self.delivered < TOLD_FROM:
            return "–"
        whole = round(self.rate)
        if self._is_above != (whole > self.allowed):
            whole = ceil(self.rate) if self._is_above else floor(self.rate)
        return percent(Decimal(whole))

    @property
    def exact_rate(self) -> str:
        """To one decimal; a dash where there is none."""
        return "–" if self.rate is None else percent(self.rate.quantize(Decimal("0.1")))

    @property
    def finding(self) -> str:
        """In words, what it means for the parties."""
        if not self.is_over:
            return "en cours"
        if self.rate is None:
            return f"pas de taux, moins de {FEWEST} livrés"
        if not self.exceeds:
            return "dans la limite"
        return "au-dessus, deux trimestres de suite" if self.again else "au-dessus"

    @property
    def _is_above(self) -> bool:
        return self.rate is not None and self.rate > self.allowed


def register_panels() -> None:
    """Add the rate to the page of a convention, and tell the rule that asks for it."""
    measure_nonconformity(exceeds_twice)
    panel("conventions.Convention", conformity_panel)


def conformity_panel(convention: Convention, actor: Actor) -> Panel | None:
    """Quarter by quarter, what was delivered and sent back; two queries, none before it was in force."""
    if convention.is_amendment or convention.activated_at is None:
        return None
    today, counts = timezone.localdate(), counts_devices(actor, convention)
    quarters = quarters_of(convention, today) if counts else told_outside(convention, today)
    return {
        "title": "Non-conformité constatée",
        "template": "reports/panels/conformity.html",
        "context": {"quarters": quarters[::-1], "counts": counts, "fewest": FEWEST, "told_from": TOLD_FROM},
    }


def exceeds_twice(convention: Convention, day: date) -> bool:
    """Whether the last quarter that is over on this day is above what is allowed, and the one before was."""
    over = [quarter for quarter in quarters_of(convention, day, quarter_of(day)) if quarter.is_over]
    return bool(over) and over[-1].exceeds and over[-1].again


def told_outside(convention: Convention, today: date) -> list[Quarter]:
    """The quarters that are over, from the one in which it came into force on: whether anything arrived or not."""
    assert convention.activated_at is not None
    since = quarter_of(timezone.localdate(convention.activated_at))
    return [quarter for quarter in quarters_of(convention, today, since) if quarter.is_over]


def counts_devices(actor: Actor, convention: Convention) -> bool:
    """Whether one steers, sends these devices or receives them: what they were is known to them one by one."""
    parties = (convention.workshop_id, convention.distributor_id)
    return is_pilot(actor) or getattr(actor, "organisation_id", None) in parties


def quarters_of(convention: Convention, today: date, since: date | None = None) -> list[Quarter]:
    """Every quarter in which something was delivered or sent back, and those between, in order; two queries.

    With ``since``, every one from that quarter to this one.
    """
    counts = counts_of([convention.pk]).get(convention.pk, {})
    if since is not None:
        counts = {since: Count(0, 0), quarter_of(today): Count(0, 0)} | counts
    return judged(counts, allowed_by([convention.pk])[convention.pk], today)


def year_quarters(conventions: Collection[int], year: int, until: datetime) -> dict[int, list[Quarter]]:
    """The quarters of a year of each convention, judged as they stood at ``until``, in this order; two queries.

    From the first to the last in which something was delivered or sent back, whatever the year: two in a row may begin
    in the one before.
    """
    counts, allowed, day = counts_of(conventions, until), allowed_by(conventions), timezone.localdate(until)
    judged_of = {pk: judged(counts.get(pk, {}), allowed[pk], day) for pk in conventions}
    return {pk: [one for one in quarters if one.first.year == year] for pk, quarters in judged_of.items()}


def counts_of(conventions: Collection[int], until: datetime | None = None) -> dict[int, dict[date, Count]]:
    """Of each convention, by quarter, what reached a point and what was sent back faulty; one query."""
    found: dict[int, dict[date, Count]] = defaultdict(dict)
    for convention, first, *count in _asked(_COUNTS, conventions, until=until):
        if any(count):
            found[convention][first] = Count(*count)
    return dict(found)


def allowed_by(conventions: Collection[int]) -> dict[int, list[tuple[date, Decimal | None]]]:
    """Of each convention, the rates that it allows, each with its first day; one query."""
    terms = ConventionTerm.objects.filter(convention__in=conventions, kind=TermKind.NONCONFORMITY)
    found: dict[int, list[tuple[date, Decimal | None]]] = {pk: [] for pk in conventions}
    for pk, first, rate in terms.order_by("valid_from", "pk").values_list("convention", "valid_from", "amount"):
        found[pk].append((first, rate))
    return found


def rows_counted(convention: int, first: date, last: date, until: datetime, *, of_returned: bool) -> list[int]:
    """Keys of the rows of the journal that the quarters of a convention count, from one that begins to the last."""
    asked = {"first": first, "last": last, "of_returned": of_returned}
    return [pk for (pk,) in _asked(_ROWS, [convention], until=until, **asked)]


def _asked(sql: str, conventions: Collection[int], **asked: Any) -> list[tuple[Any, ...]]:
    given = {"conforms": [str(reason) for reason in CONFORMS], "screen": DeviceType.SCREEN.value}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"conventions": list(conventions), **given, **asked})
        return cursor.fetchall()


def judged(counts: Mapping[date, Count], allowed: Iterable[tuple[date, Decimal | None]], today: date) -> list[Quarter]:
    """The quarters from the first to the last of ``counts``; ``allowed``: the rates, each with its first day."""
    if not counts:
        return []
    rates = [(start, rate) for start, rate in allowed if rate is not None]
    quarters: list[Quarter] = []
    first, until = min(counts), max(counts)
    while first <= until:
        following = next_quarter(first)
        held = [rate for start, rate in rates if start < following] or [rates[0][1]]
        count = counts.get(first, Count(0, 0))
        again = bool(quarters) and quarters[-1].exceeds
        quarters.append(Quarter(first, *count, held[-1], following <= today, again))
        first = following
    return quarters


def quarter_of(day: date) -> date:
    """The first day of the quarter of this day."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def next_quarter(first: date) -> date:
    """The first day of the quarter after the one that begins on ``first``."""
    return (first + timedelta(days=93)).replace(day=1)
