"""The needs of households in a month, from their journal alone: asked, waiting, in progress, met or not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from reports.balance import Balance
from reports.enums import Elsewhere

_MOVES = """
SELECT e.target, e.kind, e.epci_id, n.target, n.kind, n.epci_id,
       count(*),
       count(*) FILTER (WHERE e.at < %(start)s),
       count(*) FILTER (WHERE e.at >= %(start)s AND e.seq = 1)
FROM prescriptions_needentry e
LEFT JOIN prescriptions_needentry n ON n.object_id = e.object_id AND n.seq = e.seq + 1 AND n.at < %(until)s
WHERE e.at < %(until)s AND (n.at IS NULL OR n.at >= %(start)s)
GROUP BY 1, 2, 3, 4, 5, 6
"""
"""As for devices: each row with the one after it, when it closed a period or the latter moved in it."""


class NeedBucket(NamedTuple):
    """Where the figures count a need; ``territory`` is the SIREN of an EPCI, or a code of ``Elsewhere``."""

    state: str
    territory: str
    kind: str


def count_needs(start: datetime, until: datetime, sirens: Mapping[int, str]) -> list[list[Any]]:
    """``[state, territory, kind, opening, entered, left, closing]`` of every bucket. Raises UnbalancedJournal."""
    balance: Balance[NeedBucket] = Balance()
    with connection.cursor() as cursor:
        cursor.execute(_MOVES, {"start": start, "until": until})
        for state, kind, epci, next_state, next_kind, next_epci, *numbers in cursor.fetchall():
            new = None if next_state is None else NeedBucket(next_state, _place(next_epci, sirens), next_kind)
            balance.count(NeedBucket(state, _place(epci, sirens), kind), new, *numbers)
    return balance.rows()


def _place(epci: int | None, sirens: Mapping[int, str]) -> str:
    return Elsewhere.OUTSIDE.value if epci is None else sirens[epci]
