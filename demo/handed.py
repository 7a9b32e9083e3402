"""What may become of a device once it is reconditioned: one fate each, up to a household and back under warranty."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime

from demo.agenda import Thread, do, may
from demo.bench import Work
from demo.catalogue import Model
from demo.context import Story, StoryPart
from demo.device_fates import Fate, ready
from demo.outlets import ASKED, Trip
from distribution.enums import (
    DerogationKind,
    DetachReason,
    HandOverProof,
    RefundMeans,
    ReleaseReason,
    SendBackReason,
    SettlementKind,
    UndoHandOverReason,
)
from distribution.services import allotment, hand_overs, point_stock, returns
from lifecycle import gate
from prescriptions.enums import DropReason, NeedKind
from prescriptions.models import Need
from prescriptions.services.needs import let_be_need, reopen_need
from refurb.enums import DeviceState, DeviceType, MissingReason, PartKind, ReturnReason
from refurb.models import Device
from refurb.services import bench

type Travel = Callable[[Trip], Iterator[datetime]]


@dataclass(frozen=True)
class Through:
    """The fate of a device: the usual way on the bench, then a travel through a convention.

    ``rank`` chooses among the points of the convention.
    """

    convention: str
    travel: Travel
    rank: int = 0

    def __call__(self, work: Work) -> Thread:
        return _named(self._on_the_bench(work), f"{self.travel.__name__} through {self.convention}")

    def _on_the_bench(self, work: Work) -> Thread:
        if (yield from ready(work)):
            work.story.leaving.append(Leaving(self, work.workshop, work.device, work.model, work.now))


@dataclass(frozen=True)
class ToTheStock:
    """A fate after which what is reconditioned may be allotted with the others."""

    fate: Fate

    def __call__(self, work: Work) -> Thread:
        return _named(self._on_the_bench(work), self.fate.__qualname__)

    def _on_the_bench(self, work: Work) -> Thread:
        yield from self.fate(work)
        finished = Device.objects.filter(pk__in=work.pks, state=DeviceState.READY).order_by("pk")
        work.story.offered[work.workshop] += finished.values_list("pk", flat=True)


def _named(thread: Generator[datetime, None, None], name: str) -> Thread:
    """What is told of a thread that is refused."""
    thread.__qualname__ = name
    return thread


@dataclass(frozen=True)
class Leaving:
    """A device that leaves the bench for a way of its own, and the instant of the last act there."""

    way: Through
    workshop: str
    device: Device
    model: Model
    now: datetime

    def go_on(self, story: Story) -> None:
        """What becomes of it from then on."""
        now = max(self.now, story.agenda.now or self.now)
        work = Work(story, self.workshop, [self.device], self.model, now)
        trip = Trip(work, self.way.convention, self.way.rank)
        meets = (StoryPart.BENCH,) if self.way.travel in COME_BACK else ()
        story.agenda.add(self.way.travel(trip), about=work, meets=meets)


# --- where it stands on the last day


def allotted(trip: Trip) -> Iterator[datetime]:
    """Counted, not yet sent."""
    yield trip.on(trip.story.back(5))
    yield from trip.allot()


def shipped(trip: Trip) -> Iterator[datetime]:
    """On its way."""
    yield from trip.allot()
    yield trip.on(trip.story.back(2))
    yield from trip.send()


def available(trip: Trip) -> Iterator[datetime]:
    """On the shelf since a few days, kept for an appointment of the next week."""
    yield from trip.allot()
    yield from trip.ship()
    yield trip.on(trip.story.back(2))
    yield from trip.when("stock_in")
    do("stock_in", trip.act)


def reserved(trip: Trip) -> Iterator[datetime]:
    """Held for a household, which comes next week."""
    yield from trip.to_the_shelf()
    yield trip.on(trip.story.back(6))
    yield from trip.hold()


def returned(trip: Trip) -> Iterator[datetime]:
    """Brought back, and not looked at yet."""
    yield from trip.to_a_household()
    yield trip.on(trip.story.back(4))
    yield from trip.when("take_back")
    do("take_back", trip.act, reason=ReturnReason.FAULT, comment="S’éteint au bout de dix minutes.")


# --- what goes wrong on the way


def recalled(trip: Trip) -> Iterator[datetime]:
    """Taken back from the convention, counted again, its shipment cancelled, then sent."""
    yield from trip.allot()
    yield trip.after(1, 2)
    yield from trip.when("release_allotment", actor=trip.work.manager)
    act = trip.act | {"actor": trip.work.manager}
    do("release_allotment", act, reason=ReleaseReason.BALANCE)
    yield from trip.allot()
    yield from trip.ship()
    yield from trip.when("cancel_shipment", actor=trip.work.chief)
    do("cancel_shipment", trip.bench, comment="Resté sur le quai.")
    yield from trip.ship()
    yield from trip.stock_in()
    yield from trip.sell()


def sent_back(trip: Trip) -> Iterator[datetime]:
    """Its charger is missing: back to the workshop, a new stay on the bench, then out again."""
    yield from trip.to_the_shelf()
    yield trip.after(1, 2)
    yield from trip.when("send_back")
    do("send_back", trip.act, reason=SendBackReason.INCOMPLETE, comment="Livré sans chargeur.")
    trip.work.now = trip.now
    yield from ToTheStock(ready)(trip.work)


def found(trip: Trip) -> Iterator[datetime]:
    """Not in the box at the delivery; found in the van a week later."""
    yield from trip.allot()
    yield from trip.ship()
    yield trip.after(2, 3)
    yield from trip.when("report_missing")
    do("report_missing", trip.act, reason=MissingReason.DELIVERY, comment="Absent du colis.")
    yield trip.after(5, 8)
    yield from trip.when("find", quota=trip.device.quota_id)
    point_stock.find_device(**trip.act, comment="Retrouvé dans le véhicule.")
    yield from trip.sell()


def released(trip: Trip) -> Iterator[datetime]:
    """The household gives up its hour: the device is free again, for the first that waits."""
    trip.expected_in = 12
    yield from trip.to_the_shelf()
    yield from trip.hold()
    yield trip.after(6, 9)
    if trip.may(trip.device, "release"):
        do("release", trip.act, comment="Ne peut plus venir.")
    yield from trip.sell()


def sold(trip: Trip) -> Iterator[datetime]:
    """Handed over, and that is all."""
    yield from trip.to_a_household()


def undone(trip: Trip) -> Iterator[datetime]:
    """It comes before its hour; the wrong label was scanned: the hand-over is undone the same day, then done."""
    trip.expected_in = 12
    yield from trip.to_a_household()
    if not trip.may(trip.device, "undo_hand_over"):
        return
    do("undo_hand_over", trip.act, reason=UndoHandOverReason.ENTRY)
    trip.hand_over(trip.device)


def derogated(trip: Trip) -> Iterator[datetime]:
    """The pilot lets it go, in writing, to a household of another territory."""
    yield from trip.to_the_shelf()
    while True:
        yield trip.after(1, 3)
        while (need := _elsewhere(trip)) is None:
            yield trip.after(2)
        hand_overs.grant_derogation(
            actor=trip.story.cast.pilot,
            need=need,
            kind=DerogationKind.TERRITORY,
            reason="Convention de son territoire échue, hébergée à Lille jusqu’à la fin de l’année.",
            at=trip.now,
        )
        trip.reserve(trip.device, need)
        yield trip.after(2, 5)
        if trip.may(trip.device, "hand_over"):
            break
    trip.hand_over(trip.device)


def _elsewhere(trip: Trip) -> Need | None:
    """A need of computer that waits in a territory without a convention of this workshop."""
    served = [one.epci_id for one in trip.story.conventions.values()]
    waiting = Need.objects.waiting().filter(kind=NeedKind.COMPUTER, moved_at__lte=trip.now)
    found: Need | None = waiting.exclude(epci__in=served).ranked(trip.now).first()
    return found if trip.may(trip.device, "reserve") else None


# --- brought back under warranty


def given_back(trip: Trip) -> Iterator[datetime]:
    """Repaired, given back."""
    yield from _brought_back(trip)
    yield trip.after(2, 5)
    bench.record_repair(**trip.bench, kind=PartKind.BATTERY, work="Remplacement de la batterie", minutes=30)
    yield trip.after(1, 3)
    yield from trip.when("tell_repaired")
    do("tell_repaired", trip.act)
    yield trip.after(1, 3)
    yield from trip.when("give_back")
    returns.give_back_device(**trip.act)


def exchanged(trip: Trip) -> Iterator[datetime]:
    """Another one of the shelf in its place; it goes back to the bench."""
    yield from _brought_back(trip)
    yield trip.after(1, 2)
    while (other := _another(trip)) is None:
        yield trip.after(1, 2)
    act = trip.hand(other)
    hand_overs.prepare_exchange(**act, replaces=trip.device)
    hand_overs.exchange_device(**trip.hand(other), proof=HandOverProof.ATTESTED)
    yield from _worked_on_again(trip)


def _another(trip: Trip) -> Device | None:
    """One of the same type that the weekly deliveries brought to the shelf, of the same territory."""
    earlier = trip.device
    alike = Device.objects.filter(
        pk__in=trip.story.boxes[trip.point],
        state=DeviceState.AVAILABLE,
        type=earlier.type,
        point=earlier.point_id,
        convention_epci=earlier.convention_epci_id,
        moved_at__lte=trip.now,
    )
    return next((one for one in alike.order_by("tag")[:ASKED] if trip.may(one, "exchange")), None)


def refunded(trip: Trip) -> Iterator[datetime]:
    """It does not suit: refunded, back to the bench."""
    yield from _brought_back(trip, ReturnReason.UNSUITABLE)
    yield trip.after(1, 2)
    paid, need = returns.paid_for(trip.device), trip.device.need
    means = RefundMeans.TRANSFER if paid else ""
    returns.settle_return(**trip.act, kind=SettlementKind.REFUND, amount=paid, means=means)
    yield from _decided(trip, need)
    yield from _worked_on_again(trip)


def _decided(trip: Trip, need: Need | None) -> Iterator[datetime]:
    """The worker says whether the household waits for another one: one in two does, one in four is left to decide."""
    turn = trip.story.number("refunded") % 4
    if need is None or turn == 0:
        return
    yield trip.after(2, 6)
    worker = need.prescription.worker
    if worker is not None and turn % 2 and may(need, "reopen", actor=worker, at=trip.now):
        reopen_need(actor=worker, need=need, at=trip.now)
    elif worker is not None and may(need, "let_be", actor=worker, at=trip.now, reason=DropReason.SERVED_ELSEWHERE):
        let_be_need(actor=worker, need=need, reason=DropReason.SERVED_ELSEWHERE, at=trip.now)


def _brought_back(trip: Trip, reason: ReturnReason = ReturnReason.FAULT) -> Iterator[datetime]:
    yield from trip.to_a_household()
    yield trip.after(8, 15)
    yield from trip.when("take_back")
    said = "La batterie ne tient plus la charge." if reason == ReturnReason.FAULT else ""
    do("take_back", trip.act, reason=reason, comment=said)


def _worked_on_again(trip: Trip) -> Iterator[datetime]:
    trip.work.now = trip.now
    yield from ToTheStock(ready)(trip.work)


# --- a desktop and its screen


def with_screen(trip: Trip) -> Iterator[datetime]:
    """A screen of the stock is attached, detached for a better one; both are one article up to the household."""
    yield trip.after(1)
    while len(screens := _screens(trip)) < 2:
        yield trip.after(2)
    first, second = screens[:2]
    desktop = trip.device
    attach = {"actor": trip.work.technician, "desktop": desktop}
    allotment.attach_device(**attach, device=first, at=trip.act["at"])
    gate.apply(first, "detach", actor=trip.work.technician, reason=DetachReason.REPLACED, at=trip.act["at"])
    allotment.attach_device(**attach, device=second, at=trip.act["at"])
    trip.story.offered[trip.work.workshop].remove(second.pk)
    yield from trip.to_a_household()


def _screens(trip: Trip) -> list[Device]:
    """The reconditioned screens that the workshop may take."""
    free = Device.objects.filter(
        pk__in=trip.story.offered[trip.work.workshop],
        type=DeviceType.SCREEN,
        state=DeviceState.READY,
        attached_to=None,
        moved_at__lte=trip.now,
    )
    return list(free.order_by("tag"))


COME_BACK: tuple[Travel, ...] = (sent_back, exchanged, refunded)
"""Travels that end on the bench: the certificate of a lot says where each of its devices stands, whoever tells it."""
