"""The figures of one month, read from the journals alone: never from the rows of today, which a correction changes.

A **bucket** is a stage, a territory, a type and a kind of donor. For each one: how many devices stood in it just
before the month, how many acts entered and left it, what else came and went, how many stood in it at the end. Opening
and closing are read from the journal, apart from the moves: the numbers balance because the journal does, or nothing is
reported.

A device enters its first bucket at its creation. A move leaves the bucket of the previous row and enters its own; a
move inside one bucket counts for nothing. Which moves are acts: ``reports.acts``. Everything is asked in eight
statements, whatever the number of devices.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from documents.services.papers import canonical
from donations.enums import DonorKind
from network.models import Epci
from refurb.enums import DeviceState
from refurb.models import Device
from reports.acts import MARK, Apart, set_apart
from reports.balance import Balance
from reports.enums import OF_A_CONVENTION, STAGE_OF, Elsewhere
from reports.evidence import count_evidence
from reports.months import bounds
from reports.needs import count_needs

VERSION = 4
"""Of the definitions below; a report keeps the one it was made with.

Since 2: the needs of households. Since 3: what enters and leaves is acts, the rest is told apart as variations. Since
4: what is done again is no act though its device was set right in between; a lot given up in its month is not counted.
"""
GIVEN_UP_SINCE = 4
"""The version since which a lot that is given up in its month is not counted."""
COLUMNS = ("target", "type", "donor_kind", "origin_epci_id", "convention_epci_id")
"""What a row of the journal says of where its device is counted, in the order of ``Standing``."""

_MOVES = f"""
SELECT e.target, e.type, e.donor_kind, e.origin_epci_id, e.convention_epci_id,
       n.verb, n.target, n.type, n.donor_kind, n.origin_epci_id, n.convention_epci_id,
       {MARK},
       count(*),
       count(*) FILTER (WHERE e.at < %(start)s),
       count(*) FILTER (WHERE e.at >= %(start)s AND e.seq = 1),
       count(*) FILTER (WHERE e.at >= %(start)s AND e.seq = 1 AND e.id = ANY(%(undone)s::bigint[]))
FROM refurb_deviceentry e
LEFT JOIN refurb_deviceentry n ON n.object_id = e.object_id AND n.seq = e.seq + 1 AND n.at < %(until)s
WHERE e.at < %(until)s AND (n.at IS NULL OR n.at >= %(start)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
"""  # noqa: S608
"""Each row with the one after it, when the former closed a period or the latter moved in it.

Grouped: how many; of these how many stood so just before ``start``; how many were created since, and of how many that
was undone.
"""
_QUANTITIES = """
SELECT j.verb, j.donor_kind, q.key, sum(q.value::integer)
FROM donations_donationentry j, jsonb_each_text(j."values") q
WHERE j.verb IN ('announce', 'qualify') AND j.at >= %(start)s AND j.at < %(until)s AND NOT EXISTS (
    SELECT 1 FROM donations_donationentry g
    WHERE g.object_id = j.object_id AND g.seq > j.seq AND g.at < %(until)s
      AND (j.verb, g.verb) IN (SELECT * FROM unnest(%(said)s::text[], %(given_up)s::text[])))
GROUP BY 1, 2, 3
"""
"""What donors announced in the month and what was accepted of it, but for the lots that were given up in it."""
_HOLD = """
LOCK TABLE refurb_drive, refurb_storageabsence, refurb_erasure, refurb_destruction, refurb_driveremoval,
    donations_donationentry, refurb_deviceentry, refurb_incident, prescriptions_needentry IN SHARE MODE
"""
"""It waits for the transactions under way, and no other begins, in any table that the figures count, evidence included.
In the order in which most verbs write them; one that goes the other way (a pick-up, a need that is dropped) may
deadlock with it, and whoever is refused is tried again by the gate.
"""


ENDS_OF_A_LOT = {"announce": ("withdraw",), "qualify": ("withdraw", "decline")}
"""By which verbs what a lot was counted for is given up: its donor withdraws it, or it is turned down once accepted."""
GIVEN_UP = {
    "said": [verb for verb, ends in ENDS_OF_A_LOT.items() for _ in ends],
    "given_up": [end for ends in ENDS_OF_A_LOT.values() for end in ends],
}


class Standing(NamedTuple):
    """What a row of the journal says of its device."""

    state: str
    type: str
    donor_kind: str
    origin_epci: int | None
    convention_epci: int | None


class Bucket(NamedTuple):
    """Where the figures count a device; ``territory`` is the SIREN of an EPCI, or a code of ``Elsewhere``."""

    stage: str
    territory: str
    type: str
    donor_kind: str


@dataclass(frozen=True)
class Reckoning:
    """What a report keeps: the instant up to which it counts, the figures, and their SHA-256."""

    as_of: datetime
    figures: dict[str, Any]
    sha256: str


@dataclass
class Tally:
    """The counters of one month."""

    balance: Balance[Bucket] = field(default_factory=Balance)
    new: int = 0
    quantities: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def reckon(month: date, at: datetime, *, settled: bool = False) -> Reckoning:
    """The figures of ``month`` (its first day) as of its last instant, or as of ``at`` while it runs.

    ``settled`` waits for whoever is writing in a journal and keeps the others out until the transaction ends: what
    is frozen holds every row of the month. Raises UnbalancedJournal.
    """
    start, end = bounds(month)
    until = min(at, end)
    period = {"start": start, "until": until}
    if settled:
        with connection.cursor() as cursor:
            cursor.execute(_HOLD)
    tally = Tally()
    sirens = dict(Epci.objects.values_list("pk", "siren"))
    apart = apart_of(start, until)
    _count_moves(tally, _rows(_MOVES, {**period, **apart.period}), sirens, apart)
    for verb, donor_kind, type_, quantity in _rows(_QUANTITIES, {**period, **GIVEN_UP}):
        tally.quantities[donor_kind, type_, "announced" if verb == "announce" else "accepted"] += quantity
    figures = {
        "version": VERSION,
        "month": month.isoformat(),
        "as_of": until.astimezone(UTC).isoformat(),
        "buckets": tally.balance.rows(),
        "new_devices": tally.new,
        "variations": tally.balance.lines(),
        "quantities": [[*key, n] for key, n in sorted(tally.quantities.items()) if n],
        **count_needs(start, until, sirens),
        **count_evidence(start, until),
    }
    figures["territories"] = _territories(figures, start, until)
    return Reckoning(until, figures, digest(figures))


def _territories(figures: dict[str, Any], start: datetime, until: datetime) -> list[list[str]]:
    """The EPCI that were there in the month, and one that was no more where something is still counted; elsewhere."""
    counted = {row[1] for name in ("buckets", "needs") for row in figures[name]}
    there = Q(pk__in=Epci.objects.between(start, until).values("pk")) | Q(siren__in=counted)
    epcis = Epci.objects.filter(there).alphabetical("short_name").values_list("siren", "name", "short_name")
    return [*map(list, epcis), *([place.value, place.label, place.label] for place in Elsewhere)]


def digest(figures: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of figures, in hexadecimal."""
    return hashlib.sha256(canonical(figures)).hexdigest()


def bucket_of(standing: Standing, sirens: Mapping[int, str]) -> Bucket:
    """Where a row of the journal counts its device: from allotted to returned, the convention's EPCI (domaine §8.2).

    Without one it is « origine inconnue » when nobody is known to have given it, else « hors département ».
    """
    state, type_, donor_kind, origin, convention = standing
    epci = convention if state in OF_A_CONVENTION else origin
    if epci is not None:
        territory = sirens[epci]
    else:
        territory = (Elsewhere.UNKNOWN if donor_kind == DonorKind.UNKNOWN else Elsewhere.OUTSIDE).value
    return Bucket(STAGE_OF[DeviceState(state)].value, territory, type_, donor_kind)


def apart_of(start: datetime, until: datetime) -> Apart:
    """The moves of devices that are no acts of the month.

    What was undone is owed at the stage, whatever the pick-up, the type or the donor became: these are set right, and
    nothing is done. In a convention it is owed to that one: another is given its own devices.
    """
    return set_apart(Device, COLUMNS, start, until, _owed_at)


def _owed_at(state: str, type_: str, donor_kind: str, origin: int | None, convention: int | None) -> Any:
    """Where an act of a device that was undone is done again; ``COLUMNS`` in their order."""
    return STAGE_OF[DeviceState(state)], convention if state in OF_A_CONVENTION else None


def _rows(sql: str, period: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, period)
        return cursor.fetchall()


def _count_moves(tally: Tally, rows: Iterable[tuple[Any, ...]], sirens: Mapping[int, str], apart: Apart) -> None:
    balance = tally.balance
    for *told, mark, count, opening, created, undone in rows:
        verb, target = told[5], told[6]
        old = bucket_of(Standing(*told[:5]), sirens)
        balance.stand(old, opening, count if verb is None else 0)
        balance.begin(old, created - undone, undone)
        tally.new += created - undone
        if verb is None:
            continue
        new, why = bucket_of(Standing(*told[6:]), sirens), apart.why(verb, mark)
        balance.move(old, new, count, verb, why)
        if not why and told[0] == DeviceState.DECLARED and target in (DeviceState.COLLECTED, DeviceState.RECEIVED):
            tally.quantities[new.donor_kind, new.type, "taken"] += count
