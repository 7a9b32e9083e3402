"""What reconditioning costs, per device: the costs of each lot shared over the devices received of it. Reading.

The share is equal: each device that a workshop received of a lot bears the same part of each cost of that lot; cents
that do not divide fall on the groups that are owed the greatest fraction of one. What no device can bear is a share of
its own, so that the shares always come back to the total (domaine §2.11).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from lifecycle.actors import Actor
from refurb.enums import CostKind, DeviceState, DeviceType
from refurb.grading import best_first, told_grade
from refurb.models.device import Device
from refurb.models.stock import Costing
from refurb.permissions import reads_costs

CENT = Decimal("0.01")
NOBODY = "Non attribuable à un appareil"
"""What was spent on a lot of which the workshop received nothing, or nothing yet."""
UNGRADED = "Sans grade, pas reconditionnés"
UNPAID = "Financeur non renseigné"
type Bearer = tuple[int, int]
"""The keys of a lot and of a workshop: whose devices bear a cost."""


class CostGroup(NamedTuple):
    """Devices alike that one workshop received of one lot: type, grade, whether reconditioned, and how many."""

    workshop: int
    type: str
    grade: str
    reconditioned: bool
    count: int


class CostShare(NamedTuple):
    """What one cost comes to for one group, in cents; ``group`` is None for what no device can bear."""

    costing: Costing
    group: CostGroup | None
    cents: int


@dataclass(frozen=True)
class CostRow:
    """One line of a table: the devices received, those reconditioned among them, and what all of them cost."""

    label: str
    received: int
    reconditioned: int
    cost: Decimal

    @property
    def per_received(self) -> Decimal | None:
        """Euros for each device received; None when there is none."""
        return _each(self.cost, self.received)

    @property
    def per_reconditioned(self) -> Decimal | None:
        """Euros for each device reconditioned, what the others cost included; None when there is none."""
        return _each(self.cost, self.reconditioned)


class Spent(NamedTuple):
    """What was spent of one kind, in euros."""

    label: str
    cost: Decimal


class Paid(NamedTuple):
    """What one funder pays, in euros, by kind and in all."""

    funder: str
    by_kind: list[Spent]
    cost: Decimal


class CostLine(NamedTuple):
    """One line of the file: the cost in euros of devices alike, by kind and funder."""

    workshop: str
    type: str
    grade: str
    reconditioned: str
    kind: str
    funder: str
    cost: Decimal


class Costs:
    """The costs of a period, shared; every table comes back to the same total."""

    def __init__(self, costings: Sequence[Costing], groups: Mapping[Bearer, Sequence[CostGroup]]) -> None:
        self.groups = [group for bearer in {bearer_of(one) for one in costings} for group in groups.get(bearer, ())]
        self.shares = [share for one in costings for share in shared(one, groups.get(bearer_of(one), ()))]
        self.workshops = dict(sorted({one.workshop_id: str(one.workshop) for one in costings}.items(), key=_by_name))

    def total(self) -> CostRow:
        """All that was spent, over all the devices received of these lots."""
        return self._row("Total", lambda group: True)

    def by_type(self) -> list[CostRow]:
        """A line per type, then what no device can bear."""
        rows = [self._row(str(one.label), lambda group, one=one: _is(group, "type", one)) for one in DeviceType]
        return self._with_nobody(rows)

    def by_grade(self) -> list[CostRow]:
        """A line per grade, then what has none, then what no device can bear."""
        grades = sorted({group.grade for group in self.groups}, key=best_first)
        rows = [self._row(_named(one), lambda group, one=one: _is(group, "grade", one)) for one in grades]
        return self._with_nobody(rows)

    def by_workshop(self) -> list[CostRow]:
        """A line per workshop, what its devices cannot bear included."""
        rows = []
        for pk, name in self.workshops.items():
            groups = [group for group in self.groups if group.workshop == pk]
            cents = sum(share.cents for share in self.shares if share.costing.workshop_id == pk)
            rows.append(_row_of(name, groups, cents))
        return rows

    def paid(self) -> list[Paid]:
        """Who pays what; what nobody is said to pay has its line."""
        cents: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(CostKind.values, 0))
        for share in self.shares:
            cents[funder_of(share.costing)][share.costing.kind] += share.cents
        return [
            Paid(
                funder,
                [Spent(str(CostKind(kind).label), CENT * one) for kind, one in kinds.items()],
                CENT * sum(kinds.values()),
            )
            for funder, kinds in sorted(cents.items())
        ]

    def lines(self) -> Iterator[CostLine]:
        """The lines of the file, in order; their costs add up to the total."""
        cents: dict[tuple[str, ...], int] = defaultdict(int)
        for costing, group, borne in self.shares:
            told = (
                (NOBODY, "", "")
                if group is None
                else (str(DeviceType(group.type).label), told_grade(group.grade), _yes(group))
            )
            key = (str(costing.workshop), *told, str(costing.get_kind_display()), funder_of(costing))
            cents[key] += borne
        for key, total in sorted(cents.items()):
            yield CostLine(*key, CENT * total)

    def _with_nobody(self, rows: list[CostRow]) -> list[CostRow]:
        alone = self._row(NOBODY, lambda group: group is None)
        return [row for row in (*rows, alone) if row.received or row.cost]

    def _row(self, label: str, holds: Callable[[CostGroup | None], bool]) -> CostRow:
        groups = [group for group in self.groups if holds(group)]
        return _row_of(label, groups, sum(share.cents for share in self.shares if holds(share.group)))


def costs_of(actor: Actor, since: date | None = None, until: date | None = None) -> Costs:
    """What was spent from a day to another, both included, on the lots whose costs one reads; two queries."""
    costings = list(_spent(actor, since, until).select_related("workshop", "funder"))
    return Costs(costings, _received({bearer_of(one) for one in costings}))


def shared(costing: Costing, groups: Sequence[CostGroup]) -> Iterator[CostShare]:
    """One cost over the devices of its lot: equal for each device, and the shares add up to it to the cent."""
    cents = int(costing.amount / CENT)
    devices = sum(group.count for group in groups)
    if not devices:
        yield CostShare(costing, None, cents)
        return
    floors = [cents * group.count // devices for group in groups]
    owed = sorted(range(len(groups)), key=lambda rank: (-(cents * groups[rank].count % devices), rank))
    for rank in owed[: cents - sum(floors)]:
        floors[rank] += 1
    for group, borne in zip(groups, floors, strict=True):
        yield CostShare(costing, group, borne)


def bearer_of(costing: Costing) -> Bearer:
    """Which devices bear a cost: those that its workshop received of its lot."""
    return costing.donation_id, costing.workshop_id


def funder_of(costing: Costing) -> str:
    """Who pays, in words."""
    return str(costing.funder) if costing.funder else UNPAID


def _spent(actor: Actor, since: date | None, until: date | None) -> QuerySet[Costing]:
    scope = reads_costs(actor)
    if scope is None:
        return Costing.objects.none()
    rows = Costing.objects.filter(scope, superseded_by=None)
    if since is not None:
        rows = rows.filter(spent_on__gte=since)
    return rows if until is None else rows.filter(spent_on__lte=until)


def _received(bearers: set[Bearer]) -> dict[Bearer, list[CostGroup]]:
    """The devices received of these lots, alike together; one query."""
    found: dict[Bearer, list[CostGroup]] = defaultdict(list)
    if not bearers:
        return found
    devices = Device.objects.filter(stay__gte=1, donation__in={donation for donation, _ in bearers}).order_by()
    alike = devices.annotate(is_ready=Q(ready_at__isnull=False) & ~Q(state=DeviceState.MISSING)).values_list(
        "donation", "workshop", "type", "grade", "is_ready"
    )
    for donation, workshop, *told, count in alike.annotate(total=Count("pk")).order_by("donation", "type", "grade"):
        found[donation, workshop].append(CostGroup(workshop, *told, count))
    return found


def _row_of(label: str, groups: Sequence[CostGroup], cents: int) -> CostRow:
    ready = sum(group.count for group in groups if group.reconditioned)
    return CostRow(label, sum(group.count for group in groups), ready, CENT * cents)


def _is(group: CostGroup | None, name: str, value: str) -> bool:
    return group is not None and getattr(group, name) == value


def _yes(group: CostGroup) -> str:
    return "oui" if group.reconditioned else "non"


def _named(grade: str) -> str:
    return told_grade(grade) if grade else UNGRADED


def _each(cost: Decimal, devices: int) -> Decimal | None:
    return (cost / devices).quantize(CENT, ROUND_HALF_UP) if devices else None


def _by_name(item: tuple[int, str]) -> str:
    return item[1]
