"""One import, from its columns to what it became: each page works without script."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from imports.enums import ImportOutcome, ImportStage
from imports.forms import ColumnsForm, WorkbookSheetForm
from imports.kinds import ImportRow
from imports.models import Import
from imports.readers.cells import cell_text
from imports.readers.copies import TAKEN_OUT
from imports.readers.sheets import SheetRefused
from imports.reading import columns_of, table_of, unread_headings
from imports.remembering import kept_headings
from imports.services import (
    AlreadyImported,
    CheckedFile,
    begin_import,
    check_import,
    choose_columns,
    drop_import,
    earlier_import,
    is_read_as,
    read_sheets,
    take_known,
)
from lifecycle.acting import asks_then_acts, posted
from lifecycle.exceptions import Refused, Unknown
from lifecycle.unkept import unkept
from lists.exports import XLSX
from lists.spreadsheets import Row as CellRow
from lists.spreadsheets import csv_lines, workbook
from network.requests import Request
from typography.french import day, grouped

BY_PAGE = 50
MANY = {ImportOutcome.CREATED: "À reprendre", ImportOutcome.REFUSED: "Refusées", ImportOutcome.KNOWN: "Déjà connues"}
AGAIN = 2
"""Seconds between two looks at an import under way."""


def visible_import(request: Request, pk: int) -> Import:
    """The import, if the person may see it; else a 404."""
    seen = Import.objects.visible_to(request.membership)
    return get_object_or_404(seen.select_related("file", "organisation", "started_by__user"), pk=pk)


@require_safe
def import_detail(request: Request, pk: int) -> HttpResponse:
    """An import where it stands: what each line would become, how far it is, or what it became."""
    source = visible_import(request, pk)
    if source.stage == ImportStage.CHECKED:
        return _preview(request, source)
    kind = source.declared
    context = {
        "source": source,
        "kind": kind,
        "result": kind.result(source),
        "back": kind.leads_to(source),
        "left": source.left.count(),
        "percent": source.done * 100 // max(source.total, 1),
        "again": AGAIN,
        "is_still": "fixe" in request.GET,
    }
    return render(request, "imports/import_detail.html", context)


def _preview(request: Request, source: Import) -> HttpResponse:
    kind = source.declared
    try:
        checked = check_import(source)
    except SheetRefused as refused:
        context = {"source": source, "kind": kind, "refused": str(refused), "back": kind.leads_to(source)}
        return render(request, "imports/import_refused.html", context)
    wanted = request.GET.get("voir", "")
    rows = [row for row in checked.rows if wanted not in ImportOutcome.values or row.outcome == wanted]
    page = Paginator(rows, BY_PAGE).get_page(request.GET.get("page"))
    counts, earlier = checked.counts, earlier_import(source)
    context = {
        "source": source,
        "kind": kind,
        "checked": checked,
        "back": kind.leads_to(source),
        "earlier": earlier,
        "is_read_alike": earlier is not None and is_read_as(source, earlier),
        "page": page,
        "rows": [{"row": row, "understood": understood_text(row, source)} for row in page.object_list],
        "takes": counts[ImportOutcome.CREATED],
        "become": _weighed(checked),
        "left": counts[ImportOutcome.REFUSED] + counts[ImportOutcome.KNOWN],
        "elsewhere": sum(row.is_elsewhere for row in checked.rows),
        "tabs": [("", "Toutes", len(checked.rows)), *((one.value, label, counts[one]) for one, label in MANY.items())],
        "wanted": wanted,
        "naming": [row.line.number for row in checked.rows if row.names_somebody],
        "unread": unread_headings(checked.table, source.columns),
        "lacks": [one for one in kind.fields if one.asked and one.name not in source.columns | source.fills],
    }
    return render(request, "imports/import_preview.html", context)


def understood_text(row: ImportRow, source: Import) -> str:
    """What was understood of a line, or what it says where nothing was."""
    parts = []
    for one in source.declared.fields:
        value, cell = row.values.get(one.name), cell_text(row.line.cell(source.columns.get(one.name)))
        if value is None:
            parts.append(f"«\u00a0{cell[:80]}\u00a0»" if cell else "")
        elif isinstance(value, TextChoices):
            parts.append(str(value.label))
        elif isinstance(value, date) and one.shown == "{}":
            parts.append(f"{value:%d/%m/%Y}")
        elif cell or one.name in source.fills:
            parts.append(one.shown.format(str(value).replace(".", ",") if isinstance(value, Decimal) else value))
    return ", ".join(part for part in parts if part)


def _weighed(checked: CheckedFile) -> str:
    """« 30 machines »: what the lines to take become, when it is not one each."""
    kind = checked.source.declared
    total = sum(kind.weight(row) for row in checked.rows if row.outcome == ImportOutcome.CREATED)
    return f"{grouped(total)} {kind.noun.many}" if total > checked.counts[ImportOutcome.CREATED] else ""


@asks_then_acts
def import_columns(request: Request, pk: int) -> HttpResponse:
    """Which column says what. Nothing is applied here."""
    source = visible_import(request, pk)
    if source.stage != ImportStage.CHECKED:
        return redirect("imports:import_detail", pk=pk)
    kind = source.declared
    try:
        sheets = read_sheets(source)
        table = table_of(sheets, kind.find, sheet=request.GET.get("feuille") or source.sheet)
    except SheetRefused as refused:
        messages.error(request, str(refused))
        return redirect("imports:import_detail", pk=pk)
    is_same = table.sheet[:120] == source.sheet
    guessed = source.columns if is_same else columns_of(table.headings, kind.find, kept_headings(source))
    form = ColumnsForm(posted(request), kind=kind, table=table, source=source, guessed=guessed)
    if form.is_bound and form.is_valid():
        with suppress(Unknown):
            choose_columns(source=source, sheet=table.sheet, columns=form.columns(), fills=form.fills())
        return redirect("imports:import_detail", pk=pk)
    several = WorkbookSheetForm(initial={"feuille": table.sheet}, sheets=sheets) if len(sheets) > 1 else None
    context = {"source": source, "kind": kind, "form": form, "table": table, "several": several}
    context["back"] = kind.leads_to(source)
    return render(request, "imports/import_columns.html", context)


@require_POST
def import_apply(request: Request, pk: int) -> HttpResponse:
    """Take what may be taken: at once for a small file, by a worker else."""
    source = visible_import(request, pk)
    try:
        begin_import(source=source, actor=request.membership, seen=request.POST.get("seen", ""))
    except AlreadyImported as before:
        return say_already(request, before.source)
    except Refused as refused:
        messages.error(request, " ".join(reason.sentence for reason in refused.all))
    except SheetRefused as refused:
        messages.error(request, str(refused))
    return redirect("imports:import_detail", pk=pk)


def say_already(request: Request, before: Import) -> HttpResponse:
    """The same file came before: nothing is done, its import is shown."""
    messages.info(
        request,
        f"Ce fichier a déjà été importé le {day(before.started_at)}\u00a0: rien n’a changé. Voici ce qu’il est devenu.",
    )
    return redirect("imports:import_detail", pk=before.pk)


@require_POST
def import_known(request: Request, pk: int) -> HttpResponse:
    """Take what is known already all the same, or no longer: a person says which."""
    source = visible_import(request, pk)
    with suppress(Unknown):
        take_known(source=source, taken="taken" in request.POST)
    return redirect("imports:import_detail", pk=pk)


@require_POST
def import_drop(request: Request, pk: int) -> HttpResponse:
    """Give up a file before it is applied."""
    source = visible_import(request, pk)
    try:
        drop_import(source=source)
    except Unknown:
        return redirect("imports:import_detail", pk=pk)
    messages.success(request, "Fichier abandonné. Rien n’a été repris.")
    return redirect(source.declared.leads_to(source))


@require_safe
def import_left(request: Request, pk: int) -> HttpResponseBase:
    """The lines that are left out, as they stood, with their reasons: to be corrected and deposited again."""
    source = visible_import(request, pk)
    try:
        headings, widest = source.headings, 0
        if not headings:
            table = table_of(read_sheets(source), source.declared.find, sheet=source.sheet)
            headings, widest = list(table.headings), max((len(line.cells) for line in table.lines), default=0)
        left = _left(source)
    except SheetRefused as refused:
        messages.error(request, str(refused))
        return redirect("imports:import_detail", pk=pk)
    width = max([len(headings), widest, *(len(cells) for _, cells, _ in left)])
    head = [*_without(headings), *[""] * (width - len(headings)), "Ligne du fichier", "Raison"]
    rows: list[CellRow] = [
        [*_without(cells), *[""] * (width - len(cells)), number, " ".join(reasons)] for number, cells, reasons in left
    ]
    ending = "xlsx" if request.GET.get("export") == "xlsx" else "csv"
    answer: FileResponse | StreamingHttpResponse
    if ending == "csv":
        answer = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    else:
        answer = FileResponse(workbook("Lignes laissées de côté", head, rows), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="lignes-laissees-{source.pk}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return unkept(answer)


def _without(cells: Iterable[str]) -> list[str]:
    """The cells to be put right: what was taken out leaves nothing behind."""
    return ["" if cell == TAKEN_OUT else cell for cell in cells]


def _left(source: Import) -> list[tuple[int, list[str], list[str]]]:
    if source.stage != ImportStage.CHECKED:
        return list(source.left.values_list("number", "cells", "reasons"))
    checked: CheckedFile = check_import(source)
    return [
        (row.line.number, list(row.line.cells), row.reasons)
        for row in checked.rows
        if row.outcome != ImportOutcome.CREATED
    ]
