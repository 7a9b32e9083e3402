"""What happened in the months of the tests: lots and devices moved through the services, at given instants."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import connection

from donations.services.donations import AnnouncedLine, announce_donation, create_donation, qualify_donation
from lifecycle import gate
from lifecycle.actors import SYSTEM
from network.enums import LegalNature, OrganisationKind, Role
from network.models import Epci, Membership
from refurb.enums import (
    AbsenceReason,
    CheckResult,
    CosmeticGrade,
    DeviceReopenReason,
    DeviceType,
    MissingReason,
    ReclassifyReason,
    UndoRejectReason,
    UnusableReason,
)
from refurb.models import Checklist, Device
from refurb.services import bench, devices, evidence, stock
from reports.enums import Stage
from reports.models import Report
from reports.months import PARIS
from reports.services import compute_report, freeze_report
from reports.summary import Summary
from tests.donations.scene import Scene, laptops
from tests.network.factories import make_membership
from tests.refurb.devices import MEASURES, READ, Bench, load_numbers, new_tag
from tests.remembered import remembered

OCTOBER, NOVEMBER, DECEMBER = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)


def paris(month: int, day: int, *clock: int) -> datetime:
    """An instant of 2025, by the clocks of Paris; at noon unless told."""
    return datetime(2025, month, day, *(clock or (12,)), tzinfo=PARIS)


@contextmanager
def without_wall(table: str) -> Iterator[None]:
    """What someone could do who drops the triggers of a table."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@dataclass
class Story:
    """A donor, a workshop, a pilot, and what they do."""

    legal_nature: LegalNature = LegalNature.PRIVATE
    scene: Scene = field(init=False)
    bench: Bench = field(init=False)

    def __post_init__(self) -> None:
        load_numbers()
        self.scene = Scene(self.legal_nature)
        self.bench = Bench(self.scene.north)

    @cached_property
    def pilot(self) -> Membership:
        return self.scene.pilot

    @property
    def technician(self) -> Membership:
        return self.scene.north.technician

    @property
    def epci(self) -> Epci:
        return self.scene.commune.epci

    # --- lots

    @remembered("scene.contact", "scene.donor", "scene.commune", "legal_nature")
    def announced(self, at: datetime, *lines: AnnouncedLine, **site: Any) -> Any:
        """A lot announced at ``at``."""
        where = self.scene.site() | self.scene.public() | site
        donation = create_donation(
            actor=self.scene.contact, donor=self.scene.donor, lines=lines or [laptops(1)], at=at, **where
        )
        return announce_donation(actor=self.scene.contact, donation=donation, at=at)

    @remembered("scene.contact", "scene.donor", "scene.commune", "scene.north", "pilot", "legal_nature")
    def lot(self, at: datetime, *lines: AnnouncedLine, qualified: datetime | None = None, **site: Any) -> list[Device]:
        """The declared devices of a lot announced at ``at`` and qualified then too, unless later."""
        donation = self.announced(at, *lines, **site)
        rulings = self.scene.rulings(donation)
        qualify_donation(actor=self.pilot, donation=donation, rulings=rulings, at=qualified or at)
        return list(Device.objects.filter(donation=donation).order_by("pk"))

    # --- devices

    @remembered("technician")
    def register(self, at: datetime, type: DeviceType = DeviceType.LAPTOP) -> Device:  # noqa: A002
        return devices.register_device(actor=self.technician, type=type, tag=new_tag(), at=at)

    @remembered("technician")
    def receive(self, device: Device, at: datetime) -> Device:
        return devices.receive_device(actor=self.technician, device=device, tag=device.tag or new_tag(), at=at)

    @remembered("technician")
    def start(self, device: Device, at: datetime) -> Device:
        return gate.apply(device, "start", actor=self.technician, at=at)

    @remembered("technician")
    def await_part(self, device: Device, at: datetime) -> Device:
        return devices.await_part_device(actor=self.technician, device=device, part_wanted="batterie", at=at)

    @remembered("technician")
    def resume(self, device: Device, at: datetime) -> Device:
        return gate.apply(device, "resume", actor=self.technician, at=at)

    @remembered("technician")
    def reject(self, device: Device, at: datetime) -> Device:
        return gate.apply(device, "reject", actor=self.technician, reason=UnusableReason.BROKEN, at=at)

    @remembered("scene.north.manager")
    def undo_reject(self, device: Device, at: datetime) -> Device:
        manager = self.scene.north.manager
        return gate.apply(device, "undo_reject", actor=manager, reason=UndoRejectReason.ENTRY, at=at)

    @remembered("technician")
    def reopen(self, device: Device, at: datetime) -> Device:
        return gate.apply(device, "reopen", actor=self.technician, reason=DeviceReopenReason.GRADE, at=at)

    @remembered("technician")
    def lose(self, device: Device, at: datetime) -> Device:
        reason = MissingReason.STOCKTAKE
        return gate.apply(device, "report_missing", actor=self.technician, reason=reason, at=at)

    @remembered("technician")
    def retype(self, device: Device, type: DeviceType, at: datetime) -> Device:  # noqa: A002
        given = {"type": type, "reason": ReclassifyReason.AUDIT}
        return devices.reclassify_device(actor=self.technician, device=device, at=at, **given)

    @remembered("pilot")
    def move_to(self, device: Device, epci: Epci | None, at: datetime) -> Device:
        given = {"origin_epci": epci, "reason": ReclassifyReason.SITE}
        return devices.reclassify_device(actor=self.pilot, device=device, at=at, **given)

    @remembered("technician")
    def ready(self, device: Device, at: datetime) -> Device:
        """A screen on the bench becomes reconditioned: it holds no storage, works, is graded and priced."""
        technician = self.technician
        if not device.never_held_data:
            evidence.attest_no_storage(actor=technician, device=device, reason=AbsenceReason.NO_STORAGE, at=at)
        devices.describe_device(actor=technician, device=device, **READ)
        working = {
            function.code: CheckResult.OK for function in Checklist.objects.get(type=device.type).functions.all()
        }
        bench.record_test_run(actor=technician, device=device, results=working, at=at)
        measures = {**MEASURES[device.type]}
        bench.grade_device(actor=technician, device=device, measures=measures, cosmetic=CosmeticGrade.A, at=at)
        return stock.recondition_device(actor=technician, device=device, price=10, at=at)

    # --- reports

    def computed(self, month: date = OCTOBER, at: datetime | None = None) -> Report:
        return compute_report(actor=SYSTEM, month=month, at=at or paris(12, 31))

    def frozen(self, month: date = OCTOBER, at: datetime | None = None) -> Report:
        return freeze_report(actor=self.pilot, report=self.computed(month, at), at=at or paris(12, 31))

    def published(self, month: date = OCTOBER, at: datetime | None = None) -> Report:
        return gate.apply(self.frozen(month, at), "publish", actor=self.pilot, at=at or paris(12, 31))


def numbers(report: Report, stage: Stage) -> tuple[int, ...]:
    """Opening, entered, left, what else varied, closing of a stage."""
    return next(row.cells for row in Summary(report.figures).stages().rows if row.label == stage.label)


def standing(report: Report) -> dict[str, tuple[int, ...]]:
    """Opening, entered, left, what else varied, closing of each stage where anything stood or moved."""
    rows = Summary(report.figures).stages().rows
    return {row.label: row.cells for row in rows if any(row.cells)}


def buckets(report: Report) -> dict[tuple[str, ...], list[int]]:
    """Opening, entered, left, closing, what else varied, by stage, territory, type and kind of donor."""
    return {tuple(row[:4]): row[4:] for row in report.figures["buckets"]}


def observers() -> Sequence[tuple[Role, OrganisationKind]]:
    """Who reads published reports."""
    return [
        (Role.OBSERVER, OrganisationKind.PREFECTURE),
        (Role.MANAGER, OrganisationKind.HUB),
        (Role.OBSERVER, OrganisationKind.DEPARTEMENT),
        (Role.REVIEWER, OrganisationKind.EPCI),
        (Role.SIGNATORY, OrganisationKind.EPCI),
        (Role.MANAGER, OrganisationKind.EPCI),
        (Role.OBSERVER, OrganisationKind.FUNDER),
    ]


def strangers() -> Sequence[tuple[Role, OrganisationKind]]:
    """Who reads none."""
    return [
        (Role.CONTACT, OrganisationKind.DONOR),
        (Role.MANAGER, OrganisationKind.DONOR),
        (Role.TECHNICIAN, OrganisationKind.RECONDITIONER),
        (Role.MANAGER, OrganisationKind.RECONDITIONER),
        (Role.ADVISER, OrganisationKind.DISTRIBUTOR),
        (Role.WORKER, OrganisationKind.PRESCRIBER),
        (Role.AGENT, OrganisationKind.OPERATOR),
    ]


def member(role: Role, kind: OrganisationKind) -> Membership:
    return make_membership(role, kind)
