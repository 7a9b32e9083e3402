"""Appointments: one of them, an hour taken for a need, files for calendars."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calendars.days import day_start
from distribution.appointments import CALENDAR, SHOWN_AT_COUNTER, amount_of, calendar_of, no_longer, when
from distribution.enums import AppointmentState
from distribution.forms.appointments import FromDayForm, HourForm
from distribution.machine.appointment_rules import (
    NOT_RESTRICTED,
    SERVED_THERE,
    letter_arrives,
    not_served,
    to_call_back,
)
from distribution.models import Appointment
from distribution.models.appointment import GIVES_HOUR, not_known
from distribution.permissions import can_keep_appointment, can_release_device, can_tell_appointment
from distribution.services.appointments import (
    TO_READ,
    book_appointment,
    first_told,
    held_for,
    is_handed_there,
    is_written_to,
    no_other,
    slots_for,
)
from distribution.slots import has_hours
from distribution.told_before import KnownHour, hour_called_off, place_of
from distribution.views.needs import visible_need
from documents.models import SmsAnswer
from lifecycle.acting import answer, asks_then_acts, posted
from network.requests import Request
from prescriptions.enums import ContactChannel
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Need
from prescriptions.reaching import channel_of
from prescriptions.saying import translatable_moment
from prescriptions.services.households import record_access
from prescriptions.views.rows import opened
from refurb.models import Device, DistributionPoint

SHOWN = 8
"""How many hours are proposed at once."""
ACCESS = "appointment_book"
CALENDAR_TYPE = "text/calendar; charset=utf-8"


def visible_appointment(request: Request, reference: str) -> Any:
    """The appointment, if the person may see it; else a 404. The opening of the household's file is recorded."""
    around = ("point__commune", "need__prescription__household", "need__prescription__prescriber")
    seen = Appointment.objects.visible_to(request.membership).select_related(*around)
    appointment: Any = get_object_or_404(seen, reference=reference)
    return opened(request, appointment.need.prescription.household, appointment)


@require_safe
def appointment_detail(request: Request, reference: str) -> HttpResponse:
    """When, where, for whom and for what."""
    appointment = visible_appointment(request, reference)
    mine = Device.objects.visible_to(request.membership).main().filter(need=appointment.need, point=appointment.point)
    device = mine.exclude(reserved_at__gt=appointment.booked_at).first()
    amount = amount_of(appointment.need)
    told = {"of": GIVES_HOUR} if appointment.state == AppointmentState.MISSED else {}
    unknown = Appointment.objects.filter(not_known(**told), pk=appointment.pk).exists()
    limited = not Appointment.objects.filter(unrestricted("need__prescription__household"), pk=appointment.pk).exists()
    again = not limited and _again(appointment, request)
    rebook = not limited and _rebook(appointment, request)
    serves = can_keep_appointment(request.membership) is not None
    now = timezone.now()
    context = {
        "appointment": appointment,
        "household": appointment.need.prescription.household,
        "device": device,
        "amount": amount,
        "to_bring": SHOWN_AT_COUNTER,
        "unknown": unknown,
        "to_tell": unknown and Appointment.objects.to_tell(now).filter(pk=appointment.pk).exists(),
        "is_late": serves
        and not limited
        and appointment.state == AppointmentState.BOOKED
        and appointment.starts_at <= now,
        "releases": (again or rebook) and can_release_device(request.membership) is not None,
        "answers": list(_answers(appointment)) if serves else [],
        "todo": _to_do(appointment, now) if serves else _asked_of_worker(appointment, request.membership, now),
        "main": "miss",
        "serves": serves,
        "unsettled": "" if serves else _unsettled(appointment, now),
        "again": again,
        "rebook": rebook,
        "unserved": rebook and Appointment.objects.filter(not_served(), pk=appointment.pk).exists(),
        "no_other": no_other(appointment.need, device, request.membership) if again and device is not None else "",
    }
    return render(request, "distribution/appointment_detail.html", context)


def _answers(appointment: Any) -> Any:
    """What its household answered by SMS, that nobody has read."""
    return SmsAnswer.objects.about("appointment").to_read().filter(sms__about_pk=appointment.pk)


@dataclass(frozen=True)
class Todo:
    """What « À faire » asks of an appointment, and the verb by which it is done."""

    said: str
    label: str
    verb: str
    letter: bool = False
    """Whether the page gives the letter that tells it."""
    letter_first: bool = True
    """Whether that letter is what is done of it first: it arrives in time."""


TO_MOVE = Todo(
    "Le point ne reçoit plus à cette heure. Appelez le foyer, et convenez d’une autre.",
    "Choisir une autre heure",
    "move",
)
TO_KEEP = Todo(
    "Le foyer a déménagé depuis que cette heure est fixée. Vérifiez avec lui s’il vient encore à ce point\u00a0:"
    " confirmez, donnez une autre heure, ou annulez et servez-le d’ailleurs.",
    "Confirmer le point",
    "keep",
)
NOT_SERVED = Todo(
    "Le foyer a déménagé\u00a0: l’appareil mis de côté ne peut plus lui être remis. Dites-le-lui, annulez cette heure,"
    " puis libérez l’appareil\u00a0; ou demandez une dérogation.",
    "Annuler ce rendez-vous",
    "cancel",
)
KEPT_BY_POINT = "Le foyer a déménagé depuis\u00a0: {point} confirme cette heure, en donne une autre, ou l’annule."
UNTOLD = "Le foyer ne connaît pas ce rendez-vous. {how}, puis notez-le."
UNTOLD_OFF = "Le foyer ne sait pas que c’est annulé."
KNOWN_HOUR = "Il connaît celui du {when}."
KNOWN_HOUR_THERE = "Il connaît celui du {when}, à {point}."
"""Of one that moved untold before it was given up, from another point maybe."""
HOW_TOLD = "{how}, puis notez-le."
UNRECALLED = "Ce rendez-vous est à rappeler au foyer. {how}, puis notez-le."
HOW = {
    ContactChannel.PHONE: "Appelez-le",
    ContactChannel.SMS: "Appelez-le, ou envoyez-lui un SMS",
    ContactChannel.EMAIL: "Écrivez-lui un courriel",
    ContactChannel.LETTER: "Écrivez-lui une lettre",
    ContactChannel.WORKER: "Son travailleur social, prévenu par courriel, le lui dit et le note. Ou appelez-le",
}
"""What whoever serves does so that the household hears of it, by the way by which it is told."""
LATE_LETTER = {
    True: "Une lettre arriverait trop tard\u00a0: appelez-le",
    False: "Une lettre peut arriver trop tard\u00a0: demandez à son travailleur social de le lui dire",
}
"""The same of an hour before which a letter does not arrive, by whether it can be called."""


def _to_do(appointment: Any, at: datetime) -> Todo | None:
    """What is somebody's to do of it, as on « À faire »; some queries."""
    row = Appointment.objects.filter(unrestricted("need__prescription__household"), pk=appointment.pk)
    household = appointment.need.prescription.household
    way = channel_of(household)
    if row.to_move(at).exists():
        return TO_MOVE
    if row.to_keep(at).exists():
        return NOT_SERVED if row.filter(not_served()).exists() else TO_KEEP
    if row.to_tell(at).exists():
        by_letter = way == ContactChannel.LETTER
        late = by_letter and appointment.starts_at < letter_arrives(timezone.localdate(at))
        how = LATE_LETTER[bool(household.phone)] if late else HOW[way]
        letter = by_letter and not household.veiled and not (late and household.phone)
        return Todo(_untold(appointment, how), "Le foyer le sait", "tell", letter=letter, letter_first=not late)
    if row.filter(to_call_back(at)).exists():
        how = HOW[ContactChannel.PHONE if way == ContactChannel.LETTER else way]
        return Todo(UNRECALLED.format(how=how), "Le foyer est rappelé", "remind")
    return None


def _untold(appointment: Any, how: str) -> str:
    """What is to be told of it, and by what; with the hour that was told before and does not count any more."""
    if appointment.state != AppointmentState.BOOKED:
        other = _known_otherwise(appointment)
        return " ".join(filter(None, (UNTOLD_OFF, other, HOW_TOLD.format(how=how))))
    return " ".join(filter(None, (UNTOLD.format(how=how), no_longer(appointment))))


def _known_otherwise(appointment: Any) -> str:
    """The hour and the place of one that is given up, where its household knows another than is written there."""
    known = hour_called_off(appointment)
    if known is None or known == KnownHour.of(appointment):
        return ""
    when_told = translatable_moment(known.starts_at)
    if known.point == appointment.point_id:
        return KNOWN_HOUR.format(when=when_told)
    return KNOWN_HOUR_THERE.format(when=when_told, point=place_of(known, appointment))


def _asked_of_worker(appointment: Any, actor: Any, at: datetime) -> Todo | None:
    """What its worker is to tell of it, when the household is reached through him alone; one query."""
    scope = can_tell_appointment(actor)
    row = Appointment.objects.filter(unrestricted("need__prescription__household"), pk=appointment.pk)
    if scope is None or not row.filter(scope).to_tell(at).exists():
        return None
    how = "Il n’est joint que par vous\u00a0: dites-le-lui"
    return Todo(_untold(appointment, how), "Le foyer le sait", "tell")


def _unsettled(appointment: Any, at: datetime) -> str:
    """What the point is to say of it, once the household moved, as its worker reads it; one query.

    Nothing of a household that limits its data: the point is asked nothing.
    """
    used = Appointment.objects.filter(unrestricted("need__prescription__household"), pk=appointment.pk)
    return KEPT_BY_POINT.format(point=appointment.point) if used.to_keep(at).exists() else ""


def _again(appointment: Any, request: Request) -> bool:
    """Whether another one is to be proposed."""
    if can_keep_appointment(request.membership) is None:
        return False
    return Appointment.objects.to_follow().filter(pk=appointment.pk).exists()


def _rebook(appointment: Any, request: Request) -> bool:
    """Whether it was given up while its device is still put aside."""
    if appointment.state != AppointmentState.CANCELLED or can_keep_appointment(request.membership) is None:
        return False
    return Appointment.objects.to_rebook().filter(pk=appointment.pk).exists()


@require_safe
def appointment_calendar(request: Request, reference: str) -> HttpResponse:
    """The file that puts it in a calendar."""
    appointment = visible_appointment(request, reference)
    return calendar_response(calendar_of(appointment, amount_of(appointment.need)), CALENDAR)


def calendar_response(content: bytes, name: str) -> HttpResponse:
    """A calendar file, to be saved or opened."""
    response = HttpResponse(content, content_type=CALENDAR_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@asks_then_acts
def appointment_book(request: Request, reference: str) -> HttpResponse:
    """The next hours of the point that keeps the device of a need: the first one within reach is ticked."""
    actor = request.membership
    if can_keep_appointment(actor) is None:
        raise PermissionDenied
    need = visible_need(request, reference)
    device = held_for(need)
    mailed = is_written_to(need)
    told_from = first_told(need)
    day, form = hours(request, device, mailed=mailed, told_from=told_from)
    made = answer(request, form, lambda data: book_appointment(actor=actor, need=need, **data), None)
    if made is not None:
        told = "Un message le lui dit" if mailed else "Le foyer le sait"
        told = told if made.told_at else "Reste à le lui dire"
        messages.success(request, f"Rendez-vous fixé le {when(made)}. {told}.")
        return redirect("distribution:appointment_detail", reference=made.reference)
    record_access(actor=actor, household=need.prescription.household, what=ACCESS)
    booked = Appointment.objects.visible_to(actor).booked().filter(need=need).first()
    context = {
        "need": need,
        "household": need.prescription.household,
        "booked": booked,
        "mailed": mailed,
        "told_from": told_from,
        "by_worker": is_told_by_worker(need),
        "no_other": _refused_hour(need, device, actor) if device is not None else "",
    }
    return render(request, "distribution/appointment_book.html", context | hour_context(device, form, day))


def _refused_hour(need: Need, device: Device, actor: Any) -> str:
    """Why no hour is given: its household asked to be left alone, moved out of the territory, or missed too many."""
    if not Need.objects.filter(unrestricted("prescription__household"), pk=need.pk).exists():
        return NOT_RESTRICTED.sentence
    return no_other(need, device, actor) if is_handed_there(device) else SERVED_THERE.sentence


def hours(
    request: Request,
    device: Device | None,
    *,
    mailed: bool,
    moved: Appointment | None = None,
    told_from: datetime | None = None,
) -> tuple[FromDayForm, HourForm]:
    """The form of hours, from the day that is asked for on, and the one that asks for a day; ``moved``: what moves.

    ``told_from``: from when a letter, or its worker, has told it; sooner hours are shown to whoever asks for their day.
    """
    but = moved.pk if moved is not None else None
    day = FromDayForm(request.GET if "jour" in request.GET else None)
    after = from_day(day.cleaned_data.get("jour")) if day.is_valid() else None
    if after is None and told_from is not None:
        after = told_from - timedelta(microseconds=1)
    slots = [] if device is None else slots_for(device, actor=request.membership, after=after, most=SHOWN, but=but)
    if request.method == "POST" and device is not None:  # any hour that was shown, whatever the day asked for since
        slots = slots_for(device, actor=request.membership, but=but)
    held = hour_held(moved) if moved is not None else {}
    ticked_from = max(timezone.now() + TO_READ, told_from or day_start(timezone.localdate()))
    return day, HourForm(posted(request), slots=slots, ticked_from=ticked_from, mailed=mailed, **held)


def is_told_by_worker(need: Need) -> bool:
    """Whether its household hears of an hour through its worker alone."""
    return channel_of(need.prescription.household) == ContactChannel.WORKER


def hour_held(appointment: Appointment) -> dict[str, str]:
    """What a form about an appointment is held to: the hour that its page shows."""
    assert appointment.starts_at is not None
    now = f"Ce rendez-vous a changé d’heure entre-temps\u00a0: il est maintenant le {when(appointment)}."
    asked = "Rien n’a été fait. Est-ce toujours ce que vous voulez\u00a0?"
    return {"holds": appointment.starts_at.isoformat(), "changed": f"{now} {asked}"}


def from_day(day: date | None) -> datetime | None:
    """The last instant before a day; None for a day that is out of all bounds."""
    in_bounds = day is not None and abs(day - timezone.localdate()) < timedelta(days=400)
    return day_start(day) - timedelta(microseconds=1) if day is not None and in_bounds else None


def hour_context(device: Device | None, form: HourForm, day: FromDayForm) -> dict[str, Any]:
    """What the page of an hour shows besides: the point, until when the device is kept, whether it says its hours."""
    point = device.point if device is not None else None
    return {
        "device": device,
        "point": point,
        "form": form,
        "day": day,
        "any_hour": bool(form.fields["starts_at"].choices),  # type: ignore[attr-defined]
        "has_hours": point is not None and has_hours(point, timezone.localdate()),
    }


def upcoming(point: DistributionPoint, actor: Any) -> Any:
    """What is booked at a point from now on, for whoever serves it."""
    seen = Appointment.objects.visible_to(actor).booked().filter(point=point, starts_at__gte=timezone.now())
    return seen.select_related("point__commune").order_by("starts_at", "pk")
