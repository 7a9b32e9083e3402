"""Write on a device what its files say: blank fields, drives, erasures. What a person wrote stays.

A file tells of one device; a log of nwipe, of drives, each by its number.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format

from documents.locks import hold_all
from donations.serials import same_serial
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb.enums import COMPUTERS, ENDED, FOLLOWED_BY_FILES, GONE, DeviceType
from refurb.enums.hardware import OF_NWIPE, FileKind
from refurb.models.device import Device
from refurb.models.hardware import DepositedFile, HardwareReport
from refurb.readers.facts import HardwareFacts
from refurb.services import devices, gone
from refurb.services.drives_read import inventory
from refurb.services.erasures import read_proofs_ahead
from refurb.services.locked_devices import about, held_device
from refurb.services.nwipe import ClockTold
from refurb.services.pending_runs import check_clock
from refurb.services.runs import prove
from refurb.services.sources import carried_to, sources_of
from refurb.services.told import Difference, Recorded
from refurb.sorting import is_another_machine

READ = ("manufacturer", "model", "serial", "processor", "memory_gb")
"""The fields of a device that a machine tells, in the order they are shown."""
LABELS = {
    "manufacturer": "Marque",
    "model": "Modèle",
    "serial": "Numéro de série",
    "processor": "Processeur",
    "memory_gb": "Mémoire",
    "type": "Type",
}
ORDER = (FileKind.LSHW, FileKind.DMIDECODE, FileKind.GLPI, FileKind.SMARTCTL, FileKind.NWIPE, FileKind.CERTIFICATE)
"""Which file is asked first; a log before the certificate of the same run."""
NOT_WAITING = Reason("not_waiting", "Un de ces fichiers n’attend plus d’être trié.")


@gate.one_transaction
def record_files(
    *,
    actor: Actor,
    device: Device,
    deposits: Sequence[DepositedFile],
    clocks: Mapping[int, ClockTold] = MappingProxyType({}),
    at: datetime | None = None,
) -> Recorded:
    """Write on one device what files of its workshop say of it; all of them or none.

    A drive that another device bears, or a file that is already another device's, refuses them all. An erasure that
    is refused is told, and the rest is written. ``clocks``: how the clock stood, by file, where it was not right. Of a
    device that left, its drives and their erasures alone are written: one that nothing proves is told at once.
    Raises Unknown, PermissionDenied, Refused.
    """
    read_proofs_ahead(device)
    held = held_device(actor=actor, device=device, states=FOLLOWED_BY_FILES)
    stamp, is_gone, was_recalled = at or timezone.now(), held.state in GONE, gone.is_recalled(held)
    _take(held, deposits, actor)
    ordered = sorted(deposits, key=lambda one: (ORDER.index(FileKind(one.kind)), one.pk))
    said = [(one, one.hardware_facts) for one in ordered]
    recorded = Recorded()
    if not is_gone:
        _fill(held, said, recorded)
    if recorded.values:
        devices.describe_device(actor=actor, device=held, **recorded.values)
    found = inventory(actor, held, said, recorded, stamp)
    for clock in clocks.values():
        check_clock(held, clock, stamp)
    with gone.found(stamp) if any(one.kind in OF_NWIPE for one in ordered) else nullcontext():
        runs, notes = prove(actor, ordered, found, at=stamp, clocks=clocks)
    recorded.runs += runs
    recorded.notes += notes
    HardwareReport.objects.bulk_create(
        HardwareReport(
            **about(held, actor, stamp),
            deposit=one,
            kind=one.kind,
            sha256=one.file.sha256,
            facts=one.facts,
            filled=recorded.by_file.get(one.pk, {}),
            differences=recorded.against.get(one.pk, {}),
        )
        for one in ordered
    )
    if is_gone:
        is_news = any(drive.is_new for drive in recorded.drives) or any(run.is_written for run in recorded.runs)
        recorded.notes += gone.tell(held, at=stamp, is_news=is_news, was_recalled=was_recalled)
    return recorded


def _take(held: Device, deposits: Sequence[DepositedFile], actor: Actor) -> None:
    """Hold the files until the end of the transaction. Raises Refused."""
    hold_all(f"refurb.file:{one.file.sha256}" for one in deposits)
    wanted = {one.pk for one in deposits}
    of_here = DepositedFile.objects.filter(workshop=held.workshop_id, problem="", pk__in=wanted)
    # A log of several drives is written on the device of each.
    standing = HardwareReport.objects.standing()
    here = standing.filter(device=held).values("deposit")
    shared = of_here.filter(kind__in=OF_NWIPE, dismissal=None).exclude(pk__in=here)
    if set(of_here.waiting().values_list("pk", flat=True)) | set(shared.values_list("pk", flat=True)) != wanted:
        raise Refused({held.pk: (NOT_WAITING,)})
    hashes = [one.file.sha256 for one in deposits if one.kind not in OF_NWIPE]
    elsewhere = standing.filter(sha256__in=hashes).exclude(device=held).select_related("device")
    if used := elsewhere.first():
        seen = Device.objects.visible_to(actor).filter(pk=used.device_id).first()
        named = f"de l’appareil {seen.tag} ({seen.reference})" if seen is not None else "d’un autre appareil"
        sentence = (
            f"Le même fichier {FileKind(used.kind).label} est déjà celui {named}\u00a0: une machine ne se lit pas"
            " deux fois. Relancez l’outil sur la bonne machine."
        )
        raise Refused({held.pk: (Reason("file_elsewhere", sentence),)})


# --- what is blank


def _fill(held: Device, said: Sequence[tuple[DepositedFile, HardwareFacts]], recorded: Recorded) -> None:
    before = {name: report.get_kind_display() for name, report in sources_of(held).items()}
    carried = {name: str(row) for name, row in carried_to(held, before).items()}
    announced = announced_of(held) - set(before) - set(carried)
    for name in READ:
        if name in devices.INSIDE and held.type not in COMPUTERS:
            continue
        told = [(one, value) for one, facts in said if (value := getattr(facts, name)) not in ("", None)]
        if not told:
            continue
        one, value = told[0]
        written = getattr(held, name)
        is_blank = not written or (name == "serial" and not held.serial_key)
        source = FileKind(one.kind).label
        replaced = name in announced | set(before) and not agree(name, written, value)
        # What was taken from another machine is now read on this one: it is the file's, even when both say the same.
        if is_blank or replaced or name in carried:
            recorded.values[name] = value
            recorded.by_file.setdefault(one.pk, {})[name] = value
            recorded.filled.append((LABELS[name], shown(name, value), source))
        if not is_blank and not agree(name, written, value):
            said_before = (before.get(name, ""), name in announced, carried.get(name, ""))
            recorded.differences.append(
                Difference(LABELS[name], shown(name, written), shown(name, value), source, *said_before)
            )
            recorded.against.setdefault(one.pk, {})[name] = [written, value]
    if any(is_another_machine(facts, held) for _, facts in said):
        recorded.notes.append(
            "Le numéro de série lu n’est pas celui de cet appareil\u00a0: est-ce la bonne machine\u00a0?"
        )
    _compare_type(held, said, recorded)
    _look_for_twins(held, recorded)


def announced_of(held: Device) -> set[str]:
    """The fields that are as its donor said them, in the line of its lot or in its inventory."""
    found = {"model"} if held.line is not None and held.model and held.model == held.line.model_name[:80] else set()
    if held.inventory is None:
        return found
    return found | {name for name in READ if (told := getattr(held.inventory, name)) and told == getattr(held, name)}


def _compare_type(held: Device, said: Sequence[tuple[DepositedFile, HardwareFacts]], recorded: Recorded) -> None:
    for one, facts in said:
        if facts.type and facts.type != held.type:
            read = DeviceType(facts.type).label
            recorded.differences.append(
                Difference(LABELS["type"], held.get_type_display(), str(read), FileKind(one.kind).label)
            )
            recorded.against.setdefault(one.pk, {})["type"] = [held.type, str(facts.type)]
            return


def _look_for_twins(held: Device, recorded: Recorded) -> None:
    serial = recorded.values.get("serial", held.serial)
    key = same_serial(serial)
    if not key:
        return
    followed = Device.objects.filter(workshop=held.workshop_id, serial_key=key).exclude(pk=held.pk)
    for twin in followed.exclude(state__in=ENDED)[:3]:
        recorded.notes.append(
            f"Le numéro de série {serial} est aussi celui de l’appareil {twin.tag or twin.reference}"
            f" ({twin.get_state_display().lower()})\u00a0: la même machine est peut-être enregistrée deux fois."
        )


def agree(name: str, written: Any, read: Any) -> bool:
    """Whether a file says what is written, however it is spelt."""
    if name == "serial":
        return same_serial(str(written)) == same_serial(str(read))
    return str(written).strip().casefold() == str(read).strip().casefold()


def shown(name: str, value: Any) -> str:
    """A value as a person reads it."""
    return f"{value}\u00a0Go" if name == "memory_gb" else str(value)


# --- what is only shown


def facts_of(device: Device) -> list[tuple[str, str, HardwareReport]]:
    """``(what, in words, the file)`` of what no field of a device holds: the latest file that tells it; one query."""
    found: dict[str, tuple[str, str, HardwareReport]] = {}
    for report in HardwareReport.objects.standing().filter(device=device, stay=device.stay).order_by("-pk"):
        for label, said in besides(report.hardware_facts):
            found.setdefault(label, (label, said, report))
    return list(found.values())


def besides(facts: HardwareFacts) -> Iterator[tuple[str, str]]:
    if facts.battery_wear is not None:
        yield "Batterie", f"usée à {facts.battery_wear}\u00a0%"
    if facts.screen_inches is not None:
        yield "Écran", f"{number_format(facts.screen_inches, 1)}\u00a0pouces"
    if facts.webcam is not None:
        yield "Webcam", "présente" if facts.webcam else "aucune vue"
    if facts.imeis:
        yield "IMEI", ", ".join(facts.imeis)
