"""A territory where every app meets: a convention, its shelf, and households who ask for a computer and a line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from connectivity.enums import LIVE, UNDER_WAY, Channel, ConnectionState
from connectivity.models import ConnectionFile, Offer
from conventions.models import Quota
from distribution.models import HandOver
from lifecycle.verification import Fault, verify_journals
from network.models import Membership
from prescriptions.enums import (
    CONNECTION_KINDS,
    ENDED_STATES,
    EQUIPMENT_KINDS,
    OPEN_NEED_STATES,
    NeedKind,
    NeedState,
    NeedUse,
    PrescriptionState,
)
from prescriptions.models import Need, Prescription
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import withdraw_prescription
from refurb.enums import COUNTED_BY_QUOTA, HOLDS_A_NEED, DeviceState
from refurb.models import Device
from tests.connectivity.lines import FIXED, Line, make_offer
from tests.distribution.shelves import Shelf
from tests.faults import but_ahead
from tests.prescriptions.files import Circle, again
from tests.remembered import remembered

BOTH: Sequence[tuple[str, str]] = ((NeedKind.COMPUTER, NeedUse.STUDIES), (FIXED, NeedUse.PAPERWORK))


@dataclass
class Territory:
    """``at`` is when the next acts happen, in every app; None is now."""

    shelf: Shelf = field(default_factory=Shelf)
    at: datetime | None = None

    def __post_init__(self) -> None:
        self.go_to(self.at)

    def go_to(self, at: datetime | None) -> None:
        """The next acts happen at ``at``."""
        self.at = self.shelf.at = self.circle.at = at

    def later(self, **delay: float) -> datetime:
        """Move the hour of the next acts on, and return it."""
        at = (self.at or timezone.now()) + timedelta(**delay)
        self.go_to(at)
        return at

    @cached_property
    def circle(self) -> Circle:
        """The same people, around the files of the households."""
        shelf = self.shelf
        circle = Circle(prescriber=shelf.prescriber, distributor=shelf.distributor, commune=shelf.commune)
        circle.__dict__ |= {"adviser": shelf.adviser, "pilot": shelf.pilot, "relay": shelf.relay}
        return circle

    @property
    def adviser(self) -> Membership:
        return self.shelf.adviser

    @property
    def worker(self) -> Membership:
        return self.circle.worker

    @cached_property
    def desk_offer(self) -> Offer:
        """What an operator is asked for."""
        return make_offer(Channel.DESK, kinds=[FIXED])

    @cached_property
    def own_offer(self) -> Offer:
        """What the person subscribes to."""
        return make_offer(Channel.OWN_SUBSCRIPTION, kinds=[FIXED])

    def accepted(self, needs: Sequence[tuple[str, str]] = BOTH, story: str = "", **household: Any) -> Prescription:
        """A household's prescription, accepted; its needs wait."""
        lives = {"address": "1 rue des Essais", "postcode": "59000"}
        return self.circle.accepted(needs, self.circle.household(**lives | household), story)

    def line(self, need: Need, channel: str = Channel.DESK) -> Line:
        """The steps of the connection of a need."""
        line = Line(channel, self.circle, need.kind)
        line.__dict__ |= {"need": need, "offer": self.desk_offer if channel == Channel.DESK else self.own_offer}
        if channel == Channel.DESK:
            line.__dict__["agent"] = self.agent
        return line

    @cached_property
    def agent(self) -> Membership:
        """An agent of the operator."""
        return Line(Channel.DESK, self.circle, offer_columns={"operator": self.desk_offer.operator}).agent


def need_of(prescription: Prescription, kind: str) -> Need:
    return prescription.needs.get(kind=kind)


def balance() -> None:
    """What holds between the apps whatever was done. Says by an assertion what does not."""
    for quota in Quota.objects.all():
        assert quota.used == Device.objects.filter(quota=quota, state__in=COUNTED_BY_QUOTA).count()
    for need in Need.objects.select_related("prescription"):
        _served_once(need)
    for prescription in Prescription.objects.all():
        _settled(prescription)
    for device in Device.objects.main():
        held = device.state in (*HOLDS_A_NEED, DeviceState.RETURNED)
        assert not held or device.need_id is not None, (device, device.state)
        assert not (device.state == DeviceState.AVAILABLE and device.need_id), "on the shelf, with a household"


def _served_once(need: Need) -> None:
    devices = list(Device.objects.main().filter(need=need, state__in=HOLDS_A_NEED).values_list("state", flat=True))
    lines = list(ConnectionFile.objects.filter(need=need, state__in=LIVE).values_list("state", flat=True))
    told = (need.reference, need.kind, need.state, devices, lines)
    assert len(devices) <= 1, told
    assert len(lines) <= 1, told
    assert not devices or need.kind in EQUIPMENT_KINDS, told
    assert not lines or need.kind in CONNECTION_KINDS, told
    assert HandOver.objects.current().filter(need=need, handed_over_at=None).count() <= 2, told
    if need.state in (NeedState.ASKED, NeedState.WAITING, NeedState.UNMET):
        assert devices == [], told
        assert not set(lines) & set(UNDER_WAY), told
    elif need.state == NeedState.IN_PROGRESS:
        assert devices == [DeviceState.RESERVED] or (len(lines) == 1 and lines[0] in UNDER_WAY), told
    elif need.kind in EQUIPMENT_KINDS:
        assert DeviceState.RESERVED not in devices, told
        assert HandOver.objects.done().filter(need=need).exists(), told
    else:
        assert need.connections.filter(active_at__isnull=False).exists(), told
        assert not set(lines) - {ConnectionState.ACTIVE}, told


def _settled(prescription: Prescription) -> None:
    states = set(prescription.needs.values_list("state", flat=True))
    told = (prescription.reference, prescription.state, states)
    if prescription.state in ENDED_STATES:
        assert not states & set(OPEN_NEED_STATES), told
        of = Q(need__prescription=prescription)
        assert not Device.objects.filter(of, state=DeviceState.RESERVED).exists(), told
        assert not ConnectionFile.objects.filter(of, state__in=UNDER_WAY).exists(), told
    if prescription.state == PrescriptionState.FULFILLED:
        assert NeedState.MET in states, told
    if prescription.state in (PrescriptionState.CLOSED_UNMET, PrescriptionState.REFUSED):
        assert states == {NeedState.UNMET}, told
    if prescription.state == PrescriptionState.ACCEPTED:
        assert states & set(OPEN_NEED_STATES), told


def faults() -> list[Fault]:
    """What is wrong in any journal, or in what the journals stand for."""
    found: list[Fault] = []
    verify_journals(found.append)
    return but_ahead(found)


class Story:
    """A household that asks for a computer and a line; a device is on the shelf."""

    def __init__(self) -> None:
        self.territory = Territory()
        self.shelf = self.territory.shelf
        self.device = self.shelf.available()
        self.territory.go_to(timezone.now())
        self.prescription = self.territory.accepted()
        self.computer, self.connected = need_of(self.prescription, "computer"), need_of(self.prescription, FIXED)
        self.line: Line = self.territory.line(self.connected, Channel.OWN_SUBSCRIPTION)

    def states(self) -> tuple[str, str, str]:
        """Of the prescription, of the need of a computer, of the need of a line."""
        return again(self.prescription).state, again(self.computer).state, again(self.connected).state

    def reserve(self) -> Device:
        self.device = self.shelf.reserve(again(self.device), self.computer)
        return self.device

    def equip(self) -> Device:
        self.device = self.shelf.hand_over(self.reserve())
        return self.device

    def drop(self, need: Need) -> None:
        drop_need(actor=self.territory.worker, need=again(need), reason="unreachable", at=self.territory.at)

    def withdraw(self) -> Prescription:
        return withdraw_prescription(
            actor=self.territory.worker,
            prescription=again(self.prescription),
            reason="moved_away",
            at=self.territory.at,
        )


def story() -> Story:
    """The story as it begins. It goes on at the hour it is, not at that of the first test that began so."""
    begun = _begun()
    begun.territory.go_to(timezone.now())
    return begun


@remembered()
def _begun() -> Story:
    return Story()
