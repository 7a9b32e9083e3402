"""Are the seals all there, each after the one before? And is the evidence still what was sealed?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.utils import timezone

from lifecycle.evidence import CHUNK, Extent, Table, evidence_tables, hashes, rows_up_to
from lifecycle.faults import Fault, Report
from lifecycle.instants import latest_instant
from lifecycle.models import JOURNALS, Seal, Verification
from lifecycle.sealing import EVIDENCE, SealFile, SealUnreadable

type Line = tuple[str, int, str]

SEALS = "(scellés)"
MISSED = timedelta(hours=36)
"""A night and half a day: after that, something was verified and sealed, or should have been."""


def verify_seals(name: str, oldest: datetime | None, report: Report) -> None:
    """The seals the database knows of a machine follow one another, and there are some; ``oldest``: its first row.

    What was there when a verification passed is sealed since, the evidence in any case; a machine that came later, with
    a new version, has nothing to show yet.
    """
    before, last = "", None
    seals = Seal.objects.filter(machine=name).order_by("sealed_at")
    for sealed_at, digest, previous in seals.values_list("sealed_at", "digest", "previous").iterator(CHUNK):
        if previous != before:
            report(Fault(name, SEALS, None, f"celui du {_day(sealed_at)} ne suit pas celui d’avant."))
        before, last = digest, sealed_at
    if last is None and oldest is not None and oldest < timezone.now() - MISSED:
        told = f"aucun, ni dans la base ni dans le dossier, alors que la première ligne est du {_day(oldest)}."
        report(Fault(name, SEALS, None, told))
        return
    passed = Verification.objects.filter(subject=JOURNALS).exclude(finished_at=None).exclude(machines__contains=name)
    started = passed.order_by("-started_at").values_list("started_at", flat=True).first()
    if started is None or (last is None and name != EVIDENCE and (oldest is None or oldest >= started)):
        return
    if last is None or last < started:
        told = f"la vérification du {_day(started)} n’a pas été suivie de son scellé, ou il a disparu."
        report(Fault(name, SEALS, None, told))


def _day(instant: datetime) -> str:
    return f"{timezone.localtime(instant):%d/%m/%Y à %H h %M}"


def verify_evidence(report: Report, *, whole: bool = True) -> int:
    """Compare the evidence with its seals; return how many rows were hashed.

    Each time, how many rows there are up to the last sealed key of each table; every hash when ``whole``, or when a
    number is not the one that was sealed.
    """
    first = Seal.objects.order_by("sealed_at").values_list("sealed_at", flat=True).first()
    verify_seals(EVIDENCE, first, report)
    _look_ahead(report)
    try:
        last = SealFile.last(EVIDENCE)
        known = Seal.objects.filter(machine=EVIDENCE).order_by("sealed_at").last()
        if known is None and last is None:
            return 0
        if known is None or last is None or known.sealed_at != last.sealed_at:
            report(Fault(EVIDENCE, SEALS, None, "le dernier fichier n’est pas le dernier scellé de la base."))
        if whole or last is None or any(rows_up_to(name, end.last) != end.rows for name, end in _there(last)):
            with transaction.atomic():
                return _compare(report)
    except SealUnreadable as error:
        report(Fault(EVIDENCE, SEALS, None, f"le fichier {error} est illisible."))
    return 0


def _there(file: SealFile) -> Iterator[tuple[str, Extent]]:
    return ((name, end) for name, end in file.extents().items() if name in evidence_tables())


def _compare(report: Report) -> int:
    """Read the seals from the last whole one, each beside the rows of its keys, both in order of table and key."""
    count, sealed = 0, dict[str, Extent]()
    for seal, file in _since_whole(report):
        seen = 0
        tables = groupby(file.hashes(), key=itemgetter(0))
        present = next(tables, None)
        for name, end in file.extents().items():
            lines: Iterator[Line] = iter(())
            if present is not None and present[0] == name:
                lines = present[1]
            after = sealed.get(name, Extent(0, 0)).last
            read, told = _compare_table(name, file, range(after + 1, end.last + 1), lines, report)
            count, seen = count + read, seen + told
            if present is not None and present[0] == name:
                present = next(tables, None)
        sealed = file.extents()
        if (seal.digest, seal.previous, seal.objects_count) != (file.digest, file.previous, seen):
            told_of = f"le fichier du {_day(seal.sealed_at)} n’est pas celui que la base a scellé."
            report(Fault(EVIDENCE, SEALS, None, told_of))
    return count


def _since_whole(report: Report) -> list[tuple[Seal, SealFile]]:
    """The seals of evidence and their files, oldest first, from the last one that is whole."""
    found: list[tuple[Seal, SealFile]] = []
    for seal in Seal.objects.filter(machine=EVIDENCE).order_by("-sealed_at").iterator(CHUNK):
        file = SealFile.of(seal)
        if file is None:
            report(Fault(EVIDENCE, SEALS, None, f"le fichier du {_day(seal.sealed_at)} est introuvable."))
            return []
        found.append((seal, file))
        if file.whole:
            break
    return found[::-1]


def _compare_table(name: str, file: SealFile, span: range, lines: Iterator[Line], report: Report) -> tuple[int, int]:
    """Compare the rows whose key is in ``span`` with the lines of one file; return how many of each there were."""
    table, columns = evidence_tables().get(name), file.columns[name]
    if table is None or not set(columns) <= table.fields.keys():
        report(Fault(EVIDENCE, name, None, "la table, ou une colonne qui est scellée, n’existe plus."))
        return 0, sum(1 for _ in lines)
    day = _day(file.sealed_at)
    rows, sealed = hashes(table, columns, span), ((pk, hashed) for _, pk, hashed in lines)
    row, line = next(rows, None), next(sealed, None)
    read = told = 0
    while row or line:
        if line is None or (row and row[0] < line[0]):
            report(_fault(table, row[0], f"la ligne a été ajoutée sous un numéro déjà scellé le {day}."))  # type: ignore[index]
            row, read = next(rows, None), read + 1
            continue
        if row is None or line[0] < row[0]:
            report(_fault(table, line[0], f"la ligne a été retirée depuis le scellé du {day}."))
        else:
            if row[1] != line[1]:
                report(_fault(table, row[0], f"la ligne a été modifiée depuis le scellé du {day}."))
            row, read = next(rows, None), read + 1
        line, told = next(sealed, None), told + 1
    return read, told


def _fault(table: Table, pk: int, sentence: str) -> Fault:
    row = table.model._base_manager.filter(pk=pk).first()
    device = getattr(row, "device", None)
    about = f" ({device})" if device is not None else ""
    return Fault(EVIDENCE, f"{table.model._meta.verbose_name} n° {pk}{about}", None, sentence)


def _look_ahead(report: Report) -> None:
    """No evidence is dated later than now."""
    latest = latest_instant()
    for table in evidence_tables().values():
        if "recorded_at" in table.fields:
            ahead = table.model._base_manager.filter(recorded_at__gt=latest).order_by("pk")
            for pk in ahead.values_list("pk", flat=True):
                report(_fault(table, pk, "la ligne est datée d’un instant à venir."))
