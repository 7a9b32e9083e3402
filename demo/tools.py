"""What machines say of themselves in the story: files of lshw, made up as the tool writes them, and the boot keys."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from demo import papers
from demo.agenda import Thread, do
from demo.bench import GIGABYTE, Work
from demo.catalogue import Model
from demo.context import Story
from network.models import Organisation
from refurb.enums import DeviceState, DriveKind
from refurb.models import Device, Drive
from refurb.models.hardware import HardwareReport
from refurb.services import deposit_tokens, depositing, hardware

KEPT_KEY, LOST_KEY = "Clé rouge, établi 1", "Clé bleue, égarée"
SOLID_MAKERS = ("Samsung", "Micron", "SK hynix")
PRODUCTS = {DriveKind.NVME: "SSD NVMe", DriveKind.SSD: "SSD SATA"}
WORKSHOP = "lille"
"""Where machines are read by tools; the other workshops still type."""


def in_process(work: Work) -> Thread:
    """Taken in hand, its parts read by a tool, not finished."""
    yield work.after(1, 3)
    do("start", work.acts)
    _read(work)


def ready(work: Work) -> Iterator[datetime]:
    """The usual way, what is typed elsewhere read in a file. Returns those whose grade is good enough."""
    yield work.turn(1, 14)
    do("start", work.acts)
    drives = _read(work)
    yield work.after(1)
    work.erase(drives)
    yield work.after(0, 8)
    return work.finish()


def _read(work: Work) -> list[Drive]:
    """Deposit what lshw says of each device and write it on them; the drives that it found."""
    # Read again: a number that its donor gave was written since the work was handed over.
    for device in Device.objects.filter(pk__in=work.pks).order_by("pk"):
        content = lshw(device, work.model)
        kept = depositing.deposit_files(**work.hand, files=[(f"{device.tag}--lshw.json", content)]).kept
        hardware.record_files(**work.hand, device=device, deposits=kept)
    return list(Drive.objects.in_place().filter(device__in=work.pks).order_by("pk"))


def keys(story: Story) -> Thread:
    """Two boot keys, one of them lost; on the eve, one file that names no device, and one that is refused."""
    manager, at = story.cast.manager(WORKSHOP), story.moment(story.back(40))
    yield at
    kept, _ = deposit_tokens.make_token(actor=manager, name=KEPT_KEY, at=at)
    lost, _ = deposit_tokens.make_token(actor=manager, name=LOST_KEY, at=at + timedelta(minutes=2))
    at = story.moment(story.back(12))
    yield at
    deposit_tokens.revoke_token(actor=manager, token=lost, at=at)
    at = story.moment(story.back(1))
    yield at
    files = [("lshw-poste-3.json", lshw(None, story.catalogue.named("ThinkPad L390")))]
    if told := told_of_anothers_drive(story, story.cast.organisations[WORKSHOP]):
        files.append(told)
    depositing.deposit_by_key(token=kept, files=files, at=at)


def told_of_anothers_drive(story: Story, workshop: Organisation) -> tuple[str, bytes] | None:
    """A file of a device on the bench that holds a drive inventoried in another: refused until that is settled.

    The first that was read and is still there: nobody finishes it. The drive is that of a device handed over, which
    never came back: the file holds back both devices, and nobody works on that one any more.
    """
    on_the_bench = HardwareReport.objects.filter(device__workshop=workshop, device__state=DeviceState.IN_PROCESS)
    report = on_the_bench.select_related("device").order_by("pk").first()
    gone = Device.objects.filter(workshop=workshop, state=DeviceState.HANDED_OVER, stay=1)
    drives = Drive.objects.in_place().filter(device__in=gone)
    other = drives.exclude(serial_key="").order_by("-pk")
    if report is None or (drive := other.exclude(device=report.device_id).first()) is None:
        return None
    content = lshw(report.device, story.catalogue.named("ThinkPad L390"), moved=drive)
    return f"{report.device.tag}--lshw.json", content


def lshw(device: Device | None, model: Model, *, moved: Drive | None = None) -> bytes:
    """What ``lshw -json`` prints of a machine, its numbers made up; ``moved``: a drive that another device holds."""
    rng = Random(f"lshw {device.reference if device else model.name}")  # noqa: S311 nothing here is a secret
    made_up = "PF" + "".join(rng.choices(papers.SIGNS, k=6))
    bank = {"id": "bank:0", "class": "memory", "description": "DIMM DDR4", "size": model.ram_gb * 2**30}
    memory = {"id": "memory", "class": "memory", "description": "System Memory", "children": [bank]}
    camera = {"description": "Video", "businfo": "usb@1:8", "configuration": {"driver": "uvcvideo"}}
    core = [
        memory | {"size": model.ram_gb * 2**30},
        {"id": "cpu", "class": "processor", "product": model.processor},
        _storage(model, rng),
        {"id": "usb:0", "class": "multimedia"} | camera,
    ]
    if moved is not None:
        size = moved.capacity or 256 * GIGABYTE
        core.append({"id": "disk:1", "class": "disk", "logicalname": "/dev/sdb", "serial": moved.serial, "size": size})
    machine = {
        "id": "computer",
        "class": "system",
        "description": "Notebook",
        "vendor": model.manufacturer,
        "product": model.model,
        "serial": device.serial if device is not None and device.serial_key else made_up,
        "configuration": {"chassis": "notebook"},
        "children": [{"id": "core", "class": "bus", "children": core}],
    }
    told = json.dumps(machine, indent=1, ensure_ascii=False)
    return f'{{ "warning": "données inventées, ne prouve rien",{told[1:]}'.encode()


def _storage(model: Model, rng: Random) -> dict[str, Any]:
    """The drive that the model has, as lshw tells of an NVMe or of a SATA one."""
    size = model.storage_gb * GIGABYTE
    told = {
        "vendor": rng.choice(SOLID_MAKERS),
        "product": PRODUCTS.get(model.storage_kind, "Disque dur"),
        "serial": "".join(rng.choices(papers.SIGNS, k=12)),
    }
    if model.storage_kind == DriveKind.NVME:
        inside = {"id": "namespace:1", "class": "disk", "logicalname": "/dev/nvme0n1", "size": size}
        return told | {"id": "nvme", "class": "storage", "logicalname": "/dev/nvme0", "children": [inside]}
    return told | {"id": "disk", "class": "disk", "logicalname": "/dev/sda", "size": size}
