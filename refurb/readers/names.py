"""How makers, models, processors, chassis and drives are called, cleaned from what tools and people write. Pure."""

import re

from donations.serials import same_serial
from refurb.enums import DeviceType, DriveKind
from refurb.readers.facts import LONGEST_MAKER, words

UNNAMED = frozenset(
    {
        *("SYSTEMMANUFACTURER", "SYSTEMPRODUCTNAME", "SYSTEMVERSION", "CHASSISMANUFACTURE", "CHASSISMANUFACTURER"),
        *("CHASSISVERSION", "BASEBOARDMANUFACTURER", "BASEBOARDPRODUCTNAME", "PRODUCTNAME", "ALLSERIES", "DESKTOP"),
        *("LAPTOP", "INVALIDMODEL", "OTHER", "GENERIC", "VERSION", "MANUFACTURER", "XX"),
    }
)
"""What firmware answers when the maker left its own name alone (SMBIOS)."""
MAKERS = {
    "ASUSTEK": "ASUS",
    "ASUS": "ASUS",
    "DELL": "Dell",
    "HEWLETT-PACKARD": "HP",
    "HEWLETT": "HP",
    "HP": "HP",
    "LENOVO": "Lenovo",
    "IBM": "IBM",
    "TOSHIBA": "Toshiba",
    "DYNABOOK": "Dynabook",
    "FUJITSU": "Fujitsu",
    "ACER": "Acer",
    "APPLE": "Apple",
    "MICROSOFT": "Microsoft",
    "SAMSUNG": "Samsung",
    "SONY": "Sony",
    "GIGABYTE": "Gigabyte",
    "PACKARD": "Packard Bell",
    "XIAOMI": "Xiaomi",
}
"""By their first word: as a person writes them."""
COMPANY = re.compile(
    r"[\s,]+(?:inc|corp|corporation|co|ltd|limited|gmbh|s\.?a|computers?|technology|electronics|international)\.?$",
    re.IGNORECASE,
)
IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
MARKS = re.compile(r"\((?:R|TM|C)\)|[®™©]", re.IGNORECASE)
CLOCK = re.compile(r"@.*$|\b\d+(?:[.,]\d+)?\s*[GM]Hz\b", re.IGNORECASE)
GRAPHICS = re.compile(r"\s(?:APU\s)?(?:with|w/)\s.*$", re.IGNORECASE)
NOISE = re.compile(
    r"\b(?:CPU|APU|Processor|Mobile Technology|\d+th Gen|(?:Dual|Quad|Six|Eight|Twelve|\d+)[- ]Core(?= Processor))\b",
    re.IGNORECASE,
)
OF_INTEL = re.compile(r"(?:Pentium|Celeron|Core|Xeon|Atom|i[3579][- ]?\d)\b", re.IGNORECASE)
MAKER_OF_PROCESSOR = re.compile(r"^(?:INTEL|AMD|CORE(?=I\d|2|M\d)|GENUINEINTEL)+")

CHASSIS = {
    DeviceType.LAPTOP: (*("laptop", "notebook", "portable", "convertible", "sub notebook", "detachable"),),
    DeviceType.DESKTOP: (
        *("desktop", "low profile desktop", "low-profile", "tower", "mini tower", "mini-tower", "all in one"),
        *("all-in-one", "space-saving", "mini pc", "stick pc", "pizza box", "lunch box"),
        *("desktop computer", "low profile desktop computer", "mini tower computer", "tower computer"),
        *("all in one computer", "space-saving computer", "mini pc computer"),
    ),
    DeviceType.TABLET: ("tablet",),
}
TYPES = {chassis: type_ for type_, names in CHASSIS.items() for chassis in names}
"""The types of SMBIOS (DSP0134, table 17), as lshw, GLPI and dmidecode print them."""

SOLID = re.compile(r"SSD|SOLID|^MZ[-V7]|SAMSUNG MZ|SANDISK SD|^CT\d+|MICRON[ _]|LITEON|PLEXTOR|^KINGSTON S|SK\s?HYNIX")
TURNS = re.compile(r"^(?:WDC )?WD\d|^ST\d|^(?:HGST |HITACHI )?(?:HTS|HDS|HDT|HUA|HTE)|^TOSHIBA (?:MQ|MK|DT|HDW)|RPM")


def maker_of(value: object) -> str:
    """« Dell Inc. » is « Dell »; empty for what firmware writes in the place of a maker."""
    said = words(value, LONGEST_MAKER)
    if not said or _is_unnamed(said):
        return ""
    first = re.split(r"[\s,(]", said, maxsplit=1)[0].upper()
    if first in MAKERS:
        return MAKERS[first]
    while (shorter := COMPANY.sub("", said)) != said and shorter:
        said = shorter
    return said


def model_of(value: object, version: object = "", *, maker: str = "") -> str:
    """The model; Lenovo writes it in the version, and its order number in the place of the model."""
    said = IN_BRACKETS.sub("", words(value))
    other = words(version)
    if maker == "Lenovo" and other and not _is_unnamed(other) and any(sign.isalpha() for sign in other):
        said = other
    if _is_unnamed(said):
        return ""
    return said.removeprefix(f"{maker} ") if maker else said


def _is_unnamed(said: str) -> bool:
    key = re.sub(r"[^0-9A-Za-z]", "", said).upper()
    return not same_serial(said) or key in UNNAMED


def processor_of(value: object) -> str:
    """« Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz » is « Intel Core i5-8350U »."""
    said = words(value, 200)
    if not said or not same_serial(said):
        return ""
    said = GRAPHICS.sub("", CLOCK.sub(" ", MARKS.sub(" ", said)))
    said = " ".join(NOISE.sub(" ", said).split()).strip(" ,-")
    if OF_INTEL.match(said):
        said = f"Intel {said}"
    return said[:80].strip()


def processor_key(name: str) -> str:
    """A processor as its names are compared: « i5 8350u » and « Intel Core i5-8350U » are the same."""
    return MAKER_OF_PROCESSOR.sub("", re.sub(r"[^0-9A-Za-z]", "", processor_of(name)).upper())


def type_of(chassis: object) -> DeviceType | str:
    """The type of device that a chassis tells; empty when it tells none."""
    return TYPES.get(words(chassis).lower(), "")


def kind_of(*said: object, name: str = "", rotation: int | None = None) -> DriveKind | str:
    """The kind of a drive, from its name in the system, its rotation, its words; empty when nothing tells it."""
    told = " ".join(words(one) for one in said).upper()
    device = name.rsplit("/", 1)[-1]
    if device.startswith("nvme") or "NVME" in told:
        return DriveKind.NVME
    if device.startswith("mmcblk"):
        return DriveKind.EMMC
    if rotation is not None:
        return DriveKind.HDD if rotation else DriveKind.SSD
    if SOLID.search(told):
        return DriveKind.SSD
    return DriveKind.HDD if any(TURNS.search(words(one).upper()) for one in said) else ""
