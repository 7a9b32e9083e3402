"""The team of a distributor: who holds what, who is away and who replaces, how long answers take; notes."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from lifecycle.acting import asks_then_acts, may, posted
from lifecycle.typed import whole
from network.models import Membership
from network.permissions import is_manager
from network.requests import Request
from prescriptions.enums import PrescriptionState
from prescriptions.forms.instruction import AbsenceForm, NoteForm
from prescriptions.instruction import absences_of, clocks_of, colleagues_of, late_ones
from prescriptions.models import AdviserAbsence, Decision, Prescription
from prescriptions.permissions import advises, can_take_up_prescription
from prescriptions.services.instruction import call_off_absence, declare_absence, write_file_note
from prescriptions.views.deciding import PRESCRIPTION_PAGES
from prescriptions.views.rows import visible_prescription
from prescriptions.views.saving import saved
from typography.french import day, of

S = PrescriptionState
MEASURED_DAYS = 90
"""Over how many days back the page tells how long answers took."""


@dataclass(frozen=True)
class Load:
    """What a colleague holds."""

    person: str
    to_read: int
    to_complete: int
    accepted: int
    late: int
    absence: AdviserAbsence | None


@asks_then_acts
def absence_list(request: Request) -> HttpResponse:
    """Who holds what, who is away; one says that one is, the lead says it of anybody."""
    actor = request.membership
    may(advises(actor))
    if "absence" in request.POST:
        return _call_off(request)
    form = AbsenceForm(posted(request), by=actor)
    if request.method == "POST" and form.is_valid():
        declared = saved(form, lambda: declare_absence(actor=actor, **form.values()))
        if declared is not None:
            messages.success(request, _absence_noted(declared))
            return redirect("prescriptions:absence_list")
    today = timezone.localdate()
    rows = absences_of(actor, today)
    context = {
        "form": form,
        "leads": is_manager(actor),
        "absences": [
            {
                "row": row,
                "uncovered": row.is_uncovered,
                "mine": row.adviser_id == actor.pk or is_manager(actor),
            }
            for row in rows
        ],
        "loads": _loads(actor, rows),
        "median": _median(actor),
        "measured": MEASURED_DAYS,
    }
    return render(request, "prescriptions/absence_list.html", context)


def _call_off(request: Request) -> HttpResponse:
    rows = AdviserAbsence.objects.visible_to(request.membership).standing()
    absence = get_object_or_404(rows, pk=whole(request.POST["absence"]) or 0)
    call_off_absence(actor=request.membership, absence=absence)
    messages.success(request, "Absence terminée\u00a0: ce qui attend revient à qui le tient.")
    return redirect("prescriptions:absence_list")


def _absence_noted(declared: AdviserAbsence) -> str:
    until = f"jusqu’au {day(declared.last_on)}"
    if declared.replaced_by is None:
        return f"Absence notée {until}. Personne ne remplace\u00a0: le responsable est prévenu."
    return f"Absence notée {until}. Ce qui attend apparaît dans «\u00a0À faire\u00a0» {of(declared.replaced_by.user)}."


def _loads(actor: Membership, absences: list[AdviserAbsence]) -> list[Load]:
    """Each colleague with what he holds, then what nobody does; a constant number of queries."""
    seen = Prescription.objects.visible_to(actor).filter(state__in=(S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED))
    late = set(late_ones(seen, timezone.localdate()))
    counts: dict[Any, Any] = {
        row["adviser"]: row
        for row in seen.order_by()
        .values("adviser")
        .annotate(
            to_read=Count("pk", filter=Q(state=S.SUBMITTED)),
            to_complete=Count("pk", filter=Q(state=S.INCOMPLETE)),
            accepted=Count("pk", filter=Q(state=S.ACCEPTED)),
            late=Count("pk", filter=Q(pk__in=late)),
        )
    }
    today = timezone.localdate()
    away = {row.adviser_id: row for row in absences if row.first_on <= today}
    team = [(one.pk, str(one.user)) for one in colleagues_of(actor.organisation_id)]
    return [_load(counts.pop(pk, {}), person, away.get(pk)) for pk, person in team] + [
        _load(_summed(counts.values()), "Personne, ou quelqu’un qui est parti", None)
    ]


COUNTED = ("to_read", "to_complete", "accepted", "late")


def _summed(rows: Any) -> dict[str, int]:
    found = list(rows)
    return {name: sum(row[name] for row in found) for name in COUNTED}


def _load(counted: dict[str, Any], person: str, absence: AdviserAbsence | None) -> Load:
    return Load(person, **{name: counted.get(name, 0) for name in COUNTED}, absence=absence)


def _median(actor: Membership) -> int | None:
    """Working days in which half of the answers of late were given, without the time of what was asked."""
    since = timezone.now() - timedelta(days=MEASURED_DAYS)
    decided = Decision.objects.visible_to(actor).filter(decided_at__gte=since).order_by()
    clocks = clocks_of(decided.values_list("prescription", flat=True), timezone.localdate())
    taken = [clock.days for clock in clocks.values() if clock.is_over]
    return median_low(taken) if taken else None


@asks_then_acts
def prescription_note(request: Request, reference: str) -> HttpResponse:
    """Note something of a request: who reads it is chosen each time."""
    prescription = visible_prescription(request, reference)
    may(can_take_up_prescription(request.membership))
    return PRESCRIPTION_PAGES.record(
        request,
        prescription,
        NoteForm(posted(request)),
        write_file_note,
        title="Écrire une note",
        done="Note écrite",
        submit="Garder la note",
    )
