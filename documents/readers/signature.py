"""What a deposited file is, told from its content; its name and what the browser says are only hints."""

import io
import unicodedata
import zipfile
from pathlib import PurePosixPath

from documents.enums import ContentType
from documents.exceptions import FileRefused, UnknownContentError

EXTENSIONS: dict[ContentType, tuple[str, ...]] = {
    ContentType.PDF: (".pdf",),
    ContentType.PNG: (".png",),
    ContentType.JPEG: (".jpg", ".jpeg"),
    ContentType.TEXT: (".txt", ".log", ".json"),
    ContentType.CSV: (".csv",),
    ContentType.XLSX: (".xlsx",),
    ContentType.XLS: (".xls",),
    ContentType.ODS: (".ods",),
    ContentType.CALENDAR: (".ics",),
}
"""The endings each kind of content may have; the first one is added to a name that has none."""

NAME_LENGTH = 120
ENDING_LENGTH = 10
ACCEPTED = "PDF, PNG, JPEG, texte, CSV ou XLSX"
UNPACKED_LIMIT = 200 * 1024 * 1024
"""Bytes a workbook may unpack to: a few kilobytes that hold gigabytes are refused before they are read."""

_OPEN_SHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CALENDAR = b"BEGIN:VCALENDAR"
_OFFICE = ("[Content_Types].xml", "xl/workbook.xml")
_TEXT_CONTROLS = frozenset("\t\n\r\f\x1b")
_ENDINGS = {ending: kind for kind, endings in EXTENSIONS.items() for ending in endings}


def clean_name(name: str) -> str:
    """The name of an upload without folders, control characters nor anything that turns the text around.

    At most 120 characters, its ending kept; never empty.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/")).rsplit("/", 1)[-1]
    name = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in name)
    name = " ".join(name.split()).lstrip(". ") or "fichier"
    ending = PurePosixPath(name).suffix
    if len(name) > NAME_LENGTH and len(ending) < ENDING_LENGTH:
        return name[: NAME_LENGTH - len(ending)].rstrip(". ") + ending
    return name[:NAME_LENGTH]


def recognise(content: bytes, name: str, declared: str = "", *, sheets: bool = False) -> ContentType:
    """Tell what ``content`` is.

    ``declared`` is the type the browser or the caller announced: it only tells CSV from text when the name
    has no ending. ``sheets``: whether what spreadsheets alone write is accepted too (XLS, ODS, text in UTF-16).
    Raises FileRefused, with a sentence, when the content is none of the accepted kinds or is not what its name says.
    """
    ending = PurePosixPath(name).suffix.lower()
    kind = _binary_kind(content, name, sheets) or _text_kind(content, name, ending, declared, sheets)
    if ending and ending not in EXTENSIONS[kind]:
        raise FileRefused(
            f"Le nom «\u00a0{name}\u00a0» finit par «\u00a0{ending}\u00a0», mais le "
            f"contenu est de type {kind.label}\u00a0: "
            "renommez le fichier ou choisissez-en un autre.",
            code="file_name_mismatch",
        )
    return kind


def with_ending(name: str, kind: ContentType) -> str:
    """The name with the usual ending of its kind when it has none."""
    return name if PurePosixPath(name).suffix else name + EXTENSIONS[kind][0]


def _binary_kind(content: bytes, name: str, sheets: bool) -> ContentType | None:
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise FileRefused(
                f"Le PDF «\u00a0{name}\u00a0» est incomplet\u00a0: enregistrez-le de nouveau avant de le déposer.",
                code="file_truncated",
            )
        return ContentType.PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ContentType.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return ContentType.JPEG
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content, name, sheets)
    if sheets and content.startswith(_OLD_OFFICE) and name.lower().endswith(".xls"):
        return ContentType.XLS
    return None


def _workbook(content: bytes, name: str, sheets: bool) -> ContentType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            is_open = sheets and bool(members) and members[0].filename == "mimetype" and _is_open_sheet(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise _unknown(name) from None
    names = {member.filename for member in members}
    if not is_open and not names.issuperset(_OFFICE):
        raise _unknown(name)
    if any(member.endswith("vbaProject.bin") for member in names):
        raise FileRefused(
            f"Le classeur «\u00a0{name}\u00a0» contient des macros\u00a0: enregistrez-le au format XLSX sans macro.",
            code="file_macros",
        )
    if sum(member.file_size for member in members) > UNPACKED_LIMIT:
        raise FileRefused(
            f"Le classeur «\u00a0{name}\u00a0» est trop grand une fois décompressé.", code="file_too_large"
        )
    return ContentType.ODS if is_open else ContentType.XLSX


def _is_open_sheet(archive: zipfile.ZipFile) -> bool:
    """Whether the first member of an archive says that it is a sheet of OpenDocument."""
    with archive.open("mimetype") as said:
        return said.read(len(_OPEN_SHEET) + 1).strip() == _OPEN_SHEET


def _text_kind(content: bytes, name: str, ending: str, declared: str, sheets: bool) -> ContentType:
    if not _is_text(content, sheets):
        raise _unknown(name)
    if content.startswith(_CALENDAR):
        return ContentType.CALENDAR
    kind = _ENDINGS.get(ending)
    if kind in (ContentType.TEXT, ContentType.CSV):
        return kind
    if not ending:
        return ContentType.CSV if declared == ContentType.CSV else ContentType.TEXT
    raise _unknown(name)


def _is_text(content: bytes, sheets: bool) -> bool:
    """Whether it reads as text in UTF-8, or in Windows-1252 as French spreadsheets write it.

    ``sheets``: or in UTF-16, or with the signs of an old Macintosh.
    """
    try:
        text = content.decode(_wide(content) if sheets else "utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("latin-1" if sheets else "cp1252")
        except UnicodeDecodeError:
            return False
    return not any(sign < " " and sign not in _TEXT_CONTROLS for sign in text)


def _wide(content: bytes) -> str:
    """UTF-16, told by its mark or by the noughts of its letters; else UTF-8."""
    if content.startswith(_UTF_16):
        return "utf-16"
    start = content[:4096]
    if start.count(0) * 4 <= len(start):
        return "utf-8-sig"
    return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"


def _unknown(name: str) -> FileRefused:
    kind = _ENDINGS.get(PurePosixPath(name).suffix.lower())
    what = f"n’est pas un fichier de type {kind.label}" if kind else "n’est pas d’un type accepté"
    return UnknownContentError(f"Le contenu de «\u00a0{name}\u00a0» {what}.", ACCEPTED)
