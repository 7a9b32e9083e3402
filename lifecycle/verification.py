"""Is every journal whole? Recompute each hash, follow each chain, compare with the objects and with the last seal.

What it finds: a row altered, removed or set in another order, a cut tail, an object that disagrees with its journal, a
comment that is not the one of its digest, and whatever was rewritten since the last exported seal, hashes included.
Journals are read as streams, in primary key order: the memory it takes does not depend on their length.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.text import capfirst

from lifecycle.journal import GENESIS, chain, digest_comment, hashed_columns, journal_of
from lifecycle.machine import CREATION, Machine, field_of, machines, state_label
from lifecycle.models import Comment, Seal, Verification
from lifecycle.sealing import SealedHead, SealFile, SealUnreadable, last_seal

CHUNK = 2000
JOURNALS = "journals"
"""The subject of a verification of every journal."""
TOLD = 100
"""How many faults of one verification are kept in words."""


class FaultsFound(Exception):
    """Something that nobody may change was changed; the sentence says how many faults, the verification which."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in which machine, on which object, at which row of its journal."""

    machine: str
    reference: str
    seq: int | None
    sentence: str

    def __str__(self) -> str:
        return self._told(self.machine)

    @property
    def said(self) -> str:
        """The same for whoever reads no code: « Appareil A-3F4K-92QP, ligne n° 4 : … »."""
        model = machines().get(self.machine)
        return self._told(capfirst(str(model._meta.verbose_name) if model else self.machine))

    def _told(self, name: str) -> str:
        rank = "" if self.seq is None else f", ligne n° {self.seq}"
        return f"{name} {self.reference}{rank}\u00a0: {self.sentence}"


type Report = Callable[[Fault], None]


def note_verification(subject: str, verify: Callable[[Report], int]) -> Verification:
    """Run ``verify``, which returns how many rows it read, and keep what it found. Raises FaultsFound.

    The row is written before anything is read: a verification that fails halfway is seen not to have come to its end.
    """
    noted = Verification.objects.create(subject=subject, started_at=timezone.now())
    found: list[Fault] = []
    noted.rows_count = verify(found.append)
    noted.faults_count, noted.faults = len(found), [fault.said for fault in found[:TOLD]]
    noted.machines = sorted({fault.machine for fault in found})
    noted.finished_at = timezone.now()
    noted.save()
    if found:
        raise FaultsFound(f"{subject} : {len(found)} faute(s), dans {', '.join(noted.machines)}.")
    return noted


def verify_journals(report: Report) -> int:
    """Verify the journal of every machine and every comment; return how many rows were read."""
    return sum(verify_journal(model, report) for model in machines().values()) + verify_comments(report)


def machines_in_doubt() -> frozenset[str]:
    """The machines in whose journals the last verification found a fault; all of them without one that ended."""
    last = Verification.objects.filter(subject=JOURNALS).first()
    return frozenset(machines() if last is None or last.finished_at is None else last.machines)


def verify_journal(model: type[Machine], report: Report) -> int:
    """Verify the journal of one machine, hand each fault to ``report``; return how many rows were read.

    Each reading is one statement, hence one snapshot: moves may go on meanwhile.
    """
    with transaction.atomic():
        count = _Reading(model, report).read()
        _compare_objects(model, report)
        _look_for_comments(model, report)
    return count


def verify_comments(report: Report) -> int:
    """Verify that each comment that was not erased is the one its digest tells of; return how many there are."""
    count = 0
    kept = Comment.objects.exclude(text="").order_by("pk")
    for digest, salt, text in kept.values_list("digest", "salt", "text").iterator(CHUNK):
        count += 1
        if digest_comment(salt, text) != digest:
            report(Fault("commentaire", digest[:12], None, "le texte n’est plus celui qui a été écrit."))
    return count


class _Reading:
    """One pass over a journal, beside the list of the last seal: both are in primary key order."""

    def __init__(self, model: type[Machine], report: Report) -> None:
        self.model, self.report = model, report
        self.count = 0
        self.sealed_on = ""

    def fault(self, pk: int, seq: int | None, sentence: str) -> None:
        found = self.model._base_manager.filter(pk=pk).values_list("reference", flat=True).first()
        self.report(Fault(self.model.machine_name, found or f"d’identifiant {pk}", seq, sentence))

    def read(self) -> int:
        sealed = self._sealed_heads()
        awaited = next(sealed, None)
        for pk, rows in groupby(self._rows(), key=itemgetter("object_id")):
            while awaited and awaited.pk < pk:
                self.fault(awaited.pk, None, f"tout son journal a disparu depuis le scellé du {self.sealed_on}.")
                awaited = next(sealed, None)
            mine = awaited if awaited and awaited.pk == pk else None
            last = self._follow(pk, rows, mine)
            if mine:
                if last < mine.seq:
                    told = f"le journal s’arrête là, le scellé du {self.sealed_on} allait jusqu’au n° {mine.seq}."
                    self.fault(pk, last, told)
                awaited = next(sealed, None)
        while awaited:
            self.fault(awaited.pk, None, f"tout son journal a disparu depuis le scellé du {self.sealed_on}.")
            awaited = next(sealed, None)
        return self.count

    def _rows(self) -> Iterator[dict[str, Any]]:
        journal = journal_of(self.model)
        names = [*hashed_columns(journal), "hash"]
        rows = journal._base_manager.order_by("object_id", "seq").values_list(*names)
        for row in rows.iterator(CHUNK):
            yield dict(zip(names, row, strict=True))

    def _follow(self, pk: int, rows: Iterable[dict[str, Any]], sealed: SealedHead | None) -> int:
        """Walk the rows of one object; return the rank of its last one."""
        previous, seq, state = GENESIS, 0, CREATION
        for row in rows:
            self.count += 1
            given = row.pop("hash")
            if row["seq"] != seq + 1:
                self.fault(
                    pk, row["seq"], f"on attendait ici le n° {seq + 1}\u00a0: une ligne manque ou n’est pas à sa place."
                )
            elif chain(previous, row) != given:
                self.fault(pk, row["seq"], "la ligne a été modifiée, ou ne suit pas celle d’avant.")
            elif row["source"] != state:
                came, left = state_label(self.model, state), state_label(self.model, row["source"])
                self.fault(
                    pk,
                    row["seq"],
                    f"la ligne part de «\u00a0{left}\u00a0», celle d’avant arrivait à «\u00a0{came}\u00a0».",
                )
            if sealed and row["seq"] == sealed.seq and given != sealed.head:
                self.fault(pk, row["seq"], f"la chaîne a été réécrite depuis le scellé du {self.sealed_on}.")
            previous, seq, state = given, row["seq"], row["target"]
        return seq

    def _sealed_heads(self) -> Iterator[SealedHead]:
        """The heads of the last exported seal; says what is wrong with the seal itself."""
        name = self.model.machine_name
        self._verify_seals()
        known = last_seal(name)
        try:
            file = SealFile.last(name)
            if file is None:
                if known:
                    self._fault_of_seal("le fichier du dernier scellé est introuvable.")
                return
            self.sealed_on = f"{timezone.localtime(file.sealed_at):%d/%m/%Y à %H h %M}"
            yield from file.heads()
        except SealUnreadable as error:
            self._fault_of_seal(f"le fichier {error} est illisible.")
            return
        if known is None or known.sealed_at != file.sealed_at:
            self._fault_of_seal(f"le dernier fichier, du {self.sealed_on}, n’est pas le dernier scellé de la base.")
        elif known.digest != file.digest or known.previous != file.previous:
            self._fault_of_seal(f"le fichier du {self.sealed_on} n’est pas celui que la base a scellé.")

    def _verify_seals(self) -> None:
        before = ""
        seals = Seal.objects.filter(machine=self.model.machine_name).order_by("sealed_at")
        for sealed_at, digest, previous in seals.values_list("sealed_at", "digest", "previous").iterator(CHUNK):
            if previous != before:
                self._fault_of_seal(f"celui du {timezone.localtime(sealed_at):%d/%m/%Y} ne suit pas celui d’avant.")
            before = digest

    def _fault_of_seal(self, sentence: str) -> None:
        self.report(Fault(self.model.machine_name, "(scellés)", None, sentence))


def _compare_objects(model: type[Machine], report: Report) -> None:
    """Each object agrees with the last row of its journal, in one statement; each journal has its object."""
    journal = journal_of(model)
    pairs = {"state": "target", "seq": "seq", "head": "hash", "moved_at": "at"}
    pairs |= {name: name for name in model.dimensions}
    quote = connection.ops.quote_name
    differs = [
        f"o.{quote(str(field_of(model, mine).column))} IS DISTINCT FROM j.{quote(str(field_of(journal, its).column))}"
        for mine, its in pairs.items()
    ]
    sql = (
        f"SELECT o.reference, o.seq, j.id IS NULL, {', '.join(differs)} FROM {quote(model._meta.db_table)} o "  # noqa: S608
        f"LEFT JOIN LATERAL (SELECT * FROM {quote(journal._meta.db_table)} j WHERE j.object_id = o.id "
        f"ORDER BY j.seq DESC LIMIT 1) j ON true WHERE {' OR '.join(differs)} ORDER BY o.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for reference, seq, without, *columns in cursor:
            names = [
                str(field_of(model, name).verbose_name) for name, wrong in zip(pairs, columns, strict=True) if wrong
            ]
            told = f"l’objet et la dernière ligne de son journal ne s’accordent pas ({', '.join(names)})."
            report(Fault(model.machine_name, reference, seq, "l’objet n’a aucun journal." if without else told))
    orphans = journal._base_manager.filter(~Exists(model._base_manager.filter(pk=OuterRef("object_id"))))
    for pk in orphans.order_by("object_id").values_list("object_id", flat=True).distinct():  # type: ignore[misc]
        report(Fault(model.machine_name, f"d’identifiant {pk}", None, "l’objet a disparu, son journal reste."))


def _look_for_comments(model: type[Machine], report: Report) -> None:
    """An erased comment leaves its digest; one that was taken away leaves nothing."""
    written = journal_of(model)._base_manager.exclude(comment_digest="")
    lost = written.filter(~Exists(Comment.objects.filter(digest=OuterRef("comment_digest"))))
    found = lost.order_by("object_id", "seq").values_list("object__reference", "seq")  # type: ignore[misc]
    for reference, seq in found:
        report(
            Fault(
                model.machine_name, reference, seq, "le commentaire de cette ligne a été retiré sans laisser de trace."
            )
        )
