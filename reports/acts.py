"""Which moves of a month are acts, and why the others are not: an undoing, what it undid, what is done again.

An act is a verb that does something, neither an undoing nor a variation (``lifecycle.machine.Verb.is_act``). In a month
the act of an object counts once, unless it was undone in it. One that was undone in a later month has been counted, and
counts no more when it is done again at the same stage, of the same convention if any. Whatever is no act is a
variation: it moves the object all the same, and the month balances with it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from lifecycle.machine import Stateful, verbs_of
from reports.enums import Variation
from reports.months import month_of

_IRREGULAR = """
SELECT j.object_id, j.id, j.verb, j.at, {columns}
FROM {table} j
WHERE j.at < %(until)s AND (j.at >= %(start)s OR j.verb = ANY(%(verbs)s)) AND j.object_id IN (
    SELECT m.object_id FROM {table} m WHERE m.at >= %(start)s AND m.at < %(until)s
    GROUP BY m.object_id HAVING count(*) > count(DISTINCT m.verb)
    UNION
    SELECT m.object_id FROM {table} m WHERE m.at >= %(start)s AND m.at < %(until)s AND EXISTS (
        SELECT 1 FROM {table} u WHERE u.object_id = m.object_id AND u.verb = ANY(%(undoings)s) AND u.at < %(until)s)
)
ORDER BY j.object_id, j.seq
"""
"""The rows that matter of the objects that did twice the same in the month, or ever undid something."""


class JournalRow(NamedTuple):
    """A row of a journal: what was done when, and where the figures count its object since."""

    pk: int
    verb: str
    at: datetime
    place: Any


@dataclass(frozen=True)
class Apart:
    """The rows of the month whose verb is an act, and which are not counted as one; the verbs that are none."""

    verbs: Mapping[str, Variation]
    undone: list[int]
    again: list[int]

    def why(self, verb: str, mark: str) -> str:
        """Why a move is no act, or nothing; ``mark`` is what the statement said of its row (``MARK``)."""
        return (self.verbs.get(verb) or Variation(mark)).value if mark or verb in self.verbs else ""

    @property
    def period(self) -> dict[str, list[int]]:
        """What a statement that asks ``MARK`` is given."""
        return {"undone": self.undone, "again": self.again}


MARK = """CASE WHEN n.id = ANY(%(undone)s::bigint[]) THEN 'undone'
            WHEN n.id = ANY(%(again)s::bigint[]) THEN 'again' ELSE '' END"""
"""Of a row ``n``: whether it is apart."""


def set_apart(
    model: type[Stateful], columns: Iterable[str], start: datetime, until: datetime, place: Callable[..., Any]
) -> Apart:
    """The moves of ``model`` in a month that are no acts; ``place(*columns)`` is where what was undone is owed."""
    verbs = verbs_of(model)
    undoings = {name: verb.undoes for name, verb in verbs.items() if verb.undoes}
    table = model._meta.get_field("journal").related_model._meta.db_table  # type: ignore[union-attr]
    asked = {
        "start": start,
        "until": until,
        "undoings": list(undoings),
        "verbs": [*undoings, *(name for undone in undoings.values() for name in undone)],
    }
    with connection.cursor() as cursor:
        cursor.execute(_IRREGULAR.format(table=table, columns=", ".join(f"j.{column}" for column in columns)), asked)
        rows = cursor.fetchall()
    told = {
        name: Variation.UNDOING if verb.undoes else Variation.VARIES for name, verb in verbs.items() if not verb.is_act
    }
    apart = Apart(told, [], [])
    for _, lines in groupby(rows, key=lambda row: row[0]):
        life = _Life(undoings, told)
        for _, pk, verb, at, *where in lines:
            life.live(JournalRow(pk, verb, at, place(*where)))
        undone, again = life.apart(start)
        apart.undone.extend(undone)
        apart.again.extend(again)
    return apart


@dataclass
class _Life:
    """What one object did, row after row: what stands of it, and what was counted once and undone since."""

    undoings: Mapping[str, tuple[str, ...]]
    told: Mapping[str, Variation]
    standing: dict[str, list[JournalRow]] = field(default_factory=lambda: defaultdict(list))
    owed: Counter[tuple[str, Any]] = field(default_factory=Counter)
    undone: list[JournalRow] = field(default_factory=list)
    again: set[int] = field(default_factory=set)

    def live(self, line: JournalRow) -> None:
        """Follow one more row."""
        if line.verb in self.undoings:
            self._undo(line)
        elif line.verb not in self.told:
            if self.owed[line.verb, line.place]:
                self.owed[line.verb, line.place] -= 1
                self.again.add(line.pk)
            self.standing[line.verb].append(line)

    def _undo(self, line: JournalRow) -> None:
        lasts = [self.standing[verb][-1] for verb in self.undoings[line.verb] if self.standing[verb]]
        if not lasts:
            return
        last = max(lasts, key=lambda one: (one.at, one.pk))
        self.standing[last.verb].pop()
        same_month = month_of(last.at) == month_of(line.at)
        if same_month:
            self.undone.append(last)
        if not same_month or last.pk in self.again:
            self.owed[last.verb, last.place] += 1

    def apart(self, start: datetime) -> tuple[list[int], list[int]]:
        """The rows since ``start`` that were undone, and those that did again what is counted."""
        again = set(self.again)
        for lines in self.standing.values():
            counted = [line.pk for line in lines if line.at >= start and line.pk not in again]
            again.update(counted[:-1])
        undone = [line.pk for line in self.undone if line.at >= start]
        since = {line.pk for lines in self.standing.values() for line in lines if line.at >= start}
        return undone, sorted(again & since)
