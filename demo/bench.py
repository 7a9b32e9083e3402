"""Machines of one kind on the bench of a workshop: each act through its service, for all of them at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from demo import papers
from demo.agenda import done
from demo.calendar import working_day
from demo.catalogue import Model
from demo.context import SLOWNESS, Stage
from lifecycle import gate
from network.enums import Role
from network.models import Membership
from refurb.contradictions import Run
from refurb.enums import (
    CheckResult,
    Claim,
    CosmeticGrade,
    DeviceType,
    DriveKind,
    DriveSource,
    ErasureMethod,
    HiddenSectors,
    OperatingSystem,
    PanelState,
    UnusableReason,
    Verification,
)
from refurb.models import Device, Drive
from refurb.services import batches, bench, stock
from refurb.services.bench import Look

GIGABYTE = 10**9
CLOSING_HOUR = 17
MOBILE = (DeviceType.TABLET, DeviceType.SMARTPHONE)
HARD_DRIVE_MB = (90, 160)
"""Megabytes per second that hard drives of that age write and read."""
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
    """Devices of one model as they came in, and the hands they are in. ``now`` is the instant of the present act."""

    def __init__(self, stage: Stage, workshop: str, devices: Sequence[Device], model: Model, now: datetime) -> None:
        self.stage, self.rng = stage, stage.rng
        self.workshop, self.devices, self.model, self.now = workshop, list(devices), model, now

    def __str__(self) -> str:
        return ", ".join(device.reference for device in self.devices)

    @property
    def device(self) -> Device:
        """The only one of the set. Raises ValueError when there are several."""
        (device,) = self.devices
        return device

    @property
    def pks(self) -> list[int]:
        return [device.pk for device in self.devices]

    @property
    def type(self) -> str:
        return self.devices[0].type

    @property
    def technician(self) -> Membership:
        return self.stage.cast.technician(self.workshop, self.rng)

    @property
    def chief(self) -> Membership:
        """The first of the technicians."""
        return self.stage.cast.people[self.workshop, Role.TECHNICIAN][0]

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
        """The same, with the only device."""
        return self.hand | {"device": self.device}

    @property
    def acts(self) -> dict[str, Any]:
        """The same, with all the devices of the set."""
        return self.hand | {"devices": Device.objects.filter(pk__in=self.pks)}

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

    def turn(self, low: int, high: int) -> datetime:
        """Wait for its turn: a slower workshop has a longer queue before its bench."""
        return self.after(low, round(high * SLOWNESS[self.workshop]))

    # --- evidence

    def inventory(self, *, again: bool = False) -> list[Drive]:
        """Note the storage found; nothing when there is none. ``again``: a second drive, or one that replaces it."""
        if self.type == DeviceType.SCREEN:
            return []
        kind = DriveKind.INTERNAL if self.type in MOBILE else DriveKind(self.model.storage_kind)
        if again:
            kind = DriveKind.SSD
        mobile = kind == DriveKind.INTERNAL
        maker = self.rng.choice(("Seagate", "Western Digital", "Toshiba"))
        if kind in (DriveKind.SSD, DriveKind.NVME):
            maker = self.rng.choice(("Samsung", "Micron", "Kingston", "SK hynix"))
        found = [
            batches.FoundDrive(
                device=device,
                kind=kind,
                serial="" if mobile else "".join(self.rng.choices(papers.SIGNS, k=12)),
                source=DriveSource.UNSAID if mobile else DriveSource.STICKER,
                manufacturer="" if mobile else maker,
                capacity=self.model.storage_gb * GIGABYTE,
                slot="Deuxième emplacement" if again else "",
            )
            for device in self.devices
        ]
        return batches.record_drives(**self.hand, found=found)

    def erase(self, drives: Sequence[Drive], *, errors: int = 0) -> None:
        """Record the erasure of drives that ran since their inventory; with ``errors`` it proves nothing."""
        if not drives:
            return
        method, tool, verification, hidden = TOOLS[DriveKind(drives[0].kind)]
        started = drives[0].recorded_at + timedelta(minutes=5)
        if method == ErasureMethod.OVERWRITE:
            self._overwrite(drives, started, errors)
            return
        hand = self.hand
        finished = min(started + timedelta(minutes=3), self.now)
        report = None
        if method != ErasureMethod.RESET:
            report = papers.erasure_report(
                drives=drives, started=started, finished=finished, errors=errors, by=hand["actor"], at=self.now
            )
        runs = {
            drive.pk: Run(
                method=method,
                tool=tool,
                started_at=started,
                finished_at=finished,
                serial_read=drive.serial,
                verification=verification,
                pass_errors=errors,
                hidden_sectors=hidden,
                operator=str(hand["actor"].user),
                claimed=Claim.ERASED,
            )
            for drive in drives
        }
        batches.record_erasures(**hand, drives=drives, runs=runs, report=report)

    def _overwrite(self, drives: Sequence[Drive], started: datetime, errors: int) -> None:
        """Written and read again as fast as hard drives do; the technician comes back when it is over."""
        moved = 2 * max(drive.capacity or 0 for drive in drives)
        finished = started + timedelta(seconds=moved // (self.rng.randint(*HARD_DRIVE_MB) * 10**6))
        self.now = max(self.now, finished)
        hand = self.hand
        told = {"started": started, "finished": finished, "errors": errors, "by": hand["actor"], "at": self.now}
        batches.record_logs(**hand, drives=drives, report=papers.nwipe_log(drives=drives, **told))

    # --- tests, grade, price

    def test(self, failing: Sequence[str] = ()) -> None:
        """Test every function; ``failing`` do not work."""
        results = {}
        for code, optional in self.stage.functions[self.type]:
            absent = optional and self.rng.random() < 0.2
            results[code] = CheckResult.NOT_APPLICABLE if absent else CheckResult.OK
        results |= dict.fromkeys(failing, CheckResult.FAIL)
        bench.record_test_runs(**self.hand, devices=self.devices, results=results)

    def test_again(self, *functions: str) -> None:
        """Test what a repair touched; the other results are carried over."""
        results = dict.fromkeys(functions, CheckResult.OK)
        bench.record_test_runs(**self.hand, devices=self.devices, results=results)

    def finish(self, *, tested: bool = False) -> list[int]:
        """Test, grade, price: reconditioned, unless a grade is too low, which makes waste. Returns the former."""
        if not tested:
            self.test()
        seen = {device.pk: Look(self._measures(), self._cosmetic()) for device in self.devices}
        gradings = bench.grade_devices(**self.hand, devices=self.devices, seen=seen)
        low = [grading.device_id for grading in gradings if grading.grade in LOW_GRADES]
        if low:
            self.reject(UnusableReason.OBSOLETE, low)
            self.discard(low)
        prices = {
            grading.device_id: self.stage.catalogue.price(self.type, grading.grade)
            for grading in gradings
            if grading.grade not in LOW_GRADES
        }
        if prices:
            done(stock.recondition_devices(**self.hand, prices=prices))
        return list(prices)

    def reject(self, reason: UnusableReason, only: Iterable[int] | None = None) -> None:
        """Declare all of them, or ``only`` some, not reusable."""
        devices = Device.objects.filter(pk__in=self.pks if only is None else only)
        done(gate.apply_many(devices, "reject", **self.hand, reason=reason))

    def discard(self, only: Iterable[int] | None = None) -> None:
        """Keep them, or some, for the recycler."""
        self.stage.doomed[self.workshop] += self.pks if only is None else only

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
