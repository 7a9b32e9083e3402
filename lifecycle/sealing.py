"""The seal: every night the heads of all journals and the hashes of all evidence leave the database.

A chain rewritten since, or evidence taken away or slipped in, can then be told. One file per machine and night, and one
for the evidence, in ``settings.LIFECYCLE_SEAL_DIR``, named ``<machine>-<instant in UTC>.jsonl.gz``. Copy them out of
the machine's reach. A file is gzip'ed JSON lines, UTF-8, without spaces, each ended by a line feed:

- the first line is an object: ``machine`` (« evidence » for the evidence), ``sealed_at`` (ISO 8601) and ``previous``,
  the digest of the seal before of the same machine ("" for the first);
- of a machine, then, one line ``[key, seq, head]`` per object, by key: how far its journal went, and its last hash;
- of the evidence, the first line also has ``whole`` and ``tables``, how far each table is sealed:
  ``{table: {"columns": […], "last": key, "rows": n}}``. Then one line ``[table, key, hash]`` per row, by table and key:
  when ``whole``, all rows up to ``last``, otherwise those whose key is greater than the ``last`` of the seal before.
  ``rows`` counts all rows up to ``last``. ``hash`` is SHA-256 of the canonical JSON (sorted keys, no space, UTF-8,
  instants in UTC with microseconds and « Z », decimals as text) of ``{column: value}`` over ``columns``.

The digest of a seal is SHA-256 of the file's content once unzipped, in hexadecimal. The database keeps it, with the
number of lines after the first (``lifecycle_seal``).

A verification compares with the last seal, which is why each night one task verifies, then seals, and why a machine in
which a fault was found is not sealed by it: the fault would be told one day, and sealed the next. A night without a
verification that came to its end leaves every machine as it was sealed last.

Nothing prunes seals. Rows are append-only and chained, so that one removed is a fault; of the files, a verification
reads the last one of each machine, and those of the evidence back to the last whole one. Older ones are what a backup
of their night is compared with. They name nobody, and may leave for an archive.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import transaction

from lifecycle.evidence import Extent, evidence_tables, extent_now, extents, hashes
from lifecycle.locking import advisory_lock
from lifecycle.machine import Stateful, machines
from lifecycle.models import Seal

SEAL_LOCK = "lifecycle.seal"
EVIDENCE = "evidence"
"""The name of the seals of evidence, beside those of the machines."""


class SealUnreadable(Exception):
    """The exported file of a seal is damaged, cut or not one of ours."""


class SealedHead(NamedTuple):
    """How far an object's journal went, and its last hash, when it was sealed."""

    pk: int
    seq: int
    head: str


def seal_journals(*, at: datetime, but: Collection[str] = (), whole: bool = False) -> list[Seal]:
    """Seal every machine, then the evidence: export the list, keep its digest, chained to the previous seal.

    ``but``: the machines that are left as they were sealed last. ``whole``: all evidence, not what is new alone.
    """
    with advisory_lock(SEAL_LOCK):
        seals = [_seal(name, at, {}, _heads(model)) for name, model in machines().items() if name not in but]
        if EVIDENCE not in but:
            seals.append(_seal_evidence(at, whole=whole))
        return seals


def _heads(model: type[Stateful]) -> Iterable[Any]:
    heads: Iterable[Any] = model._base_manager.order_by("pk").values_list("pk", "seq", "head").iterator()
    return heads


def _seal_evidence(at: datetime, *, whole: bool) -> Seal:
    before = None if whole else SealFile.last(EVIDENCE)
    sealed = before.extents() if before else {}
    # Up to where it is sealed a table is whole for good: where nothing more is seen, nobody has to be waited for.
    ends = {name: seen if seen == sealed.get(name) else extent_now(name) for name, seen in extents().items()}
    told = {
        name: {"columns": list(table.fields), "last": ends[name].last, "rows": ends[name].rows}
        for name, table in evidence_tables().items()
    }
    lines = (
        (name, pk, hashed)
        for name, table in evidence_tables().items()
        for pk, hashed in hashes(table, list(table.fields), _new(sealed.get(name), ends[name]))
    )
    return _seal(EVIDENCE, at, {"tables": told, "whole": not sealed}, lines)


def _new(before: Extent | None, now: Extent) -> range:
    return range(before.last + 1 if before else 0, now.last + 1)


def _seal(name: str, at: datetime, more: dict[str, Any], lines: Iterable[Any]) -> Seal:
    folder = Path(settings.LIFECYCLE_SEAL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file_name(name, at)
    draft = target.with_suffix(".draft")
    before = last_seal(name)
    previous = before.digest if before else ""
    header = {"machine": name, "sealed_at": at.isoformat(), "previous": previous} | more
    with transaction.atomic():
        with draft.open("wb") as file:
            digest, count = _write(file, header, lines)
            os.fsync(file.fileno())
        seal = Seal.objects.create(machine=name, sealed_at=at, objects_count=count, digest=digest, previous=previous)
        draft.replace(target)
    return seal


def file_name(machine: str, at: datetime) -> str:
    """The name of the file of a seal."""
    return f"{machine}-{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl.gz"


def _write(file: Any, header: dict[str, Any], lines: Iterable[Any]) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as archive:
        _add(archive, digest, header)
        for line in lines:
            _add(archive, digest, line)
            count += 1
    return digest.hexdigest(), count


def _add(archive: gzip.GzipFile, digest: Any, line: Any) -> None:
    written = json.dumps(line, separators=(",", ":")).encode() + b"\n"
    archive.write(written)
    digest.update(written)


def last_seal(machine: str) -> Seal | None:
    """The last seal the database knows of a machine."""
    return Seal.objects.filter(machine=machine).order_by("sealed_at").last()


def _tables_told(told: Any) -> tuple[dict[str, list[str]], dict[str, Extent]]:
    """The columns and the extent of each table, as a header tells them. Raises AttributeError, KeyError, TypeError."""
    columns, extents = {}, {}
    for name, table in told.items():
        match table["columns"], table["rows"], table["last"]:
            case [[*named], int(rows), int(last)] if all(isinstance(one, str) for one in named):
                columns[name], extents[name] = named, Extent(rows, last)
            case _:
                raise TypeError(name)
    return columns, extents


class SealFile:
    """An exported seal, read line by line. ``digest`` is that of the lines read so far. Raises SealUnreadable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._digest = hashlib.sha256()
        self._lines = self._read()
        header: Any = next(self._lines, None)
        try:
            self.sealed_at = datetime.fromisoformat(header["sealed_at"])
            self.previous: str = header["previous"]
            self.whole = bool(header.get("whole"))
            self.columns, self._extents = _tables_told(header.get("tables", {}))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SealUnreadable(path.name) from error
        if self.sealed_at.tzinfo is None:
            raise SealUnreadable(path.name)

    @classmethod
    def last(cls, machine: str) -> Self | None:
        """The last file of a machine, by the instant in its name; raises SealUnreadable."""
        paths = sorted(Path(settings.LIFECYCLE_SEAL_DIR).glob(f"{machine}-*.jsonl.gz"))
        return cls(paths[-1]) if paths else None

    @classmethod
    def of(cls, seal: Seal) -> Self | None:
        """The file of a seal that the database knows; None when it is not there."""
        path = Path(settings.LIFECYCLE_SEAL_DIR) / file_name(seal.machine, seal.sealed_at)
        return cls(path) if path.exists() else None

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def extents(self) -> dict[str, Extent]:
        """How far each table of evidence was sealed."""
        return dict(self._extents)

    def heads(self) -> Iterator[SealedHead]:
        """The heads, by primary key; raises SealUnreadable in the middle of a damaged file."""
        for line in self._lines:
            match line:
                case [int(pk), int(seq), str(head)]:
                    yield SealedHead(pk, seq, head)
                case _:
                    raise SealUnreadable(self.path.name)

    def hashes(self) -> Iterator[tuple[str, int, str]]:
        """The hashes of evidence, by table and key; raises SealUnreadable in the middle of a damaged file."""
        for line in self._lines:
            match line:
                case [str(name), int(pk), str(hashed)]:
                    yield name, pk, hashed
                case _:
                    raise SealUnreadable(self.path.name)

    def _read(self) -> Iterator[Any]:
        try:
            with gzip.open(self.path, "rb") as archive:
                for line in archive:
                    self._digest.update(line)
                    yield json.loads(line)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise SealUnreadable(self.path.name) from error
