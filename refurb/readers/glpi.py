"""Read an inventory of GLPI in JSON (``inventory_format``), of a computer or of a phone. Pure.

Source of the format: the schema published by glpi-project/inventory_format (MIT).
"""

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

from refurb.enums import DeviceType
from refurb.enums.hardware import FileKind
from refurb.readers.facts import (
    MEGABYTE,
    MOST_DRIVES,
    HardwareFacts,
    SeenDrive,
    fitted_memory,
    mapping,
    objects,
    serial_of,
    whole,
    words,
)
from refurb.readers.names import kind_of, maker_of, model_of, processor_of, type_of

MEGA = 10**6
VIDEO_CLASSES = ("14", "0e", "e")
"""The class of cameras on USB (USB-IF), in figures as agents print it."""
EDID_HEADER = bytes.fromhex("00ffffffffffff00")
WIDTH, HEIGHT, EDID_BYTES = 21, 22, 128
CENTIMETRES = 2.54
LONGEST = 2001
"""Signs of a value: an EDID of two blocks, in base 64, has under four hundred."""
FIGURES_OF_IMEI = range(14, 17)
READ = {
    "bios": ("smanufacturer", "mmanufacturer", "smodel", "ssn"),
    "hardware": ("chassis_type", "memory"),
    "cpus": ("name",),
    "memories": ("capacity",),
    "storages": (
        *("type", "model", "description", "disksize", "interface", "name", "serial", "serialnumber"),
        "manufacturer",
    ),
    "batteries": ("capacity", "real_capacity"),
    "modems": ("imei",),
    "monitors": ("base64",),
    "cameras": (),
}
"""What is read of each section. The rest names who used the machine: users, sessions, software, its own name."""


def is_glpi(said: Any) -> bool:
    """Whether a JSON value is an inventory of GLPI."""
    return (
        isinstance(said, dict) and isinstance(said.get("content"), dict) and bool({"deviceid", "action"} & said.keys())
    )


def read_glpi(said: Mapping[str, Any]) -> HardwareFacts:
    """What an inventory of GLPI says of a machine."""
    content = mapping(said.get("content"))
    bios, hardware = mapping(content.get("bios")), mapping(content.get("hardware"))
    is_phone = words(said.get("itemtype")) == "Phone"
    maker = maker_of(bios.get("smanufacturer")) or maker_of(bios.get("mmanufacturer"))
    banks = [
        size * MEGABYTE for bank in objects(content.get("memories")) if (size := whole(bank.get("capacity"), 2**24))
    ]
    seen = (whole(hardware.get("memory"), 2**24) or 0) * MEGABYTE or sum(banks)
    return HardwareFacts(
        kind=FileKind.GLPI,
        serial=serial_of(bios.get("ssn")),
        manufacturer=maker,
        model=model_of(bios.get("smodel"), maker=maker),
        type=DeviceType.SMARTPHONE if is_phone else type_of(hardware.get("chassis_type")),
        processor="" if is_phone else _processor(content),
        memory_gb=fitted_memory([] if is_phone else banks, seen),
        drives=tuple(_drive(one) for one in objects(content.get("storages")) if _is_storage(one))[:MOST_DRIVES],
        battery_wear=_wear(content),
        imeis=_imeis(content),
        screen_inches=_screen(content),
        webcam=_webcam(content),
    )


def without_people(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same inventory, of which only what ``read_glpi`` reads is left: it reads the same in it."""
    content = mapping(said.get("content"))
    left: dict[str, Any] = {}
    for section, names in READ.items():
        if section in content:
            left[section] = [
                {name: value for name in names if (value := _plain(one.get(name))) is not None}
                for one in objects(content[section])
            ]
    for section in ("bios", "hardware"):
        left[section] = next(iter(left.get(section, ())), {}) if isinstance(content.get(section), dict) else {}
    if any(map(_is_camera, objects(content.get("usbdevices")))):
        left["usbdevices"] = [{"caption": "camera"}]
    kind = {"itemtype": "Phone"} if words(said.get("itemtype")) == "Phone" else {}
    return {"action": "inventory", "content": left} | kind


def _plain(value: Any) -> Any:
    """A text or a number, or some of them; None for what could hold anything else."""
    if isinstance(value, list):
        return [one[:LONGEST] for one in value[:4] if isinstance(one, str)]
    if isinstance(value, str):
        return value[:LONGEST]
    return value if isinstance(value, int | float) else None


def _processor(content: Mapping[str, Any]) -> str:
    return next((name for cpu in objects(content.get("cpus")) if (name := processor_of(cpu.get("name")))), "")


def _is_storage(one: Mapping[str, Any]) -> bool:
    said = f"{words(one.get('type'))} {words(one.get('model'))} {words(one.get('description'))}".lower()
    return not any(word in said for word in ("cdrom", "cd-rom", "dvd", "floppy", "tape"))


def _drive(one: Mapping[str, Any]) -> SeenDrive:
    size = whole(one.get("disksize"), 2**40)
    bus = f"{words(one.get('interface'))} {words(one.get('description'))}".upper()
    kind = kind_of(one.get("model"), one.get("description"), one.get("interface"), name=words(one.get("name")))
    return SeenDrive(
        serial=serial_of(one.get("serial") or one.get("serialnumber")),
        manufacturer=(maker := maker_of(one.get("manufacturer"))),
        model=model_of(one.get("model"), maker=maker),
        size=size * MEGA if size else None,
        kind=kind,
        outside="USB" in bus,
    )


def _wear(content: Mapping[str, Any]) -> int | None:
    """How much of what the battery held new it holds no more, in %; of several, the most worn."""
    worn = []
    for battery in objects(content.get("batteries")):
        new, now = whole(battery.get("capacity"), 10**7), whole(battery.get("real_capacity"), 10**7)
        if new and now:
            worn.append(max(0, 100 - round(100 * now / new)))
    return max(worn, default=None)


def _imeis(content: Mapping[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    for modem in objects(content.get("modems")):
        said = modem.get("imei")
        found += [words(one, 20) for one in (said[:4] if isinstance(said, list) else [said])]
    figures = ["".join(sign for sign in one if sign.isdecimal() and sign.isascii()) for one in found]
    return tuple(dict.fromkeys(one for one in figures if len(one) in FIGURES_OF_IMEI))[:4]


def _screen(content: Mapping[str, Any]) -> float | None:
    """The diagonal of the one screen that there is, in inches, from its EDID (VESA E-EDID, bytes 21 and 22)."""
    screens = objects(content.get("monitors"))
    if len(screens) != 1:
        return None
    said = screens[0].get("base64")
    if not isinstance(said, str) or len(said) >= LONGEST:
        return None
    try:
        edid = base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(edid) < EDID_BYTES or not edid.startswith(EDID_HEADER) or not (edid[WIDTH] and edid[HEIGHT]):
        return None
    return round(math.hypot(edid[WIDTH], edid[HEIGHT]) / CENTIMETRES, 1)


def _webcam(content: Mapping[str, Any]) -> bool | None:
    if objects(content.get("cameras")):
        return True
    return True if any(map(_is_camera, objects(content.get("usbdevices")))) else None


def _is_camera(device: Mapping[str, Any]) -> bool:
    said = f"{words(device.get('caption'))} {words(device.get('name'))}".lower()
    return words(device.get("class")).lower() in VIDEO_CLASSES or "webcam" in said or "camera" in said
