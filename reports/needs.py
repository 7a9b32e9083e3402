"""The needs of households in a month, from their journal alone: asked, waiting, in progress, met or not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from prescriptions.models import Need
from reports.acts import MARK, Apart, set_apart
from reports.balance import Balance
from reports.enums import Elsewhere

COLUMNS = ("target", "kind", "epci_id")
_MOVES = f"""
SELECT e.target, e.kind, e.epci_id, n.verb, n.target, n.kind, n.epci_id,
       {MARK},
       count(*),
       count(*) FILTER (WHERE e.at < %(start)s),
       count(*) FILTER (WHERE e.at >= %(start)s AND e.seq = 1),
       count(*) FILTER (WHERE e.at >= %(start)s AND e.seq = 1 AND e.id = ANY(%(undone)s::bigint[]))
FROM prescriptions_needentry e
LEFT JOIN prescriptions_needentry n ON n.object_id = e.object_id AND n.seq = e.seq + 1 AND n.at < %(until)s
WHERE e.at < %(until)s AND (n.at IS NULL OR n.at >= %(start)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""  # noqa: S608
"""As for devices: each row with the one after it, when it closed a period or the latter moved in it."""


class NeedBucket(NamedTuple):
    """Where the figures count a need; ``territory`` is the SIREN of an EPCI, or a code of ``Elsewhere``."""

    state: str
    territory: str
    kind: str


def count_needs(start: datetime, until: datetime, sirens: Mapping[int, str]) -> dict[str, Any]:
    """``needs``: ``[*bucket, opening, entered, left, closing, other]`` of every bucket; ``need_variations``.

    Raises UnbalancedJournal.
    """
    balance: Balance[NeedBucket] = Balance()
    apart = apart_of_needs(start, until)
    with connection.cursor() as cursor:
        cursor.execute(_MOVES, {"start": start, "until": until, **apart.period})
        for *told, mark, count, opening, created, undone in cursor.fetchall():
            old, verb = need_bucket(*told[:3], sirens=sirens), told[3]
            balance.stand(old, opening, count if verb is None else 0)
            balance.begin(old, created - undone, undone)
            if verb is not None:
                balance.move(old, need_bucket(*told[4:], sirens=sirens), count, verb, apart.why(verb, mark))
    return {"needs": balance.rows(), "need_variations": balance.lines()}


def apart_of_needs(start: datetime, until: datetime) -> Apart:
    """The moves of needs that are no acts of the month.

    What was undone is owed wherever the household lives now: a need met here, lost, and met again where its household
    moved is one household served (machines §4.24).
    """
    return set_apart(Need, COLUMNS, start, until, lambda state, kind, epci: (state, kind))


def need_bucket(state: str, kind: str, epci: int | None, *, sirens: Mapping[int, str]) -> NeedBucket:
    """Where a row of the journal counts its need: where the household lives."""
    return NeedBucket(state, Elsewhere.OUTSIDE.value if epci is None else sirens[epci], kind)
