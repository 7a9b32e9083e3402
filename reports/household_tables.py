"""The tables of a report that are about households: needs, and how many wait for one device that is on offer."""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import number_format

from prescriptions.enums import NeedKind, NeedState
from prescriptions.models import Need
from reports.enums import PROMISED, Measure, Stage
from reports.secrecy import keys
from reports.secrecy.covering import Secrets
from reports.secrecy.keys import SERVED_BY
from reports.summary import (
    ANSWERS,
    NEEDS_LIST,
    NOT_SUMMED,
    PLACE,
    Cells,
    Query,
    SummaryRow,
    SummaryTable,
)
from reports.variations import Gathered, summed, told_variation

OFFERED = (Stage.ALLOTTED, Stage.SHIPPED, Stage.AVAILABLE)
NEEDS_HEAD = (
    "Besoin",
    "En attente, début",
    "Mis en attente",
    "Sortis de l’attente",
    "Autres variations",
    "En attente, fin",
    "En cours, fin",
    "Satisfaits",
    "Non satisfaits",
)
STATES_HEAD = ("État", "Début de mois", "Entrées", "Sorties", "Autres variations", "Fin de mois")
TENSION_HEAD = ("En attente", "Affectés ou en livraison", "Disponibles", "Besoins par appareil")
OPENING, ENTERED, LEFT, CLOSING, OTHER = range(5)
EQUIPMENT = "equipement"
WAITING_AT_THE_END: Query = (NEEDS_LIST, ("mesure", Measure.CLOSING.value), ("etape", NeedState.WAITING.value))
TENSION_QUERIES: tuple[Query, ...] = (
    (*WAITING_AT_THE_END, (ANSWERS, EQUIPMENT)),
    (("mesure", Measure.CLOSING.value), ("etape", PROMISED), (ANSWERS, EQUIPMENT)),
    (("mesure", Measure.CLOSING.value), ("etape", Stage.AVAILABLE.value), (ANSWERS, EQUIPMENT)),
    (),
)
type Line = tuple[str, tuple[int, int, int], tuple[str, ...], Query]


class NeedSummary:
    """Reads the needs of one report; asks nothing of the database. Figures of before version 2 hold none.

    ``hides_small``: for all readers but the pilot, who are not told the small numbers of households.
    """

    def __init__(self, figures: dict[str, Any], *, hides_small: bool) -> None:
        self.hides_small = hides_small
        self.tell = Secrets(figures, hides_small=hides_small).tell
        self.territories = {code: short for code, _, short in figures["territories"]}
        self.is_counted = "needs" in figures
        self._needs: list[Counter[tuple[str, str, str]]] = [Counter() for _ in range(5)]
        for state, territory, kind, *numbers in figures.get("needs", ()):
            for counter, number in zip(self._needs, numbers, strict=False):
                counter[state, territory, kind] += number
        self._offered: Counter[tuple[str, str]] = Counter()
        self._available: Counter[tuple[str, str]] = Counter()
        self._variations = figures.get("need_variations", ())
        for stage, territory, type_, _, *numbers in figures["buckets"]:
            if stage in OFFERED:
                where = self._available if stage == Stage.AVAILABLE else self._offered
                where[territory, type_] += numbers[CLOSING]

    @property
    def met(self) -> int | str:
        """How many needs were met in the month, of every kind."""
        return self._of_state(ENTERED, NeedState.MET)

    @property
    def waiting(self) -> int | str:
        """How many needs wait at the end of the month, of every kind."""
        return self._of_state(CLOSING, NeedState.WAITING)

    def needs_by_kind(self) -> SummaryTable:
        """Each kind of need: who waits, what was settled, for the whole département."""
        asked = (
            (OPENING, NeedState.WAITING),
            (ENTERED, NeedState.WAITING),
            (LEFT, NeedState.WAITING),
            (OTHER, NeedState.WAITING),
            (CLOSING, NeedState.WAITING),
            (CLOSING, NeedState.IN_PROGRESS),
            (ENTERED, NeedState.MET),
            (ENTERED, NeedState.UNMET),
        )
        rows = [
            SummaryRow(kind.label, tuple(self._of_kind(*what, kind) for what in asked), (("type", kind.value),))
            for kind in NeedKind
        ]
        total = tuple(self._of_state(*what) for what in asked)
        queries = tuple((NEEDS_LIST, _measure(measure), ("etape", state.value)) for measure, state in asked)
        return SummaryTable("Besoins des foyers", NEEDS_HEAD, tuple(rows), SummaryRow("Total", total), queries)

    def needs_by_state(self) -> SummaryTable:
        """Each state of a need, for the whole département: the numbers add up, line by line."""
        shown = (OPENING, ENTERED, LEFT, OTHER, CLOSING)
        rows = tuple(
            SummaryRow(
                str(state.label),
                tuple(self._of_state(measure, state) for measure in shown),
                (NEEDS_LIST, ("etape", state.value)),
            )
            for state in NeedState
        )
        opening, closing = (
            self.tell(sum(self._needs[measure].values()), keys.needs("", keys.MEASURES[measure]))
            for measure in (OPENING, CLOSING)
        )
        total = SummaryRow("Total", (opening, NOT_SUMMED, NOT_SUMMED, NOT_SUMMED, closing))
        queries: tuple[Query, ...] = tuple((NEEDS_LIST, _measure(measure)) for measure in shown)
        return SummaryTable("Besoins par état", STATES_HEAD, rows, total, queries)

    def variations(self) -> list[tuple[str, str, str, int]]:
        """What moved needs otherwise than by an act: what was done, from which state, to which, how many."""
        return summed(self.gathered())

    def gathered(self) -> Gathered:
        """The same lines, each with the rows of figures that it gathers.

        None where small numbers are hidden: each line is about few households.
        """
        found: Gathered = {}
        if self.hides_small:
            return found
        for row in self._variations:
            states = str(NeedState(row[2]).label), str(NeedState(row[5]).label)
            found.setdefault((told_variation(Need, row[0], row[1]), *states), []).append(tuple(row))
        return found

    def tension_by_kind(self) -> SummaryTable:
        """Each kind of equipment: needs that wait, devices on offer, needs for one device."""
        lines = []
        for kind, types in SERVED_BY.items():
            offered, available = (
                sum(counter[place, type_] for place in self.territories for type_ in types)
                for counter in (self._offered, self._available)
            )
            waiting = sum(self._waits(place, kind) for place in self.territories)
            asked = ((ANSWERS, kind.value),)
            lines.append((str(kind.label), (waiting, offered, available), _tension_keys(kind=kind), asked))
        return self._tension("Tension entre besoins et appareils, par type", "Besoin", lines)

    def tension_by_territory(self) -> SummaryTable:
        """Each EPCI: needs of equipment that wait, devices of its conventions on offer, needs for one device."""
        types = {type_ for served in SERVED_BY.values() for type_ in served}
        lines = []
        for place, short in self.territories.items():
            waiting = sum(self._waits(place, kind) for kind in SERVED_BY)
            offered = sum(self._offered[place, type_] for type_ in types)
            available = sum(self._available[place, type_] for type_ in types)
            lines.append((short, (waiting, offered, available), _tension_keys(place=place), ((PLACE, place),)))
        return self._tension("Tension par EPCI (besoins de ses foyers, appareils de ses conventions)", "EPCI", lines)

    def needs_by_territory(self) -> SummaryTable:
        """Each EPCI: needs that wait at the end of the month, by kind."""
        rows = [
            SummaryRow(
                short,
                tuple(
                    self.tell(
                        self._waits(place, kind), keys.needs(NeedState.WAITING, "closing", place=place, kind=kind)
                    )
                    for kind in NeedKind
                ),
                ((PLACE, place),),
            )
            for place, short in self.territories.items()
        ]
        totals = tuple(self._of_kind(CLOSING, NeedState.WAITING, kind) for kind in NeedKind)
        head = ("EPCI", *(str(kind.label) for kind in NeedKind))
        queries = tuple((*WAITING_AT_THE_END, ("type", kind.value)) for kind in NeedKind)
        shown = tuple(row for row in rows if any(row.cells))
        return SummaryTable(
            "Besoins en attente par EPCI, en fin de mois", head, shown, SummaryRow("Total", totals), queries
        )

    def _tension(self, caption: str, axis: str, lines: Sequence[Line]) -> SummaryTable:
        """``lines``: what it is about; needs that wait, devices promised, available; the keys of the three; a query."""
        rows = [SummaryRow(label, self._with_tension(counts, named), query) for label, counts, named, query in lines]
        waiting, offered, available = (sum(counts[rank] for _, counts, *_ in lines) for rank in range(3))
        total = SummaryRow("Total", self._with_tension((waiting, offered, available), _tension_keys()))
        shown = tuple(row for row in rows if axis != "EPCI" or any(row.cells[:3]))
        return SummaryTable(caption, (axis, *TENSION_HEAD), shown, total, TENSION_QUERIES)

    def _with_tension(self, counts: tuple[int, int, int], named: tuple[str, ...]) -> Cells:
        """The ratio is told where the three numbers that make it are."""
        told = (self.tell(count, key) for count, key in zip(counts, named, strict=True))
        return (*told, self.tell(tension(*counts), *named))

    def _waits(self, place: str, kind: NeedKind) -> int:
        return self._needs[CLOSING][NeedState.WAITING.value, place, kind.value]

    def _of_kind(self, measure: int, state: NeedState, kind: NeedKind) -> int | str:
        """A number of one kind; nothing where it would be one number too many."""
        if self.hides_small and (state, keys.MEASURES[measure]) not in keys.NEEDS_BY_KIND:
            return NOT_SUMMED
        count = sum(self._needs[measure][state.value, place, kind.value] for place in self.territories)
        return self.tell(count, keys.needs(state, keys.MEASURES[measure], kind=kind))

    def _of_state(self, measure: int, state: NeedState) -> int | str:
        counted = self._needs[measure]
        count = sum(counted[state.value, place, kind.value] for place in self.territories for kind in NeedKind)
        return self.tell(count, keys.needs(state, keys.MEASURES[measure]))


def _tension_keys(*, place: str = "", kind: str = "") -> tuple[str, ...]:
    """The needs that wait, the devices promised, those available: everywhere, in one place, or for one kind."""
    waiting = keys.needs(NeedState.WAITING, "closing", place=place, kind=kind or keys.EQUIPMENT)
    return (
        waiting,
        keys.offer(keys.OFFERED, place=place, kind=kind),
        keys.offer(Stage.AVAILABLE, place=place, kind=kind),
    )


def answering(code: str) -> str:
    """The criterion of type, of devices or of needs, for what answers a need of this kind, or any need of a device."""
    return f"pour_{code}"


def types_of(code: str, *, of_needs: bool) -> tuple[str, ...]:
    """The types of devices, or the kinds of needs, that a criterion stands for; none when it is empty."""
    if not code.startswith("pour_"):
        return (code,) if code else ()
    asked = code.removeprefix("pour_")
    kinds = [kind for kind in SERVED_BY if asked in (EQUIPMENT, kind.value)]
    if of_needs:
        return tuple(kind.value for kind in kinds)
    return tuple(type_.value for kind in kinds for type_ in SERVED_BY[kind])


ANSWERING = [
    (answering(EQUIPMENT), "Tout ce qui répond à un besoin"),
    *((answering(kind.value), f"Ce qui répond au besoin «\u00a0{kind.label}\u00a0»") for kind in SERVED_BY),
]


def _measure(rank: int) -> tuple[str, str]:
    """The criterion of one of the numbers of a bucket."""
    return ("mesure", list(Measure)[rank].value)


def tension(waiting: int, offered: int, available: int) -> str:
    """How many needs wait for one device that is allotted, on its way or available: « 2,5 », « sans offre »."""
    devices = offered + available
    if not waiting:
        return "–"
    if not devices:
        return "sans offre"
    return number_format((Decimal(waiting) / devices).quantize(Decimal("0.1"), ROUND_HALF_UP))
