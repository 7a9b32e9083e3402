"""Read the text of ``dmidecode``: the maker, the model, the chassis, the processor and the memory modules. Pure.

Source of the format: dmidecode 3.x; the structures are those of SMBIOS (DMTF DSP0134).
"""

import re
from collections.abc import Iterator

from refurb.enums.hardware import FileKind, Unreadable
from refurb.readers.facts import GIGABYTE, HardwareFacts, NotHardware, fitted_memory, serial_of
from refurb.readers.names import maker_of, model_of, processor_of, type_of

HANDLE = re.compile(r"^Handle 0x[0-9A-Fa-f]{1,8}, DMI type (\d{1,3}),")
FIELD = re.compile(r"^\t([A-Za-z][A-Za-z /-]{0,40}):[ \t]*(.{0,200})")
SIZE = re.compile(r"^(\d{1,9})\s?(kB|MB|GB|TB)$")
UNITS = {"kB": 2**10, "MB": 2**20, "GB": GIGABYTE, "TB": 2**40}
SYSTEM, CHASSIS, PROCESSOR, MEMORY = 1, 3, 4, 17
WANTED = (SYSTEM, CHASSIS, PROCESSOR, MEMORY)
FLASH = "Flash"
MOST_STRUCTURES = 2000
type Structure = dict[str, str]


def is_dmidecode(text: str) -> bool:
    """Whether a text is what dmidecode prints."""
    return "DMI type " in text and any(HANDLE.match(line) for line in text.splitlines()[:200])


def read_dmidecode(text: str) -> HardwareFacts:
    """What the firmware says of a machine. Raises NotHardware."""
    found: dict[int, list[Structure]] = {kind: [] for kind in WANTED}
    for kind, structure in _structures(text):
        if kind in found and len(found[kind]) < MOST_STRUCTURES:
            found[kind].append(structure)
    if not any(found.values()):
        raise NotHardware(Unreadable.NOTHING_SAID)
    system = next(iter(found[SYSTEM]), {})
    chassis = next(iter(found[CHASSIS]), {})
    maker = maker_of(system.get("Manufacturer")) or maker_of(chassis.get("Manufacturer"))
    return HardwareFacts(
        kind=FileKind.DMIDECODE,
        serial=serial_of(system.get("Serial Number")) or serial_of(chassis.get("Serial Number")),
        manufacturer=maker,
        model=model_of(system.get("Product Name"), system.get("Version"), maker=maker),
        type=next((type_ for one in found[CHASSIS] if (type_ := type_of(one.get("Type")))), ""),
        processor=next((name for one in found[PROCESSOR] if (name := _processor(one))), ""),
        memory_gb=fitted_memory(_bytes(one) for one in found[MEMORY]),
    )


def _structures(text: str) -> Iterator[tuple[int, Structure]]:
    kind, fields = -1, dict[str, str]()
    for line in text.splitlines():
        if started := HANDLE.match(line):
            if kind in WANTED:
                yield kind, fields
            kind, fields = int(started[1]), {}
        elif kind in WANTED and (said := FIELD.match(line)):
            fields.setdefault(said[1], said[2].strip())
    if kind in WANTED:
        yield kind, fields


def _processor(structure: Structure) -> str:
    if "Unpopulated" in structure.get("Status", ""):
        return ""
    return processor_of(structure.get("Version"))


def _bytes(structure: Structure) -> int:
    said = SIZE.match(structure.get("Size", ""))
    if said is None or FLASH in structure.get("Type", ""):
        return 0
    return int(said[1]) * UNITS[said[2]]
