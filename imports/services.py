"""Imports: deposit a file, say what its columns are, preview it, apply it once, whatever cuts it on the way."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import PurePath

from django.db.models import Q
from django.utils import timezone

from documents.exceptions import FileAltered, FileForgotten
from documents.jobs import put_off
from documents.locks import hold
from documents.models import StoredFile
from documents.services.files import forget_file, open_file, store_file
from imports.enums import ImportOutcome, ImportStage
from imports.kinds import ImportKind, ImportRow, kinds
from imports.models import Import, LeftLine
from imports.readers.copies import copy_of, sheet_of, without
from imports.readers.sheets import SheetRefused, WorkbookSheet
from imports.reading import ReadTable, columns_of, refuse_headless, sheets_of, table_of
from imports.remembering import keep_headings, kept_headings
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked_row
from lifecycle.machine import Reason
from network.models import Membership, Organisation

CHUNK = 1_000
"""Lines of one transaction: what a cut has to do again."""
AT_ONCE = 500
"""Lines up to which nobody is made to wait for a worker."""
NOTHING_TO_TAKE = Reason("nothing_to_take", "Aucune ligne de ce fichier n’est à reprendre.")
ANOTHER_UNDER_WAY = Reason(
    "another_under_way", "Un autre fichier est en cours d’import pour cette organisation\u00a0: attendez qu’il finisse."
)
READ_OTHERWISE = Reason(
    "read_otherwise", "Dans un autre onglet, ce fichier est lu autrement depuis que vous l’avez vérifié\u00a0: relisez."
)
FILE_GONE = "Le fichier déposé n’est plus là\u00a0: déposez-le de nouveau."


class AlreadyImported(Exception):
    """The same file, read the same way, was imported before; ``source`` says what it became."""

    def __init__(self, source: Import) -> None:
        super().__init__(str(source.pk))
        self.source = source


@dataclass(frozen=True)
class CheckedFile:
    """A file as it would be applied now."""

    source: Import
    sheets: list[WorkbookSheet]
    table: ReadTable
    rows: list[ImportRow]

    @cached_property
    def counts(self) -> Counter[ImportOutcome]:
        """How many lines have each outcome."""
        return Counter(row.outcome for row in self.rows)


# --- before


def deposit_import(
    *,
    actor: Membership,
    kind: ImportKind,
    organisation: Organisation,
    file: StoredFile,
    into: int | None = None,
    at: datetime | None = None,
) -> Import:
    """Keep a file that was deposited, its columns matched by name or as they were the last time.

    ``into``: the key of what the lines are added to, for the kind to read. The same file again is the import that was
    done with it, as long as what it became is there. Raises SheetRefused.
    """
    table = table_of(sheets_of(open_file(file).getvalue()), kind.find)
    return _deposit(Import(kind=kind.code, organisation=organisation, file=file, into=into), table, actor, at)


@gate.one_transaction
def deposit_named(
    *,
    actor: Membership,
    kind: ImportKind,
    organisation: Organisation,
    content: bytes,
    name: str,
    at: datetime | None = None,
) -> Import:
    """As ``deposit_import``, of a file that names people: what arrived is never kept, a copy of what was read is.

    What may not be held is taken out of the copy first, and of the name of the file. Raises SheetRefused.
    """
    assert kind.named is not None
    sheets = sheets_of(content)
    found = table_of(sheets, kind.find)
    refuse_headless(found, columns_of(found.headings, kind.find, {}), kind.asked)
    sheet = next(one for one in sheets if one.name == found.sheet)
    announced = {column for column, heading in enumerate(found.headings) if kind.named.heads(heading)}
    rows = without(sheet.rows, kind.named.forbids, announced, found.header - 1)
    table = table_of([WorkbookSheet("", rows)], kind.find)
    stem = PurePath(name.replace("\\", "/")).stem[:60]
    called = f"{'liste' if kind.named.forbids(name) or not stem else stem}.csv"
    file = store_file(content=copy_of(rows), name=called, content_type="text/csv", by=actor, at=at)
    return _deposit(Import(kind=kind.code, organisation=organisation, file=file), table, actor, at)


def _deposit(source: Import, table: ReadTable, actor: Membership, at: datetime | None) -> Import:
    source.sheet, source.total = table.sheet[:120], len(table.lines)
    source.started_at, source.started_by = at or timezone.now(), actor
    source.columns = columns_of(table.headings, source.declared.find, kept_headings(source))
    source.print = print_of(source)
    before = standing(source)
    if before is not None:
        if source.declared.named is not None:
            forget_file(file=source.file, at=at)
        return before
    source.save()
    return source


@gate.one_transaction
def choose_columns(*, source: Import, sheet: str, columns: Mapping[str, int], fills: Mapping[str, str]) -> Import:
    """Say which sheet and which columns are read, and what is written where the file says nothing.

    Raises Unknown once it is applied, SheetRefused.
    """
    table = table_of(read_sheets(source), source.declared.find, sheet=sheet)
    _hold_not_begun(source)
    source.sheet, source.total = table.sheet[:120], len(table.lines)
    source.columns = dict(columns)
    source.fills = {name: text for name, text in fills.items() if text}
    source.print = print_of(source)
    source.save(update_fields=["sheet", "columns", "fills", "print", "total"])
    return source


@gate.one_transaction
def take_known(*, source: Import, taken: bool) -> Import:
    """Say whether lines that are known already are taken all the same: other machines, or come back since.

    Raises Unknown once it is applied.
    """
    _hold_not_begun(source)
    source.with_known = taken
    source.print = print_of(source)
    source.save(update_fields=["with_known", "print"])
    return source


def _hold_not_begun(source: Import) -> None:
    """Hold a row that nobody applied yet until the end of the transaction, and read it again. Raises Unknown."""
    if locked_row(Import.objects.filter(pk=source.pk, stage=ImportStage.CHECKED)) is None:
        raise Unknown
    source.refresh_from_db(fields=["stage", "sheet", "columns", "fills", "with_known"])


def print_of(source: Import) -> str:
    """The fingerprint of what is read and how: file, sheet, columns, values for all."""
    read = [
        *(source.kind, source.file.sha256, source.sheet, source.with_known),
        *(sorted(source.columns.items()), sorted(source.fills.items())),
    ]
    return hashlib.sha256(json.dumps(read, ensure_ascii=False).encode()).hexdigest()


def standing(source: Import) -> Import | None:
    """The import of the same file read the same way, whose result is there or to come."""
    same = Import.objects.filter(kind=source.kind, organisation=source.organisation, print=source.print)
    for one in same.filter(stage__in=(ImportStage.DONE, ImportStage.APPLYING)).order_by("-pk"):
        if one.stage == ImportStage.APPLYING or source.declared.stands(one):
            return one
    return None


def earlier_import(source: Import) -> Import | None:
    """The last import of the same file, however it was read then, whose result is there."""
    same = Import.objects.filter(kind=source.kind, organisation=source.organisation, stage=ImportStage.DONE)
    found = same.filter(file__sha256=source.file.sha256).exclude(pk=source.pk).order_by("-pk")
    return next((one for one in found if source.declared.stands(one)), None)


def is_read_as(source: Import, other: Import) -> bool:
    """Whether the same sheet, columns and values for all are read, whatever is taken of what is known."""
    return (source.sheet, source.columns, source.fills) == (other.sheet, other.columns, other.fills)


def check_import(source: Import) -> CheckedFile:
    """What each line would become now. Raises SheetRefused."""
    kind, sheets = source.declared, read_sheets(source)
    table = table_of(sheets, kind.find, sheet=source.sheet)
    rows = kind.rows(table.lines, source.columns, source.fills)
    kind.check(source, rows)
    return CheckedFile(source, sheets, table, rows)


def read_sheets(source: Import) -> list[WorkbookSheet]:
    """The sheets of the file of an import. Raises SheetRefused."""
    try:
        content = open_file(source.file).getvalue()
        return sheets_of(content) if source.declared.named is None else [sheet_of(content)]
    except (FileAltered, FileForgotten):
        raise SheetRefused(FILE_GONE) from None


# --- apply


def begin_import(
    *, source: Import, actor: Membership | None = None, seen: str = "", at: datetime | None = None
) -> Import:
    """Begin to apply: at once when the file is small, by a worker else, who also ends what a cut left undone.

    ``actor``: who asks for it, in whose name it is done; whoever deposited the file unless said. ``seen``: the
    fingerprint of what was shown to him.

    Raises AlreadyImported, Refused (nothing to take, read otherwise since, another one under way), SheetRefused.
    """
    if source.stage != ImportStage.CHECKED:
        return source
    if seen and seen != source.print:
        raise Refused({source.pk: (READ_OTHERWISE,)})
    checked = check_import(source)
    begun = _begin(source=source, checked=checked, actor=actor or source.started_by, at=at)
    if len(checked.rows) <= AT_ONCE:
        carry_on_import(source=begun.pk, at=at)
        begun = Import.objects.get(pk=source.pk)
    return begun


@gate.one_transaction
def _begin(*, source: Import, checked: CheckedFile, actor: Membership, at: datetime | None) -> Import:
    hold(f"imports:{source.kind}:{source.organisation_id}")
    held = locked_row(Import.objects.filter(pk=source.pk))
    if held is None:
        raise Unknown
    if held.stage != ImportStage.CHECKED:
        return held
    if held.print != checked.source.print:
        raise Refused({held.pk: (READ_OTHERWISE,)})
    if (before := standing(held)) is not None:
        raise AlreadyImported(before)
    if not checked.counts[ImportOutcome.CREATED]:
        raise Refused({held.pk: (NOTHING_TO_TAKE,)})
    others = Import.objects.filter(kind=held.kind, organisation=held.organisation)
    if others.filter(stage=ImportStage.APPLYING).exists():
        raise Refused({held.pk: (ANOTHER_UNDER_WAY,)})
    others.filter(print=held.print, stage=ImportStage.DONE).update(stage=ImportStage.UNDONE)
    held.stage, held.total, held.applied_at = ImportStage.APPLYING, len(checked.rows), at or timezone.now()
    held.applied_by, held.headings = actor, list(checked.table.headings) if held.declared.named else []
    held.save(update_fields=["stage", "total", "applied_at", "applied_by", "headings"])
    keep_headings(held, checked.table.headings)
    put_off("imports.apply", [{"source": held.pk}])
    return held


def carry_on_import(*, source: int, last_try: bool = False, at: datetime | None = None) -> None:
    """Apply what is left of an import, from where it stood. Nothing when it is ended.

    What each line becomes is looked at again, now that no other file of its kind is under way: another one may have
    ended since this one was shown. ``last_try``: what fails then stops the import, and what it had written is taken
    away.
    """
    row = Import.objects.get(pk=source)
    if row.stage != ImportStage.APPLYING:
        return
    try:
        _carry_on(check_import(row), at)
    except SheetRefused as refused:
        _stop(source=source, error=str(refused))
    except Exception:
        if last_try:
            _stop(source=source, error="Un incident a arrêté l’import. Rien n’a été repris\u00a0: recommencez.")
        raise


def _carry_on(checked: CheckedFile, at: datetime | None = None) -> None:
    while _apply_chunk(source=checked.source.pk, rows=checked.rows):
        pass
    try:
        _end(source=checked.source.pk, at=at)
    except Refused as refused:
        _stop(source=checked.source.pk, error=" ".join(reason.sentence for reason in refused.all))


@gate.one_transaction
def _apply_chunk(*, source: int, rows: list[ImportRow]) -> bool:
    """Apply the next lines, and say whether there were any: where one stands is told under the lock."""
    held = locked_row(Import.objects.filter(pk=source, stage=ImportStage.APPLYING))
    if held is None or held.done >= held.total:
        return False
    chunk = rows[held.done : held.done + CHUNK]
    created = [row for row in chunk if row.outcome == ImportOutcome.CREATED]
    held.declared.apply(held, created)
    LeftLine.objects.bulk_create(
        LeftLine(
            source=held,
            number=row.line.number,
            cells=list(row.line.cells),
            outcome=row.outcome,
            reasons=row.reasons,
        )
        for row in chunk
        if row.outcome != ImportOutcome.CREATED
    )
    held.done += len(chunk)
    held.created += len(created)
    held.save(update_fields=["done", "created"])
    return True


@gate.one_transaction
def _end(*, source: int, at: datetime | None) -> None:
    held = locked_row(Import.objects.filter(pk=source, stage=ImportStage.APPLYING))
    if held is None:
        return
    held.result = held.declared.finish(held, at)
    held.stage, held.ended_at = ImportStage.DONE, at or timezone.now()
    held.save(update_fields=["result", "stage", "ended_at"])
    _forget_named(held)


@gate.one_transaction
def _stop(*, source: int, error: str) -> None:
    held = locked_row(Import.objects.filter(pk=source, stage=ImportStage.APPLYING))
    if held is None:
        return
    held.declared.discard(held)
    held.left.all().delete()
    held.stage, held.error, held.ended_at = ImportStage.FAILED, error[:300], timezone.now()
    held.done = held.created = 0
    held.save(update_fields=["stage", "error", "ended_at", "done", "created"])
    _forget_named(held)


def _forget_named(source: Import) -> None:
    """Erase the file that names people, once nothing more is read from it."""
    if source.declared.named is not None:
        forget_file(file=source.file, at=source.ended_at)


# --- after


@gate.one_transaction
def drop_import(*, source: Import) -> Import:
    """Give up a file before it is applied; its content is erased. Raises Unknown."""
    held = locked_row(Import.objects.filter(pk=source.pk, stage=ImportStage.CHECKED))
    if held is None:
        raise Unknown
    held.stage, held.ended_at = ImportStage.DROPPED, timezone.now()
    held.save(update_fields=["stage", "ended_at"])
    forget_file(file=held.file)
    return held


def drop_left_aside(*, before: datetime, named_before: datetime) -> int:
    """Give up the files that were deposited before ``before``, those that name people before ``named_before``, and
    never applied. Returns how many.
    """
    old = Q(started_at__lt=before) | Q(started_at__lt=named_before, kind__in=_named())
    aside = Import.objects.filter(old, stage=ImportStage.CHECKED)
    return len([drop_import(source=source) for source in aside.order_by("pk")])


def _named() -> list[str]:
    return [kind.code for kind in kinds() if kind.named is not None]


def forget_left_lines(*, before: datetime) -> int:
    """Erase the lines left out of files that name people, ended before ``before``, and what headed them; how many."""
    ended = Import.objects.filter(kind__in=_named(), ended_at__lt=before)
    ended.exclude(headings=[]).update(headings=[])
    return LeftLine.objects.filter(source__in=ended).delete()[0]


@gate.one_transaction
def undo_import(*, source: Import) -> Import:
    """Say that what an import became was taken away: its file may come again. Raises Unknown."""
    held = locked_row(Import.objects.filter(pk=source.pk, stage=ImportStage.DONE))
    if held is None:
        raise Unknown
    held.stage = ImportStage.UNDONE
    held.save(update_fields=["stage"])
    return held
