"""The tables of a report that are about households: needs, and how many wait for one device that is on offer."""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import number_format

from prescriptions.enums import NeedKind, NeedState
from prescriptions.models import Need
from refurb.enums import DeviceType
from reports.enums import PROMISED, Measure, Stage
from reports.summary import (
    ANSWERS,
    NEEDS_LIST,
    NOT_SUMMED,
    PLACE,
    Gathered,
    Query,
    Row,
    Table,
    summed,
    told_variation,
)

SMALL = 5
"""Below it a count of households of one EPCI says too much of them: it is hidden (domain, §6)."""
HIDDEN = "moins de 5"
ALSO_HIDDEN = "non montré"
OFFERED = (Stage.ALLOTTED, Stage.SHIPPED, Stage.AVAILABLE)
SERVED_BY: dict[NeedKind, tuple[DeviceType, ...]] = {
    NeedKind.COMPUTER: (DeviceType.LAPTOP, DeviceType.DESKTOP),
    NeedKind.TABLET: (DeviceType.TABLET,),
    NeedKind.SMARTPHONE: (DeviceType.SMARTPHONE,),
}
"""What answers each need of equipment."""
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
type Line = tuple[str, tuple[int, int, int], bool, Query]


class Served:
    """Reads the needs of one report; asks nothing of the database. Figures of before version 2 hold none.

    ``hides_small``: counts of one EPCI under 5 are hidden, with what would give them away.
    """

    def __init__(self, figures: dict[str, Any], *, hides_small: bool) -> None:
        self.hides_small = hides_small
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
    def met(self) -> int:
        """How many needs were met in the month, of every kind."""
        return sum(self._sum(ENTERED, NeedState.MET, kind=kind) for kind in NeedKind)

    @property
    def waiting(self) -> int:
        """How many needs wait at the end of the month, of every kind."""
        return sum(self._sum(CLOSING, NeedState.WAITING, kind=kind) for kind in NeedKind)

    def needs_by_kind(self) -> Table:
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
            Row(kind.label, tuple(self._sum(*what, kind=kind) for what in asked), (("type", kind.value),))
            for kind in NeedKind
        ]
        total = tuple(sum(row.cells[rank] for row in rows) for rank in range(len(asked)))
        queries = tuple((NEEDS_LIST, _measure(measure), ("etape", state.value)) for measure, state in asked)
        return Table("Besoins des foyers", NEEDS_HEAD, tuple(rows), Row("Total", total), queries)

    def needs_by_state(self) -> Table:
        """Each state of a need, for the whole département: the numbers add up, line by line."""
        shown = (OPENING, ENTERED, LEFT, OTHER, CLOSING)
        rows = tuple(
            Row(
                str(state.label),
                tuple(sum(self._sum(measure, state, kind=kind) for kind in NeedKind) for measure in shown),
                (NEEDS_LIST, ("etape", state.value)),
            )
            for state in NeedState
        )
        opening, closing = (sum(self._needs[measure].values()) for measure in (OPENING, CLOSING))
        total = Row("Total", (opening, NOT_SUMMED, NOT_SUMMED, NOT_SUMMED, closing))
        queries: tuple[Query, ...] = tuple((NEEDS_LIST, _measure(measure)) for measure in shown)
        return Table("Besoins par état", STATES_HEAD, rows, total, queries)

    def variations(self) -> list[tuple[str, str, str, int]]:
        """What moved needs otherwise than by an act: what was done, from which state, to which, how many."""
        return summed(self.gathered())

    def gathered(self) -> Gathered:
        """The same lines, each with the rows of figures that it gathers."""
        found: Gathered = {}
        for row in self._variations:
            states = str(NeedState(row[2]).label), str(NeedState(row[5]).label)
            found.setdefault((told_variation(Need, row[0], row[1]), *states), []).append(tuple(row))
        return found

    def tension_by_kind(self) -> Table:
        """Each kind of equipment: needs that wait, devices on offer, needs for one device."""
        lines = []
        for kind, types in SERVED_BY.items():
            offered, available = (
                sum(counter[place, type_] for place in self.territories for type_ in types)
                for counter in (self._offered, self._available)
            )
            waiting = self._sum(CLOSING, NeedState.WAITING, kind=kind)
            lines.append((str(kind.label), (waiting, offered, available), False, ((ANSWERS, kind.value),)))
        return self._tension("Tension entre besoins et appareils, par type", "Besoin", lines)

    def tension_by_territory(self) -> Table:
        """Each EPCI: needs of equipment that wait, devices of its conventions on offer, needs for one device.

        The needs of an EPCI are hidden as soon as those of one kind are, or the other kinds would tell.
        """
        types = {type_ for served in SERVED_BY.values() for type_ in served}
        equipment = [rank for rank, kind in enumerate(NeedKind) if kind in SERVED_BY]
        hidden = {
            place for place, _, cells in self._waiting() if any(isinstance(cells[rank], str) for rank in equipment)
        }
        lines = []
        for place, short in self.territories.items():
            waiting = sum(self._needs[CLOSING][NeedState.WAITING.value, place, kind.value] for kind in SERVED_BY)
            offered = sum(self._offered[place, type_] for type_ in types)
            available = sum(self._available[place, type_] for type_ in types)
            if waiting or offered or available:
                lines.append((short, (waiting, offered, available), place in hidden, ((PLACE, place),)))
        return self._tension("Tension par EPCI (besoins de ses foyers, appareils de ses conventions)", "EPCI", lines)

    def needs_by_territory(self) -> Table:
        """Each EPCI: needs that wait at the end of the month, by kind."""
        waiting = self._needs[CLOSING]
        rows = tuple(Row(short, tuple(cells), ((PLACE, place),)) for place, short, cells in self._waiting())
        totals = tuple(
            sum(waiting[NeedState.WAITING.value, place, kind.value] for place in self.territories) for kind in NeedKind
        )
        head = ("EPCI", *(str(kind.label) for kind in NeedKind))
        queries = tuple((*WAITING_AT_THE_END, ("type", kind.value)) for kind in NeedKind)
        return Table("Besoins en attente par EPCI, en fin de mois", head, rows, Row("Total", totals), queries)

    def _waiting(self) -> list[tuple[str, str, list[int | str]]]:
        """The EPCI where needs wait at the end of the month, by code and short name, with a cell for each kind."""
        waiting = self._needs[CLOSING]
        found = [
            (place, short, [waiting[NeedState.WAITING.value, place, kind.value] for kind in NeedKind])
            for place, short in self.territories.items()
        ]
        shown = [row for row in found if any(row[2])]
        columns = [self._shown([counts[rank] for *_, counts in shown]) for rank in range(len(NeedKind))]
        return [(place, short, [column[line] for column in columns]) for line, (place, short, _) in enumerate(shown)]

    def _tension(self, caption: str, axis: str, lines: Sequence[Line]) -> Table:
        """``lines``: what it is about; needs that wait, devices promised, available; whether the needs are hidden."""
        rows = tuple(
            Row(label, (HIDDEN if counts[0] < SMALL else ALSO_HIDDEN, *counts[1:], ALSO_HIDDEN), query)
            if hidden
            else Row(label, (*counts, tension(*counts)), query)
            for label, counts, hidden, query in lines
        )
        total = tuple(sum(counts[rank] for _, counts, _, _ in lines) for rank in range(3))
        return Table(caption, (axis, *TENSION_HEAD), rows, Row("Total", (*total, tension(*total))), TENSION_QUERIES)

    def _shown(self, counts: Sequence[int]) -> list[int | str]:
        return hide_small(counts) if self.hides_small else list(counts)

    def _sum(self, measure: int, state: NeedState, *, kind: NeedKind) -> int:
        return sum(self._needs[measure][state.value, place, kind.value] for place in self.territories)


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
    *((answering(kind.value), f"Ce qui répond au besoin « {kind.label} »") for kind in SERVED_BY),
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


def hide_small(counts: Sequence[int]) -> list[int | str]:
    """A column of counts of households by EPCI, those under 5 hidden.

    When one alone is, the total would give it away: the smallest of the others is not shown either.
    """
    hidden: list[int | str] = [HIDDEN if 0 < count < SMALL else count for count in counts]
    others = [rank for rank, count in enumerate(counts) if count >= SMALL]
    if hidden.count(HIDDEN) == 1 and others:
        hidden[min(others, key=lambda rank: counts[rank])] = ALSO_HIDDEN
    return hidden
