"""Who was erased, said outside of the database: a backup that is put back gives nobody's name back for good.

One line per erased object in ``settings.LIFECYCLE_SEAL_DIR``, beside the seals: the machine and the reference, signed
with the key of the site, so that a line which somebody else writes erases nobody. A reference names nobody once what it
is of is erased. The file is only added to; it leaves the machine with the seals. See docs/adr/0061.
"""

import os
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.signing import BadSignature, Signer

from lifecycle.faults import Fault, Report

NAME = "erased.txt"
REGISTER = "register"
"""The name under which a fault of the register is told."""


def note_erased(machine: str, references: Collection[str]) -> None:
    """Write down that these objects were erased; one that is there already is not written twice."""
    told = erased(machine)
    lines = [f"{_signer().sign(f'{machine} {one}')}\n" for one in dict.fromkeys(references) if one not in told]
    if not lines:
        return
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if _is_cut(file):
            lines.insert(0, "\n")  # what was cut spoils no other line
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _is_cut(file: BinaryIO) -> bool:
    """Whether the last line has no end: the disk was full, or the machine stopped."""
    if not file.tell():
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def erased(machine: str) -> frozenset[str]:
    """The references of the objects of a machine that were erased, whatever the database says today."""
    return frozenset(reference for name, reference in _read()[0] if name == machine)


def verify_register(report: Report) -> int:
    """Tell of each line that the key of the site did not sign; return how many lines there are."""
    told, unread = _read()
    for rank in unread:
        report(Fault(REGISTER, f"ligne n° {rank}", None, "cette ligne n’est pas signée par la clé du site."))
    return len(told) + len(unread)


def _read() -> tuple[frozenset[tuple[str, str]], tuple[int, ...]]:
    """What is signed, as ``(machine, reference)``, and the ranks of the lines that are not."""
    try:
        stat = _path().stat()
    except FileNotFoundError:
        return frozenset(), ()
    return _parsed(_path(), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1)
def _parsed(path: Path, changed: int, size: int) -> tuple[frozenset[tuple[str, str]], tuple[int, ...]]:
    """The file as it is; read again once it is another."""
    told, unread = set[tuple[str, str]](), []
    for rank, line in enumerate(_lines(path), 1):
        try:
            machine, _, reference = _signer().unsign(line).partition(" ")
        except BadSignature:
            unread.append(rank)
        else:
            told.add((machine, reference))
    return frozenset(told), tuple(unread)


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text(encoding="ascii", errors="replace").splitlines() if line.strip())


def _signer() -> Signer:
    return Signer(salt="lifecycle.erased")


def _path() -> Path:
    return Path(settings.LIFECYCLE_SEAL_DIR) / NAME
