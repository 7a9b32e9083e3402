"""Months of figures of an invented département: devices and needs live one by one, and are counted as figures count."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from prescriptions.enums import NeedKind, NeedState
from refurb.enums import DeviceType
from reports.enums import DISTRIBUTION, Stage
from reports.figures import VERSION
from reports.secrecy.keys import SERVED_BY

OPENING, ENTERED, LEFT, CLOSING, OTHER = range(5)
LIFE = (
    Stage.ANNOUNCED,
    Stage.COLLECTED,
    Stage.RECEIVED,
    Stage.IN_PROCESS,
    Stage.RECONDITIONED,
    Stage.ALLOTTED,
    Stage.SHIPPED,
    Stage.AVAILABLE,
    Stage.RESERVED,
    Stage.HANDED_OVER,
)
TYPES = (
    *[DeviceType.LAPTOP] * 5,
    *[DeviceType.DESKTOP] * 3,
    DeviceType.TABLET,
    DeviceType.SMARTPHONE,
    DeviceType.SCREEN,
)
KINDS = (*[NeedKind.COMPUTER] * 6, NeedKind.TABLET, NeedKind.SMARTPHONE, NeedKind.FIXED_CONNECTION)


@dataclass
class Device:
    type: DeviceType
    donor: str
    origin: str
    served: str
    stage: Stage = Stage.ANNOUNCED
    need: "Need | None" = None

    @property
    def bucket(self) -> tuple[str, ...]:
        place = self.served if self.stage in DISTRIBUTION else self.origin
        return (self.stage.value, place, self.type.value, self.donor)


@dataclass
class Need:
    kind: NeedKind
    place: str
    state: NeedState = NeedState.ASKED

    @property
    def bucket(self) -> tuple[str, ...]:
        return (self.state.value, self.place, self.kind.value)


@dataclass
class Invented:
    """A département whose months are counted one after the other; the last EPCI come late and stay small."""

    seed: int
    places: list[str]
    pace: int = 40
    devices: list[Device] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self._devices: list[Counter[Any]] = []
        self._needs: list[Counter[Any]] = []
        self._accepted = Counter[tuple[str, str]]()

    def month(self, month: str) -> dict[str, Any]:
        """Live one month; what ``reckon`` would say of it."""
        self._devices, self._needs = ([Counter() for _ in range(5)] for _ in range(2))
        self._accepted.clear()
        for counted, things in ((self._devices, self.devices), (self._needs, self.needs)):
            counted[OPENING].update(thing.bucket for thing in things)  # type: ignore[attr-defined]
        born = self._be_born()
        for need in self.needs:
            self._settle(need)
        for device in self.devices:
            for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
                self._advance(device)
        for counted, things in ((self._devices, self.devices), (self._needs, self.needs)):
            counted[CLOSING].update(thing.bucket for thing in things)  # type: ignore[attr-defined]
        return {
            "version": VERSION,
            "month": month,
            "as_of": f"{month}T00:00:00+00:00",
            "territories": [[place, f"EPCI {place}", f"EPCI {place}"] for place in self.places],
            "buckets": _rows(self._devices),
            "needs": _rows(self._needs),
            "new_devices": born,
            "variations": [],
            "need_variations": [],
            "quantities": [[*key, "accepted", number] for key, number in sorted(self._accepted.items())],
            "missing_erasures": {"drives": 0, "devices": 0},
            "incidents": 0,
        }

    def _place(self) -> str:
        return self.places[min(int(self.chance.expovariate(1 / 3)), len(self.places) - 1)]

    def _be_born(self) -> int:
        for _ in range(self.pace):
            device = Device(
                self.chance.choice(TYPES), self.chance.choice(("public", "private")), self._place(), self._place()
            )
            self.devices.append(device)
            self._devices[ENTERED][device.bucket] += 1
            self._accepted[device.donor, device.type.value] += 1
        for _ in range(self.pace):
            need = Need(self.chance.choice(KINDS), self._place())
            self.needs.append(need)
            self._needs[ENTERED][need.bucket] += 1
        return self.pace

    def _advance(self, device: Device) -> None:
        if device.stage == Stage.HANDED_OVER:
            if self.chance.random() < 0.03:
                self._move(device, Stage.RETURNED)
        elif device.stage == Stage.AVAILABLE:
            self._reserve(device)
        elif device.stage == Stage.RESERVED:
            assert device.need is not None
            if self.chance.random() < 0.1:
                self._move(device, Stage.AVAILABLE, varies=True)
                self._turn(device.need, NeedState.WAITING, varies=True)
                device.need = None
            else:
                self._move(device, Stage.HANDED_OVER)
                self._turn(device.need, NeedState.MET)
        elif device.stage in LIFE:
            self._move(device, LIFE[LIFE.index(device.stage) + 1])

    def _reserve(self, device: Device) -> None:
        kinds = [kind for kind, types in SERVED_BY.items() if device.type in types]
        found = [one for one in self.needs if one.state == NeedState.WAITING and one.kind in kinds]
        here = [one for one in found if one.place == device.served] or found
        if here:
            device.need = here[0]
            self._move(device, Stage.RESERVED)
            self._turn(here[0], NeedState.IN_PROGRESS)

    def _settle(self, need: Need) -> None:
        if need.state == NeedState.ASKED and self.chance.random() < 0.8:
            self._turn(need, NeedState.WAITING)
        elif need.state == NeedState.WAITING and self.chance.random() < 0.05:
            self._turn(need, NeedState.UNMET)

    def _move(self, device: Device, stage: Stage, *, varies: bool = False) -> None:
        old = device.bucket
        device.stage = stage
        _count(self._devices, old, device.bucket, varies=varies)

    def _turn(self, need: Need, state: NeedState, *, varies: bool = False) -> None:
        old = need.bucket
        need.state = state
        _count(self._needs, old, need.bucket, varies=varies)


def _count(counted: list[Counter[Any]], old: Any, new: Any, *, varies: bool) -> None:
    if varies:
        counted[OTHER][old] -= 1
        counted[OTHER][new] += 1
    else:
        counted[LEFT][old] += 1
        counted[ENTERED][new] += 1


def _rows(counted: list[Counter[Any]]) -> list[list[Any]]:
    buckets = sorted({bucket for counter in counted for bucket in counter})
    rows = [[*bucket, *(counter[bucket] for counter in counted)] for bucket in buckets]
    return [row for row in rows if any(row[-5:])]
