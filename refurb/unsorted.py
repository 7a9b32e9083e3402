"""The files that wait to be sorted, and that show on a device a drive that its inventory does not know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F

from refurb.enums.hardware import OF_NWIPE
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.hardware import DepositedFile
from refurb.readers.facts import HardwareFacts, SeenDrive
from refurb.sorting import Sorting, sort_files


def unsorted_drives(devices: Iterable[int]) -> Mapping[int, list[DepositedFile]]:
    """``{device: the waiting files that show a drive it does not know}``; one query when nothing waits.

    A file is of the devices that sorting would give it, or would ask about.
    """
    asked = dict(Device.objects.filter(pk__in=devices).values_list("pk", "workshop"))
    waiting: dict[int, list[DepositedFile]] = defaultdict(list)
    read = DepositedFile.objects.waiting().filter(workshop__in=set(asked.values()), problem="")
    for deposit in read.select_related("file"):
        waiting[deposit.workshop_id].append(deposit)
    told: dict[int, list[tuple[DepositedFile, Sequence[SeenDrive]]]] = defaultdict(list)
    for workshop, deposits in waiting.items():
        for one in sort_files(workshop, deposits):
            for pk in _pointed(one) & asked.keys():
                told[pk].append((one.deposit, _shown(one.deposit, one.facts)))
    known = _numbers(told)
    found = {pk: [file for file, drives in files if _is_news(drives, known[pk])] for pk, files in told.items()}
    return {pk: files for pk, files in found.items() if files}


def _pointed(one: Sorting) -> set[int]:
    return {one.device.pk} if one.device is not None else {device.pk for device, _ in one.among}


def _shown(deposit: DepositedFile, facts: HardwareFacts) -> Sequence[SeenDrive]:
    """The drives that are inventoried when it is sorted: of a log, the one that it numbers, when it is alone."""
    if deposit.kind not in OF_NWIPE:
        return facts.fitted
    return [drive for drive in facts.fitted if drive.key] if len(facts.drives) == 1 else ()


def _numbers(devices: Iterable[int]) -> Mapping[int, list[str]]:
    """The numbers of the drives of each device in its present stay; empty for one that has none."""
    rows = Drive.objects.real().filter(device__in=list(devices), stay=F("device__stay"))
    found: dict[int, list[str]] = defaultdict(list)
    for device, key in rows.values_list("device", "serial_key"):
        found[device].append(key)
    return found


def _is_news(drives: Sequence[SeenDrive], known: Sequence[str]) -> bool:
    """A number that is not known, unless a drive without number may be it; a drive, where none is known."""
    if not known:
        return bool(drives)
    return "" not in known and any(drive.key and drive.key not in known for drive in drives)
