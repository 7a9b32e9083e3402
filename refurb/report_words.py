"""Whether the report of a tool that Maillon does not read speaks of a drive: its number is among its words, or not."""

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from documents.enums import ContentType
from documents.exceptions import FileAltered, FileForgotten
from documents.models import StoredFile
from documents.readers.apart import NotRead, read_apart
from documents.readers.text import READER
from documents.services import open_file
from donations.serials import same_serial
from refurb.enums import ReportSays
from refurb.enums.hardware import OF_NWIPE
from refurb.failure_words import denials, is_of, plain, raises_a_doubt, speaks_of_erasing
from refurb.models.drive import Drive
from refurb.readers.certificate import read_certificate
from refurb.readers.facts import NotHardware
from refurb.readers.files import read_hardware
from refurb.readers.nwipe import LogRun, NotNwipe

KEPT = 8
"""The words of so many reports are kept: a rack of drives is proven by one file."""
SHORTEST = 3
"""A shorter name is found anywhere, and tells nothing."""
INVENTORIES = re.compile(r"\s*(?:smartctl \d|/dev/\S+:\s+(?:ATA|ATAPI) device)")
"""How smartctl and « hdparm -I » begin, printed for people."""
BETWEEN = r"[^0-9A-Za-z]{0,2}"
"""What a tool may print inside a number: hyphens, spaces, the end of a line; « WD » may come before it."""
A_NUMBER = re.compile(r"(?<![0-9a-z-])((?=[a-z-]*[0-9])[0-9a-z]+(?:-[0-9a-z]+)*)(?![0-9a-z-])")
"""A word with a figure in it."""
CALLED = re.compile(
    r"\b(?:(?:serial(?: (?:no|number))?|s/n|sn|numero de serie|n° de serie)[ :=#.n°]{1,4}|(?:disque|disk|drive) )"
    r"(?=[0-9-]*[a-z])(?![0-9]+ ?[kmgt]?[bo]\b)((?=[a-z-]*[0-9])[0-9a-z][0-9a-z-]{2,})"
)
"""What is printed as the number of a drive; « disque 500 Go » is none, nor the model in « Disk: ST500DM002 »."""


@dataclass(frozen=True)
class Words:
    """What a report says; ``cut``: there is more of it."""

    text: str
    cut: bool = False


_kept: OrderedDict[str, Words] = OrderedDict()


def names_drive(report: StoredFile, serial: str) -> bool | None:
    """None when there is no number to look for, or no word in the report (a picture, a scan), or not all of them."""
    number = same_serial(serial)
    if not number:
        return None
    words = words_of(report)
    if words is None or not words.text.strip():
        return None
    spelt = BETWEEN.join(map(re.escape, number))
    found = re.search(rf"(?<![0-9A-Za-z])(?:WD{BETWEEN})?{spelt}(?![0-9A-Za-z])", words.text, re.IGNORECASE)
    return True if found else None if words.cut else False


def names_any(report: StoredFile, names: Iterable[str]) -> bool | None:
    """Whether one of these names is among its words, however it is written; None as above."""
    words, sought = words_of(report), [name for name in names if len(name) >= SHORTEST]
    if words is None or not words.text.strip() or not sought:
        return None
    text = " ".join(words.text.split()).casefold()
    found = any(" ".join(name.split()).casefold() in text for name in sought)
    return True if found else None if words.cut else False


def names_number(report: StoredFile, numbers: Iterable[str]) -> bool | None:
    """Whether one of these numbers, of a device or of a paper, is among its words, and no part of a longer one."""
    said = [names_drive(report, number) for number in numbers if len(same_serial(number)) > SHORTEST]
    return True if True in said else None if None in said or not said else False


def says_of_erasing(report: StoredFile, serial: str) -> ReportSays:
    """What its words say of the erasure of a drive; of a picture, nothing is read."""
    words = words_of(report)
    if words is None or not words.text.strip():
        return ReportSays.NOTHING_WRONG
    if is_of_a_machine(words.text):
        return ReportSays.MACHINE
    said = plain(words.text)
    if _is_denied(said, "erased", [serial]):
        return ReportSays.NOT_ERASED
    doubtful, erasing = raises_a_doubt(said, "erased"), speaks_of_erasing(said) or words.cut
    if doubtful:
        return ReportSays.DOUBT if erasing else ReportSays.DOUBT_ALONE
    return ReportSays.NOTHING_WRONG if erasing else ReportSays.NO_ERASURE


def says_of_destroying(certificate: StoredFile, numbers: Iterable[str]) -> ReportSays:
    """The same of the destruction that a recycler certifies, by the numbers of the drive, the device and the note."""
    words = words_of(certificate)
    if words is None or not words.text.strip():
        return ReportSays.NOTHING_WRONG
    said = plain(words.text)
    if _is_denied(said, "destroyed", numbers):
        return ReportSays.NOT_ERASED
    return ReportSays.DOUBT if raises_a_doubt(said, "destroyed") else ReportSays.NOTHING_WRONG


def _is_denied(said: str, done: str, numbers: Iterable[str]) -> bool:
    """Whether a plain text says of what bears these numbers, of anything when it has none, that it was not ``done``."""
    found, keys = denials(said, done), [key for key in map(same_serial, numbers) if key]
    ours = sorted(place for key in keys for place in places_of(said, key))
    if not found or not ours:
        return bool(found)
    others = _others_in(said, keys)
    return any(is_of(said, at, ours, others) for at in found)


def places_of(said: str, number: str) -> list[int]:
    """Where a plain text has a number, whole, as ``same_serial`` gives it."""
    spelt = BETWEEN.join(map(re.escape, number.casefold()))
    return [match.start() for match in re.finditer(rf"(?<![0-9a-z])(?:wd{BETWEEN})?{spelt}(?![0-9a-z])", said)]


def _others_in(said: str, keys: list[str]) -> list[int]:
    """Where it has the numbers of other drives: inventoried somewhere, printed as such, or written like these ones."""
    printed = {
        match.start(1): key for match in A_NUMBER.finditer(said) if (key := same_serial(match[1])) and key not in keys
    }
    known = set(Drive.objects.filter(serial_key__in=set(printed.values())).values_list("serial_key", flat=True))
    alike = {_shape(key) for key in keys}
    called = {match.start(1) for match in CALLED.finditer(said)}
    return [place for place, key in printed.items() if key in known or place in called or _shape(key) in alike]


def _shape(key: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"[0-9]", "9", key))


def is_of_a_machine(text: str) -> bool:
    """Whether a text is an inventory: it names the drives of its machine, and tells of no erasure."""
    if INVENTORIES.match(text):
        return True
    try:
        return read_hardware(text.encode()).kind not in OF_NWIPE
    except NotHardware:
        return False


def certificate_in(report: StoredFile | None) -> list[LogRun]:
    """The run of which a PDF certificate of nwipe tells, once it was read ahead; none of any other file."""
    if report is None or report.content_type != ContentType.PDF or (words := words_of(report)) is None:
        return []
    try:
        return [read_certificate(words.text)]
    except NotNwipe:
        return []


def read_ahead(report: StoredFile | None) -> None:
    """Before rows are locked: a PDF is read apart, which takes its time."""
    if report is not None:
        words_of(report)


def is_unread(report: StoredFile | None) -> bool:
    """Whether it is a PDF that nobody could read ahead: it is not asked again while rows are locked."""
    return report is not None and report.content_type == ContentType.PDF and report.sha256 not in _kept


def words_of(report: StoredFile) -> Words | None:
    """None of what cannot be read now, which is asked again."""
    words = _kept.get(report.sha256)
    if words is None:
        words = _read(report)
        if words is not None:
            _kept[report.sha256] = words
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return words


def _read(report: StoredFile) -> Words | None:
    try:
        content = open_file(report).read()
        if report.content_type in (ContentType.TEXT, ContentType.CSV):
            return Words(content.decode("utf-8", errors="replace"))
        if report.content_type == ContentType.PDF:
            return Words(**read_apart(READER, content))
    except (NotRead, FileForgotten, FileAltered):
        return None
    return Words("")
