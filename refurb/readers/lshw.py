"""Read ``lshw -json``: one object, or a list of one. Pure.

Source of the format: lshw B.02.16 to B.02.20, tried on files of eReuse's workbench.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from refurb.enums import DriveKind
from refurb.enums.hardware import FileKind, Unreadable
from refurb.readers.facts import (
    MOST_DRIVES,
    HardwareFacts,
    NotHardware,
    SeenDrive,
    fitted_memory,
    mapping,
    objects,
    serial_of,
    whole,
    words,
)
from refurb.readers.names import kind_of, maker_of, model_of, processor_of, type_of

DEEPEST, MOST_NODES = 40, 20_000
type Node = Mapping[str, Any]
type Line = tuple[Node, ...]
"""A node with those it hangs from, the nearest last."""


def is_lshw(said: Any) -> bool:
    """Whether a JSON value is what lshw prints."""
    return any({"id", "class"} <= one.keys() for one in objects(said, most=1))


def read_lshw(said: Any) -> HardwareFacts:
    """What lshw says of a machine. Raises NotHardware."""
    (system,) = objects(said, most=1)
    lines = list(_lines(system))
    configuration = mapping(system.get("configuration"))
    maker = maker_of(system.get("vendor"))
    return HardwareFacts(
        kind=FileKind.LSHW,
        serial=serial_of(system.get("serial")),
        manufacturer=maker,
        model=model_of(system.get("product"), system.get("version"), maker=maker),
        type=type_of(configuration.get("chassis")) or type_of(system.get("description")),
        processor=_processor(lines),
        memory_gb=_memory(lines),
        drives=tuple(_drives(lines))[:MOST_DRIVES],
        webcam=_webcam(lines),
    )


def _lines(system: Node) -> Iterator[Line]:
    waiting: list[Line] = [(system,)]
    seen = 0
    while waiting:
        line = waiting.pop()
        seen += 1
        if len(line) > DEEPEST or seen > MOST_NODES:
            raise NotHardware(Unreadable.TOO_DEEP)
        yield line
        waiting += [(*line, child) for child in reversed(objects(line[-1].get("children")))]


def _id(node: Node) -> str:
    return words(node.get("id")).split(":", 1)[0]


def _name(node: Node) -> str:
    """« /dev/sda »; of several names, the first."""
    named = node.get("logicalname")
    return words(named[0] if isinstance(named, list) and named else named)


def _processor(lines: list[Line]) -> str:
    cpus = (line[-1] for line in lines if line[-1].get("class") == "processor" and _id(line[-1]) == "cpu")
    return next((said for cpu in cpus if (said := processor_of(cpu.get("product")))), "")


def _memory(lines: list[Line]) -> int | None:
    """The modules of the system memory; those of the firmware are not counted."""
    systems = [
        line[-1]
        for line in lines
        if line[-1].get("class") == "memory" and words(line[-1].get("description")).lower() == "system memory"
    ]
    banks = [
        size
        for one in systems
        for bank in objects(one.get("children"))
        if _id(bank) == "bank" and (size := whole(bank.get("size")))
    ]
    return fitted_memory(banks, next((size for one in systems if (size := whole(one.get("size")))), None))


def _drives(lines: list[Line]) -> Iterator[SeenDrive]:
    for line in lines:
        node = line[-1]
        if _id(node) == "nvme" or _is_bare_nvme(node):
            yield _nvme(node)
        elif node.get("class") == "disk" and _is_storage(line):
            yield _disk(line)


def _is_storage(line: Line) -> bool:
    """Neither a disc reader, nor the medium inside a drive, nor what NVMe and eMMC name besides their storage."""
    node, above = line[-1], line[-2] if len(line) > 1 else {}
    if _id(node) in ("cdrom", "medium", "namespace") or above.get("class") == "disk" or _id(above) == "nvme":
        return False
    if any(word in words(node.get("description")).upper() for word in ("DVD", "CD-R", "CD/", "BLU-RAY")):
        return False
    name = _name(node)
    return not (name.startswith("/dev/mmcblk") and ("boot" in name or "rpmb" in name))


def _is_bare_nvme(node: Node) -> bool:
    """An older lshw tells only of the controller: there is a drive behind it, of which nothing more is known."""
    said = words(node.get("description")).lower()
    has_more = any(_id(child) == "nvme" for child in objects(node.get("children")))
    return said in ("non-volatile memory controller", "nvme controller") and not has_more


def _nvme(node: Node) -> SeenDrive:
    sizes = [size for child in objects(node.get("children")) if (size := whole(child.get("size")))]
    is_drive = _id(node) == "nvme"
    return SeenDrive(
        serial=serial_of(node.get("serial")),
        manufacturer=(maker := maker_of(node.get("vendor"))),
        model=model_of(node.get("product"), maker=maker) if is_drive else "",
        size=max(sizes, default=None),
        kind=DriveKind.NVME,
    )


def _disk(line: Line) -> SeenDrive:
    node, above = line[-1], line[-2] if len(line) > 1 else {}
    name = _name(node)
    is_emmc = name.startswith("/dev/mmcblk")
    bearer = above if is_emmc and not node.get("serial") else node
    capabilities = " ".join(map(str, mapping(node.get("capabilities"))))
    inner = [size for child in objects(node.get("children")) if (size := whole(child.get("size")))]
    return SeenDrive(
        serial=serial_of(bearer.get("serial")),
        manufacturer=(maker := maker_of(bearer.get("vendor"))),
        model=model_of(bearer.get("product"), maker=maker),
        size=whole(node.get("size")) or max(inner, default=None),
        kind=kind_of(node.get("product"), node.get("description"), capabilities, name=name),
        outside=any(words(one.get("businfo")).startswith("usb@") for one in line),
    )


def _webcam(lines: list[Line]) -> bool | None:
    """Whether a camera hangs on USB; where lshw lists no USB port, nothing is known."""
    usb = [line[-1] for line in lines if words(line[-1].get("businfo")).startswith("usb@")]
    for node in usb:
        said = f"{words(node.get('product'))} {words(node.get('description'))}".lower()
        driver = words(mapping(node.get("configuration")).get("driver"))
        if driver == "uvcvideo" or "webcam" in said or "camera" in said:
            return True
        if node.get("class") == "multimedia" and words(node.get("description")).lower() == "video":
            return True
    return False if usb else None
