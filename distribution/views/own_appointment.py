"""The appointment on the household's own page: taken, moved, given up, put in its calendar; no account, no script."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from calendars.days import last_day
from distribution.appointments import (
    CALENDAR,
    CHOSEN_HERE,
    CHOSEN_THERE,
    amount_of,
    calendar_of,
    given_up,
    moved_away,
    no_longer,
    price_told,
    to_bring,
    when,
)
from distribution.enums import AppointmentCancelReason
from distribution.forms.appointments import instant
from distribution.machine.appointment_rules import IN_TIME, notice_of
from distribution.models import Appointment
from distribution.services.answers import confirm_appointment, is_confirmed
from distribution.services.appointments import (
    book_appointment,
    cancel_appointment,
    held_for,
    move_appointment,
    no_other,
    slots_for,
)
from distribution.views.appointments import calendar_response
from lifecycle.acting import asks_then_acts
from lifecycle.actors import SignedLink
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Context, Reason
from prescriptions.models import Need, Prescription, RightsRequest
from prescriptions.own_parts import OwnPart
from prescriptions.own_visit import SEEN, leads_on, posted_by, to_page
from prescriptions.saying import TranslatableDay, as_parts, translatable, translatable_moment
from prescriptions.services.households import record_access
from prescriptions.telling import HEARD_OF
from prescriptions.views.own_page import asked_for, link_of
from refurb.enums import DeviceState
from refurb.models import Device

ASKED = ("act", "need", "after", "starts_at", "hour", "agreed")
SHOWN = 6
"""How many hours are proposed at once."""
REFUSALS = {
    "hour_given": "Choisissez une heure.",
    "seat_left": "Cette heure vient d’être prise\u00a0: choisissez-en une autre.",
    "ahead": "Cette heure est passée, ou trop proche\u00a0: choisissez-en une autre.",
    "in_time": "Il est trop tard pour changer d’heure ici\u00a0: appelez le point.",
    "before_it_falls": "Votre appareil n’est plus gardé ce jour-là\u00a0: choisissez une heure plus proche.",
    "one_booked": "Un rendez-vous est déjà pris\u00a0: changez son heure.",
    "to_come": "L’heure de ce rendez-vous est passée\u00a0: appelez le point.",
    "other_hour": "L’heure de votre rendez-vous a changé\u00a0: relisez-la.",
    "same_hour": "L’heure de votre rendez-vous a changé\u00a0: relisez-la.",
    "none_booked": "Ce rendez-vous est annulé\u00a0: relisez cette page.",
    "limited": "Vous avez demandé que rien n’avance\u00a0: relisez cette page avant de prendre une heure.",
    "served_there": "Vous avez déménagé\u00a0: aucune heure ne se prend ici, appelez le point.",
    "held": "Aucun appareil n’est plus mis de côté pour vous\u00a0: appelez votre travailleur social.",
}
"""What is refused, said to the household and in its language; what it has no word for sends it to who helps."""
OTHER_HOUR, NONE_BOOKED, OTHER_TAKEN, LIMITED = (
    Reason(code, REFUSALS[code]) for code in ("other_hour", "none_booked", "one_booked", "limited")
)
AGREES = (
    "Si vous prenez une heure, vous acceptez que ce qui est écrit sur vous serve à vous recevoir ce jour-là, et à rien "
    "d’autre. Aucun message ne vous la rappelle\u00a0: notez-la."
)
"""What a household agrees to by booking while its file is limited: else nothing of it is used (RGPD, art. 18, 2)."""
NOT_DONE = "Cela n’a pas pu se faire\u00a0: appelez votre travailleur social."
CHOOSE = "À faire\u00a0: choisissez une heure."
PART = "distribution/own_appointment.html"


@login_not_required
@never_cache
@asks_then_acts
@sensitive_post_parameters("pass")
def own_appointment(request: HttpRequest, code: str) -> HttpResponse:
    """What the household asks from its page, which it has just opened: to the page again, with what became of it.

    Without the pass of that page, or once it is closed, the page asks for the year of birth again.
    """
    opened = posted_by(request, code)
    prescription = asked_for(opened[1]) if opened else None
    if opened is None or prescription is None:
        return to_page(request, code)
    link = link_of(opened)
    record_access(actor=link, household=prescription.household, what="own_appointment")
    asked = {name: str(request.POST.get(name, "")) for name in ASKED}
    need = prescription.needs.filter(reference=asked["need"].replace("\0", "")).first()
    if need is None:
        return leads_on(request, code, opened, SEEN)
    booked = Appointment.objects.visible_to(link).booked().filter(need=need).select_related("point__commune").first()
    if asked["act"] == "calendar" and booked is not None:
        return calendar_response(calendar_of(booked, amount_of(need)), CALENDAR)
    try:
        done = _do(link, need, booked, asked)
    except (Refused, Unknown) as error:
        codes = [reason.code for reason in error.all] if isinstance(error, Refused) else []
        refused = next((REFUSALS[code] for code in codes if code in REFUSALS), NOT_DONE)
        if OTHER_TAKEN.code in codes:  # it is shown, and asked whether the one that is ticked takes its place
            asked |= {"act": "move", "after": _just_before(asked["starts_at"])}
        return leads_on(request, code, opened, SEEN | {"refused": refused, "asked": asked})
    return leads_on(request, code, opened, SEEN | {"done": as_parts(done), "asked": asked})


def _do(link: SignedLink, need: Need, booked: Appointment | None, asked: Mapping[str, str]) -> str:
    """Do what is asked, and say it; nothing when the page only shows something else. Raises Refused, Unknown."""
    if asked["act"] in ("cancel", "cancel_sure") and booked is not None:
        _refuse_another_hour(booked, asked["hour"])
        if asked["act"] == "cancel":
            return _asked_again(booked, link)
        reason = AppointmentCancelReason.HOUSEHOLD
        cancel_appointment(actor=link, appointment=booked, reason=reason, shown_at=booked.starts_at)
        return "Votre rendez-vous est annulé. Votre appareil reste mis de côté\u00a0: choisissez une autre heure."
    if asked["act"] == "confirm" and booked is not None:
        _refuse_another_hour(booked, asked["hour"])
        return _awaited(confirm_appointment(actor=link, appointment=booked, shown_at=booked.starts_at))
    if asked["act"] in ("confirm", "cancel", "cancel_sure"):
        raise Refused({need.pk: (NONE_BOOKED,)})
    if asked["act"] != "book":
        return ""
    starts_at = _hour(asked["starts_at"])
    if booked is not None and booked.starts_at == starts_at:
        return _awaited(booked)
    if booked is None and asked["hour"]:
        raise Refused({need.pk: (NONE_BOOKED,)})
    if booked is not None and booked.starts_at is not None and booked.starts_at.isoformat() != asked["hour"]:
        raise Refused({need.pk: (OTHER_TAKEN,)})
    if not asked["agreed"] and RightsRequest.objects.limits(need.prescription.household_id):
        raise Refused({need.pk: (LIMITED,)})
    if booked is None:
        return _awaited(book_appointment(actor=link, need=need, starts_at=starts_at))
    shown_at = booked.starts_at
    return _awaited(move_appointment(actor=link, appointment=booked, starts_at=starts_at, shown_at=shown_at))


def _refuse_another_hour(booked: Appointment, shown: str) -> None:
    """One says that one comes, or does not, at the hour that one reads: it may have changed since. Raises Refused."""
    if booked.starts_at is None or booked.starts_at.isoformat() != shown:
        raise Refused({booked.pk: (OTHER_HOUR,)})


def _asked_again(booked: Appointment, link: SignedLink) -> str:
    """Nothing is done yet, the page asks whether it is meant, unless it is too late to. Raises Refused."""
    if _is_near(booked, link, timezone.now()):
        raise Refused({booked.pk: (IN_TIME.reason,)})
    return ""


def _awaited(made: Appointment) -> str:
    return translatable("C’est noté\u00a0: on vous attend le {when}.", when=when(made))


def appointment_part(prescription: Prescription, actor: SignedLink, asked: Mapping[str, str]) -> OwnPart | None:
    """Each device that is put aside: the hour at which it is fetched, or the next ones that are free."""
    held = Device.objects.main().filter(need__prescription=prescription, state=DeviceState.RESERVED).order_by("pk")
    if prescription.declined_at is not None:
        return None
    limited = RightsRequest.objects.limits(prescription.household_id)
    needs = [device.need for device in held.select_related("need") if device.need is not None]
    lines = [_line(need, actor, asked, lapses=not limited) for need in needs]
    to_choose = not limited and any(line["slots"] and line["booked"] is None for line in lines)
    return (
        OwnPart(
            PART,
            {"lines": lines, "agrees": AGREES if limited else ""},
            todo=CHOOSE if to_choose else "",
            words={CHOSEN_THERE: CHOSEN_HERE if to_choose else HEARD_OF},
        )
        if lines
        else None
    )


def _line(need: Need, actor: SignedLink, asked: Mapping[str, str], *, lapses: bool) -> dict[str, Any]:
    device = held_for(need)
    assert device is not None
    now = timezone.now()
    booked = Appointment.objects.visible_to(actor).booked().filter(need=need).select_related("point__commune").first()
    mine = asked.get("need") == need.reference
    near = _is_near(booked, actor, now)
    choosing = booked is None or (mine and asked.get("act") in ("move", "more"))
    after = _hour(asked.get("after", "")) if mine and asked.get("act") in ("move", "more") else None
    free = slots_for(device, actor=actor, after=after, most=SHOWN + 2, but=booked.pk if booked else None)
    slots = [slot for slot in free if booked is None or slot.starts_at != booked.starts_at]  # its hour is no other one
    spent = bool(no_other(need, device, actor)) and booked is None
    away = moved_away(device)
    choosing = choosing and not (near or spent or away)
    if not choosing:
        slots = []
    amount = amount_of(need)
    return {
        "need": need,
        "kind": need.get_kind_display(),
        "point": device.point,
        "choose": translatable("Choisissez une heure, à {place}", place=str(device.point)),
        "booked": booked,
        "hour": booked.starts_at.isoformat() if booked is not None and booked.starts_at is not None else "",
        "when": when(booked) if booked else "",
        "before": no_longer(booked, now) if booked else given_up(need, now),
        "cancelling": _is_asked_again(booked, asked) if mine and not near else "",
        "confirmed": booked is not None and is_confirmed(booked),
        "to_bring": to_bring(amount),
        "price": price_told(amount),
        "shows_place": booked is not None or bool(slots),
        "near": near,
        "passed": booked is not None and booked.starts_at is not None and booked.starts_at <= now,
        "choosing": choosing,
        "spent": spent,
        "away": away,
        "slots": [(slot.starts_at.isoformat(), translatable_moment(slot.starts_at)) for slot in slots[:SHOWN]],
        "more": slots[SHOWN - 1].starts_at.isoformat() if len(slots) > SHOWN else "",
        "until": _until(device) if lapses else "",
    }


def _is_asked_again(booked: Appointment | None, asked: Mapping[str, str]) -> str:
    """« Annuler votre rendez-vous du … ? », of the hour that was shown alone."""
    if booked is None or booked.starts_at is None or asked.get("act") != "cancel":
        return ""
    if booked.starts_at.isoformat() != asked.get("hour"):
        return ""
    return translatable("Annuler votre rendez-vous du {when}\u00a0?", when=when(booked))


def _until(device: Device) -> str:
    """« Votre appareil est gardé jusqu’au … »."""
    if not device.reserved_until:
        return ""
    return translatable(
        "Votre appareil est gardé jusqu’au {day}.", day=TranslatableDay.of(last_day(device.reserved_until))
    )


def _is_near(booked: Appointment | None, actor: SignedLink, now: datetime) -> bool:
    """Whether it is too late to change it without calling."""
    return (
        booked is not None and booked.starts_at is not None and booked.starts_at <= now + notice_of(Context(now, actor))
    )


def _just_before(typed: str) -> str:
    """From when hours are shown so that this one comes first; empty for what is none."""
    chosen = _hour(typed)
    return (chosen - timedelta(microseconds=1)).isoformat() if chosen is not None else ""


def _hour(typed: str) -> datetime | None:
    """What a button or a choice says; None for anything else."""
    try:
        return instant(typed)
    except (ValueError, OverflowError):
        return None
