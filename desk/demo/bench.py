"""One device on the bench of a workshop: each act through its service, at the instant the story has reached."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from desk.demo import papers
from desk.demo.calendar import working_day
from desk.demo.catalogue import Model
from desk.demo.stage import Stage
from network.models import Membership
from refurb.enums import (
    AbsenceReason,
    CheckResult,
    Claim,
    CosmeticGrade,
    DeviceType,
    DriveKind,
    ErasureMethod,
    HiddenSectors,
    OperatingSystem,
    PanelState,
    UnusableReason,
    Verification,
)
from refurb.models import Device, Drive, Erasure
from refurb.services import bench, evidence, stock

GIGABYTE = 10**9
CLOSING_HOUR = 17
MOBILE = (DeviceType.TABLET, DeviceType.SMARTPHONE)
LOW_GRADES = ("D", "HC", "unsellable")
TOOLS = {
    DriveKind.HDD: (ErasureMethod.OVERWRITE, "nwipe", Verification.LAST_PASS, HiddenSectors.NONE),
    DriveKind.SSD: (ErasureMethod.SECURE_ERASE, "hdparm", Verification.SAMPLE, HiddenSectors.NONE),
    DriveKind.NVME: (ErasureMethod.SANITIZE, "nvme-cli", Verification.SAMPLE, HiddenSectors.NOT_APPLICABLE),
    DriveKind.INTERNAL: (
        ErasureMethod.RESET,
        "Réinitialisation du fabricant",
        Verification.FIRST_START,
        HiddenSectors.NOT_APPLICABLE,
    ),
}


class Work:
    """A device as it came in, its model, and the hands it is in. ``now`` is the instant of the present act."""

    def __init__(self, stage: Stage, workshop: str, device: Device, model: Model, now: datetime) -> None:
        self.stage, self.rng = stage, stage.rng
        self.workshop, self.device, self.model, self.now = workshop, device, model, now

    @property
    def type(self) -> str:
        return self.device.type

    @property
    def technician(self) -> Membership:
        return self.stage.cast.technician(self.workshop, self.rng)

    @property
    def manager(self) -> Membership:
        return self.stage.cast.manager(self.workshop)

    @property
    def hand(self) -> dict[str, Any]:
        """Who acts and when, for a service: one of the technicians, a few minutes after the last act."""
        self.now += timedelta(minutes=self.rng.randint(2, 9))
        return {"actor": self.technician, "at": self.now}

    @property
    def act(self) -> dict[str, Any]:
        """The same, with the device."""
        return self.hand | {"device": self.device}

    def after(self, low: int, high: int | None = None) -> datetime:
        """Wait for some working days (0: later the same day), and return the instant then."""
        days = self.rng.randint(low, high or low)
        later = self.now + timedelta(minutes=self.rng.randint(20, 70))
        today = timezone.localdate(self.now)
        if days == 0 and timezone.localtime(later).hour < CLOSING_HOUR:
            self.now = later
        else:
            self.now = self.stage.moment(working_day(today, max(days, 1)))
        return self.now

    # --- evidence

    def inventory(self, *, again: bool = False) -> Drive | None:
        """Note the storage found; None when there is none. ``again``: a second drive, or the one that replaces it."""
        if self.type == DeviceType.SCREEN:
            self.no_storage(AbsenceReason.NO_STORAGE)
            return None
        kind = DriveKind.INTERNAL if self.type in MOBILE else DriveKind(self.model.storage_kind)
        if again:
            kind = DriveKind.SSD
        mobile = kind == DriveKind.INTERNAL
        maker = self.rng.choice(("Seagate", "Western Digital", "Toshiba"))
        if kind in (DriveKind.SSD, DriveKind.NVME):
            maker = self.rng.choice(("Samsung", "Micron", "Kingston", "SK hynix"))
        number = "".join(self.rng.choices(papers.SIGNS, k=12))
        return evidence.record_drive(
            **self.act,
            kind=kind,
            serial="" if mobile else number,
            manufacturer="" if mobile else maker,
            capacity=self.model.storage_gb * GIGABYTE,
            slot="Deuxième emplacement" if again else "",
        )

    def no_storage(self, reason: AbsenceReason) -> None:
        evidence.attest_no_storage(**self.act, reason=reason)

    def erase(self, drive: Drive | None, *, errors: int = 0) -> Erasure | None:
        """Record the erasure of a drive that ran since its inventory; with ``errors`` it proves nothing."""
        if drive is None:
            return None
        hand = self.hand
        method, tool, verification, hidden = TOOLS[DriveKind(drive.kind)]
        started = drive.recorded_at + timedelta(minutes=5)
        running = timedelta(minutes=self.rng.randint(40, 220) if method == ErasureMethod.OVERWRITE else 3)
        finished = min(started + running, self.now)
        overwritten = drive.capacity if method == ErasureMethod.OVERWRITE else None
        report = None
        if method != ErasureMethod.RESET:
            report = papers.erasure_report(
                device=self.device,
                drive=drive,
                started=started,
                finished=finished,
                errors=errors,
                by=hand["actor"],
                at=self.now,
            )
        return evidence.record_erasure(
            **hand,
            drive=drive,
            method=method,
            tool=tool,
            started_at=started,
            finished_at=finished,
            serial_read=drive.serial,
            bytes_expected=overwritten,
            bytes_erased=overwritten,
            verification=verification,
            pass_errors=errors,
            hidden_sectors=hidden,
            operator=str(hand["actor"].user),
            report=report,
            claimed=Claim.ERASED,
        )

    # --- tests, grade, price

    def test(self, failing: Sequence[str] = ()) -> None:
        """Test every function; ``failing`` do not work."""
        results = {}
        for code, optional in self.stage.functions[self.type]:
            absent = optional and self.rng.random() < 0.2
            results[code] = CheckResult.NOT_APPLICABLE if absent else CheckResult.OK
        results |= dict.fromkeys(failing, CheckResult.FAIL)
        bench.record_test_run(**self.act, results=results)

    def test_again(self, *functions: str) -> None:
        """Test what a repair touched; the other results are carried over."""
        bench.record_test_run(**self.act, results=dict.fromkeys(functions, CheckResult.OK))

    def finish(self, *, tested: bool = False) -> bool:
        """Test, grade, price: reconditioned, unless the grade is too low, which makes it waste. Tells which."""
        if not tested:
            self.test()
        grading = bench.grade_device(**self.act, measures=self._measures(), cosmetic=self._cosmetic())
        if grading.grade in LOW_GRADES:
            self.reject(UnusableReason.OBSOLETE)
            self.stage.doomed[self.workshop].append(self.device.pk)
            return False
        price = self.stage.catalogue.price(self.type, grading.grade)
        stock.recondition_device(**self.act, price=price)
        return True

    def reject(self, reason: UnusableReason) -> None:
        stock.reject_device(**self.act, reason=reason)

    def _cosmetic(self) -> CosmeticGrade:
        return self.rng.choice((CosmeticGrade.A, CosmeticGrade.B, CosmeticGrade.B, CosmeticGrade.C))

    def _measures(self) -> dict[str, Any]:
        if self.type == DeviceType.SCREEN:
            return {"panel": self.rng.choice((PanelState.INTACT, PanelState.INTACT, PanelState.MINOR)).value}
        storage = {"ram_gb": self.model.ram_gb, "storage_gb": self.model.storage_gb}
        if self.type in MOBILE:
            return storage | {"antutu": self.model.score}
        recent = self.model.year >= 2018
        return storage | {
            "storage_kind": self.model.storage_kind,
            "cpu_mark": self.model.score,
            "os": (OperatingSystem.WINDOWS_11 if recent else OperatingSystem.LINUX).value,
            "technical_note": self.rng.choice((-1, 0, 0, 1)),
            "cosmetic_note": self.rng.choice((-1, 0, 0, 1)),
        }
