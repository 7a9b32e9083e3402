"""From a number of a report to the rows of the journal that it counts: the same walk as ``figures``, row by row."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from lifecycle.journal import Entry
from network.models import Epci
from prescriptions.models import NeedEntry
from refurb.models import DeviceEntry
from reports import figures, needs
from reports.acts import MARK, Apart
from reports.enums import Counting, Measure, Stage, stages_of
from reports.models import Report

_MOVES = f"""
SELECT e.id, n.id, n.verb, {MARK}, {{columns}}
FROM {{table}} n
LEFT JOIN {{table}} e ON e.object_id = n.object_id AND e.seq = n.seq - 1
WHERE n.at >= %(start)s AND n.at < %(until)s
"""  # noqa: S608


class CountedMove(NamedTuple):
    """Two rows of the journal that follow each other, with where they count their object, and why it is no act."""

    before: int | None
    after: int
    verb: str
    why: str
    old: tuple[str, ...] | None
    new: tuple[str, ...]


@dataclass(frozen=True)
class AskedNumber:
    """Which number: at which stages (a code of ``stages_of``) or in which state, in all of these places at once, of
    which types or kinds, from which kind of donor; what is empty asks for nothing. ``line``: the rows of figures of one
    line of variation.
    """

    measure: str
    stage: str = ""
    places: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    donor_kind: str = ""
    line: tuple[tuple[Any, ...], ...] | None = None

    def wants(self, bucket: tuple[str, ...], stages: Collection[str]) -> bool:
        """Whether the number counts this bucket."""
        stage, place, type_, *donor = bucket
        return (
            (not stages or stage in stages)
            and all(wanted == place for wanted in self.places)
            and (not self.types or type_ in self.types)
            and self.donor_kind in ("", *donor)
        )

    def adds(self, move: CountedMove, stages: Collection[str]) -> bool:
        """Whether a variation adds to the number rather than takes from it."""
        return self.line is not None or self.wants(move.new, stages)

    def counts(self, move: CountedMove, stages: Collection[str]) -> int | None:
        """The row by which the number counts a move, or none."""
        came, went = self.wants(move.new, stages), move.old is not None and self.wants(move.old, stages)
        if self.line is not None:
            told = (move.verb, move.why, *(move.old or ()), *move.new)
            return move.after if any(row[:-1] == told for row in self.line) else None
        if self.measure == Measure.OTHER:
            return move.after if move.why and came != went else None
        if move.why:
            return None
        if self.measure == Measure.LEFT:
            return move.before if went else None
        if self.measure == Counting.NEW:
            return move.after if move.old is None else None
        if self.measure == Counting.TAKEN:
            taken = move.old is not None and move.old[0] == Stage.ANNOUNCED and move.new[0] in TAKEN_AT
            return move.after if taken and came else None
        return move.after if came else None


TAKEN_AT = (Stage.COLLECTED, Stage.RECEIVED)


@dataclass(frozen=True)
class Counted:
    """One journal that reports count: its rows, where each one counts its object, the moves that are no acts."""

    name: str
    entry: type[Entry]
    columns: tuple[str, ...]
    bucket: Callable[[tuple[Any, ...], Mapping[int, str]], tuple[str, ...]]
    apart: Callable[[datetime, datetime], Apart]
    stages: Callable[[str], Collection[str]]
    width: int

    def figure_of(self, report: Report, asked: AskedNumber) -> int:
        """What the report itself says."""
        if asked.line is not None:
            return sum(row[-1] for row in asked.line)
        if asked.measure == Counting.NEW:
            return int(report.figures["new_devices"])
        if asked.measure == Counting.TAKEN:
            return quantity_of(report, asked, "taken")
        rank, stages = self.width + list(Measure).index(Measure(asked.measure)), self.stages(asked.stage)
        rows = (row for row in report.figures.get(self.name, ()) if asked.wants(tuple(row[: self.width]), stages))
        return sum(row[rank] for row in rows if rank < len(row))


def quantity_of(report: Report, asked: AskedNumber, name: str) -> int:
    """What the report says was announced, accepted or taken, of some types from one kind of donor or from all."""
    return sum(
        count
        for donor_kind, type_, counted, count in report.figures["quantities"]
        if counted == name and asked.donor_kind in ("", donor_kind) and (not asked.types or type_ in asked.types)
    )


@dataclass
class Behind:
    """The rows behind a number: those that add to it and, of « autres variations », those that take from it."""

    added: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)

    @property
    def number(self) -> int:
        """What they make together."""
        return len(self.added) - len(self.taken)


DEVICES = Counted(
    "buckets",
    DeviceEntry,
    figures.COLUMNS,
    lambda told, sirens: figures.bucket_of(figures.Standing(*told), sirens),
    figures.apart_of,
    lambda code: [stage.value for stage in stages_of(code)],
    4,
)
NEEDS = Counted(
    "needs",
    NeedEntry,
    needs.COLUMNS,
    lambda told, sirens: needs.need_bucket(*told, sirens=sirens),
    needs.apart_of_needs,
    lambda code: [code] if code else [],
    3,
)


def rows_behind(counted: Counted, report: Report, asked: AskedNumber) -> Behind:
    """The rows of the journal behind a number: each opens a stay; for « sorties », the one that ends."""
    start, until = report.bounds.start, report.as_of
    sirens = dict(Epci.objects.values_list("pk", "siren"))
    if asked.line is None and asked.measure in (Measure.OPENING, Measure.CLOSING):
        return _standing(counted, start if asked.measure == Measure.OPENING else until, asked, sirens)
    return _moved(counted, start, until, asked, sirens)


def _standing(counted: Counted, instant: datetime, asked: AskedNumber, sirens: Mapping[int, str]) -> Behind:
    rows = counted.entry.objects.as_of(instant).values_list("pk", *counted.columns)
    stages = counted.stages(asked.stage)
    return Behind({pk for pk, *told in rows if asked.wants(counted.bucket(tuple(told), sirens), stages)})


def _moved(counted: Counted, start: datetime, until: datetime, asked: AskedNumber, sirens: Mapping[int, str]) -> Behind:
    apart, width, stages = counted.apart(start, until), len(counted.columns), counted.stages(asked.stage)
    columns = ", ".join(f"{row}.{column}" for row in "en" for column in counted.columns)
    sql = _MOVES.format(columns=columns, table=counted.entry._meta.db_table)
    behind = Behind()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"start": start, "until": until, **apart.period})
        for before, after, verb, mark, *told in cursor.fetchall():
            old = None if before is None else counted.bucket(tuple(told[:width]), sirens)
            new, why = counted.bucket(tuple(told[width:]), sirens), apart.why(verb, mark)
            move = CountedMove(before, after, verb, why, old, new)
            if old != new and (pk := asked.counts(move, stages)) is not None:
                (behind.added if asked.measure != Measure.OTHER or asked.adds(move, stages) else behind.taken).add(pk)
    return behind
