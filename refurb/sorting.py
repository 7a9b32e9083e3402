"""About which device a deposited file is: by the label in its name, by a serial number, by the number of a drive.

Where two devices answer, or none, a person says which; nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.db.models import F

from donations.serials import same_serial
from refurb.enums import ENDED
from refurb.enums.hardware import OF_NWIPE
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.hardware import DepositedFile, FilePointer, HardwareReport
from refurb.readers.facts import HardwareFacts
from refurb.tags import LONGEST, normal

PIECE = re.compile(r"[0-9A-Z]+")
DATED = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9](?:[-_.T ]?[0-9]{2}[-_.H:]?[0-9]{2})?")
"""A day, and an hour: no label."""
LONGEST_RUN, SHORTEST_TAG = 4, 3
BY_DRIVE = "numéro d’un disque"
BEFORE = "étiquette ou numéro d’avant leur correction"


@dataclass
class Sorting:
    """One file with the device it is about, and why; or what a person is asked."""

    deposit: DepositedFile
    facts: HardwareFacts
    device: Device | None = None
    why: str = ""
    typed: str = ""
    wrong: str = ""
    not_of: set[int] = field(default_factory=set)
    """The devices that a person said it is not of: it is sorted to none of them again by itself."""
    is_shared: bool = False
    """A log of several drives: here for the one of this device, elsewhere for the others."""
    among: list[tuple[Device, str]] = field(default_factory=list)

    @property
    def numbers(self) -> set[str]:
        """The number of the machine and those of its drives, as numbers are compared."""
        found = {same_serial(self.facts.serial), *(drive.key for drive in self.facts.fitted)}
        return found - {""}


def sort_files(
    workshop: int, deposits: Sequence[DepositedFile], typed: Mapping[int, str] | None = None
) -> list[Sorting]:
    """Each file with its device, among those of the workshop; ``typed``: labels that a person gave, by file key.

    A log that tells of drives of several devices is there once for each.
    """
    given = typed or {}
    not_of: dict[int, set[int]] = defaultdict(set)
    withdrawn = HardwareReport.objects.filter(deposit__in=deposits, withdrawn_at__isnull=False)
    for deposit, device in withdrawn.values_list("deposit", "device"):
        not_of[deposit].add(device)
    sortings = [
        Sorting(one, one.hardware_facts, typed=given.get(one.pk, "").strip(), not_of=not_of[one.pk]) for one in deposits
    ]
    pointed, shared = _Pointed(workshop, sortings), list[Sorting]()
    for one in sortings:
        if one.deposit.problem:
            continue
        if one.typed:
            _as_typed(one, pointed)
            continue
        found = [(device, why) for device, why in pointed.by(one) if device.pk not in one.not_of]
        if len(found) > 1 and one.deposit.kind in OF_NWIPE and all(why == BY_DRIVE for _, why in found):
            shared += [
                Sorting(one.deposit, one.facts, device=device, why=why, is_shared=True) for device, why in found[1:]
            ]
            one.is_shared, (one.device, one.why) = True, found[0]
        elif len(found) == 1 and not is_another_machine(one.facts, found[0][0]):
            ((one.device, one.why),) = found
        else:
            one.among = [(device, _with_its_number(one.facts, device, why)) for device, why in found]
    _follow(sortings)
    return sortings + shared


def points_at(name: str, facts: HardwareFacts) -> list[str]:
    """All by which a file may point at a device, as the database compares it: labels, machine, drives."""
    numbers = [f"s:{same_serial(facts.serial)}"] if same_serial(facts.serial) else []
    numbers += [f"d:{drive.key}" for drive in facts.fitted if drive.key]
    return [*(f"t:{label}" for label in _labels(name) if len(label) <= LONGEST), *dict.fromkeys(numbers)]


def is_another_machine(facts: HardwareFacts, device: Device) -> bool:
    """Whether a file gives a machine another serial number than the one that is written on the device."""
    read = same_serial(facts.serial)
    return bool(read and device.serial_key and read != device.serial_key)


def _with_its_number(facts: HardwareFacts, device: Device, why: str) -> str:
    if not is_another_machine(facts, device):
        return why
    return f"{why}, mais son numéro de série est {device.serial}"


class _Pointed:
    """The devices of a workshop that labels and numbers point at, or did; four queries whatever the number of files."""

    def __init__(self, workshop: int, sortings: Sequence[Sorting]) -> None:
        followed = Device.objects.filter(workshop=workshop).exclude(state__in=ENDED).exclude(tag="")
        labels = {key for one in sortings for key in (*_labels(one.deposit.file.name), normal(one.typed)) if key}
        numbers = {number for one in sortings for number in one.numbers}
        self.tags: dict[str, list[Device]] = defaultdict(list)
        self.serials: dict[str, list[Device]] = defaultdict(list)
        self.drives: dict[str, list[Device]] = defaultdict(list)
        for device in followed.filter(tag_key__in=labels).order_by("pk"):
            self.tags[device.tag_key].append(device)
        for device in followed.filter(serial_key__in=numbers).order_by("pk"):
            self.serials[device.serial_key].append(device)
        inside = Drive.objects.in_place().filter(serial_key__in=numbers, stay=F("device__stay"), device__in=followed)
        for drive in inside.select_related("device").order_by("pk"):
            self.drives[drive.serial_key].append(drive.device)
        self.before: dict[int, list[Device]] = defaultdict(list)
        waiting = FilePointer.objects.filter(deposit__in=[one.deposit.pk for one in sortings], device__in=followed)
        for pointer in waiting.select_related("device").order_by("pk"):
            self.before[pointer.deposit_id].append(pointer.device)

    def by(self, one: Sorting) -> list[tuple[Device, str]]:
        """``(device, why)`` of all that a file points at, each once."""
        why: dict[Device, list[str]] = defaultdict(list)
        for label in self._in_name(one.deposit.file.name):
            for device in self.tags[label]:
                why[device].append("étiquette dans le nom du fichier")
        for device in self.serials.get(same_serial(one.facts.serial), ()):
            why[device].append("numéro de série")
        for drive in one.facts.fitted:
            for device in self.drives.get(drive.key, ()):
                why[device].append(BY_DRIVE)
        for device in self.before.get(one.deposit.pk, ()):
            if device not in why:
                why[device].append(BEFORE)
        return [(device, ", ".join(dict.fromkeys(reasons))) for device, reasons in why.items()]

    def _in_name(self, name: str) -> list[str]:
        """The labels in a name that a device bears; one that is a part of a longer one is not read apart."""
        found = [label for label in _labels(name) if label in self.tags]
        return [one for one in found if not any(one != other and one in other for other in found)]


def _labels(name: str) -> list[str]:
    """What may be a label in a name. Figures alone are one at its beginning only: elsewhere they are a date."""
    stem = DATED.sub(" / ", PurePosixPath(name).stem.upper())
    pieces = list(PIECE.finditer(stem))
    found = []
    for first, begun in enumerate(pieces):
        for ended in pieces[first : first + LONGEST_RUN]:
            written = stem[begun.start() : ended.end()]
            if " / " in written:
                break
            found += [
                label
                for label in (normal(written), "".join(PIECE.findall(written)))
                if len(label) >= SHORTEST_TAG and (first == 0 or not label.isdecimal())
            ]
    return list(dict.fromkeys(found))


def _as_typed(one: Sorting, pointed: _Pointed) -> None:
    found = pointed.tags.get(normal(one.typed), [])
    if len(found) == 1:
        (one.device,) = found
        one.why = "étiquette donnée"
        one.among = [(device, why) for device, why in pointed.by(one) if device != one.device]
    elif found:
        one.wrong = f"Deux appareils se lisent «\u00a0{one.typed}\u00a0»\u00a0: corrigez d’abord l’une des étiquettes."
    else:
        one.wrong = f"Aucun appareil suivi dans l’atelier ne porte «\u00a0{one.typed}\u00a0»."


def _follow(sortings: Iterable[Sorting]) -> None:
    """What points at nothing goes with the sorted file that tells of the same machine or of the same drive."""
    rows = list(sortings)
    for _ in range(2):
        known: dict[str, set[Device]] = defaultdict(set)
        names: dict[str, str] = {}
        for one in rows:
            if one.device is not None and not one.is_shared:
                for number in one.numbers:
                    known[number].add(one.device)
                    names.setdefault(number, one.deposit.file.called)
        for one in rows:
            if one.device is None and not (one.among or one.wrong or one.deposit.problem):
                devices = {
                    device for number in one.numbers for device in known.get(number, ()) if device.pk not in one.not_of
                }
                if len(devices) == 1:
                    (one.device,) = devices
                    one.why = f"comme {next(names[number] for number in one.numbers if number in names)}"
