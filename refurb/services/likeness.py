"""What is common to the machines of a lot: proposed for one that nobody read yet, from those that were read.

Only what all of them say alike, of the maker, the model, the processor and the memory; never what is a machine's own:
its number, its drives, the wear of its battery, its tests, its grade, its price.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.formats import number_format

from lifecycle import gate
from lifecycle.actors import Actor
from refurb.enums import COMPUTERS, EXPECTED, DeviceState, PartKind
from refurb.models.carried import CarriedFacts
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.hardware import HardwareReport
from refurb.models.stock import Repair
from refurb.services.devices import INSIDE, describe_device
from refurb.services.locked_devices import about, held_device
from typography.french import storage

COMMON = ("manufacturer", "model", *INSIDE)
"""The fields that machines of one model share."""
MADE_ITS_OWN = {PartKind.MEMORY: "memory_gb", PartKind.MOTHERBOARD: "processor"}
"""What a part that is changed makes a machine's own."""
MOST_READ = 30
"""How many machines of a lot are asked: beyond, the last ones say the same or the lot is not of one model."""


@dataclass(frozen=True)
class Likeness:
    """What the machines of a lot have in common: ``facts``, each with the device it is read on.

    ``besides``: label and words of what no field holds, to be looked for: told, never written.
    """

    facts: Mapping[str, tuple[Any, Device]] = field(default_factory=dict)
    besides: tuple[tuple[str, str, Device], ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """``{field: value}``."""
        return {name: value for name, (value, _) in self.facts.items()}

    @property
    def devices(self) -> list[Device]:
        """The devices that are named, each once."""
        return list({device.pk: device for _, device in self.facts.values()}.values())


def likeness_of(device: Device) -> Likeness:
    """What the other machines of its lot say, and nothing on this one does yet; six queries at most."""
    if device.donation_id is None:
        return Likeness()
    blank = [name for name in _asked(device) if not getattr(device, name)]
    alike = [other for other in _read_before(device) if _is_alike(device, other)]
    if not alike:
        return Likeness()
    reports = list(HardwareReport.objects.standing().filter(device__in=alike).order_by("pk"))
    taken, changed = _taken(alike, reports), _changed(alike)
    facts = {name: told for name in blank if (told := _common(name, alike, taken, changed))}
    return Likeness(facts, tuple(_besides(alike, reports)))


@gate.one_transaction
def describe_alike(*, actor: Actor, device: Device, facts: Mapping[str, Any], at: datetime | None = None) -> Device:
    """Write what is read on a device, as ``describe_device``; what was proposed and accepted keeps where it comes from.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device)
    proposed = likeness_of(held).facts
    accepted = {
        name: proposed[name] for name, value in facts.items() if name in proposed and value == proposed[name][0]
    }
    described = describe_device(actor=actor, device=held, **facts)
    CarriedFacts.objects.bulk_create(
        CarriedFacts(
            **about(held, actor, at),
            like=like,
            filled={name: value for name, (value, source) in accepted.items() if source == like},
        )
        for like in {source.pk: source for _, source in accepted.values()}.values()
    )
    return described


def _asked(device: Device) -> tuple[str, ...]:
    return COMMON if device.type in COMPUTERS else tuple(name for name in COMMON if name not in INSIDE)


def _read_before(device: Device) -> list[Device]:
    """The machines of the same lot, type and workshop of which something was read, the latest first."""
    told = ~Q(manufacturer="") | ~Q(processor="")
    here = Device.objects.filter(donation=device.donation_id, type=device.type, workshop=device.workshop_id)
    read = here.filter(told).exclude(pk=device.pk).exclude(state__in=(*EXPECTED, DeviceState.MISSING))
    return list(read.select_related("line").order_by("-received_at", "-pk")[:MOST_READ])


def _is_alike(device: Device, other: Device) -> bool:
    """Of the same line, or of the same maker and model; never when what is read on both is not the same.

    A model that its line announced is enough for no machine of another line: nobody read it.
    """
    pairs = {name: (_spelt(getattr(device, name)), _spelt(getattr(other, name))) for name in ("manufacturer", "model")}
    if device.line_id is None or device.line_id != other.line_id:
        return all(mine and mine == its for mine, its in pairs.values())
    return all(
        not mine or not its or mine == its or _is_as_announced(device, name) for name, (mine, its) in pairs.items()
    )


def _is_as_announced(device: Device, name: str) -> bool:
    """Nobody read it: the line of its lot says so."""
    return name == "model" and device.line is not None and device.model == device.line.model_name[:80]


def _spelt(text: str) -> str:
    return " ".join(text.split()).casefold()


def _taken(alike: list[Device], reports: Iterable[HardwareReport]) -> set[tuple[int, str]]:
    """The facts that a device took itself from another, and that nothing read on it since: they say nothing more."""
    by_key = {device.pk: device for device in alike}

    def still(rows: Iterable[CarriedFacts | HardwareReport]) -> set[tuple[int, str]]:
        return {
            (row.device_id, name)
            for row in rows
            for name, value in row.filled.items()
            if getattr(by_key[row.device_id], name, None) == value
        }

    return still(CarriedFacts.objects.filter(device__in=alike)) - still(reports)


def _changed(alike: list[Device]) -> set[tuple[int, str]]:
    """The facts that a repair made a device's own: the memory that was added is not that of the lot."""
    repairs = Repair.objects.standing().filter(device__in=alike, kind__in=list(MADE_ITS_OWN))
    return {(pk, MADE_ITS_OWN[PartKind(kind)]) for pk, kind in repairs.values_list("device", "kind")}


def _common(
    name: str, alike: list[Device], taken: set[tuple[int, str]], changed: set[tuple[int, str]]
) -> tuple[Any, Device] | None:
    """What all of them that say it say alike, and the last one on which it was read; None when two differ."""
    sayers = [device for device in alike if getattr(device, name) and (device.pk, name) not in changed]
    if len({_spelt(str(getattr(device, name))) for device in sayers}) != 1:
        return None
    source = next((device for device in sayers if (device.pk, name) not in taken), None)
    return None if source is None else (getattr(source, name), source)


def _besides(alike: list[Device], reports: Iterable[HardwareReport]) -> Iterable[tuple[str, str, Device]]:
    """The size of the drive and of the screen, when all that have one have the same: told, never written."""
    drives = Drive.objects.current().real().filter(device__in=alike, capacity__gt=0, fitted_by=None).order_by("pk")
    sizes = {drive.device_id: f"{drive.get_kind_display()} de {storage(drive.capacity)}" for drive in drives}
    yield from _agreed("Stockage", sizes, alike)
    inches: dict[int, str] = {}
    for report in reports:
        if (size := report.hardware_facts.screen_inches) is not None:
            inches[report.device_id] = f"{number_format(size, 1)}\u00a0pouces"
    yield from _agreed("Écran", inches, alike)


def _agreed(label: str, said: Mapping[int, str], alike: list[Device]) -> Iterable[tuple[str, str, Device]]:
    if len(set(said.values())) == 1:
        source = next(device for device in alike if device.pk in said)
        yield label, said[source.pk], source
