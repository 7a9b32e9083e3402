"""From the workshop's stock to a household and back: one device at a time, each act through its service."""

from collections.abc import Generator, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from demo import papers
from demo.agenda import do, may
from demo.bench import Work
from demo.calendar import working_day
from demo.coming import expect
from demo.context import Story
from distribution.enums import SERVES, HandOverProof
from distribution.machine.order_rules import ahead_of
from distribution.services import allotment, hand_overs
from distribution.services.sessions import Call
from lifecycle.machine import Context
from network.enums import Role
from network.models import Membership
from prescriptions.enums import OrderReason, PrescriptionState
from prescriptions.models import Need
from refurb.models import Device

ROUTES = {
    "mel": ("lille", "roubaix"),
    "maubeuge": ("maubeuge",),
    "avesnois": ("fourmies",),
    "dunkerque": ("dunkerque",),
    "flandre": ("dunkerque",),
    "hainaut": ("lille", "roubaix"),
    "valenciennes": ("lille",),
    "cambrai": ("lille",),
}
"""The points where the devices of each convention go."""
ASKED = 5
"""How many households are looked at before a device stays on its shelf until another day."""
AID = Decimal("0.3")
"""The share of hand-overs of which a funder pays half."""
BY_MANDATE = 8
"""At one hand-over in so many somebody else comes, with the household's mandate."""
COMES_INSTEAD = ("Camille Voisine", "Dominique Parenté", "Claude Cousinage", "Alix Entraide", "Sacha Palier")
"""Whoever comes in a household's place: names that nobody can take for somebody's."""


def first_needs(device: Device, at: datetime) -> Any:
    """The needs that a device may serve at ``at``, by order of rank."""
    kinds = [kind for kind, types in SERVES.items() if device.type in types]
    waiting = Need.objects.waiting().filter(
        Q(epci=device.convention_epci_id) | Q(derogation__isnull=False),
        kind__in=kinds,
        moved_at__lte=at,
        prescription__state=PrescriptionState.ACCEPTED,
        prescription__moved_at__lte=at,
    )
    return waiting.ranked(at)


class Outlet:
    """A distribution point and whoever works there. ``now`` is the instant of the present act."""

    def __init__(self, story: Story, point: str, now: datetime) -> None:
        self.story, self.rng, self.point, self.now = story, story.rng, point, now

    @property
    def adviser(self) -> Membership:
        return self.story.cast.adviser(self.point, self.rng)

    def hand(self, device: Device) -> dict[str, Any]:
        """An adviser acts on a device, a few minutes later."""
        self.now += timedelta(minutes=self.rng.randint(2, 6))
        return {"actor": self.adviser, "device": device, "at": self.now}

    def may(self, device: Device, verb: str, *, actor: Membership | None = None, **values: Any) -> bool:
        """Whether a verb is possible on a device now; one of the advisers asks unless somebody else does."""
        asks = actor or self.story.cast.people[self.story.cast.holders[self.point], Role.ADVISER][0]
        return may(device, verb, actor=asks, at=self.now, **values)

    def call(self, device: Device, need: Need) -> Call:
        """For whom a device is held; a funder pays half for some."""
        price = device.price or Decimal(0)
        if price and self.rng.random() < AID:
            half = (price / 2).quantize(Decimal(1))
            return Call(need, device.price, half, self.story.cast.organisations["fondation"])
        return Call(need, device.price)

    def reserve(self, device: Device, need: Need) -> Device:
        """Hold a device for a need; one that passes before others is an emergency."""
        call, act = self.call(device, need), self.hand(device)
        before = ahead_of(Context(act["at"], act["actor"]), {device.pk: {"need": need.pk}})
        return hand_overs.reserve_device(
            **act,
            need=need,
            co_funding=call.co_funding,
            funder=call.funder,
            out_of_order=OrderReason.EMERGENCY if before.get(device.pk) else "",
        )

    def hand_over(self, device: Device) -> Device:
        """The note is signed on the screen or on paper."""
        act = self.hand(device)
        drawn = self.rng.random() < 0.5
        signature = papers.signature(rng=self.rng, by=act["actor"], at=act["at"]) if drawn else None
        proof = HandOverProof.DRAWN if drawn else HandOverProof.ATTESTED
        rank = self.story.number("hand-over")
        came = {"collected_by": COMES_INSTEAD[rank % len(COMES_INSTEAD)], "by_mandate": True}
        return hand_overs.hand_over_device(
            **act, proof=proof, signature=signature, **came if rank % BY_MANDATE == 0 else {}
        )


class Trip(Outlet):
    """One device on its way to a household, from the bench on."""

    def __init__(self, work: Work, convention: str, rank: int = 0) -> None:
        points = ROUTES[convention]
        super().__init__(work.story, points[rank % len(points)], work.now)
        self.work, self.convention, self.pk = work, convention, work.device.pk
        self.expected_in = 0
        """So many days after the reservation, an hour is fixed with the household; 0 when nobody fixes one."""

    @property
    def device(self) -> Device:
        """As the database has it now."""
        return Device.objects.get(pk=self.pk)

    @property
    def act(self) -> dict[str, Any]:
        """An adviser acts on it."""
        return self.hand(self.device)

    @property
    def bench(self) -> dict[str, Any]:
        """A technician of the workshop acts on it."""
        return self.act | {"actor": self.work.technician}

    def after(self, low: int, high: int | None = None) -> datetime:
        """Wait for some working days, one at least."""
        return self.on(working_day(timezone.localdate(self.now), self.rng.randint(low, high or low)))

    def on(self, day: date) -> datetime:
        """Wait for a day, or until tomorrow when it is past."""
        today = timezone.localdate(self.now)
        self.now = self.story.moment(max(working_day(day), working_day(today, 1)))
        return self.now

    def when(self, verb: str, *, actor: Membership | None = None, **values: Any) -> Iterator[datetime]:
        """Wait until a verb is possible on it, for ever if need be."""
        while not self.may(self.device, verb, actor=actor, **values):
            yield self.after(2)

    def allot(self) -> Iterator[datetime]:
        """The manager counts it against the convention, once that is in force and has a place."""
        yield self.after(1, 3)
        while not self._has_a_place():
            yield self.after(2)
        act = self.act | {"actor": self.work.manager}
        allotment.allot_device(**act, convention=self.story.conventions[self.convention])

    def _has_a_place(self) -> bool:
        convention = self.story.conventions.get(self.convention)
        if convention is None:
            return False
        place = allotment.places_on([self.device], convention, at=self.now)[self.pk]
        return self.may(self.device, "allot", actor=self.work.manager, **place)

    def ship(self) -> Iterator[datetime]:
        yield self.after(1, 4)
        yield from self.send()

    def send(self) -> Iterator[datetime]:
        yield from self.when("ship", actor=self.work.chief)
        allotment.ship_device(**self.bench, point=self.story.cast.points[self.point])

    def stock_in(self) -> Iterator[datetime]:
        yield self.after(2, 3)
        yield from self.when("stock_in")
        do("stock_in", self.act)

    def to_the_shelf(self) -> Iterator[datetime]:
        """From the bench to the shelf."""
        yield from self.allot()
        yield from self.ship()
        yield from self.stock_in()

    def hold(self) -> Generator[datetime, None, None]:
        """Reserved for the first need, as soon as one waits."""
        yield self.after(1, 3)
        while (need := self._first_need()) is None:
            yield self.after(1, 2)
        self.reserve(self.device, need)
        if self.expected_in:
            on = timezone.localdate(self.now) + timedelta(days=self.expected_in)
            expect(self.story, self.device, on, self.now, self.rng)

    def _first_need(self) -> Need | None:
        """The first in rank that the device may be held for."""
        device = self.device
        first = list(first_needs(device, self.now)[:ASKED])
        return next((need for need in first if self.may(device, "reserve", need=need)), None)

    def to_a_household(self) -> Iterator[datetime]:
        """From the bench to a household."""
        yield from self.to_the_shelf()
        yield from self.sell()

    def sell(self) -> Iterator[datetime]:
        """From the shelf to a household; to the next one when that which was called gives up."""
        yield from self.hold()
        yield self.after(3, 8)
        while not self.may(self.device, "hand_over"):
            if self.may(self.device, "reserve"):
                yield from self.hold()
            yield self.after(3, 8)
        self.hand_over(self.device)
