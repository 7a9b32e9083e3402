"""The weeks of distribution: what is ready is allotted and sent, what arrives is shelved, then goes by rank."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from desk.demo.agenda import Thread
from desk.demo.calendar import working_day
from desk.demo.outlets import ROUTES, Outlet, first_need
from desk.demo.stage import Stage
from prescriptions.models import Need
from refurb.enums import DeviceState, DeviceType, LineOutcome
from refurb.models import Delivery, Device
from refurb.services import allotment, shelves

ONE_WEEK = timedelta(days=7)
TUESDAY = 1
KEPT = 2
"""One device out of so many stays in the stock of its workshop."""
QUEUE = 3
"""How many households of a territory wait at least: a point does not call the last ones before it has a choice."""
SHARES = {
    "lille": ("mel", "mel", "mel", "mel", "dunkerque"),
    "sambre": ("maubeuge", "maubeuge", "maubeuge", "avesnois"),
}
"""The conventions of each workshop, in the order of which devices are shared out."""
HELD = 2
"""How many devices a point keeps on its shelf."""
A_DAY = 3
"""How many appointments a point gives in a day."""


def weekly(stage: Stage, workshop: str) -> Thread:
    """Every Tuesday the workshop sends what it allotted the week before, then allots what is ready."""
    day = stage.first + timedelta(days=(TUESDAY - stage.first.weekday()) % 7)
    while day < stage.last:
        yield (now := stage.moment(working_day(day)))
        _send(stage, workshop, now)
        _allot(stage, workshop, now + timedelta(minutes=20))
        day += ONE_WEEK


def _allot(stage: Stage, workshop: str, at: datetime) -> None:
    """Share the reconditioned devices between the conventions in force; a full quota leaves its devices there."""
    free = Device.objects.filter(pk__in=stage.offered[workshop], state=DeviceState.READY, moved_at__lte=at)
    shares: dict[str, list[int]] = {}
    gone = []
    for device in free.exclude(type=DeviceType.SCREEN).order_by("pk"):
        if stage.number(f"kept {workshop}") % KEPT == 0:
            gone.append(device.pk)
            continue
        convention = SHARES[workshop][stage.number(f"share {workshop}") % len(SHARES[workshop])]
        shares.setdefault(convention if convention in stage.conventions else SHARES[workshop][0], []).append(device.pk)
    for code, pks in shares.items():
        if code not in stage.conventions:
            continue
        outcome = allotment.allot_devices(
            actor=stage.cast.manager(workshop),
            devices=Device.objects.filter(pk__in=pks),
            convention=stage.conventions[code],
            at=at,
        )
        gone += outcome.moved
    stage.offered[workshop] = [pk for pk in stage.offered[workshop] if pk not in set(gone)]
    stage.sent[workshop] += [pk for pks in shares.values() for pk in pks if pk in set(gone)]


def _send(stage: Stage, workshop: str, at: datetime) -> None:
    """One delivery per convention, to each of its points in turn."""
    waiting, stage.sent[workshop] = stage.sent[workshop], []
    codes = {one.pk: code for code, one in stage.conventions.items()}
    boxes: dict[str, list[int]] = {}
    rows = Device.objects.filter(pk__in=waiting, state=DeviceState.ALLOTTED, moved_at__lte=at).order_by("pk")
    for pk, convention in rows.values_list("pk", "convention"):
        boxes.setdefault(codes[convention], []).append(pk)
    for code, pks in boxes.items():
        point = ROUTES[code][stage.number(f"route {code}") % len(ROUTES[code])]
        allotment.ship_devices(
            actor=stage.cast.technician(workshop, stage.rng),
            devices=Device.objects.filter(pk__in=pks),
            point=stage.cast.points[point],
            at=at,
        )
        stage.boxes[point] += pks


def counter(stage: Stage, point: str) -> Thread:
    """Three days a week, an adviser takes deliveries in, hands over what was reserved, reserves by order of rank."""
    day = working_day(stage.first, 30)
    while day < stage.last:
        yield (now := stage.moment(day))
        outlet = Outlet(stage, point, now)
        if _days_of(stage, outlet):
            _take_in(outlet)
            _hand_over(outlet)
            _reserve(outlet)
        day = working_day(day, stage.rng.choice((1, 2)))


def _days_of(stage: Stage, outlet: Outlet) -> bool:
    """Whether there is time: nothing begins after four."""
    return timezone.localtime(outlet.now).hour < 16


def _take_in(outlet: Outlet) -> None:
    """Each delivery of the weeks that arrived: all there, but one device in the third delivery of all."""
    boxes = set(outlet.stage.boxes[outlet.point])
    arrived = Delivery.objects.filter(
        point=outlet.stage.cast.points[outlet.point],
        prepared_at__lt=outlet.now - timedelta(days=2),
        lines__outcome=LineOutcome.EXPECTED,
        lines__device__in=boxes,
    )
    for delivery in arrived.distinct().order_by("pk"):
        there = list(
            delivery.lines.filter(outcome=LineOutcome.EXPECTED).order_by("pk").values_list("device", flat=True)
        )
        if outlet.stage.number("delivery") == 3 and len(there) > 1:
            there.pop()
        outlet.now += timedelta(minutes=10)
        shelves.reconcile_delivery(actor=outlet.adviser, delivery=delivery, there=there, at=outlet.now)


def _mine(outlet: Outlet, state: str) -> Iterator[Device]:
    """The devices of this point that came by the weekly deliveries, in a state."""
    pks = outlet.stage.boxes[outlet.point]
    rows = Device.objects.filter(pk__in=pks, state=state, moved_at__lte=outlet.now, attached_to=None)
    yield from rows.order_by("pk")


def _hand_over(outlet: Outlet) -> None:
    """Those who were called come: some working days after the reservation."""
    for device in list(_mine(outlet, DeviceState.RESERVED))[:A_DAY]:
        waited = outlet.rng.randint(2, 7)
        if device.reserved_at and working_day(timezone.localdate(device.reserved_at), waited) <= _day(outlet):
            outlet.hand_over(device)


def _reserve(outlet: Outlet) -> None:
    """The first needs, up to what is kept on the shelf."""
    shelf: Sequence[Device] = list(_mine(outlet, DeviceState.AVAILABLE))
    for device in shelf[: min(A_DAY, max(len(shelf) - HELD, 0))]:
        need = first_need(device, outlet.now)
        if need is not None and _queue(need) > QUEUE:
            outlet.reserve(device, need)


def _queue(need: Need) -> int:
    """How many needs of the same kind wait in the same territory."""
    return Need.objects.waiting().filter(kind=need.kind, epci=need.epci_id).count()


def _day(outlet: Outlet) -> date:
    return timezone.localdate(outlet.now)
