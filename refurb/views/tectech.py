"""tec.tech both ways: the devices of the workshop as its file, and its file read here."""

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from imports.enums import ImportStage
from imports.models import Import
from imports.readers.sheets import SheetRefused
from imports.services import deposit_import
from imports.views import say_already
from lifecycle.acting import asks_then_acts, deposited, may, posted
from lifecycle.unkept import unkept
from lists.spreadsheets import csv_lines
from network.requests import Request
from refurb.forms.tectech import TecTechForm
from refurb.models import Device
from refurb.permissions import can_work_on_device
from refurb.tectech import COLUMNS, followed_by_tectech, rows_of
from refurb.tectech_import import CODE, TECTECH

LAST = 5


@asks_then_acts
def tectech(request: Request) -> HttpResponse:
    """What is sent, what is brought back, and the last files."""
    may(can_work_on_device(request.membership))
    organisation = request.membership.organisation
    form = TecTechForm(posted(request), deposited(request), by=request.membership)
    if form.is_bound and form.is_valid():
        try:
            source = deposit_import(actor=request.membership, kind=TECTECH, organisation=organisation, file=form.file)
        except SheetRefused as refused:
            form.add_error("deposit", str(refused))
        else:
            if source.stage != ImportStage.CHECKED:
                return say_already(request, source)
            return redirect("imports:import_detail", pk=source.pk)
    before = Import.objects.visible_to(request.membership).filter(kind=CODE).select_related("file")
    sent = _sent(request)
    context = {
        "form": form,
        "before": before.exclude(stage=ImportStage.DROPPED)[:LAST],
        "count": sent.count(),
        "nameless": sent.filter(serial_key="").count(),
    }
    return render(request, "refurb/tectech.html", context)


@require_safe
def tectech_file(request: Request) -> StreamingHttpResponse:
    """The CSV that tec.tech takes: what the workshop follows now."""
    may(can_work_on_device(request.membership))
    answer = StreamingHttpResponse(
        csv_lines(list(COLUMNS), rows_of(_sent(request)), for_program=True), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="tec-tech-{timezone.localdate():%Y-%m-%d}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    unkept(answer)
    return answer


def _sent(request: Request) -> "QuerySet[Device]":
    mine = Device.objects.visible_to(request.membership).filter(workshop=request.membership.organisation_id)
    return followed_by_tectech(mine).select_related("workshop", "grading").order_by("pk")
