"""What reconditioning costs per device: the page, its file, and a cost to record."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.unkept import unkept
from lists.exports import XLSX
from lists.listing import FILES
from lists.spreadsheets import Row as Cells
from lists.spreadsheets import csv_lines, workbook
from network.permissions import is_pilot
from network.requests import Request
from refurb.cost_chart import cost_chart
from refurb.costs import CostRow, Costs, costs_of
from refurb.enums import CostKind
from refurb.forms.costs import CostForm, PeriodForm
from refurb.permissions import can_record_cost, reads_costs
from refurb.services.stock import record_cost

HEAD = ["Atelier", "Type d’appareil", "Grade", "Reconditionné", "Nature", "Qui paie", "Coût (€)"]


@require_safe
def costs(request: Request) -> HttpResponseBase:
    """By type, by grade, by who pays; for the pilot by workshop as well. ``?export=csv``: the lines behind."""
    actor = request.membership
    if reads_costs(actor) is None:
        raise PermissionDenied
    form = PeriodForm(request.GET)
    may_record = can_record_cost(actor) is not None
    if not form.is_valid():  # nothing is read of a period that is not one, not even as a file
        return render(request, "refurb/costs.html", {"form": form, "is_wrong": True, "may_record": may_record})
    found = costs_of(actor, **{name: form.cleaned_data[name] for name in ("since", "until")})
    if "export" in request.GET:
        return _file(found, request.GET["export"])
    asked = urlencode({name: request.GET[name] for name in form.fields if request.GET.get(name)})
    context = {
        "form": form,
        "total": found.total(),
        "chart": cost_chart(found.by_type()),
        "tables": _tables(found, whole=is_pilot(actor)),
        "kinds": CostKind.labels,
        "paid": found.paid(),
        "asked": f"&{asked}" if asked else "",
        "may_record": may_record,
    }
    return render(request, "refurb/costs.html", context)


def _tables(found: Costs, *, whole: bool) -> list[tuple[str, str, list[CostRow]]]:
    """``(title, what a line is, lines)``."""
    tables = [("Par type d’appareil", "Type", found.by_type()), ("Par grade", "Grade", found.by_grade())]
    return [*tables, ("Par atelier", "Atelier", found.by_workshop())] if whole else tables


def _file(found: Costs, ending: str) -> HttpResponseBase:
    """The lines of the period, as a CSV or a workbook."""
    if ending not in FILES:
        raise Http404("Ce fichier n’existe pas.")
    answered: Any
    if ending == "csv":
        answered = StreamingHttpResponse(csv_lines(HEAD, _cells(found)), content_type="text/csv; charset=utf-8")
    else:
        answered = FileResponse(workbook("Coûts", HEAD, _cells(found)), content_type=XLSX)
    name = f"couts-{timezone.localdate():%Y-%m-%d}.{ending}"
    answered["Content-Disposition"] = f'attachment; filename="{name}"'
    answered["X-Content-Type-Options"] = "nosniff"
    unkept(answered)
    return answered  # type: ignore[no-any-return]


def _cells(found: Costs) -> Iterator[Cells]:
    for line in found.lines():
        yield list(line)


@asks_then_acts
def cost_record(request: Request) -> HttpResponse:
    """Record what a lot costs, or put right what was recorded."""
    actor = request.membership
    if can_record_cost(actor) is None:
        raise PermissionDenied
    back = "refurb:costs" if reads_costs(actor) is not None else "refurb:bench"
    form = CostForm(posted(request), by=actor)
    if answer(request, form, lambda data: record_cost(actor=actor, **data), None) is not None:
        messages.success(request, "Dépense enregistrée.")
        return redirect(back)
    return render(request, "refurb/cost_record.html", {"form": form, "back": reverse(back)})
