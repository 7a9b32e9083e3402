"""Public references: short, readable aloud, unguessable; apart from primary keys, which stay inside."""

import random
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L, nor U: nothing that is misread or misheard."""
LENGTH = 8

_source: ContextVar[random.Random | None] = ContextVar("reference_source", default=None)


def new_reference(prefix: str) -> str:
    """A new reference such as ``A-7K3M-2QXZ`` (about 39 bits)."""
    source = _source.get()
    if source is None:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    else:
        drawn = "".join(source.choices(ALPHABET, k=LENGTH))
    return f"{prefix}-{drawn[:4]}-{drawn[4:]}"


def is_reference(text: str) -> bool:
    """Whether a text has the form of a reference."""
    return re.fullmatch(rf"[A-Z]-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", text) is not None


def as_typed(typed: str) -> str:
    """A reference typed where nothing else is expected: in any case, with spaces, other dashes or nothing between."""
    text = " ".join(scanned(typed).split()).upper()
    found = re.fullmatch(rf"([A-Z]{{1,2}})[\s\-–—‑._]*([{ALPHABET}]{{4}})[\s\-–—‑._]*([{ALPHABET}]{{4}})", text)
    return "-".join(found.groups()) if found else text


@contextmanager
def drawn_from(source: random.Random) -> Iterator[None]:
    """Draw references from ``source`` inside the block, so that the same seed gives the same département."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def scanned(typed: str) -> str:
    """What a scanner typed: the QR code of a label or of a paper holds an address, whose last part is the reference.

    What is typed by hand with spaces or other dashes in the place of hyphens is read as a reference; the rest is left,
    for it may be a name or a serial number. A name may be so made too: whoever finds nothing looks for what was typed.
    """
    text = typed.strip()
    if text.startswith(("http://", "https://")):
        return urlsplit(text).path.rstrip("/").rpartition("/")[2]
    apart = r"(?:\s+|\s*[\-–—‑]\s*)"
    parted = rf"([A-Z]{{1,2}}){apart}([{ALPHABET}]{{4}}){apart}([{ALPHABET}]{{4}})"
    found = re.fullmatch(parted, text.upper())
    return "-".join(found.groups()) if found else text
