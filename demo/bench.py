"""Machines of one kind on the bench of a workshop: each act through its service, for all of them at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from demo import papers, pictures
from demo.agenda import done
from demo.calendar import working_day
from demo.catalogue import Model
from demo.context import SLOWNESS, Story
from lifecycle import gate
from network.enums import Role
from network.models import Membership
from refurb.contradictions import ToldRun
from refurb.enums import (
    CheckResult,
    Claim,
    CosmeticGrade,
    DeviceType,
    DriveKind,
    DriveSource,
    ErasureMethod,
    ErasureVerification,
    HiddenSectors,
    OperatingSystem,
    PanelState,
    PartKind,
    UnusableReason,
    WrittenOffReason,
)
from refurb.models import Device, Drive, Part
from refurb.services import batches, bench, defects, likeness, parts, stock
from refurb.services.bench import Look
from refurb.services.photos import add_photo

GIGABYTE = 10**9
CLOSING_HOUR = 17
MOBILE = (DeviceType.TABLET, DeviceType.SMARTPHONE)
HARD_DRIVE_MB = (90, 160)
"""Megabytes per second that hard drives of that age write and read."""
WORN, SHOWN, SALVAGED, BROKEN = 0.2, 0.04, 0.25, 0.2
"""How many of the devices that serve have something worn to be told, and of these a photo; how many of the others give
a part; how often a part that was just bought is broken as it is unpacked."""
PRICES = {
    PartKind.BATTERY: Decimal("28.50"),
    PartKind.SCREEN: Decimal("34.90"),
    PartKind.STORAGE: Decimal("24.00"),
    PartKind.OTHER: Decimal("9.80"),
}
"""What a part costs in the story, in euros."""
LOW_GRADES = ("D", "HC", "unsellable")
TOOLS = {
    DriveKind.HDD: (ErasureMethod.OVERWRITE, "nwipe", ErasureVerification.LAST_PASS, HiddenSectors.NONE),
    DriveKind.SSD: (ErasureMethod.SECURE_ERASE, "hdparm", ErasureVerification.SAMPLE, HiddenSectors.NONE),
    DriveKind.NVME: (ErasureMethod.SANITIZE, "nvme-cli", ErasureVerification.SAMPLE, HiddenSectors.NOT_APPLICABLE),
    DriveKind.INTERNAL: (
        ErasureMethod.RESET,
        "Réinitialisation du fabricant",
        ErasureVerification.FIRST_START,
        HiddenSectors.NOT_APPLICABLE,
    ),
}


class Work:
    """Devices of one model as they came in, and the hands they are in. ``now`` is the instant of the present act."""

    def __init__(self, story: Story, workshop: str, devices: Sequence[Device], model: Model, now: datetime) -> None:
        self.story, self.rng = story, story.rng
        self.workshop, self.devices, self.model, self.now = workshop, list(devices), model, now
        self.graded_drive = model.storage_kind
        """The kind of the drive that its grade counts: that of the one that replaced the first."""

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
        return self.story.cast.technician(self.workshop, self.rng)

    @property
    def chief(self) -> Membership:
        """The first of the technicians."""
        return self.story.cast.people[self.workshop, Role.TECHNICIAN][0]

    @property
    def manager(self) -> Membership:
        return self.story.cast.manager(self.workshop)

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

    @property
    def aside(self) -> dict[str, Any]:
        """Who acts and when, for what is done beside another act: no minute passes, and chance is not asked."""
        return {"actor": self.chief, "at": self.now}

    def after(self, low: int, high: int | None = None) -> datetime:
        """Wait for some working days (0: later the same day), and return the instant then."""
        days = self.rng.randint(low, high or low)
        later = self.now + timedelta(minutes=self.rng.randint(20, 70))
        today = timezone.localdate(self.now)
        if days == 0 and timezone.localtime(later).hour < CLOSING_HOUR:
            self.now = later
        else:
            self.now = self.story.moment(working_day(today, max(days, 1)))
        return self.now

    def turn(self, low: int, high: int) -> datetime:
        """Wait for its turn: a slower workshop has a longer queue before its bench."""
        return self.after(low, round(high * SLOWNESS[self.workshop]))

    # --- evidence

    def inventory(self, *, again: bool = False) -> list[Drive]:
        """Note the storage found; nothing when there is none. ``again``: a second drive, or one that replaces it."""
        if self.type == DeviceType.SCREEN:
            return []
        found = self._found(again=again)
        return batches.record_drives(**self.hand, found=found)

    def _found(self, *, again: bool) -> list[batches.FoundDrive]:
        kind = DriveKind.INTERNAL if self.type in MOBILE else DriveKind(self.model.storage_kind)
        if again:
            kind = DriveKind.SSD
            self.graded_drive = kind.value
        mobile = kind == DriveKind.INTERNAL
        maker = self.rng.choice(("Seagate", "Western Digital", "Toshiba"))
        if kind in (DriveKind.SSD, DriveKind.NVME):
            maker = self.rng.choice(("Samsung", "Micron", "Kingston", "SK hynix"))
        return [
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
            drive.pk: ToldRun(
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

    # --- parts, defects, what machines of a lot have in common

    def buy(self, kind: PartKind, label: str) -> Part:
        """As many parts as there are devices, and one more for the shelf."""
        bought = {"quantity": len(self.devices) + 1, "unit_price": PRICES[kind], "fits": self.model.model}
        part = parts.buy_part(**self.aside, kind=kind, label=label, place="Bac à pièces", **bought)
        chance = Random(f"broken {self}").random()  # noqa: S311 nothing here is a secret
        if kind != PartKind.STORAGE and chance < BROKEN:
            parts.write_off_part(**self.aside, part=part, reason=WrittenOffReason.BROKEN)
        return part

    def fit_drives(self) -> list[Drive]:
        """A drive of the stock in each: inventoried there, and to be erased there."""
        found, hand = self._found(again=True), self.hand
        part = self.buy(PartKind.STORAGE, f"SSD {self.model.storage_gb}\u00a0Go")
        told = ("kind", "serial", "source", "manufacturer", "capacity", "slot")
        fitted = [
            parts.fit_part(
                **hand, device=one.device, part=part, drive={name: getattr(one, name) for name in told}, minutes=20
            )
            for one in found
        ]
        return [repair.drive for repair in fitted if repair.drive is not None]

    def salvage(self, kind: PartKind, label: str) -> None:
        """From some of them, which go to the recycler, a part is kept."""
        for device in self.devices:
            if Random(f"salvage {device.reference}").random() < SALVAGED:  # noqa: S311 nothing here is a secret
                parts.take_part(**self.aside, device=device, kind=kind, label=label, place="Bac à pièces")

    def wear(self) -> None:
        """What is worn on some of them, and does not keep them from serving."""
        words = defects.words_of(self.type, timezone.localdate(self.now))
        for device in self.devices:
            rng = Random(f"wear {device.reference}")  # noqa: S311 nothing here is a secret
            if words and rng.random() < WORN:
                defects.note_defects(**self.aside, device=device, words=rng.sample(words, rng.choice((1, 1, 2))))
                if rng.random() < SHOWN:
                    add_photo(**self.aside, device=device, content=pictures.machine(device.type, device.model))

    def describe_alike(self) -> None:
        """What nobody read on them is that of the other machines of their lot, as a technician accepts it."""
        for device in Device.objects.filter(pk__in=self.pks).select_related("line").order_by("pk"):
            likeness.describe_alike(**self.aside, device=device, facts=likeness.likeness_of(device).values)

    # --- tests, grade, price

    def test(self, failing: Sequence[str] = ()) -> None:
        """Test every function; ``failing`` do not work."""
        results = {}
        for code, optional in self.story.functions[self.type]:
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
        self.wear()
        seen = {device.pk: Look(self._measures(), self._cosmetic()) for device in self.devices}
        gradings = bench.grade_devices(**self.hand, devices=self.devices, seen=seen)
        low = [grading.device_id for grading in gradings if grading.grade in LOW_GRADES]
        if low:
            self.reject(UnusableReason.OBSOLETE, low)
            self.discard(low)
        prices = {
            grading.device_id: self.story.catalogue.price(self.type, grading.grade)
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
        self.story.doomed[self.workshop] += self.pks if only is None else only

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
            "storage_kind": self.graded_drive,
            "cpu_mark": self.model.score,
            "os": (OperatingSystem.WINDOWS_11 if recent else OperatingSystem.LINUX).value,
            "technical_note": self.rng.choice((-1, 0, 0, 1)),
            "cosmetic_note": self.rng.choice((-1, 0, 0, 1)),
        }
