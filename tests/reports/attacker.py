"""A reader who wants the numbers that are not told. He has pages and workbooks, paper and a solver; nothing of ours.

He knows what anyone knows: numbers of things are not negative, a total is the sum of its lines, what stands at the end
of a month stands at the beginning of the next one, what was there, what came, what left and what else varied make what
is there, and that every device has one type and one EPCI. He takes for granted that what else varies in a place is a
part of what the table of stages tells of all: nothing where it tells nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy
from highspy import HighsLp, HighsModelStatus, MatrixFormat, ObjSense, _core, kHighsInf

SECRET = "secret"
SIX = ("Affectés", "En livraison", "Disponibles", "Réservés", "Remis", "Retours SAV")
FLOW = ("Début de mois", "Entrées", "Sorties", "Autres variations", "Fin de mois")
KIND_COLUMNS = {
    "En attente, début": ("En attente", FLOW[0]),
    "Mis en attente": ("En attente", FLOW[1]),
    "Sortis de l’attente": ("En attente", FLOW[2]),
    "Autres variations": ("En attente", FLOW[3]),
    "En attente, fin": ("En attente", FLOW[4]),
    "En cours, fin": ("En cours", FLOW[4]),
    "Satisfaits": ("Satisfait", FLOW[1]),
    "Non satisfaits": ("Non satisfait", FLOW[1]),
}
STATES = ("Demandé", "En attente", "En cours", "Satisfait", "Non satisfait")
EQUIPMENT = ("Ordinateur", "Smartphone", "Tablette")
type Terms = dict[Hashable, int]
type Table = list[list[Any]]


@dataclass
class Attacker:
    """What he wrote down: sums that are told, sums that are not, equations, all by the names that he reads."""

    places: list[str]
    kinds: list[str]
    types: list[str]
    months: list[str] = field(default_factory=list)
    told: list[tuple[Terms, int]] = field(default_factory=list)
    secrets: dict[str, Terms] = field(default_factory=dict)
    ratios: list[str] = field(default_factory=list)
    """Those that are told beside a number that they are made of."""
    parts: dict[Hashable, Hashable] = field(default_factory=dict)
    """Of what else varies in a place or of a type, the name of that of which it is a part."""
    believes: bool = True
    """Whether he takes a part for no more than what is told of all."""

    def read(self, month: str, tables: dict[str, Table]) -> None:
        """Everything a month says."""
        for caption, (head, *rows) in tables.items():
            meaning = next((rule for start, rule in self._rules() if caption.startswith(start)), None)
            for line in rows if meaning else ():
                for name, cell in zip(head[1:], line[1:], strict=False):
                    assert meaning is not None
                    terms = meaning(month, str(line[0]), str(name))
                    if terms and cell == SECRET:
                        self.secrets[f"{month} · {caption} · {line[0]} · {name}"] = terms
                    elif terms and isinstance(cell, int | float):
                        self.told.append((terms, int(cell)))
                if head[-1] == "Besoins par appareil" and SECRET in line[1:4] and line[-1] != SECRET:
                    self.ratios.append(f"{month} · {line[0]}")
        self._know(month)
        self.months.append(month)

    def subtract(self, month: str, born: int, stages: Table) -> None:
        """What the six stages gained by acts is what was born, less what the stages upstream gained: all told."""
        entered, left = (stages[0].index(name) for name in FLOW[1:3])
        upstream = [line for line in stages[1:] if line[0] not in (*SIX, "Total")]
        gained = sum(int(line[entered]) - int(line[left]) for line in upstream)
        terms: Terms = {("stage", month, FLOW[1], stage): 1 for stage in SIX}
        self.told.append((terms | {("stage", month, FLOW[2], stage): -1 for stage in SIX}, born - gained))

    def _rules(self) -> list[tuple[str, Callable[[str, str, str], Terms]]]:
        """What a number of each table counts, by its line and column."""
        return [
            ("Appareils par étape", self._stage),
            ("Distribution par EPCI de la convention", self._placed("end")),
            ("Entrées du mois par EPCI de la convention", self._placed("in")),
            ("Appareils par EPCI et par étape", self._placed("end")),
            ("Entrées du mois par EPCI et par étape", self._placed("in")),
            ("Appareils par type et par étape", self._typed),
            ("Entrées du mois par type et par étape", self._typed),
            ("Besoins par état", self._state),
            ("Besoins des foyers", self._kind),
            ("Besoins en attente par EPCI", self._waiting),
            ("Tension par EPCI", self._tension_of_places),
            ("Tension entre besoins et appareils", self._tension_of_kinds),
        ]

    def _stage(self, month: str, label: str, name: str) -> Terms:
        if label not in SIX:
            return {}
        return {("stage", self._day(month, name), name if name in FLOW[1:4] else "", label): 1}

    def _placed(self, when: str) -> Callable[[str, str, str], Terms]:
        def meaning(month: str, label: str, name: str) -> Terms:
            stages = SIX if name == "Distribution" else (name,) if name in SIX else ()
            places = self.places if label == "Total" else [label]
            return _sum(("at", month, when, stage, place) for stage in stages for place in places)

        return meaning

    def _typed(self, month: str, label: str, name: str) -> Terms:
        if name != "Distribution" and name not in SIX:
            return {}
        return _sum(("of", month, name, type_) for type_ in (self.types if label == "Total" else [label]))

    def _state(self, month: str, label: str, name: str) -> Terms:
        flow = name if name in FLOW[1:4] else ""
        states = STATES if label == "Total" else (label,)
        return _sum(("need", self._day(month, name), flow, state, kind) for state in states for kind in self.kinds)

    def _kind(self, month: str, label: str, name: str) -> Terms:
        state, measure = KIND_COLUMNS[name]
        day, flow = self._day(month, measure), measure if measure in FLOW[1:4] else ""
        return _sum(("need", day, flow, state, kind) for kind in (self.kinds if label == "Total" else [label]))

    def _waiting(self, month: str, label: str, name: str) -> Terms:
        return _sum(("waits", month, name, place) for place in (self.places if label == "Total" else [label]))

    def _tension_of_places(self, month: str, label: str, name: str) -> Terms:
        if name != "En attente":
            return {}
        places = self.places if label == "Total" else [label]
        return _sum(("waits", month, kind, place) for kind in EQUIPMENT for place in places)

    def _tension_of_kinds(self, month: str, label: str, name: str) -> Terms:
        if name != "En attente":
            return {}
        kinds = EQUIPMENT if label == "Total" else (label,)
        return _sum(("waits", month, kind, place) for kind in kinds for place in self.places)

    def _day(self, month: str, measure: str) -> str:
        """Stocks are named by the month they end."""
        if measure == FLOW[0]:
            return self.months[-1] if self.months else "before"
        return month

    def _know(self, month: str) -> None:
        before = self.months[-1] if self.months else "before"
        equations = []
        for stage in SIX:
            held = ("stage", month, "", stage)
            equations.append(
                {
                    ("stage", before, "", stage): 1,
                    ("stage", month, FLOW[1], stage): 1,
                    ("stage", month, FLOW[2], stage): -1,
                    ("stage", month, FLOW[3], stage): 1,
                    held: -1,
                }
            )
            equations.append(_sum(("at", month, "end", stage, place) for place in self.places) | {held: -1})
            came = ("stage", month, FLOW[1], stage)
            equations.append(_sum(("at", month, "in", stage, place) for place in self.places) | {came: -1})
            if stage in ("Affectés", "Remis"):
                equations.append(_sum(("of", month, stage, type_) for type_ in self.types) | {came: -1})
            equations += self._of_places(month, before, stage)
        typed = _sum(("of", month, "Distribution", type_) for type_ in self.types)
        equations.append(typed | {("stage", month, "", stage): -1 for stage in SIX})
        for kind in self.kinds:
            equations += [
                {
                    ("need", before, "", state, kind): 1,
                    ("need", month, FLOW[1], state, kind): 1,
                    ("need", month, FLOW[2], state, kind): -1,
                    ("need", month, FLOW[3], state, kind): 1,
                    ("need", month, "", state, kind): -1,
                }
                for state in STATES
            ]
            waits = ("need", month, "", "En attente", kind)
            equations.append(_sum(("waits", month, kind, place) for place in self.places) | {waits: -1})
        self.told += [(equation, 0) for equation in equations]

    def _of_places(self, month: str, before: str, stage: str) -> list[Terms]:
        """What was in a place, came, left, and varied otherwise makes what is there; each is a part of all of it."""
        found: list[Terms] = []
        for place in self.places:
            was, came, stands = (("at", *key, stage, place) for key in ((before, "end"), (month, "in"), (month, "end")))
            left, varied = ("at", month, "out", stage, place), ("at", month, FLOW[3], stage, place)
            found.append({was: 1, came: 1, left: -1, varied: 1, stands: -1})
            self.parts[varied] = ("stage", month, FLOW[3], stage)
        for name, flow in (("out", FLOW[2]), (FLOW[3], FLOW[3])):
            every = _sum(("at", month, name, stage, place) for place in self.places)
            found.append(every | {("stage", month, flow, stage): -1})
        return found

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Between what and what each number that is not told must lie."""
        known = {name: total for terms, total in self.told for name in _alone(terms)}
        parts = {part: known[whole] for part, whole in self.parts.items() if whole in known and self.believes}
        solver = _Solver([*self.told], list(self.secrets.values()), parts)
        return {where: solver.interval(terms) for where, terms in self.secrets.items()}


def _alone(terms: Terms) -> list[Hashable]:
    """The number that is told by itself, if it is one."""
    return list(terms) if list(terms.values()) == [1] else []


def _sum(names: Iterable[Hashable]) -> Terms:
    return dict.fromkeys(names, 1)


class _Solver:
    def __init__(self, told: list[tuple[Terms, int]], others: list[Terms], parts: dict[Hashable, int]) -> None:
        columns: defaultdict[Hashable, int] = defaultdict(lambda: len(columns))
        rows = [({columns[name]: times for name, times in terms.items()}, total) for terms, total in told]
        for terms in others:
            for name in terms:
                columns[name]  # a number that nothing else is told of
        self.columns, size = dict(columns), len(columns)
        model = HighsLp()
        model.num_col_, model.num_row_ = size, len(rows)
        model.col_cost_ = numpy.zeros(size)
        free = [-kHighsInf if FLOW[3] in name else 0.0 for name in columns]
        lows = [min(0, parts[name]) if name in parts else low for name, low in zip(columns, free, strict=True)]
        model.col_lower_ = numpy.array(lows, dtype=float)
        model.col_upper_ = numpy.array([max(0, parts.get(name, 10_000)) for name in columns], dtype=float)
        model.row_lower_ = model.row_upper_ = numpy.array([total for _, total in rows], dtype=float)
        matrix = model.a_matrix_
        matrix.format_ = MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = size, len(rows)
        matrix.start_ = numpy.cumsum([0, *(len(terms) for terms, _ in rows)]).astype(numpy.int32)
        matrix.index_ = numpy.array([column for terms, _ in rows for column in terms], dtype=numpy.int32)
        matrix.value_ = numpy.array([times for terms, _ in rows for times in terms.values()], dtype=float)
        self.solver: Any = _core._Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.passModel(model)

    def interval(self, terms: Terms) -> tuple[float, float]:
        costs = numpy.zeros(len(self.columns))
        for name, times in terms.items():
            costs[self.columns[name]] = times
        self.solver.changeColsCost(len(costs), numpy.arange(len(costs), dtype=numpy.int32), costs)
        found = []
        for sense in (ObjSense.kMinimize, ObjSense.kMaximize):
            self.solver.changeObjectiveSense(sense)
            self.solver.run()
            assert self.solver.getModelStatus() == HighsModelStatus.kOptimal, "what is told contradicts itself"
            found.append(self.solver.getInfo().objective_function_value)
        return found[0], found[1]
