"""The journals, heads and seals as plain files, so that anyone can recompute them without Maillon.

In the folder, and nothing that names a person (``docs/verification.md`` says how to read it):

- ``<machine>.journal``: a line for each row of the journal, by object and rank: its hash, its key, the canonical JSON
  that was hashed, with one space between them. The hash is the SHA-256 of the hash of the object's row before
  (nothing before the first) followed by that JSON.
- ``<machine>.heads``: a line for each object, by key: key, rank and hash of its last row, state, reference.
- ``evidence.hashes``: a line for each row of evidence, by table and key: its hash (``lifecycle.evidence``), table, key,
  over the columns of its last seal. What was proved stays in the database: it may name somebody.
- ``verbs.json``: of each machine, whether each verb is an act and which ones it undoes: what a recount has to know
  (``docs/figures.md``).
- ``seals.jsonl``: the seals that the database knows, oldest first; ``seals/``: the files that left it, as they are.
- ``SHA256SUMS``: the digest of each file, for ``sha256sum --check``.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from lifecycle.evidence import evidence_tables, hashes
from lifecycle.journal import canonical, hashed_columns, journal_of, plain_value
from lifecycle.machine import Stateful, machines, verbs_of
from lifecycle.models import Seal
from lifecycle.sealing import EVIDENCE, SealFile

CHUNK = 2000
SUMS = "SHA256SUMS"


class FolderNotEmpty(Exception):
    """The folder already holds something: an export is written beside nothing that it could be taken for."""


@dataclass(frozen=True)
class Exported:
    """What an export holds: how many machines, rows of journals and seals."""

    machines: int
    rows: int
    seals: int


def export_journals(folder: Path) -> Exported:
    """Write every journal, every head and every seal into ``folder``, all as of one instant.

    Raises FolderNotEmpty when it holds something already, OSError when it cannot be written, SealUnreadable.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmpty(folder)
    rows = 0
    with _one_snapshot():
        for name, model in machines().items():
            rows += _write(folder / f"{name}.journal", _journal_lines(model))
            _write(folder / f"{name}.heads", _head_lines(model))
        _write(folder / "evidence.hashes", _evidence_lines())
        _write(folder / "verbs.json", [json.dumps(_verbs(), indent=1)])
        seals = _write(folder / "seals.jsonl", _seal_lines())
    _copy_seal_files(folder / "seals")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    _write(folder / SUMS, (f"{_digest(path)}  {path.relative_to(folder)}" for path in files))
    return Exported(len(machines()), rows, seals)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Everything is read as it was at one instant, whoever writes meanwhile. Inside a transaction, as it sees."""
    began = not connection.in_atomic_block
    with transaction.atomic():
        if began:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _journal_lines(model: type[Stateful]) -> Iterator[str]:
    journal = journal_of(model)
    names = hashed_columns(journal)
    rows = journal._base_manager.order_by("object_id", "seq").values_list("hash", "pk", *names)
    for written, pk, *columns in rows.iterator(CHUNK):
        plain = {name: plain_value(value) for name, value in zip(names, columns, strict=True)}
        yield f"{written} {pk} {canonical(plain)}"


def _head_lines(model: type[Stateful]) -> Iterator[str]:
    names = ("pk", "seq", "head", "state", "reference")
    heads = model._base_manager.order_by("pk").values_list(*names)
    return (" ".join(map(str, head)) for head in heads.iterator(CHUNK))


def _verbs() -> dict[str, dict[str, dict[str, Any]]]:
    return {
        name: {verb.name: {"act": verb.is_act, "undoes": list(verb.undoes)} for verb in verbs_of(model).values()}
        for name, model in machines().items()
    }


def _evidence_lines() -> Iterator[str]:
    last = SealFile.last(EVIDENCE)
    sealed = last.columns if last else {}
    for name, table in evidence_tables().items():
        columns = sealed.get(name) or list(table.fields)
        for pk, found in hashes(table, columns, range(sys.maxsize)):
            yield f"{found} {name} {pk}"


def _seal_lines() -> Iterator[str]:
    names = ("machine", "sealed_at", "objects_count", "digest", "previous")
    for seal in Seal.objects.order_by("sealed_at", "machine").values_list(*names).iterator(CHUNK):
        yield json.dumps(dict(zip(names, map(plain_value, seal), strict=True)), ensure_ascii=False)


def _copy_seal_files(folder: Path) -> None:
    folder.mkdir()
    for path in sorted(Path(settings.LIFECYCLE_SEAL_DIR).glob("*.jsonl.gz")):
        shutil.copyfile(path, folder / path.name)


def _write(path: Path, lines: Iterable[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(f"{line}\n")
            count += 1
    return count


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
