"""The files that wait to be sorted, and that tell of a device what its inventory and its proofs do not.

They show a drive that nobody inventoried, or say that one was not erased that is proven to be. The database asks
the same when a device leaves (``refurb_device_files_sorted``), of what points at it by itself: not of a file that only
follows another one. A file that is deposited while its device leaves is sorted afterwards: ``refurb.services.gone``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from refurb.enums import DriveKind
from refurb.enums.hardware import OF_NWIPE, FileKind
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.erasure import Erasure
from refurb.models.hardware import DepositedFile
from refurb.readers.facts import HardwareFacts, SeenDrive
from refurb.sorting import Sorting, sort_files


@dataclass
class DrivesKnown:
    """The numbers of the drives of a device in its present stay; those that are proven erased.

    Its memory cards are apart: a card is not the drive that a file shows, unless it bears its number.
    """

    cards: set[str] = field(default_factory=set)
    numbers: list[str] = field(default_factory=list)
    proven: set[str] = field(default_factory=set)


def unsorted_drives(devices: Iterable[int]) -> Mapping[int, list[DepositedFile]]:
    """``{device: the waiting files that tell what it does not know}``; one query when nothing waits.

    A file is of the devices that sorting would give it, or would ask about.
    """
    asked = set(devices)
    waiting: dict[int, list[DepositedFile]] = defaultdict(list)
    for deposit in _waiting_beside(asked):
        waiting[deposit.workshop_id].append(deposit)
    told: dict[int, list[Sorting]] = defaultdict(list)
    for workshop, deposits in waiting.items():
        for one in sort_files(workshop, deposits):
            for pk in _pointed(one) & asked:
                told[pk].append(one)
    known = _known(told)
    found = {pk: [one.deposit for one in files if _is_news(one, known[pk])] for pk, files in told.items()}
    return {pk: files for pk, files in found.items() if files}


def held_back_by(workshop: int, deposits: Sequence[DepositedFile]) -> Mapping[int, list[Device]]:
    """``{file: the devices that it holds back}``, of files that wait at a workshop, sorted with all that wait there.

    It tells of them what they do not know, or a file that goes with it does, and would let go without it.
    """
    asked = {one.pk for one in deposits}
    waiting = DepositedFile.objects.waiting().filter(workshop=workshop, problem="").select_related("file")
    sortings = sort_files(workshop, waiting)
    held, found = _holding(sortings), dict[int, dict[int, Device]]()
    left = _holding(sort_files(workshop, [one for one in waiting if one.pk not in asked]))
    let_go = {device for deposit, device in held.keys() - left.keys() if deposit not in asked}
    for (deposit, device), row in held.items():
        if deposit in asked:
            found.setdefault(deposit, {})[device] = row
        elif device in let_go:
            for one in sortings:
                if one.deposit.pk in asked and device in _pointed(one):
                    found.setdefault(one.deposit.pk, {})[device] = row
    return {deposit: list(devices.values()) for deposit, devices in found.items()}


def _holding(sortings: Iterable[Sorting]) -> Mapping[tuple[int, int], Device]:
    """``{(file, device): device}`` of those that tell of a device what it does not know."""
    pointed = [
        (one, device)
        for one in sortings
        for device in ([one.device] if one.device is not None else [device for device, _ in one.among])
    ]
    known = _known({device.pk for _, device in pointed})
    return {(one.deposit.pk, device.pk): device for one, device in pointed if _is_news(one, known[device.pk])}


def unsorted_along(devices: Iterable[int]) -> Mapping[int, list[Device]]:
    """``{device: those that waiting files tell of, among it and its screen}``; one query when nothing waits."""
    asked = set(devices)
    if not _waiting_beside(asked):
        return {}
    rows = Device.objects.filter(Q(pk__in=asked) | Q(attached_to__in=asked, state=F("attached_to__state")))
    held = {row.pk: row for row in rows.order_by("attached_to", "pk")}
    found: dict[int, list[Device]] = defaultdict(list)
    for pk in unsorted_drives(held):
        for owner in {pk, held[pk].attached_to_id} & asked:
            found[owner].append(held[pk])
    return found


def shown_drives(kind: FileKind | str, facts: HardwareFacts) -> Sequence[SeenDrive]:
    """The drives that are inventoried when it is sorted.

    A log of one numbered drive tells of its machine's; one of several, only of those that are found otherwise.
    """
    if kind not in OF_NWIPE:
        return facts.fitted
    return [drive for drive in facts.fitted if drive.key] if len(facts.drives) == 1 else ()


def failed_drives(facts: HardwareFacts) -> list[str]:
    """The numbers of those of which the last run of a log says that they were not erased."""
    last = {drive.key: drive.failed for drive in facts.drives if drive.key}
    return [key for key, failed in last.items() if failed]


def _waiting_beside(devices: set[int]) -> QuerySet[DepositedFile]:
    """The files that wait in the workshops of devices, and that were read."""
    workshops = Device.objects.filter(pk__in=devices).values("workshop")
    return DepositedFile.objects.waiting().filter(workshop__in=workshops, problem="").select_related("file")


def _pointed(one: Sorting) -> set[int]:
    return {one.device.pk} if one.device is not None else {device.pk for device, _ in one.among}


def _known(devices: Iterable[int]) -> Mapping[int, DrivesKnown]:
    """What is known of the drives of each device in its present stay; empty for one that has none."""
    rows = Drive.objects.real().filter(device__in=list(devices), stay=F("device__stay"))
    proofs = Erasure.objects.accepted().filter(drive=OuterRef("pk"), finished_at__gte=OuterRef("arrived_at"))
    found: dict[int, DrivesKnown] = defaultdict(DrivesKnown)
    told = rows.annotate(is_proven=Exists(proofs)).values_list("device", "kind", "serial_key", "is_proven")
    for device, kind, key, is_proven in told:
        if kind == DriveKind.CARD:
            found[device].cards.add(key)
        else:
            found[device].numbers.append(key)
        if is_proven:
            found[device].proven.add(key)
    return found


def _is_news(one: Sorting, known: DrivesKnown) -> bool:
    """A number that is not known, unless a drive without number may be it; a drive, where none is known.

    Or a failure of one that is proven: which run came last is read when it is sorted.
    """
    shown, numbers = shown_drives(one.deposit.kind, one.facts), known.numbers
    drives = [drive for drive in shown if not drive.key or drive.key not in known.cards]
    if known.proven & set(failed_drives(one.facts)):
        return True
    if not numbers:
        return bool(drives)
    return "" not in numbers and any(drive.key and drive.key not in numbers for drive in drives)
