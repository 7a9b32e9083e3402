"""The tables of a report, read from its kept figures: the page, the paper and the workbook all show these."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from donations.enums import DonorKind
from prescriptions.enums import NeedKind, NeedState
from refurb.enums import DeviceType
from refurb.models import Device
from reports.enums import DISTRIBUTED, DISTRIBUTION, Counting, Measure, Stage
from reports.secrecy import keys
from reports.secrecy.covering import Secrets, is_upstream
from reports.secrecy.keys import MEASURES
from reports.variations import Gathered, old_corrections, summed, told_variation

type Numbers = tuple[int, ...]
type Cells = tuple[int | str, ...]
type Keys = tuple[str, ...]
"""Of each cell, the number about households that it tells (``reports.secrecy.keys``), or nothing."""
type Query = tuple[tuple[str, str], ...]
"""What the list of the rows behind a number is asked: its criteria, with the place where the figures count."""
LIST = "liste"
"""The criterion of which list it is: devices, unless it is told."""
NEEDS_LIST, LOTS_LIST = (LIST, "besoins"), (LIST, "lots")
ANSWERS = "repond"
"""The criterion of what answers a need: its kind, or « equipement » for every kind that a device answers."""
PLACE = "place"
"""The criterion of a place: the SIREN of an EPCI, or a code of ``Elsewhere``."""

SOFT_HYPHEN = "\u00ad"

SHOWN = ("opening", "entered", "left", "other", "closing")
"""The numbers of a bucket, in the order in which they add up."""
NOT_SUMMED = "–"
EVERY_TYPE, EVERY_DONOR = "Tous types", "Tous donateurs"
COLUMNS: tuple[tuple[str, tuple[Stage, ...]], ...] = (
    ("Attendus", (Stage.ANNOUNCED,)),
    ("Enlevés", (Stage.COLLECTED,)),
    ("Reçus", (Stage.RECEIVED,)),
    ("En traite\u00adment", (Stage.IN_PROCESS,)),
    ("Recondi\u00adtionnés", (Stage.RECONDITIONED,)),
    ("Distri\u00adbution", DISTRIBUTION),
    ("Non réem\u00adployables", (Stage.UNUSABLE,)),
    ("Démontés", (Stage.DISMANTLED,)),
    ("Recyclés", (Stage.RECYCLED,)),
    ("Cédés", (Stage.CEDED,)),
    ("Man\u00adquants", (Stage.MISSING,)),
    ("Retirés", (Stage.WITHDRAWN,)),
)
"""The columns of what stands, with where they may be cut; « Distribution » gathers allotment to return."""
FLOWS = tuple(
    column
    for name, stages in COLUMNS
    for column in (
        (("Affectés", (Stage.ALLOTTED,)), ("Remis", (Stage.HANDED_OVER,)))
        if stages == DISTRIBUTION
        else ((name, stages),)
    )
)
"""The columns of what was done: one device passes several stages of the distribution, they are not added."""
QUANTITIES = (("announced", "Annoncé"), ("accepted", "Accepté"), ("taken", "Enlevé"))
QUANTITY_QUERIES: tuple[Query, ...] = (
    (LOTS_LIST, ("mesure", Counting.ANNOUNCED.value)),
    (LOTS_LIST, ("mesure", Counting.ACCEPTED.value)),
    (("mesure", Counting.TAKEN.value),),
)


@dataclass(frozen=True)
class SummaryRow:
    """One line of a table: what it is about, and its whole numbers, or a word in the place of one."""

    label: str
    cells: Cells
    query: Query = ()


@dataclass(frozen=True)
class SummaryTable:
    """A table of whole numbers, with its caption, the names of its columns and a total.

    ``queries``: of each column of numbers, with that of the row, what asks for the rows of the journal of devices that
    a number counts. None in a table of something else.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[SummaryRow, ...]
    total: SummaryRow
    queries: tuple[Query, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole width of a page."""
        return len(self.head) > 8

    @property
    def plain_head(self) -> tuple[str, ...]:
        """The names of its columns, whole."""
        return tuple(name.replace(SOFT_HYPHEN, "") for name in self.head)


@dataclass(frozen=True)
class Detail:
    """One bucket in words, with its numbers in the order of ``SHOWN``."""

    territory: str
    type: str
    donor_kind: str
    stage: str
    numbers: Cells


class Summary:
    """Reads the figures of one report; asks nothing of the database.

    ``hides_small``: for all readers but the pilot, who are not told the small numbers of households.
    """

    def __init__(self, figures: dict[str, Any], *, hides_small: bool = False) -> None:
        self.hides_small = hides_small
        self.tell = Secrets(figures, hides_small=hides_small).tell
        self.buckets = [(*row, *(0,) * (9 - len(row))) for row in figures["buckets"]]
        self.territories = {code: name for code, name, _ in figures["territories"]}
        self.short_names = {code: short for code, _, short in figures["territories"]}
        self.new_devices: int = figures["new_devices"]
        self.missing_drives: int = figures["missing_erasures"]["drives"]
        self.missing_devices: int = figures["missing_erasures"]["devices"]
        self.incidents: int = figures["incidents"]
        self.typed_erasures: int | None = figures.get("typed_erasures")
        """None of a month that was frozen before this was counted."""
        self.tells_acts = "variations" in figures
        """Since version 3; before, what entered and left was every passage, corrections included."""
        self._variations = figures["variations"] if self.tells_acts else old_corrections(figures)
        self._quantities = Counter({tuple(row[:3]): row[3] for row in figures["quantities"]})

    @property
    def announced(self) -> int:
        """How many devices donors announced in the month, as its journal of lots says; no stage counts them."""
        return sum(number for (_, _, name), number in self._quantities.items() if name == "announced")

    @property
    def reconditioned(self) -> int:
        """How many devices became « reconditionné » in the month."""
        return self._entered(Stage.RECONDITIONED)

    @property
    def handed_over(self) -> int | str:
        """How many devices were handed over to a household in the month, in exchange of another too."""
        return self.number("entered", Stage.HANDED_OVER)

    @property
    def recycled(self) -> int:
        """How many devices went to a recycler in the month."""
        return self._entered(Stage.RECYCLED)

    def stages(self) -> SummaryTable:
        """Each stage: opening, entered, left, what else varied, closing. What was done is not summed over stages."""
        sums = self._sums(lambda row: row[0])
        shown = [measure for measure in SHOWN if self.tells_acts or measure != "other"]
        rows = [
            SummaryRow(
                str(stage.label),
                tuple(sums(stage.value)[MEASURES.index(measure)] for measure in shown),
                (("etape", stage.value),),
            )
            for stage in Stage
        ]
        table = _table(
            "Appareils par étape",
            ("Étape", *(_HEADS[measure] for measure in shown)),
            rows,
            tuple(_query(measure) for measure in shown),
        )
        stood = ("opening", "closing")
        total = tuple(
            cell if measure in stood else NOT_SUMMED for measure, cell in zip(shown, table.total.cells, strict=True)
        )
        named = [tuple(keys.of_stages((stage,), measure) for measure in shown) for stage in Stage]
        summed = tuple(keys.devices(DISTRIBUTED, measure) if measure in stood else "" for measure in shown)
        return self._covered(replace(table, total=SummaryRow("Total", total)), named, summed)

    def territories_at(self, measure: str) -> SummaryTable:
        """EPCI × stages, « hors département » and « origine inconnue » last; ``measure`` is one of ``MEASURES``."""
        labels = [(code, short, ((PLACE, code),)) for code, short in self.short_names.items()]
        return self._cross(_CAPTIONS[measure].format("EPCI"), "EPCI", 1, labels, measure)

    def distribution_at(self, measure: str) -> SummaryTable:
        """EPCI of the convention × stages from allotment to return, those where something stood or moved."""
        sums = self._sums(lambda row: (row[1], row[0]))
        rank = MEASURES.index(measure)
        places = [code for code in self.short_names if any(self._in_distribution(code))]
        rows = [
            SummaryRow(
                self.short_names[code],
                tuple(sums((code, stage.value))[rank] for stage in DISTRIBUTION),
                ((PLACE, code),),
            )
            for code in places
        ]
        head = ("EPCI", *(str(stage.label) for stage in DISTRIBUTION))
        table = _table(
            _DISTRIBUTION_CAPTIONS[measure], head, rows, tuple(_query(measure, stage) for stage in DISTRIBUTION)
        )
        named = [tuple(keys.devices(stage, measure, place=code) for stage in DISTRIBUTION) for code in places]
        return self._covered(table, named, tuple(keys.devices(stage, measure) for stage in DISTRIBUTION))

    def types_at(self, measure: str) -> SummaryTable:
        """Types × stages."""
        labels = [(type_.value, str(type_.label), (("type", type_.value),)) for type_ in DeviceType]
        return self._cross(_CAPTIONS[measure].format("type"), "Type", 2, labels, measure)

    def quantities_by_donor(self) -> SummaryTable:
        """Announced, accepted and taken, by kind of donor."""
        return self._quantity_table("Quantités du mois par nature de donateur", "Donateur", 0, DonorKind)

    def quantities_by_type(self) -> SummaryTable:
        """Announced, accepted and taken, by type."""
        return self._quantity_table("Quantités du mois par type", "Type", 1, DeviceType)

    def variations(self) -> list[tuple[str, str, str, int]]:
        """What moved devices otherwise than by an act: what was done, from where, to where, how many."""
        return summed(self.gathered())

    def gathered(self) -> Gathered:
        """The same lines, each with the rows of figures that it gathers.

        Where small numbers are hidden, upstream of the distribution only: each line is about few devices.
        """
        found: Gathered = {}
        for row in self._variations:
            old, new = row[2:6], row[6:10]
            if self.hides_small and not is_upstream(old[0], new[0]):
                continue
            told = told_variation(Device, row[0], row[1]), self._place(old, new), self._place(new, old)
            found.setdefault(told, []).append(tuple(row))
        return found

    def details(self) -> list[Detail]:
        """Every bucket, by territory, type, kind of donor and stage.

        Where small numbers are hidden, those of the distribution are told by territory and stage alone.
        """
        if not self.hides_small:
            return self._buckets(self.buckets)
        upstream = self._buckets([row for row in self.buckets if is_upstream(row[0])])
        return upstream + [
            Detail(name, EVERY_TYPE, EVERY_DONOR, str(stage.label), told)
            for code, name in self.territories.items()
            for stage in DISTRIBUTION
            if any(told := tuple(self._placed(measure, stage, code) for measure in SHOWN))
        ]

    def number(self, measure: str, stage: Stage, place: str = "") -> int | str:
        """One measure of a stage, everywhere or in one place (its SIREN)."""
        rank = 4 + MEASURES.index(measure)
        count = sum(row[rank] for row in self.buckets if row[0] == stage.value and place in ("", row[1]))
        return self.tell(count, keys.of_stages((stage,), measure, place=place))

    def _in_distribution(self, code: str) -> Cells:
        """Whatever is told of the distribution in a place."""
        return tuple(self._placed(measure, stage, code) for stage in DISTRIBUTION for measure in MEASURES)

    def _placed(self, measure: str, stage: Stage, code: str) -> int | str:
        """One measure of a stage in one place; nothing where it would be one number too many."""
        if self.hides_small and measure not in keys.PLACED:
            return ""
        return self.number(measure, stage, code)

    def _buckets(self, buckets: Sequence[tuple[Any, ...]]) -> list[Detail]:
        places, types, kinds, stages = list(self.territories), list(DeviceType), list(DonorKind), list(Stage)
        found = [
            (
                (places.index(row[1]), types.index(row[2]), kinds.index(row[3]), stages.index(row[0])),
                Detail(
                    self.territories[row[1]],
                    str(DeviceType(row[2]).label),
                    str(DonorKind(row[3]).label),
                    str(Stage(row[0]).label),
                    tuple(row[4 + MEASURES.index(measure)] for measure in SHOWN),
                ),
            )
            for row in buckets
        ]
        return [detail for _, detail in sorted(found, key=lambda pair: pair[0])]

    def _entered(self, stage: Stage) -> int:
        return sum(row[5] for row in self.buckets if row[0] == stage.value)

    def _sums(self, key: Callable[[Sequence[Any]], Any]) -> Callable[[Any], Numbers]:
        counters = [Counter[Any]() for _ in MEASURES]
        for row in self.buckets:
            for counter, number in zip(counters, row[4:], strict=True):
                counter[key(row)] += number
        return lambda wanted: tuple(counter[wanted] for counter in counters)

    def _cross(
        self, caption: str, axis: str, position: int, labels: list[tuple[str, str, Query]], measure: str
    ) -> SummaryTable:
        sums = self._sums(lambda row: (row[position], row[0]))
        rank, stands = MEASURES.index(measure), measure in ("opening", "closing")
        columns = COLUMNS if stands else FLOWS
        rows = []
        for code, label, query in labels:
            cells = [sum(sums((code, stage.value))[rank] for stage in stages) for _, stages in columns]
            rows.append(SummaryRow(label, (*cells, sum(cells)) if stands else tuple(cells), query))
        queries = [_query(measure, stages[0].value if len(stages) == 1 else DISTRIBUTED) for _, stages in columns]
        head: tuple[str, ...] = (axis, *(name for name, _ in columns))
        groups = [stages for _, stages in columns]
        if stands:
            head, queries, groups = (*head, "Total"), [*queries, _query(measure)], [*groups, tuple(Stage)]
        asked = [{"place": code} if position == 1 else {"type_": code} for code, *_ in labels]
        named = [tuple(keys.of_stages(stages, measure, **one) for stages in groups) for one in asked]
        total = tuple(keys.of_stages(stages, measure) for stages in groups)
        return self._covered(_table(caption, head, rows, tuple(queries)), named, total)

    def _covered(self, table: SummaryTable, named: Sequence[Keys], total: Keys) -> SummaryTable:
        """The same, as its reader is told it."""
        rows = [self._row_shown(row, held) for row, held in zip(table.rows, named, strict=True)]
        return replace(table, rows=tuple(rows), total=self._row_shown(table.total, total))

    def _row_shown(self, row: SummaryRow, named: Keys) -> SummaryRow:
        return replace(row, cells=tuple(self.tell(cell, key) for cell, key in zip(row.cells, named, strict=True)))

    def _quantity_table(self, caption: str, axis: str, position: int, codes: Any) -> SummaryTable:
        sums: Counter[tuple[str, str]] = Counter()
        for key, number in self._quantities.items():
            sums[key[position], key[2]] += number
        criterion = ("donateur", "type")[position]
        rows = [
            SummaryRow(
                str(code.label), tuple(sums[code.value, name] for name, _ in QUANTITIES), ((criterion, code.value),)
            )
            for code in codes
        ]
        return _table(caption, (axis, *(label for _, label in QUANTITIES)), rows, QUANTITY_QUERIES)

    def place(self, bucket: Sequence[str]) -> str:
        """A bucket of devices in words."""
        return ", ".join(self._names(bucket))

    def need_place(self, bucket: Sequence[str]) -> str:
        """A bucket of needs in words."""
        state, territory, kind = bucket
        return f"Besoins, {NeedState(state).label}, {self.short_names[territory]}, {NeedKind(kind).label}"

    def _place(self, bucket: Sequence[str], other: Sequence[str]) -> str:
        """The stage, and what else of a bucket is not as in the other one."""
        named = enumerate(self._names(bucket))
        return ", ".join(name for rank, name in named if rank == 0 or bucket[rank] != other[rank])

    def _names(self, bucket: Sequence[str]) -> tuple[str, ...]:
        stage, territory, type_, donor_kind = bucket
        return (
            str(Stage(stage).label),
            self.short_names[territory],
            str(DeviceType(type_).label),
            str(DonorKind(donor_kind).label),
        )


_HEADS = {
    "opening": "Début de mois",
    "entered": "Entrées",
    "left": "Sorties",
    "other": "Autres variations",
    "closing": "Fin de mois",
}
_DISTRIBUTION_CAPTIONS = {
    "closing": "Distribution par EPCI de la convention, en fin de mois",
    "entered": "Entrées du mois par EPCI de la convention",
}
_CAPTIONS = {
    "closing": "Appareils par {} et par étape, en fin de mois",
    "entered": "Entrées du mois par {} et par étape",
}


def _query(measure: str, stage: str = "") -> Query:
    """What a column counts: one of ``MEASURES``, at one stage, at those of the distribution, or at all of them."""
    asked = Measure[measure.upper()]
    return (("mesure", asked.value), ("etape", stage)) if stage else (("mesure", asked.value),)


def _table(
    caption: str, head: tuple[str, ...], rows: Sequence[SummaryRow], queries: tuple[Query, ...] = ()
) -> SummaryTable:
    counted = [[cell for cell in row.cells if isinstance(cell, int)] for row in rows]
    total = tuple(map(sum, zip(*counted, strict=True))) or (0,) * (len(head) - 1)
    return SummaryTable(caption, head, tuple(rows), SummaryRow("Total", total), queries)
