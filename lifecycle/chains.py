"""Is the journal of a machine whole? Recompute each hash, follow each chain, compare with objects and the last seal.

What it finds: a row altered, removed or set in another order, a cut tail, an object that disagrees with its journal in
its state or in a stamp that the journal says, and whatever was rewritten since the last exported seal, hashes included.
Journals are read as streams, in primary key order: the memory it takes does not depend on their length.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from lifecycle.evaluation import keys
from lifecycle.faults import Fault, Report
from lifecycle.instants import latest_instant
from lifecycle.journal import GENESIS, chained_hash, hashed_columns, journal_of
from lifecycle.machine import CREATION, Stateful, field_of, state_label, verbs_of
from lifecycle.models import Comment
from lifecycle.seal_checks import verify_seals
from lifecycle.sealing import SealedHead, SealFile, SealUnreadable, last_seal
from lifecycle.walls import kept_of

CHUNK = 2000


def verify_journal(model: type[Stateful], report: Report, *, whole: bool = True) -> int:
    """Verify the journal of one machine, hand each fault to ``report``; return how many rows were read.

    Unless ``whole``, only the chains of objects that moved since the last seal are computed again; all the rest of what
    is compared stays so. Each reading is one statement, hence one snapshot: moves may go on meanwhile.
    """
    with transaction.atomic():
        count = _Reading(model, report, whole=whole).read()
        _compare_objects(model, report)
        _compare_stamps(model, report)
        _look_for_comments(model, report)
        _look_ahead(model, report)
    return count


class _Reading:
    """One pass over a journal, beside the list of the last seal: both are in primary key order."""

    def __init__(self, model: type[Stateful], report: Report, *, whole: bool) -> None:
        self.model, self.report, self.whole = model, report, whole
        self.count = 0
        self.sealed_on = ""

    def fault(self, pk: int, seq: int | None, sentence: str) -> None:
        found = self.model._base_manager.filter(pk=pk).values_list("reference", flat=True).first()
        self.report(Fault(self.model.machine.name, found or f"d’identifiant {pk}", seq, sentence))

    def read(self) -> int:
        sealed, pks = self._sealed_heads(), None
        if not self.whole:
            sealed, pks = self._moved_since(sealed)
        awaited = next(sealed, None)
        for pk, rows in groupby(self._rows(pks), key=itemgetter("object_id")):
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

    def _moved_since(self, sealed: Iterator[SealedHead]) -> tuple[Iterator[SealedHead], list[int]]:
        """Heads and keys of the objects to read again: they moved, disappeared, or their journal has holes."""
        journal = journal_of(self.model)
        table = connection.ops.quote_name(journal._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT object_id FROM {table} GROUP BY object_id "  # noqa: S608
                "HAVING count(*) <> max(seq) OR min(seq) <> 1"
            )
            moved = {pk for (pk,) in cursor.fetchall()}
        known = {head.pk: head for head in sealed}
        there = self.model._base_manager.values_list("pk", "seq", "head")
        missing = set(known)
        for pk, seq, head in there.iterator(CHUNK):
            missing.discard(pk)
            if pk not in known or known[pk] != (pk, seq, head):
                moved.add(pk)
        moved |= missing
        return iter([head for pk, head in known.items() if pk in moved]), sorted(moved)

    def _rows(self, pks: list[int] | None) -> Iterator[dict[str, Any]]:
        journal = journal_of(self.model)
        names = [*hashed_columns(journal), "hash"]
        found = journal._base_manager.all() if pks is None else journal._base_manager.filter(object_id__in=keys(pks))  # type: ignore[misc]
        rows = found.order_by("object_id", "seq").values_list(*names)
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
            elif chained_hash(previous, row) != given:
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
        name = self.model.machine.name
        oldest = journal_of(self.model)._base_manager.order_by("pk").values_list("recorded_at", flat=True).first()
        verify_seals(name, oldest, self.report)
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

    def _fault_of_seal(self, sentence: str) -> None:
        self.report(Fault(self.model.machine.name, "(scellés)", None, sentence))


def _compare_objects(model: type[Stateful], report: Report) -> None:
    """Each object agrees with the last row of its journal, in one statement; each journal has its object."""
    journal = journal_of(model)
    pairs = {"state": "target", "seq": "seq", "head": "hash", "moved_at": "at"}
    pairs |= {name: name for name in model.machine.dimensions}
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
            report(Fault(model.machine.name, reference, seq, "l’objet n’a aucun journal." if without else told))
    orphans = journal._base_manager.filter(~Exists(model._base_manager.filter(pk=OuterRef("object_id"))))
    for pk in orphans.order_by("object_id").values_list("object_id", flat=True).distinct():  # type: ignore[misc]
        report(Fault(model.machine.name, f"d’identifiant {pk}", None, "l’objet a disparu, son journal reste."))


def _compare_stamps(model: type[Stateful], report: Report) -> None:
    """Each stamp that the journal says is what its last row to set it says; one statement for each.

    A row that a verb wrote before its journal said the stamp says nothing: it is told from the first row of the object.
    """
    for name, (column, kind) in kept_of(model).items():
        setting = [declared.name for declared in verbs_of(model).values() if name in declared.stamps]
        quote = connection.ops.quote_name
        table, journal = quote(model._meta.db_table), quote(journal_of(model)._meta.db_table)
        sql = (
            f"SELECT o.reference, j.seq FROM {table} o JOIN LATERAL ("  # noqa: S608
            f"SELECT j.seq, j.\"values\"->'stamps' AS said FROM {journal} j WHERE j.object_id = o.id "
            "AND (j.seq = 1 OR j.verb = ANY(%(setting)s) OR j.\"values\"->'stamps'?%(name)s) "
            "ORDER BY j.seq DESC LIMIT 1) j ON true WHERE CASE WHEN j.said?%(name)s "
            f"THEN (j.said->>%(name)s)::{kind} IS DISTINCT FROM o.{quote(column)} "
            f"ELSE EXISTS (SELECT 1 FROM {journal} f WHERE f.object_id = o.id AND f.seq = 1 "
            "AND f.\"values\"->'stamps'?%(name)s) END ORDER BY o.id"
        )
        said = str(field_of(model, name).verbose_name)
        with connection.cursor() as cursor:
            cursor.execute(sql, {"setting": setting, "name": name})
            for reference, seq in cursor:
                told = f"«\u00a0{said}\u00a0» n’est pas ce que dit cette ligne."
                report(Fault(model.machine.name, reference, seq, told))


def _look_ahead(model: type[Stateful], report: Report) -> None:
    """No row is dated later than now."""
    latest = latest_instant()
    ahead = journal_of(model)._base_manager.filter(Q(at__gt=latest) | Q(recorded_at__gt=latest))
    for reference, seq in ahead.order_by("object_id", "seq").values_list("object__reference", "seq"):  # type: ignore[misc]
        report(Fault(model.machine.name, reference, seq, "la ligne est datée d’un instant à venir."))


def _look_for_comments(model: type[Stateful], report: Report) -> None:
    """An erased comment leaves its digest; one that was taken away leaves nothing."""
    written = journal_of(model)._base_manager.exclude(comment_digest="")
    lost = written.filter(~Exists(Comment.objects.filter(digest=OuterRef("comment_digest"))))
    found = lost.order_by("object_id", "seq").values_list("object__reference", "seq")  # type: ignore[misc]
    for reference, seq in found:
        report(
            Fault(
                model.machine.name, reference, seq, "le commentaire de cette ligne a été retiré sans laisser de trace."
            )
        )
