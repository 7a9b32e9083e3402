"""The seal: every night the heads of all journals leave the database, so that a chain rewritten since can be told.

A file per machine and night, in ``settings.LIFECYCLE_SEAL_DIR``: gzip'ed JSON lines, first what is sealed and the
digest of the seal before, then one line ``[pk, seq, head]`` per object, by key. Copy them out of the machine's reach.

A verification compares with the last seal, which is why each night one task verifies, then seals, and why a machine in
which a fault was found is not sealed by it: the fault would be told one day, and sealed the next. A night without a
verification that came to its end leaves every machine as it was sealed last.

Nothing prunes seals. Rows are append-only and chained, so that one removed is a fault; of the files, a verification
reads the last one of each machine, and the older ones are what a backup of their night is compared with. They name
nobody, and may leave for an archive.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import transaction

from lifecycle.locking import advisory_lock
from lifecycle.machine import Machine, machines
from lifecycle.models import Seal

SEAL_LOCK = "lifecycle.seal"


class SealUnreadable(Exception):
    """The file of a seal is damaged, cut or not one of ours."""


class SealedHead(NamedTuple):
    """How far an object's journal went, and its last hash, when it was sealed."""

    pk: int
    seq: int
    head: str


def seal_journals(*, at: datetime, but: Collection[str] = ()) -> list[Seal]:
    """Seal every machine: export the list of its heads, keep its digest, chained to the machine's previous seal.

    ``but``: the machines that are left as they were sealed last.
    """
    with advisory_lock(SEAL_LOCK):
        return [_seal(model, at) for name, model in machines().items() if name not in but]


def _seal(model: type[Machine], at: datetime) -> Seal:
    folder = Path(settings.LIFECYCLE_SEAL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    name = model.machine_name
    target = folder / f"{name}-{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl.gz"
    draft = target.with_suffix(".draft")
    before = last_seal(name)
    previous = before.digest if before else ""
    with transaction.atomic():
        with draft.open("wb") as file:
            digest, count = _write(file, model, {"machine": name, "sealed_at": at.isoformat(), "previous": previous})
            os.fsync(file.fileno())
        seal = Seal.objects.create(machine=name, sealed_at=at, objects_count=count, digest=digest, previous=previous)
        draft.replace(target)
    return seal


def _write(file: Any, model: type[Machine], header: dict[str, str]) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    heads = model._base_manager.order_by("pk").values_list("pk", "seq", "head").iterator()
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as archive:
        _add(archive, digest, header)
        for head in heads:
            _add(archive, digest, head)
            count += 1
    return digest.hexdigest(), count


def _add(archive: gzip.GzipFile, digest: Any, line: Any) -> None:
    written = json.dumps(line, separators=(",", ":")).encode() + b"\n"
    archive.write(written)
    digest.update(written)


def last_seal(machine: str) -> Seal | None:
    """The last seal the database knows of a machine."""
    return Seal.objects.filter(machine=machine).order_by("sealed_at").last()


class SealFile:
    """The last exported seal of a machine, read line by line. ``digest`` is that of the lines read so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._digest = hashlib.sha256()
        self._lines = self._read()
        header = next(self._lines, None)
        if not isinstance(header, dict) or header.keys() != {"machine", "sealed_at", "previous"}:
            raise SealUnreadable(path.name)
        self.sealed_at = datetime.fromisoformat(header["sealed_at"])
        self.previous: str = header["previous"]

    @classmethod
    def last(cls, machine: str) -> Self | None:
        """The last file of a machine, by the instant in its name; raises SealUnreadable."""
        paths = sorted(Path(settings.LIFECYCLE_SEAL_DIR).glob(f"{machine}-*.jsonl.gz"))
        return cls(paths[-1]) if paths else None

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def heads(self) -> Iterator[SealedHead]:
        """The heads, by primary key; raises SealUnreadable in the middle of a damaged file."""
        for line in self._lines:
            try:
                yield SealedHead(*line)
            except TypeError as error:
                raise SealUnreadable(self.path.name) from error

    def _read(self) -> Iterator[Any]:
        try:
            with gzip.open(self.path, "rb") as archive:
                for line in archive:
                    self._digest.update(line)
                    yield json.loads(line)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise SealUnreadable(self.path.name) from error
