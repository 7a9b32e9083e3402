"""Tell which tool wrote a file, and what it says of a machine. Pure: bytes in, facts out, one exception.

Bounded in size and depth: a file comes from any machine, and from whoever has a deposit token.
"""

import hashlib
import json
import re
from typing import Any

from donations.serials import same_serial
from refurb.enums.hardware import FileKind, Unreadable
from refurb.readers.certificate import asks_several_passes, read_certificate
from refurb.readers.dmidecode import is_dmidecode, read_dmidecode
from refurb.readers.facts import HardwareFacts, NotHardware, SeenDrive
from refurb.readers.glpi import is_glpi, read_glpi, without_people
from refurb.readers.lshw import is_lshw, read_lshw
from refurb.readers.names import kind_of
from refurb.readers.nwipe import LogRun, NotNwipe, read_log
from refurb.readers.smartctl import is_smartctl, read_smartctl

MOST_BYTES = 8 * 2**20
"""The longest seen, of a server with its log of events, has half a megabyte."""
PDF = b"%PDF-"
JSON_BEGINS = re.compile(r"\{|\[\s*\{")
"""A line of nwipe begins with a bracket too, and its date."""
ORIGINAL = "sha256_of_original"
NOT_KEPT = "Fichier non lu, dont rien n’est gardé. SHA-256 de l’original\u00a0:"
BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")


def read_hardware(content: bytes) -> HardwareFacts:
    """What a file of text says of a machine; a PDF is for ``read_certificate_text``. Raises NotHardware."""
    if not content.strip():
        raise NotHardware(Unreadable.EMPTY)
    if len(content) > MOST_BYTES:
        raise NotHardware(Unreadable.TOO_LARGE)
    text = _stripped(content)
    facts = _of_json(_parsed(text)) if JSON_BEGINS.match(text) else _of_text(text)
    if not facts.says_something:
        raise NotHardware(Unreadable.NOTHING_SAID)
    return facts


def read_certificate_text(text: str) -> HardwareFacts:
    """What the text of a PDF certificate of nwipe says of a drive. Raises NotHardware."""
    if not text.strip():
        raise NotHardware(Unreadable.NO_TEXT)
    try:
        run = read_certificate(text)
    except NotNwipe as error:
        raise NotHardware(Unreadable.NOT_HARDWARE) from error
    if asks_several_passes(run):
        raise NotHardware(Unreadable.SEVERAL_PASSES)
    return HardwareFacts(kind=FileKind.CERTIFICATE, drives=(_drive_of(run),))


def minimised(content: bytes, *, is_read: bool) -> bytes:
    """What is kept of a file of text: no more than what is read, where the rest names people.

    An inventory of GLPI keeps the values that its reader asks for; a file that is not read, which may be one that was
    cut, keeps nothing. Each bears the hash of the original, so that the same one is still known.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if not is_read:
        return f"{NOT_KEPT} {sha256}\n".encode()
    text = _stripped(content)
    said = _parsed(text) if JSON_BEGINS.match(text) else None
    if said is None or not is_glpi(said) or is_smartctl(said):
        return content
    return json.dumps({ORIGINAL: sha256} | without_people(said), indent=1, sort_keys=True).encode()


def decoded(content: bytes) -> str:
    """Text, whatever a tool or an editor wrote it in; what cannot be read is replaced."""
    if content.startswith(BYTE_ORDERS):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8", "replace")


def _stripped(content: bytes) -> str:
    return decoded(content).strip("\ufeff \t\r\n\0")


def _parsed(text: str) -> Any:
    """The JSON value. An older lshw ends its list with a comma, or writes its objects one after another."""
    for written in (text, f"[{text.rstrip(' ,')}]"):
        try:
            return json.loads(written)
        except RecursionError:
            raise NotHardware(Unreadable.TOO_DEEP) from None
        except ValueError:
            continue
    raise NotHardware(Unreadable.BROKEN)


def _of_json(said: Any) -> HardwareFacts:
    if is_smartctl(said):
        return read_smartctl(said)
    if is_glpi(said):
        return read_glpi(said)
    if is_lshw(said):
        return read_lshw(said)
    raise NotHardware(Unreadable.NOT_HARDWARE)


def _of_text(text: str) -> HardwareFacts:
    if is_dmidecode(text):
        return read_dmidecode(text)
    try:
        runs = read_log(text)
    except NotNwipe as error:
        raise NotHardware(Unreadable.NOT_HARDWARE) from error
    return HardwareFacts(kind=FileKind.NWIPE, drives=tuple(map(_drive_of, runs))[:100])


def _drive_of(run: LogRun) -> SeenDrive:
    """The drive that a run erased: known by the report that proves it, and said to be so."""
    kind = kind_of(run.model, run.bus, name=run.disk)
    serial = run.serial if same_serial(run.serial) else ""
    return SeenDrive(
        serial=serial,
        model=run.model[:80],
        size=run.size,
        kind=kind,
        outside=run.bus.startswith("USB"),
        failed=bool(run.result) and run.result != "ERASED",
    )
