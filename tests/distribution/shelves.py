"""Situations of the second half of a device's life, each reached through the services and the states before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from conventions.models import Convention, Quota
from distribution.enums import DerogationKind, HandOverProof
from distribution.machine.order_rules import ahead_of
from distribution.models import Derogation
from distribution.services import hand_overs
from distribution.services.allotment import allot_device, attach_device, ship_device
from distribution.services.points import create_point
from documents.models import StoredFile
from documents.services import store_file
from lifecycle import gate
from lifecycle.machine import Context
from network.enums import OrganisationKind, Role
from network.models import Commune, Epci, Membership, Organisation
from prescriptions.enums import NeedKind, NeedUse, OrderReason
from prescriptions.models import Need
from refurb.enums import COUNTED_BY_QUOTA, DeviceType, MissingReason, PartKind, ReturnReason
from refurb.models import Delivery, Device, DistributionPoint
from refurb.services import bench as work
from tests.conventions.conventions import active_convention
from tests.donations.scene import Workshop
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation
from tests.prescriptions.files import waiting_need
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.remembered import remembered

QUOTAS: Mapping[str, int] = {"laptop": 20, "desktop": 20, "tablet": 20, "smartphone": 20}
GRID: Mapping[str, int] = {"laptop": 180, "desktop": 150, "tablet": 100, "smartphone": 100, "screen": 30}
"""The grid of prices of its conventions: the legal ceilings, the highest a grid may say."""
DRAWING = b"\x89PNG\r\n\x1a\n signature"


@dataclass
class Shelf:
    """A workshop, a convention, a distributor with its points, and households of its territory."""

    bench: Bench = field(default_factory=Bench)
    quotas: Mapping[str, int] = field(default_factory=lambda: QUOTAS)
    grid: Mapping[str, int] = field(default_factory=lambda: GRID)
    epci: Epci = field(default_factory=make_epci)
    at: datetime | None = None

    def __post_init__(self) -> None:
        load_numbers()

    # --- people and places

    @cached_property
    def distributor(self) -> Organisation:
        return make_organisation(OrganisationKind.DISTRIBUTOR)

    @cached_property
    def adviser(self) -> Membership:
        return make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR, self.distributor)

    @cached_property
    def commune(self) -> Commune:
        return make_commune(epci=self.epci)

    @cached_property
    def relay(self) -> Membership:
        """An adviser of a relay that serves the commune."""
        organisation = make_organisation(OrganisationKind.RELAY)
        _serve(organisation, self.commune)
        return make_membership(Role.ADVISER, OrganisationKind.RELAY, organisation)

    @cached_property
    def pilot(self) -> Membership:
        return self.bench.pilot

    @property
    def technician(self) -> Membership:
        return self.bench.technician

    @property
    def manager(self) -> Membership:
        return self.bench.manager

    @cached_property
    def stranger(self) -> Membership:
        """An adviser of another distributor."""
        return make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR)

    @cached_property
    def funder(self) -> Organisation:
        return make_organisation(OrganisationKind.FUNDER)

    @cached_property
    def prescriber(self) -> Organisation:
        return make_organisation(OrganisationKind.PRESCRIBER)

    @cached_property
    def convention(self) -> Convention:
        return self.another_convention()

    def another_convention(self, **given: Any) -> Convention:
        """A convention in force of this workshop and distributor."""
        defaults: dict[str, Any] = {
            "epci": self.epci,
            "workshop": self.bench.workshop.organisation,
            "distributor": self.distributor,
            "quotas": self.quotas,
            "prices": self.grid,
            "at": self.at,
        }
        return active_convention(**defaults | given)

    @cached_property
    def point(self) -> DistributionPoint:
        return self.another_point()

    @cached_property
    def relay_point(self) -> DistributionPoint:
        return self.another_point(organisation=self.relay.organisation, name="Relais du sud")

    def another_point(self, **given: Any) -> DistributionPoint:
        defaults: dict[str, Any] = {
            "distributor": self.distributor,
            "name": "Boutique du centre",
            "address": "3 rue des Essais",
            "postcode": "59000",
            "commune": self.commune,
        }
        return remembered()(create_point)(actor=self.pilot, **defaults | given)

    def need(self, kind: str = NeedKind.COMPUTER, **given: Any) -> Need:
        """A need that waits, of a household of the territory."""
        defaults: dict[str, Any] = {
            "use": NeedUse.STUDIES,
            "commune": self.commune,
            "distributor": self.distributor,
            "prescriber": self.prescriber,
            "at": self.at,
        }
        return waiting_need(kind, **defaults | given)

    def signature(self) -> StoredFile:
        return remembered()(store_file)(
            content=DRAWING, name="signature.png", content_type="image/png", by=self.adviser
        )

    # --- devices

    def ready(self, type: DeviceType = DeviceType.LAPTOP, price: Decimal | int = 25) -> Device:  # noqa: A002
        return self.bench.ready(type, price)

    def allotted(self, device: Device | None = None, convention: Convention | None = None, **given: Any) -> Device:
        defaults: dict[str, Any] = {"actor": self.manager, "at": self.at}
        return remembered()(allot_device)(
            device=device or self.ready(), convention=convention or self.convention, **defaults | given
        )

    def shipped(self, device: Device | None = None, point: DistributionPoint | None = None) -> Device:
        device = device or self.allotted()
        return remembered()(ship_device)(actor=self.technician, device=device, point=point or self.point, at=self.at)

    def available(
        self,
        type: DeviceType = DeviceType.LAPTOP,  # noqa: A002
        price: Decimal | int = 25,
        convention: Convention | None = None,
        point: DistributionPoint | None = None,
    ) -> Device:
        return self.on_the_shelf(self.ready(type, price), convention, point)

    def on_the_shelf(
        self, device: Device, convention: Convention | None = None, point: DistributionPoint | None = None
    ) -> Device:
        """A reconditioned device, taken to the shelf."""
        shipped = self.shipped(self.allotted(device, convention), point)
        return remembered()(gate.apply)(shipped, "stock_in", actor=self.adviser, at=self.at)

    def reserve(self, device: Device, need: Need | None = None, **given: Any) -> Device:
        """Hold a device for a need, whatever its rank: when others are before, an appointment was made already."""
        need = need or self.need()
        values: dict[str, Any] = {"actor": self.adviser, "at": self.at, **given}
        ctx = Context(self.at or timezone.now(), values["actor"])
        if any(ahead_of(ctx, {device.pk: {"need": need.pk}}).values()):
            values = {"out_of_order": OrderReason.APPOINTMENT, **values}
        return remembered()(hand_overs.reserve_device)(device=device, need=need, **values)

    def reserved(self, device: Device | None = None, need: Need | None = None, **given: Any) -> Device:
        return self.reserve(device or self.available(), need, **given)

    def hand_over(self, device: Device, **given: Any) -> Device:
        defaults: dict[str, Any] = {"actor": self.adviser, "at": self.at, "proof": HandOverProof.ATTESTED}
        return remembered()(hand_overs.hand_over_device)(device=device, **defaults | given)

    def handed_over(self, device: Device | None = None, **given: Any) -> Device:
        return self.hand_over(device or self.reserved(), **given)

    def take_back(self, device: Device, **given: Any) -> Device:
        defaults: dict[str, Any] = {"actor": self.adviser, "at": self.at, "reason": ReturnReason.FAULT}
        return remembered()(gate.apply)(device, "take_back", **defaults | given)

    def returned(self, device: Device | None = None, **given: Any) -> Device:
        return self.take_back(device or self.handed_over(), **given)

    def repair(self, device: Device) -> None:
        done = {"kind": PartKind.BATTERY, "work": "Batterie changée"}
        remembered()(work.record_repair)(actor=self.technician, device=device, **done)

    def missing(self, device: Device, **given: Any) -> Device:
        defaults: dict[str, Any] = {"actor": self.adviser, "at": self.at, "reason": MissingReason.STOCKTAKE}
        return remembered()(gate.apply)(device, "report_missing", **defaults | given)

    def desktop(self) -> Device:
        """A reconditioned desktop with its screen, at the workshop."""
        desktop, screen = self.ready(DeviceType.DESKTOP), self.ready(DeviceType.SCREEN, price=5)
        remembered()(attach_device)(actor=self.technician, device=screen, desktop=desktop)
        return fresh(desktop)

    def exchange(self, device: Device, replaces: Device, **given: Any) -> Device:
        """Prepare the note, then hand the device over in exchange."""
        hand_overs.prepare_exchange(actor=self.adviser, device=device, replaces=replaces, at=self.at)
        defaults: dict[str, Any] = {"actor": self.adviser, "at": self.at, "proof": HandOverProof.ATTESTED}
        return hand_overs.exchange_device(device=device, **defaults | given)

    def derogate(self, need: Need) -> Derogation:
        return remembered()(hand_overs.grant_derogation)(
            actor=self.pilot, need=need, kind=DerogationKind.TERRITORY, reason="Aucun point plus proche."
        )

    def quota(self, type_: str = "laptop") -> Quota:
        """The place counter of a type, today."""
        day = timezone.localdate(self.at)
        return Quota.objects.on(day).get(convention=self.convention, type=type_)


@remembered()
def _serve(organisation: Organisation, commune: Commune) -> None:
    organisation.communes_served.add(commune)


def screen_of(desktop: Device) -> Device:
    return Device.objects.get(attached_to=desktop)


def delivery_of(device: Device) -> Delivery:
    return Delivery.objects.get(lines__device=device)


def quotas_balance() -> bool:
    """Each counter of places says how many devices take one."""
    return all(
        quota.used == Device.objects.filter(quota=quota, state__in=COUNTED_BY_QUOTA).count()
        for quota in Quota.objects.all()
    )


def ready_devices(
    count: int,
    type: DeviceType = DeviceType.LAPTOP,  # noqa: A002
    workshop: Workshop | None = None,
) -> list[Device]:
    """So many reconditioned devices of a type, in one workshop."""
    load_numbers()
    bench = Bench(workshop) if workshop else Bench()
    return [bench.ready(type) for _ in range(count)]


def shelf_of(convention: Convention) -> Shelf:
    """The people and places of a convention that is already there."""
    assert convention.workshop is not None
    assert convention.distributor is not None
    shelf = Shelf(Bench(Workshop(convention.workshop)), epci=convention.epci)
    shelf.__dict__ |= {"convention": convention, "distributor": convention.distributor}
    return shelf


def available_device(convention: Convention | None = None, **given: Any) -> Device:
    """A device on the shelf of a convention's distributor."""
    return _shelf(convention).available(**given)


def reserved_device(convention: Convention | None = None, need: Need | None = None, **given: Any) -> Device:
    """A device held for a need of the territory."""
    return _shelf(convention).reserved(need=need, **given)


def handed_over_device(convention: Convention | None = None, need: Need | None = None, **given: Any) -> Device:
    """A device in the hands of a household, under warranty."""
    shelf = _shelf(convention)
    return shelf.hand_over(shelf.reserved(need=need, **given))


def returned_device(convention: Convention | None = None, **given: Any) -> Device:
    """A device that its household brought back."""
    return _shelf(convention).returned(**given)


def _shelf(convention: Convention | None) -> Shelf:
    return Shelf() if convention is None else shelf_of(convention)
