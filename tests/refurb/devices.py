"""Situations of devices, each reached through the services and the states before it."""

import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from PIL import Image

from documents.models import StoredFile
from documents.services import store_file
from donations.models import DeedText, DonationLine
from lifecycle import gate
from network.enums import LegalNature, OrganisationKind, Role
from network.models import Membership, Organisation
from refurb.contradictions import ToldRun
from refurb.enums import (
    AbsenceReason,
    CheckResult,
    Claim,
    CosmeticGrade,
    DeviceType,
    DriveKind,
    ErasureMethod,
    ErasureVerification,
    HiddenSectors,
    MendedReason,
    PartKind,
    TakenOutReason,
    UnusableReason,
)
from refurb.models import Checklist, Device, Drive, Erasure, Grading, Photo, StorageAbsence
from refurb.models import TestRun as Run
from refurb.services import bench, defects, devices, erasures, evidence, parts, photos, stock
from tests.donations.scene import Scene, Workshop, first_line, laptops, load_law, screens
from tests.given import load_reference
from tests.network.factories import make_membership, make_organisation
from tests.remembered import remembered

_rank = itertools.count(1)

GIGABYTE = 10**9
GOOD_PC: Mapping[str, Any] = {
    "ram_gb": 8,
    "storage_kind": "ssd",
    "storage_gb": 256,
    "cpu_mark": 6000,
    "os": "windows_11",
    "technical_note": 0,
    "cosmetic_note": 0,
}
"""3 + 3 + 3 = 9: grade A."""
MEASURES: Mapping[str, Mapping[str, Any]] = {
    DeviceType.LAPTOP: GOOD_PC,
    DeviceType.DESKTOP: GOOD_PC,
    DeviceType.TABLET: {"antutu": 200_000, "ram_gb": 4, "storage_gb": 64},
    DeviceType.SMARTPHONE: {"antutu": 200_000, "ram_gb": 4, "storage_gb": 64},
    DeviceType.SCREEN: {"panel": "intact"},
}
READ: Mapping[str, Any] = {"manufacturer": "Marque", "model": "Modèle", "processor": "Processeur", "memory_gb": 8}
"""What is read on a device before a price is given."""
BOTH_READ: Mapping[str, Any] = {"are_two": True, "comment": "Les deux numéros sont lus."}
"""What is said of a second device that really bears the number of a first."""
REPORT = b"nwipe 0.38\n| Erased |\n"


@remembered()
def load_numbers() -> None:
    """Ceilings, scales, checklists, thresholds and deed, from the files of the project."""
    load_reference("conventions")
    load_reference("donations")
    load_reference("refurb")
    load_reference("distribution")


def new_tag() -> str:
    return f"A{next(_rank):05}"


def began(finished: datetime | None, arrived: datetime) -> tuple[datetime | None, bool]:
    """An hour before it ended, or at the arrival: a command of the drive is quick enough for a device just come."""
    if finished is None:
        return None, False
    started = finished - timedelta(hours=1)
    return (arrived, True) if started < arrived <= finished else (started, False)


@dataclass
class Bench:
    """A workshop at work: devices taken as far as a test needs, by its technician."""

    workshop: Workshop = field(default_factory=Workshop)

    @property
    def technician(self) -> Membership:
        return self.workshop.technician

    @property
    def manager(self) -> Membership:
        return self.workshop.manager

    @cached_property
    def pilot(self) -> Membership:
        return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)

    @cached_property
    def recycler(self) -> Organisation:
        return make_organisation(OrganisationKind.RECYCLER)

    @cached_property
    def stranger(self) -> Membership:
        """A technician of another workshop."""
        return Workshop().technician

    @remembered("technician")
    def received(self, type: DeviceType = DeviceType.LAPTOP, **given: Any) -> Device:  # noqa: A002
        """A device nobody announced: its origin is unknown, so it is under the price ceiling."""
        return devices.register_device(actor=self.technician, **{"type": type, "tag": new_tag(), **READ} | given)

    @remembered("technician")
    def in_process(self, type: DeviceType = DeviceType.LAPTOP, **given: Any) -> Device:  # noqa: A002
        return gate.apply(self.received(type, **given), "start", actor=self.technician)

    def announced_screen(self) -> Device:
        """A screen that its donor announced, in the hands of the workshop: it never held anything."""
        scene = Scene(LegalNature.PUBLIC, (screens(1, unit_value=Decimal(100)),))
        scene.north = self.workshop
        if not DeedText.objects.exists():
            load_law()
        received = _received_of(self.technician, first_line(scene.collected()))
        return gate.apply(
            devices.describe_device(actor=self.technician, device=received, **READ), "start", actor=self.technician
        )

    @remembered("technician")
    def drive(self, device: Device, **given: Any) -> Drive:
        internal = device.type in (DeviceType.TABLET, DeviceType.SMARTPHONE)
        defaults: dict[str, Any] = {
            "kind": DriveKind.INTERNAL if internal else DriveKind.SSD,
            "serial": "" if internal else f"SN{next(_rank):06}",
            "capacity": 256 * GIGABYTE,
        }
        return evidence.record_drive(actor=self.technician, device=device, **defaults | given)

    @remembered("technician")
    def no_storage(self, device: Device) -> StorageAbsence:
        return evidence.attest_no_storage(actor=self.technician, device=device, reason=AbsenceReason.NO_STORAGE)

    @remembered("technician")
    def report(self, *drives: Drive) -> StoredFile:
        """What a tool printed of one run on these drives: no two are the same."""
        content = REPORT + f"run {next(_rank)}\n{'\n'.join(drive.serial for drive in drives)}\n".encode()
        return store_file(content=content, name="nwipe.log", content_type="text/plain", by=self.technician)

    @remembered("technician")
    def erase(self, drive: Drive, **given: Any) -> Erasure:
        """An erasure that proves the drive empty, unless ``given`` says otherwise."""
        finished = given.get("finished_at", timezone.now())
        started, quick = began(finished, drive.arrived_at)
        defaults: dict[str, Any] = {"finished_at": finished, "started_at": started, "claimed": Claim.ERASED}
        if drive.kind == DriveKind.INTERNAL:
            defaults |= {
                "method": ErasureMethod.RESET,
                "tool": "Réglages du téléphone",
                "verification": ErasureVerification.FIRST_START,
                "hidden_sectors": HiddenSectors.NOT_APPLICABLE,
            }
        else:
            defaults |= {
                "method": ErasureMethod.SANITIZE if quick else ErasureMethod.OVERWRITE,
                "tool": "nwipe",
                "serial_read": drive.serial,
                "bytes_expected": drive.capacity,
                "bytes_erased": drive.capacity,
                "verification": ErasureVerification.LAST_PASS,
                "hidden_sectors": HiddenSectors.NONE,
                "report": self.report(drive),
            }
        told = defaults | given
        apart = {name: told.pop(name) for name in ("report", "supersedes", "confirmed", "at") if name in told}
        return erasures.record_erasure(actor=self.technician, drive=drive, run=ToldRun(**told), **apart)

    @remembered("technician")
    def test(self, device: Device, **results: CheckResult) -> Run:
        """Every function of the checklist works, but for ``results``."""
        checklist = Checklist.objects.get(type=device.type)
        working = dict.fromkeys((function.code for function in checklist.functions.all()), CheckResult.OK)
        return bench.record_test_run(actor=self.technician, device=device, results=working | results)

    @remembered("technician")
    def grade(self, device: Device, **measures: Any) -> Grading:
        return bench.grade_device(
            actor=self.technician,
            device=device,
            measures={**MEASURES[device.type], **measures},
            cosmetic=CosmeticGrade.A,
        )

    @remembered("technician")
    def proven(self, device: Device) -> Device:
        """Its storage is inventoried and proven empty."""
        if device.type != DeviceType.SCREEN:
            self.erase(self.drive(device))
        elif not device.never_held_data:
            self.no_storage(device)
        return device

    @remembered("technician")
    def prepared(self, device: Device | None = None) -> Device:
        """Everything is done but the last word: proven, tested, graded."""
        device = device or self.in_process()
        self.proven(device)
        self.test(device)
        self.grade(device)
        return self.identified(device)

    @remembered("technician")
    def identified(self, device: Device) -> Device:
        """What it is was read on it."""
        return devices.describe_device(actor=self.technician, device=device, **READ)

    @remembered("technician")
    def worn(self, device: Device) -> Device:
        """Two defects were seen on it, of which one was mended; a battery was fitted, and another came out again."""
        words = defects.words_of(device.type, timezone.localdate())[:2]
        _, mended = defects.note_defects(actor=self.technician, device=device, words=words)
        defects.mend_defect(actor=self.technician, defect=mended, reason=MendedReason.REPAIRED)
        bought = {"kind": PartKind.BATTERY, "label": "45 Wh", "quantity": 3, "unit_price": Decimal("28.50")}
        part = parts.buy_part(actor=self.technician, **bought)
        _, wrong = [parts.fit_part(actor=self.technician, device=device, part=part) for _ in range(2)]
        parts.take_out_part(actor=self.technician, repair=wrong, reason=TakenOutReason.UNSUITED)
        return device

    @remembered("technician")
    def photographed(self, device: Device) -> Photo:
        """A picture of it, all blue."""
        sent = io.BytesIO()
        Image.new("RGB", (400, 300), "blue").save(sent, "PNG")
        return photos.add_photo(actor=self.technician, device=device, content=sent.getvalue())

    @remembered("technician")
    def recondition(self, device: Device, price: Decimal | int = 25, **given: Any) -> Device:
        return stock.recondition_device(actor=self.technician, device=device, price=Decimal(price), **given)

    @remembered("technician")
    def ready(self, type: DeviceType = DeviceType.LAPTOP, price: Decimal | int = 25) -> Device:  # noqa: A002
        return self.recondition(self.prepared(self.in_process(type)), price)

    @remembered("technician")
    def unusable(self, device: Device | None = None) -> Device:
        return gate.apply(device or self.in_process(), "reject", actor=self.technician, reason=UnusableReason.BROKEN)

    @remembered("technician", "recycler")
    def recycle(self, device: Device, **given: Any) -> Device:
        defaults: dict[str, Any] = {"recycler": self.recycler, "bsd_number": "BSD-20261124-ABC123"}
        return stock.recycle_device(actor=self.technician, device=device, **defaults | given)


def given_to(scene: Scene) -> Bench:
    """The bench of the workshop to which the lots of a scene go."""
    return Bench(scene.north)


def from_lot(scene: Scene) -> Device:
    """One device of a picked-up lot, received in the northern workshop."""
    return _received_of(scene.north.technician, first_line(scene.collected()))


@remembered()
def _received_of(technician: Membership, line: DonationLine) -> Device:
    return devices.receive_device(actor=technician, line=line, tag=new_tag())


def private_lot(quantity: int = 1) -> Scene:
    """A company gives laptops."""
    return Scene(lines=(laptops(quantity),))


def fresh(device: Device) -> Device:
    """The row as the database has it now."""
    return Device.objects.get(pk=device.pk)


def instant(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """An instant in local time."""
    return timezone.make_aware(datetime(year, month, day, hour))  # noqa: DTZ001
