"""The weeks of distribution: what is ready is allotted and sent, what arrives is shelved, then goes by rank."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from demo.agenda import Thread
from demo.calendar import working_day
from demo.cast import WORKSHOPS
from demo.context import Story
from demo.outlets import ROUTES, Outlet, first_needs
from distribution.enums import SERVES
from distribution.services import allotment, point_stock, sessions
from prescriptions.enums import NeedKind
from prescriptions.models import Need
from refurb.enums import CedeReason, DeviceState, DeviceType, LineOutcome
from refurb.models import Delivery, Device
from refurb.services import stock

ONE_WEEK, ITS_TURN = timedelta(days=7), timedelta(minutes=3)
KINDS = {type_: kind for kind, types in SERVES.items() for type_ in types}
"""The kind of need that each type of device serves."""
ON_THE_WAY = (DeviceState.ALLOTTED, DeviceState.SHIPPED, DeviceState.AVAILABLE)
TUESDAY = 1
QUEUE = 3
"""How many households wait at least for a computer: a point does not call the last ones before it has a choice."""
PARTNERS = {
    "lille": ("mel",),
    "sambre": ("maubeuge", "avesnois", "hainaut"),
    "littoral": ("dunkerque", "flandre"),
}
"""The conventions of each workshop."""
MARGIN = 4
"""How many devices beyond its queue a workshop sends to a territory, so that its points have a choice."""
HELD = 2
"""How many devices a point keeps on its shelf."""
A_DAY = 10
"""How many households a point calls, or receives, in a day."""
A_SESSION = 2
"""From so many households on, a point receives them together, and each signs on paper."""
EVERY = {"lille": (5, 5), "roubaix": (5, 5), "maubeuge": (5, 8), "fourmies": (8, 8), "dunkerque": (5, 8)}
"""How many working days pass between two openings of a point."""
CEDED = 12
"""So many devices at least that nobody asked for in a season are given together to a place of mediation."""
SEASON = timedelta(days=100)


def weekly(story: Story) -> Thread:
    """Every Tuesday each workshop in its turn sends what it allotted the week before, then allots what is ready."""
    day = story.first + timedelta(days=(TUESDAY - story.first.weekday()) % 7)
    while day < story.last:
        yield (now := story.moment(working_day(day)))
        for rank, workshop in enumerate(WORKSHOPS):
            at = now + rank * ITS_TURN
            with story.agenda.trying("send", workshop):
                _send(story, workshop, at)
            with story.agenda.trying("allot", workshop):
                _allot(story, workshop, at + timedelta(minutes=20))
        day += ONE_WEEK


def surpluses(story: Story, workshop: str) -> Thread:
    """Every other month, half of what nobody asked for goes to a place of mediation, if there is enough for a room."""
    day = working_day(story.first, 80)
    while day < story.last:
        yield (now := story.moment(day))
        idle = _free(story, workshop, now - SEASON).filter(attached_to=None)
        pks = list(idle.values_list("pk", flat=True))
        if len(pks) >= CEDED:
            outcome = stock.cede_devices(
                actor=story.cast.manager(workshop),
                devices=Device.objects.filter(pk__in=pks[::2]),
                recipient=story.rng.choice(("Espace numérique Exemple", "Médiathèque de Villexemple")),
                reason=CedeReason.MEDIATION,
                at=now,
            )
            story.agenda.moved(outcome, "surpluses", workshop)
        day = working_day(day, 42)


def _free(story: Story, workshop: str, at: datetime) -> QuerySet[Device]:
    """The reconditioned devices of a workshop that the story does not keep for something else."""
    ours = Device.objects.filter(pk__in=story.offered[workshop], state=DeviceState.READY, moved_at__lte=at)
    return ours.order_by("tag")


def _allot(story: Story, workshop: str, at: datetime) -> None:
    """Each device goes where it is wanted most, if anywhere; a full quota leaves its devices in the stock."""
    partners = {code: one for code in PARTNERS[workshop] if (one := story.conventions.get(code)) is not None}
    wanted = _wanted([one.epci_id for one in partners.values()])
    shares: dict[str, list[int]] = {}
    for device in _free(story, workshop, at).exclude(type=DeviceType.SCREEN):
        kind = KINDS[device.type]
        code = max(partners, key=lambda code: wanted[partners[code].epci_id, kind], default="")
        if code and wanted[partners[code].epci_id, kind] > -MARGIN:
            wanted[partners[code].epci_id, kind] -= 1
            shares.setdefault(code, []).append(device.pk)
    for code, pks in shares.items():
        outcome = allotment.allot_devices(
            actor=story.cast.manager(workshop),
            devices=Device.objects.filter(pk__in=pks),
            convention=partners[code],
            at=at,
        )
        story.sent[workshop] += outcome.moved


def _wanted(epcis: Collection[int]) -> Counter[tuple[int, str]]:
    """``{(EPCI, kind of need): how many more devices would be taken}``: the queue, less what is on its way to it."""
    waiting = Need.objects.waiting().filter(epci__in=epcis).values_list("epci", "kind")
    wanted = Counter(waiting)
    coming = Device.objects.main().filter(convention_epci__in=epcis, state__in=ON_THE_WAY)
    wanted.subtract((epci, KINDS[type_]) for epci, type_ in coming.values_list("convention_epci", "type"))
    return wanted


def _send(story: Story, workshop: str, at: datetime) -> None:
    """One delivery per convention, to each of its points in turn."""
    waiting, story.sent[workshop] = story.sent[workshop], []
    codes = {one.pk: code for code, one in story.conventions.items()}
    boxes: dict[str, list[int]] = {}
    rows = Device.objects.filter(pk__in=waiting, state=DeviceState.ALLOTTED, moved_at__lte=at).order_by("tag")
    for pk, convention in rows.values_list("pk", "convention"):
        boxes.setdefault(codes[convention], []).append(pk)
    for code, pks in boxes.items():
        point = ROUTES[code][story.number(f"route {code}") % len(ROUTES[code])]
        outcome = allotment.ship_devices(
            actor=story.cast.technician(workshop, story.rng),
            devices=Device.objects.filter(pk__in=pks),
            point=story.cast.points[point],
            at=at,
        )
        story.boxes[point] += story.agenda.moved(outcome, "send", code)


def counter(story: Story, point: str) -> Thread:
    """Some days a week, an adviser takes deliveries in, hands over what was reserved, reserves by order of rank."""
    day = working_day(story.first, 30)
    while day < story.last:
        yield (now := story.moment(day))
        outlet = Outlet(story, point, now)
        if _days_of(outlet):
            for act in (_take_in, _hand_over, _reserve):
                with story.agenda.trying(act.__name__.strip("_"), point):
                    act(outlet)
        day = working_day(day, story.rng.choice(EVERY[point]))


def _days_of(outlet: Outlet) -> bool:
    """Whether there is time: nothing begins after four."""
    return timezone.localtime(outlet.now).hour < 16


def _take_in(outlet: Outlet) -> None:
    """Each delivery of the weeks that arrived: all there, but one device in the third delivery of all."""
    boxes = set(outlet.story.boxes[outlet.point])
    arrived = Delivery.objects.filter(
        point=outlet.story.cast.points[outlet.point],
        prepared_at__lt=outlet.now - timedelta(days=2),
        lines__outcome=LineOutcome.EXPECTED,
        lines__device__in=boxes,
    )
    for delivery in arrived.distinct().order_by("pk"):
        there = list(
            delivery.lines.filter(outcome=LineOutcome.EXPECTED).order_by("device__tag").values_list("device", flat=True)
        )
        if outlet.story.number("delivery") == 3 and len(there) > 1:
            there.pop()
        outlet.now += timedelta(minutes=10)
        point_stock.reconcile_delivery(actor=outlet.adviser, delivery=delivery, there=there, at=outlet.now)


def _mine(outlet: Outlet, state: str) -> Iterator[Device]:
    """The devices of this point that came by the weekly deliveries, in a state."""
    pks = outlet.story.boxes[outlet.point]
    rows = Device.objects.filter(pk__in=pks, state=state, moved_at__lte=outlet.now, attached_to=None)
    yield from rows.order_by("tag")


def _hand_over(outlet: Outlet) -> None:
    """Those who were called come: some working days after the reservation."""
    coming = [
        device
        for device in list(_mine(outlet, DeviceState.RESERVED))[:A_DAY]
        if device.reserved_at and working_day(timezone.localdate(device.reserved_at), 2) <= _day(outlet)
    ]
    if len(coming) >= A_SESSION:
        outlet.now += timedelta(minutes=outlet.rng.randint(15, 30))
        devices = Device.objects.filter(pk__in=[device.pk for device in coming])
        outcome = sessions.hand_over_devices(actor=outlet.adviser, devices=devices, at=outlet.now)
        outlet.story.agenda.moved(outcome, "hand_over", outlet.point)
        return
    for device in coming:
        with outlet.story.agenda.trying("hand_over", device.reference):
            outlet.hand_over(device)


def _reserve(outlet: Outlet) -> None:
    """The first needs, up to what is kept on the shelf, in the order that they have once all were called."""
    first = _first_served(outlet)
    calls = {device.pk: outlet.call(device, need) for device, need in first.items()}
    if calls:
        outlet.now += timedelta(minutes=outlet.rng.randint(10, 25))
        if (in_order := _first_served(outlet)) != first:
            calls = {device.pk: outlet.call(device, need) for device, need in in_order.items()}
        outcome = sessions.reserve_devices(actor=outlet.adviser, calls=calls, at=outlet.now)
        outlet.story.agenda.moved(outcome, "reserve", outlet.point)


def _first_served(outlet: Outlet) -> dict[Device, Need]:
    """Each device with the first need, as they are ordered now, that no device before it serves."""
    shelf: Sequence[Device] = list(_mine(outlet, DeviceState.AVAILABLE))
    queues: dict[tuple[int | None, NeedKind], list[Need]] = {}
    served: dict[Device, Need] = {}
    most = min(A_DAY, len(shelf) - HELD)
    for device in shelf:
        if len(served) >= most:
            break
        key = (device.convention_epci_id, KINDS[device.type])
        queue = queues.get(key)
        if queue is None:
            queue = queues[key] = list(first_needs(device, outlet.now)[: A_DAY + QUEUE])
        waiting = [need for need in queue if need not in served.values()]
        if len(waiting) > (QUEUE if key[1] == NeedKind.COMPUTER else 1):
            served[device] = waiting[0]
    return served


def _day(outlet: Outlet) -> date:
    return timezone.localdate(outlet.now)
