"""The acts of several months that still stand at their end, and how long objects took to come to them.

A month counts an act that a later month undoes: it is frozen by then. Over several months such an act is no gain, and
an object that did twice the same is one. What is read here is closed with its months: it says the same for ever.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from lifecycle.machine import Stateful, verbs_of

_STANDING = """
SELECT j.id, j.object_id, j.at, j.seq, j.{dimension} AS dimension, j.organisation
FROM {table} j
WHERE j.at >= %(start)s AND j.at < %(until)s AND j.target = ANY(%(ends)s) AND j.source <> ALL(%(ends)s)
  AND j.verb = ANY(%(acts)s)
  AND NOT EXISTS (
    SELECT 1 FROM {table} u
    WHERE u.object_id = j.object_id AND u.seq > j.seq AND u.at < %(until)s
      AND (u.verb, j.verb) IN (SELECT * FROM unnest(%(undoing)s::text[], %(undone)s::text[]))
      AND NOT EXISTS (
        SELECT 1 FROM {table} k
        WHERE k.object_id = j.object_id AND k.seq > j.seq AND k.seq < u.seq AND k.verb = j.verb))
"""
"""The rows by which objects came to a state, but those whose act was undone before the end."""
_DISTINCT = "SELECT count(DISTINCT s.object_id) FROM ({standing}) s"
_ORGANISATIONS = "SELECT count(DISTINCT s.organisation) FROM ({standing}) s"
_STILL_THERE = """
SELECT s.dimension, count(DISTINCT s.object_id) FROM ({standing}) s
WHERE (SELECT l.target FROM {table} l WHERE l.object_id = s.object_id AND l.at < %(until)s
       ORDER BY l.seq DESC LIMIT 1) = ANY(%(ends)s)
GROUP BY 1
"""
_LAST = """
SELECT q.dimension, array_agg(q.id) FROM (
  SELECT DISTINCT ON (s.object_id) s.id, s.dimension FROM ({standing}) s ORDER BY s.object_id, s.seq DESC
) q GROUP BY 1
"""
_DELAYS = """
SELECT count(*), count(DISTINCT q.household),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY q.days),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY q.days)
FROM (
  SELECT {household} AS household, floor(extract(epoch FROM s.at - (
      SELECT {bound}(b.at) FROM {table} b
      WHERE b.object_id = s.object_id AND b.seq < s.seq AND b.target = ANY(%(begins)s) AND b.source <> b.target
        AND b.verb = ANY(%(all_acts)s)
  )) / 86400)::integer AS days
  FROM ({standing}) s WHERE %(dimensions)s::text[] IS NULL OR s.dimension = ANY(%(dimensions)s)
) q WHERE q.days IS NOT NULL
"""


@dataclass(frozen=True)
class TimeSpan:
    """From an instant to another one, which is not in it."""

    start: datetime
    until: datetime


@dataclass(frozen=True)
class Delay:
    """How many came there, of how many households where it is about some, in how many whole days half of them did at
    most, and nine in ten; None when none did.
    """

    count: int
    households: int
    median: int | None
    ninth: int | None


@dataclass(frozen=True)
class Arrival:
    """The acts by which objects of a machine come to some states.

    ``dimension``: what tells them apart, a column of their journal or « values ->> 'reason' », what the act was given.

    ``verbs``: which acts alone, where others lead there too. ``household``: the SQL that says whose a row ``s`` is.
    """

    model: type[Stateful]
    ends: tuple[str, ...]
    dimension: str
    verbs: tuple[str, ...] = ()
    household: str = "NULL"

    def distinct(self, period: TimeSpan) -> int:
        """How many different objects came there, and were not taken back by an undoing."""
        ((count,),) = self.ask(_DISTINCT, period)
        return int(count)

    def organisations(self, period: TimeSpan) -> int:
        """How many organisations did it."""
        ((count,),) = self.ask(_ORGANISATIONS, period)
        return int(count)

    def still_there(self, period: TimeSpan) -> dict[str, int]:
        """How many of them are there at the end, by dimension."""
        return {str(dimension): int(count) for dimension, count in self.ask(_STILL_THERE, period)}

    def last_rows(self, period: TimeSpan) -> dict[str, list[int]]:
        """Keys of rows of the journal by dimension: each object once, in its last act; « » where nothing was said."""
        return {dimension or "": rows for dimension, rows in self.ask(_LAST, period)}

    def delay(
        self, period: TimeSpan, begins: Sequence[str], *, first: bool, dimensions: Iterable[str] | None = None
    ) -> Delay:
        """How long it took since an act brought the object to one of ``begins``: for the first time, or the last."""
        asked = {"begins": list(begins), "dimensions": None if dimensions is None else list(dimensions)}
        parts = {"bound": "min" if first else "max", "household": self.household}
        ((count, households, median, ninth),) = self.ask(_DELAYS, period, asked, **parts)
        return Delay(count, households, median, ninth)

    def ask(self, sql: str, period: TimeSpan, asked: dict[str, Any] | None = None, **parts: str) -> list[Any]:
        """The rows of a statement over the acts of a period (``{standing}``) and their journal (``{table}``)."""
        table = self.model._meta.get_field("journal").related_model._meta.db_table  # type: ignore[union-attr]
        standing = _STANDING.format(table=table, dimension=self.dimension)
        with connection.cursor() as cursor:
            cursor.execute(
                sql.format(standing=standing, table=table, **parts),
                {**self._asked, "start": period.start, "until": period.until, **(asked or {})},
            )
            return cursor.fetchall()

    @property
    def _asked(self) -> dict[str, Any]:
        verbs = verbs_of(self.model)
        pairs = [(name, undone) for name, verb in verbs.items() for undone in verb.undoes]
        acts = [name for name, verb in verbs.items() if verb.is_act]
        return {
            "ends": list(self.ends),
            "acts": [name for name in acts if name in (self.verbs or acts)],
            "all_acts": acts,
            "undoing": [undoing for undoing, _ in pairs],
            "undone": [undone for _, undone in pairs],
        }
