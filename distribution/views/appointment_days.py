"""Who is expected at the counter on a day, on screen and on paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calendars.days import day_start
from distribution.appointments import SHOWN_AT_COUNTER
from distribution.asked_back import due_in_words, with_asked_back
from distribution.enums import AppointmentState
from distribution.forms.appointments import FromDayForm
from distribution.models import Appointment, AppointmentEntry, HandOver
from distribution.permissions import can_keep_appointment
from distribution.services.answers import OF_THE_HOUR, last_answer, words_of_answer
from distribution.slots import on_day
from documents.paper import render_pdf
from lifecycle.unkept import unkept
from network.requests import Request
from prescriptions.services.households import record_sightings
from refurb.enums import DeviceState
from refurb.models import Device
from refurb.unsorted import unsorted_along

DAY = timedelta(days=1)


@dataclass
class Expected:
    """One household of the list: when, with what is ready for it, and what it pays."""

    appointment: Any
    device: Device | None = None
    amount: Decimal | None = None
    held_back: str = ""
    """Why what is put aside is not handed over: its workshop asks for it, or has not sorted a file of it."""

    @property
    def to_bring(self) -> tuple[str, ...]:
        return SHOWN_AT_COUNTER

    @property
    def unread(self) -> str:
        """What its household answered by SMS and nobody has read: it comes before the « oui » of another day."""
        return words_of_answer(self.appointment)


@require_safe
def appointment_day(request: Request) -> HttpResponse:
    """Who comes to the counter on a day, today unless asked otherwise."""
    day, rows = _day_of(request)
    without = unbooked(request.membership)
    context = {
        "day": day,
        "is_today": day == timezone.localdate(),
        "before": day - DAY,
        "after": day + DAY,
        "rows": rows,
        "items": [row for row in rows if row.appointment.state == AppointmentState.BOOKED],
        "late": timezone.now(),
        "without": without.count() if day == timezone.localdate() else 0,
        "form": FromDayForm(initial={"jour": day}),
    }
    return unkept(render(request, "distribution/appointment_day.html", context))


@require_safe
def appointment_day_paper(request: Request) -> HttpResponse:
    """The same on paper, for the counter."""
    day, rows = _day_of(request)
    content = render_pdf(
        "documents/distribution/appointment_day.html",
        {"day": day, "rows": rows},
        title=f"Rendez-vous du {day:%d/%m/%Y}",
        identifier=f"rendez-vous {request.membership.organisation_id} {day}",
        date=day_start(day),
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="rendez-vous-{day}.pdf"'
    return unkept(response)


def unbooked(actor: Any) -> Any:
    """What is put aside at one's points for households with whom no hour is fixed."""
    booked = Appointment.objects.booked().filter(need=OuterRef("need"))
    held = Device.objects.visible_to(actor).main().filter(state=DeviceState.RESERVED)
    return held.filter(~Exists(booked))


def _day_of(request: Request) -> tuple[date, list[Expected]]:
    """The day that is asked for, and who is expected then; each household that is named is in the log of accesses."""
    actor = request.membership
    scope = can_keep_appointment(actor)
    if scope is None:
        raise PermissionDenied
    asked = FromDayForm(request.GET)
    day = (asked.cleaned_data.get("jour") if asked.is_valid() else None) or timezone.localdate()
    if abs(day - timezone.localdate()) > timedelta(days=400):
        day = timezone.localdate()
    around = ("point", "need__prescription__household")
    seen = Appointment.objects.visible_to(actor).filter(scope).select_related(*around)
    last = AppointmentEntry.objects.filter(object=OuterRef("pk"), verb__in=OF_THE_HOUR).order_by("-seq")
    seen = seen.annotate(last_said=Subquery(last.values("verb")[:1]), **last_answer())
    rows = expected_in(seen.exclude(state="cancelled").between(*on_day(day)))
    record_sightings(
        actor=actor, households={row.appointment.need.prescription.household_id for row in rows}, what="appointment_day"
    )
    return day, rows


def expected_in(appointments: Iterable[Any]) -> list[Expected]:
    """Each with what is ready for it, what is paid, what is not handed over; as many queries, whatever their number."""
    found = list(appointments)
    needs = [row.need_id for row in found]
    held = with_asked_back(Device.objects.main().filter(need__in=needs)).order_by("pk")
    devices = {device.need_id: device for device in held}
    waits = unsorted_along(one.pk for one in devices.values() if one.state == DeviceState.RESERVED)
    notes = HandOver.objects.current().filter(need__in=needs).order_by("pk")
    amounts = dict(notes.values_list("need", "to_pay"))
    made = [Expected(row, devices.get(row.need_id), amounts.get(row.need_id)) for row in found]
    for one in made:
        one.held_back = _held_back(one.device, waits)
    return made


def _held_back(device: Any, waits: Mapping[int, Any]) -> str:
    """In the words of the device's own page, shortly; empty of what is handed over."""
    if device is None or device.pk not in waits:
        return ""
    if device.asked_back_at is not None:
        return f"{due_in_words(device.asked_back_at)}\u00a0: ne le remettez pas, libérez-le, puis renvoyez-le"
    return "Un fichier reste à trier à l’atelier\u00a0: ne le remettez pas avant, appelez l’atelier"
