"""The numbers about households that a published month tells, and how the machines tie them together."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from math import log2
from typing import Any

from prescriptions.enums import EQUIPMENT_KINDS, NeedKind, NeedState
from refurb.enums import DeviceType
from reports.enums import DISTRIBUTED, DISTRIBUTION, Stage
from reports.months import next_month
from reports.secrecy import keys
from reports.secrecy.births import Sum, less, relate_births, stages_of_births
from reports.secrecy.edges import Edge, Tie, device_edges, need_edges, passages_of_workshops
from reports.secrecy.keys import AT_HOMES, MEASURES, OFFERED, SERVED_BY
from reports.secrecy.system import LAST, Cell, Equations, summed

STOCK = "stock"
"""What an unknown is named that stands at an instant, then the day."""
STOCKS = {"opening": False, "closing": True}
"""The measures that say what stands at an instant; whether it is the end of the month."""
PROMISED = (Stage.ALLOTTED, Stage.SHIPPED)
MOVED, CLOSING = "moved", "closing"
_DEAR, _USUAL, _CHEAP = 40.0, 6.0, 2.0
"""What hiding costs: a number of the whole département, of the end of a month in a place, of anything else; of what
else varied, hidden where nothing else helps: a reader believes that nothing did."""
_COSTS = {"other": LAST}
_FIRST = {
    keys.devices(Stage.HANDED_OVER, "entered"): 1000.0,
    keys.needs(NeedState.MET, "entered"): 300.0,
    keys.needs(NeedState.WAITING, "closing"): 300.0,
    keys.devices(Stage.ALLOTTED, "entered"): 100.0,
    keys.devices(Stage.AVAILABLE, "entered"): 100.0,
}
"""How many times more the first numbers of a month cost, which elected officials read: hidden last of all."""


@dataclass
class _Month:
    """One month of figures, being written down."""

    system: Equations
    figures: dict[str, Any]

    def __post_init__(self) -> None:
        self.month: str = self.figures["month"]
        self.places = [code for code, *_ in self.figures["territories"]]

    def counted(self, what: str, measure: str, name: Hashable, truth: int) -> int:
        """The unknown of one measure. What stands at the end of a month is what stands at the beginning of the next."""
        day = self.month
        if measure in STOCKS:
            day = next_month(date.fromisoformat(day)).isoformat() if STOCKS[measure] else day
            number = self.system.unknown((what, STOCK, day, name), truth)
            if self.system.truth[number] == truth:
                return number
            measure = f"{measure} of {self.month}"
        return self.system.unknown((what, measure, day, name), truth, free=measure == "other")

    def balance(self, of: Callable[[str], int]) -> None:
        """Opening + acts − acts + other variations = closing."""
        signs = {"opening": 1, "entered": 1, "left": -1, "other": 1, "closing": -1}
        self.system.relate((times, of(measure)) for measure, times in signs.items())

    def gather(self, key: str, parts: Iterable[int]) -> None:
        """What varies otherwise in a place, or of a type, is a part of what the table of stages tells of all."""
        held = list(parts)
        self.system.gather((self.month, key), sum(self.system.truth[one] or 0 for one in held), held)

    def show(self, key: str, terms: Iterable[tuple[int, int]], *, households: bool, cost: float) -> None:
        """A number that the tables of the month may tell."""
        kept = summed(terms)
        value = self.system.value_of(kept)
        cost *= _FIRST.get(key, 1) * (1 + log2(1 + abs(value)))
        self.system.show(Cell(self.month, key, kept, value, households, cost))


class DeviceNumbers(_Month):
    """The stages of the distribution, by place and, apart, by type. What stands upstream is no secret."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.by_place, self.by_type = Counter[Any](), Counter[Any]()
        self.screens = Counter[Any]()
        for stage, place, type_, _, *numbers in self.figures["buckets"]:
            for measure, number in zip(MEASURES, numbers, strict=False):
                self.by_place[stage, measure, place] += number
                self.by_type[stage, measure, type_] += number
            if type_ == DeviceType.SCREEN:
                self.screens[stage, place] += numbers[MEASURES.index("closing")]

    def write(self, tie: Tie) -> None:
        """The relations, then the numbers that the tables show."""
        for stage in DISTRIBUTION:
            for measure in MEASURES:
                self.system.relate([*self.everywhere(stage, measure), *less(self.typed(stage, measure))])
            for place in self.places:
                self.balance(lambda measure, stage=stage, place=place: self.at(stage, measure, place))  # type: ignore[misc]
            for type_ in DeviceType:
                self.balance(lambda measure, stage=stage, type_=type_: self.of_type(stage, measure, type_))  # type: ignore[misc]
            varied = keys.devices(stage, "other")
            self.gather(varied, (self.at(stage, "other", place) for place in self.places))
            self.gather(varied, (self.of_type(stage, "other", type_) for type_ in DeviceType))
        relate_births(self.system, self.figures, self.whole)
        if tie:
            self._tie(upstream=tie >= Tie.UPSTREAM)
        self._show_stages()
        self._show_sums()
        self._show_offer()

    def at(self, stage: str, measure: str, place: str) -> int:
        """How many in a place."""
        truth = self.by_place[stage, measure, place]
        return self.counted("devices", measure, (str(stage), place), truth)

    def of_type(self, stage: str, measure: str, type_: str) -> int:
        """How many of a type."""
        truth = self.by_type[stage, measure, type_]
        return self.counted("types", measure, (str(stage), str(type_)), truth)

    def everywhere(self, stage: str, measure: str) -> Sum:
        """All of them, place by place."""
        return [(1, self.at(stage, measure, place)) for place in self.places]

    def whole(self, measure: str, *types: str) -> Sum:
        """All that the distribution holds, place by place, or what it holds of some types."""
        held = (self.typed(one, measure, types) if types else self.everywhere(one, measure) for one in DISTRIBUTION)
        return [term for terms in held for term in terms]

    def typed(self, stage: str, measure: str, types: Iterable[str] = tuple(DeviceType)) -> Sum:
        """All of them, or those of some types."""
        return [(1, self.of_type(stage, measure, type_)) for type_ in types]

    # --- what the machine ties together

    def _tie(self, *, upstream: bool) -> None:
        edges = device_edges()
        touching = [edge for edge in edges if set(edge) & set(DISTRIBUTION)]
        for place in self.places:
            for stage in DISTRIBUTION:
                self._flow(stage, place, touching, lambda m, s=stage, p=place: (1, self.at(s, m, p)))  # type: ignore[misc]
        for type_ in DeviceType:
            for stage in Stage if upstream else DISTRIBUTION:
                if stage in DISTRIBUTION:
                    of = lambda m, s=stage, t=type_: (1, self.of_type(s, m, t))  # noqa: E731
                else:
                    of = lambda m, s=stage, t=type_: (0, self.by_type[s, m, t])  # noqa: E731
                self._flow(stage, f"type {type_}", edges, of, born=stage in stages_of_births())
            self._vary(type_)
        for old, new in touching:
            here = [(1, self.moved(old, new, place)) for place in self.places]
            self.system.relate([*here, *((-1, self.moved(old, new, f"type {type_}")) for type_ in DeviceType)])

    def moved(self, old: str, new: str, where: str) -> int:
        """How many acts led from one stage to another."""
        return self.system.unknown(("moved", MOVED, self.month, str(old), str(new), where))

    def _flow(
        self,
        stage: str,
        where: str,
        edges: Iterable[Edge],
        of: Callable[[str], tuple[int, int]],
        *,
        born: bool = False,
    ) -> None:
        into = [(1, self.moved(old, new, where)) for old, new in edges if new == stage]
        out = [(1, self.moved(old, new, where)) for old, new in edges if old == stage]
        if born:
            into.append((1, self.moved("", stage, where)))
        for measure, terms in (("entered", into), ("left", out)):
            held, number = of(measure)
            if held:
                self.system.relate([*terms, (-1, number)])
            else:
                self.system.relate(terms, number)

    def _vary(self, type_: str) -> None:
        """What varies otherwise than by an act only goes from one stage to another."""
        varied = sum(self.by_type[stage, "other", type_] for stage in DISTRIBUTION)
        self.system.relate([term for stage in DISTRIBUTION for term in self.typed(stage, "other", (type_,))], varied)

    # --- what the tables show

    def _show_stages(self) -> None:
        for stage in DISTRIBUTION:
            homes, passages = stage in AT_HOMES, passages_of_workshops()
            for measure in MEASURES:
                told, held = keys.devices(stage, measure), homes and (stage, measure) not in passages
                self.show(told, self.everywhere(stage, measure), households=held, cost=_COSTS.get(measure, _DEAR))
            for measure, cost in (("closing", _USUAL), ("entered", _CHEAP)):
                for place in self.places:
                    key, terms = keys.devices(stage, measure, place=place), [(1, self.at(stage, measure, place))]
                    self.show(key, terms, households=homes, cost=cost)
            for type_ in DeviceType if stage in keys.ENTERED_BY_TYPE else ():
                terms = self.typed(stage, "entered", (type_,))
                self.show(keys.devices(stage, "entered", type_=type_), terms, households=homes, cost=_CHEAP)

    def _show_sums(self) -> None:
        for measure in ("opening", "closing"):
            self.show(keys.devices(DISTRIBUTED, measure), self.whole(measure), households=False, cost=_DEAR)
        for place in self.places:
            terms = [(1, self.at(stage, "closing", place)) for stage in DISTRIBUTION]
            key = keys.devices(DISTRIBUTED, "closing", place=place)
            self.show(key, terms, households=False, cost=_USUAL)
        for type_ in DeviceType:
            terms = [(1, self.of_type(stage, "closing", type_)) for stage in DISTRIBUTION]
            key = keys.devices(DISTRIBUTED, "closing", type_=type_)
            self.show(key, terms, households=False, cost=_USUAL)

    def _show_offer(self) -> None:
        """A screen answers no need: it is not in the offer, while the other tables count it."""
        for name, stages in ((OFFERED, PROMISED), (Stage.AVAILABLE, (Stage.AVAILABLE,))):
            apart: Sum = []
            offered: list[Sum] = []
            for place in self.places:
                truth = sum(self.screens[stage, place] for stage in stages)
                screens = self.system.unknown(("screens", CLOSING, self.month, str(name), place), truth)
                held = self.system.unknown(
                    ("offer", CLOSING, self.month, str(name), place), self._offer(stages, place) - truth
                )
                here = [(1, self.at(stage, "closing", place)) for stage in stages]
                self.system.relate([*here, (-1, screens), (-1, held)])
                apart.append((-1, screens))
                offered.append([(1, held)])
            counted = [term for stage in stages for term in self.typed(stage, "closing", (DeviceType.SCREEN,))]
            self.system.relate([*counted, *apart])
            for place, terms in zip(self.places, offered, strict=True):
                self.show(keys.offer(name, place=place), terms, households=False, cost=_USUAL)
            for kind, types in SERVED_BY.items():
                terms = [term for stage in stages for term in self.typed(stage, "closing", types)]
                self.show(keys.offer(name, kind=kind), terms, households=False, cost=_USUAL)
            answering = [type_ for types in SERVED_BY.values() for type_ in types]
            every = [term for stage in stages for term in self.typed(stage, "closing", answering)]
            self.show(keys.offer(name), every, households=False, cost=_DEAR)

    def _offer(self, stages: Iterable[str], place: str) -> int:
        return sum(self.by_place[stage, "closing", place] for stage in stages)


class NeedNumbers(_Month):
    """Needs that wait, by place and kind; in the other states, by kind."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.counts = Counter[Any]()
        for state, place, kind, *numbers in self.figures["needs"]:
            for measure, number in zip(MEASURES, numbers, strict=False):
                self.counts[state, measure, place if state == NeedState.WAITING else "", kind] += number

    def write(self, tie: Tie) -> None:
        """The relations, then the numbers that the tables show."""
        for kind in NeedKind:
            for state in NeedState:
                for place in self._places(state):
                    self.balance(lambda m, s=state, p=place, k=kind: self.at(s, m, p, k))  # type: ignore[misc]
            if tie:
                self._tie(kind)
        for state in NeedState:
            told = [(kind, [number for _, number in self.of_kind(state, "other", kind)]) for kind in NeedKind]
            self.gather(keys.needs(state, "other"), (number for _, held in told for number in held))
            for kind, held in told if (state, "other") in keys.NEEDS_BY_KIND else ():
                self.gather(keys.needs(state, "other", kind=kind), held)
        for measure in MEASURES:
            every: Sum = []
            for state in NeedState:
                terms = [term for kind in NeedKind for term in self.of_kind(state, measure, kind)]
                self.show(keys.needs(state, measure), terms, households=True, cost=_COSTS.get(measure, _DEAR))
                every += terms
            if measure in STOCKS:
                self.show(keys.needs("", measure), every, households=True, cost=_DEAR)
        for state, measure in keys.NEEDS_BY_KIND:
            for kind in NeedKind:
                key, cost = keys.needs(state, measure, kind=kind), _COSTS.get(measure, _USUAL)
                self.show(key, self.of_kind(state, measure, kind), households=True, cost=cost)
        self._show_places()

    def at(self, state: str, measure: str, place: str, kind: str) -> int:
        """How many in a place."""
        truth = self.counts[state, measure, place, kind]
        return self.counted("needs", measure, (str(state), place, str(kind)), truth)

    def of_kind(self, state: str, measure: str, kind: str) -> Sum:
        """All of a kind."""
        return [(1, self.at(state, measure, place, kind)) for place in self._places(state)]

    def _places(self, state: str) -> list[str]:
        return self.places if state == NeedState.WAITING else [""]

    def _tie(self, kind: str) -> None:
        edges = need_edges()
        for state in NeedState:
            into = [(1, self.moved(old, new, kind)) for old, new in edges if new == state]
            out = [(1, self.moved(old, new, kind)) for old, new in edges if old == state]
            if state == NeedState.ASKED:
                into.append((1, self.moved("", state, kind)))
            for measure, terms in (("entered", into), ("left", out)):
                self.system.relate([*terms, *less(self.of_kind(state, measure, kind))])
        other = [term for state in NeedState for term in self.of_kind(state, "other", kind)]
        self.system.relate(other, self.system.value_of(summed(other)))

    def moved(self, old: str, new: str, kind: str) -> int:
        """How many acts led from one state to another."""
        return self.system.unknown(("settled", MOVED, self.month, str(old), str(new), str(kind)))

    def _show_places(self) -> None:
        waiting = NeedState.WAITING
        for place in self.places:
            for kind in NeedKind:
                key = keys.needs(waiting, "closing", place=place, kind=kind)
                self.show(key, [(1, self.at(waiting, "closing", place, kind))], households=True, cost=_USUAL)
            terms = [(1, self.at(waiting, "closing", place, kind)) for kind in EQUIPMENT_KINDS]
            key = keys.needs(waiting, "closing", place=place, kind=keys.EQUIPMENT)
            self.show(key, terms, households=True, cost=_USUAL)
        every = [term for kind in EQUIPMENT_KINDS for term in self.of_kind(waiting, "closing", kind)]
        self.show(keys.needs(waiting, "closing", kind=keys.EQUIPMENT), every, households=True, cost=_DEAR)
