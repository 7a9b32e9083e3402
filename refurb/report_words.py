"""Whether the report of a tool that Maillon does not read speaks of a drive: its number is among its words, or not."""

from functools import lru_cache

from documents.enums import ContentType
from documents.models import StoredFile
from documents.readers.apart import NotRead, read_apart
from documents.readers.text import READER
from documents.services import open_file
from donations.serials import SIGNS, same_serial


def names_drive(report: StoredFile, serial: str) -> bool | None:
    """None when there is no number to look for, or no word in the report: a picture, a scan."""
    number = same_serial(serial)
    words = _words_of(report.pk, report.sha256, report.content_type) if number else ""
    return number in words if words else None


@lru_cache(maxsize=8)
def _words_of(pk: int, sha256: str, content_type: str) -> str:
    """Letters and digits alone, in capitals: a rack of drives is proven by one file."""
    content = open_file(StoredFile.objects.get(pk=pk)).read()
    if content_type in (ContentType.TEXT, ContentType.CSV):
        text = content.decode("utf-8", errors="replace")
    elif content_type == ContentType.PDF:
        try:
            text = read_apart(READER, content)["text"]
        except NotRead:
            return ""
    else:
        return ""
    return SIGNS.sub("", text).upper()
