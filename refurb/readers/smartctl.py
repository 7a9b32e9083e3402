"""Read ``smartctl -j``: one drive, as it says what it is. Pure.

Source of the format: smartmontools 7.0 and later (``json_format_version`` 1.0).
"""

from collections.abc import Mapping
from typing import Any

from refurb.enums.hardware import FileKind, Unreadable
from refurb.readers.facts import HardwareFacts, NotHardware, SeenDrive, mapping, serial_of, whole, words
from refurb.readers.names import kind_of, maker_of, model_of


def is_smartctl(said: Any) -> bool:
    """Whether a JSON value is what smartctl prints."""
    return isinstance(said, dict) and isinstance(said.get("smartctl"), dict)


def read_smartctl(said: Mapping[str, Any]) -> HardwareFacts:
    """The drive of which smartctl tells. Raises NotHardware when it could open none."""
    device = mapping(said.get("device"))
    model = said.get("model_name") or said.get("scsi_model_name") or said.get("product") or said.get("scsi_product")
    size = whole(mapping(said.get("user_capacity")).get("bytes")) or whole(said.get("nvme_total_capacity"))
    drive = SeenDrive(
        serial=serial_of(said.get("serial_number")),
        manufacturer=maker_of(said.get("vendor") or said.get("scsi_vendor")),
        model=model_of(model),
        size=size,
        kind=_kind(said, device, model),
        outside=words(device.get("type")).startswith("usb") or "[USB" in words(device.get("info_name")),
    )
    if not (drive.serial or drive.model or drive.size):
        raise NotHardware(Unreadable.NOTHING_SAID)
    return HardwareFacts(kind=FileKind.SMARTCTL, drives=(drive,))


def _kind(said: Mapping[str, Any], device: Mapping[str, Any], model: Any) -> Any:
    turns = said.get("rotation_rate")
    rotation = turns if isinstance(turns, int) and not isinstance(turns, bool) and turns >= 0 else None
    protocol = device.get("protocol")
    return kind_of(model, said.get("model_family"), protocol, name=words(device.get("name")), rotation=rotation)
