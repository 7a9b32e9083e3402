"""A database put back from a backup: what the seals say was done since, and the seals themselves put aside.

The files of seals are on another disk: after a restoration they go further than the database. Each move that they tell
of and that the database does not know was lost. Put aside, never deleted, they are what a control reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from lifecycle.faults import Fault
from lifecycle.journal import journal_of
from lifecycle.machine import Stateful, machines
from lifecycle.models import RESTORED, Seal, Verification
from lifecycle.sealing import SealFile
from lifecycle.verification import TOLD


@dataclass(frozen=True)
class Lost:
    """What a machine lost: of one object, the last row that the database knows and the last one that was sealed."""

    machine: str
    pk: int
    reference: str
    known: int
    sealed: int

    def __str__(self) -> str:
        return str(self._fault)

    @property
    def in_words(self) -> str:
        """The same for whoever reads no code."""
        return self._fault.in_words

    @property
    def _fault(self) -> Fault:
        named = self.reference or f"d’identifiant {self.pk}"
        if not self.known:
            return Fault(self.machine, named, None, f"la base ne le connaît plus, il allait jusqu’au n° {self.sealed}.")
        if self.known >= self.sealed:
            return Fault(self.machine, named, self.sealed, "la ligne n’est pas celle qui avait été scellée.")
        return Fault(self.machine, named, self.known, f"le journal s’arrête là, il allait jusqu’au n° {self.sealed}.")


def files_ahead() -> list[Path]:
    """The files of seals that the database does not know, oldest first: all later than its last seal."""
    last = Seal.objects.order_by("sealed_at").values_list("sealed_at", flat=True).last()
    found = sorted(Path(settings.LIFECYCLE_SEAL_DIR).glob("*.jsonl.gz"), key=_instant)
    return [path for path in found if last is None or _instant(path) > last]


def lost() -> Iterator[Lost]:
    """Each object whose journal was sealed further than the database goes, or otherwise. Raises SealUnreadable."""
    for model in machines().values():
        yield from _lost_of(model)


def note_restored(missing: Sequence[Lost]) -> Verification:
    """Keep in the database that it was put back, and what it lost: its pilots read it on their first page."""
    now = timezone.now()
    told = [one.in_words for one in missing[:TOLD]]
    machines_lost = sorted({one.machine for one in missing})
    return Verification.objects.create(
        subject=RESTORED, started_at=now, finished_at=now,
        faults_count=len(missing), faults=told, machines=machines_lost,
    )  # fmt: skip


def put_aside(files: Sequence[Path], missing: Sequence[Lost]) -> Path:
    """Move these files into a folder of their own, beside the others, with all that they say was lost; returns it."""
    folder = Path(settings.LIFECYCLE_SEAL_DIR) / f"lost-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    folder.mkdir(parents=True)
    (folder / "lost.txt").write_text("".join(f"{one}\n" for one in missing))
    for path in files:
        path.rename(folder / path.name)
    return folder


def _lost_of(model: type[Stateful]) -> Iterator[Lost]:
    name = model.machine.name
    file = SealFile.last(name)
    if file is None:
        return
    rows = model._base_manager.values_list("pk", "seq", "head", "reference")
    known = {pk: (seq, head, reference) for pk, seq, head, reference in rows}
    for sealed in file.heads():
        seq, head, reference = known.get(sealed.pk, (0, "", ""))
        if seq > sealed.seq:  # it moved again since the backup was put back
            journal = journal_of(model)._base_manager
            row = journal.filter(object_id=sealed.pk, seq=sealed.seq).values_list("hash", flat=True)  # type: ignore[misc]
            head = row.first() or ""
        if seq < sealed.seq or head != sealed.head:
            yield Lost(name, sealed.pk, reference, seq, sealed.seq)


def _instant(path: Path) -> datetime:
    written = path.name.removesuffix(".jsonl.gz").rpartition("-")[2]
    return datetime.strptime(written, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
