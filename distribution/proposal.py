"""A proposal of allotment for the day: which convention takes how many of what, and why. Pure reading."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import islice

from django.db.models import Count, F, Min
from django.utils import timezone

from conventions.enums import DeviceType
from conventions.models import Convention, Quota
from distribution.enums import SERVES
from distribution.fairness import Demand, PlacesLeft, Stock, first_come, rates, share
from distribution.machine.allotment_rules import grid_of
from network.models import Epci
from prescriptions.enums import NeedKind
from prescriptions.models import Need
from prescriptions.models.need import territory_points
from refurb.enums import DeviceState
from refurb.models.device import Device, DeviceQuerySet

KIND_OF = {type_: kind for kind, types in SERVES.items() for type_ in types}
"""The kind of need that each type of device meets; a screen alone meets none."""
ON_THEIR_WAY = (DeviceState.ALLOTTED, DeviceState.SHIPPED, DeviceState.AVAILABLE)
"""Devices meant for a territory, and held for nobody yet."""


@dataclass(frozen=True)
class ProposedLine:
    """So many devices of a type to a convention, with what makes it fair.

    ``before`` and ``after``: which part of those who wait there would have theirs, by what is on its way already, then
    with all that is proposed.
    """

    convention: Convention
    type: DeviceType
    kind: NeedKind
    count: int
    ready: int
    room: int
    demand: Demand
    before: Fraction
    after: Fraction

    @property
    def name(self) -> str:
        """What its box is called in a form."""
        return f"count_{self.convention.pk}_{self.type}"

    @property
    def most(self) -> int:
        """No more than its places nor the stock of its workshop."""
        return min(self.room, self.ready)


@dataclass(frozen=True)
class Proposal:
    """What is proposed, line by line, and how it compares with each convention taking in its turn all that it may."""

    lines: list[ProposedLine] = field(default_factory=list)
    least: Fraction | None = None
    """The part served of the territory that would stay the least served; None when nobody waits."""
    least_first_come: Fraction | None = None
    unserved: int = 0
    """Households that wait and would still have nothing on its way."""
    spare: int = 0
    """Ready devices that nobody waits for, or that no convention has a place for."""


def proposal_for(ready: DeviceQuerySet, conventions: list[Convention], day: date | None = None) -> Proposal:
    """Share the ready devices between these conventions; six queries, whatever their number."""
    day = day or timezone.localdate()
    stocks = [
        Stock(workshop, type_, count)
        for workshop, type_, count in ready.order_by("workshop", "type")
        .values_list("workshop", "type")
        .annotate(Count("pk"))
        if type_ in KIND_OF
    ]
    rooms = _rooms(conventions, day)
    places = [
        PlacesLeft(one.pk, one.workshop_id or 0, type_, room, one.epci_id, KIND_OF[type_])
        for one in conventions
        for type_, room in sorted(rooms.get(one.pk, {}).items())
        if type_ in KIND_OF
    ]
    demands = list(_demands(conventions, day))
    shared = share(stocks, places, demands)
    served, naive = rates(shared, places, demands), rates(first_come(stocks, places, demands), places, demands)
    reachable = {(place.territory, place.kind) for place in places}
    known = {(one.territory, one.kind): one for one in demands}
    in_stock = {(stock.workshop, stock.type): stock.count for stock in stocks}
    by_pk = {one.pk: one for one in conventions}
    lines = [
        ProposedLine(
            by_pk[place.convention],
            DeviceType(place.type),
            NeedKind(place.kind),
            shared.get((place.convention, place.type), 0),
            in_stock.get((place.workshop, place.type), 0),
            place.room,
            known[place.territory, place.kind],
            _part(known[place.territory, place.kind]),
            served[place.territory, place.kind],
        )
        for place in places
        if (place.territory, place.kind) in served
    ]
    sent = sum(shared.values())
    return Proposal(
        sorted(lines, key=lambda line: (-line.count, str(line.convention.epci), line.type)),
        least=min((rate for key, rate in served.items() if key in reachable), default=None),
        least_first_come=min((rate for key, rate in naive.items() if key in reachable), default=None),
        unserved=sum(one.left for one in demands) - sent,
        spare=sum(stock.count for stock in stocks) - sent,
    )


def devices_for(line: ProposedLine, count: int, ready: DeviceQuerySet, taken: set[int]) -> list[Device]:
    """The oldest ready devices that a line would take, none that another took, none over the grid of its convention."""
    rows = ready.filter(workshop=line.convention.workshop_id, type=line.type).exclude(pk__in=taken)
    oldest = list(rows.order_by("ready_at", "pk"))
    dearest = grid_of(timezone.localdate(), [row.pk for row in oldest], {row.pk: line.convention.pk for row in oldest})
    allowed = (row for row in oldest if row.pk not in dearest or row.price is None or row.price <= dearest[row.pk])
    return list(islice(allowed, count))


def _part(demand: Demand) -> Fraction:
    return Fraction(min(demand.covered, demand.waiting), demand.waiting)


def _rooms(conventions: list[Convention], day: date) -> Mapping[int, dict[str, int]]:
    """``{convention: {type: places left}}`` this year; one query."""
    rooms: dict[int, dict[str, int]] = {}
    for quota in Quota.objects.on(day).filter(convention__in=conventions).with_room():
        rooms.setdefault(quota.convention_id or 0, {})[quota.type] = quota.room
    return rooms


def _demands(conventions: list[Convention], day: date) -> Iterator[Demand]:
    """Those who wait in the territories of these conventions, by kind; what is on its way there; three queries."""
    epcis = {one.epci_id for one in conventions}
    waiting = (
        Need.objects.waiting()
        .free_to_serve()
        .filter(epci__in=epcis, kind__in=SERVES)
        .order_by()
        .values_list("epci", "kind")
        .annotate(Count("pk"), Min("accepted_at"))
    )
    covered: Counter[tuple[int, str]] = Counter()
    coming = Device.objects.main().filter(state__in=ON_THEIR_WAY, convention__epci__in=epcis)
    for epci, type_, count in coming.order_by().values_list("convention__epci", "type").annotate(Count("pk")):
        if type_ in KIND_OF:
            covered[epci, KIND_OF[type_]] += count
    points = dict(Epci.objects.filter(pk__in=epcis).annotate(given=territory_points(day)).values_list("pk", F("given")))
    for epci, kind, count, since in waiting:
        oldest = timezone.localdate(since) if since else date.max
        yield Demand(epci, kind, count, covered[epci, kind], points.get(epci) or 0, oldest)
