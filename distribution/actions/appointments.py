"""What is done of an appointment: move it, say that the household knows, did not come, give it up; one page each."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from distribution.enums import AppointmentState
from distribution.forms.appointments import CancelForm, HeldCommentForm, HourForm, instant
from distribution.models import Appointment
from distribution.models.appointment import GIVES_HOUR, not_known
from distribution.services import appointments
from distribution.views.appointments import hour_context, hour_held, hours, is_told_by_worker, visible_appointment
from lifecycle.acting import asks_then_acts
from lifecycle.actors import SYSTEM
from lifecycle.forms import CommentForm
from lifecycle.pages import Page, Pages
from network.requests import Request
from prescriptions.machine.prescription_rules import unrestricted

LAST = (
    "C’est la dernière absence possible pour cet appareil\u00a0: une fois notée, aucun autre rendez-vous ne se prend."
    " L’appareil reste mis de côté jusqu’à son échéance, ou jusqu’à ce que vous le libériez."
    " Le foyer est en retard, ou demande à venir plus tard\u00a0? Déplacez plutôt ce rendez-vous."
)
UNHEARD_OF = (
    "Le foyer n’a pas été prévenu de cette heure\u00a0: ce n’est pas une absence, et elle ne compte pas."
    " «\u00a0Déplacer\u00a0» en donne une autre. S’il la connaissait, notez d’abord qu’il le sait."
)
APPOINTMENT_PAGES: Pages[Request] = Pages(
    Appointment, visible_appointment, template="distribution/actions/_appointment.html"
)


CANCELLED_SINCE = "Ce rendez-vous a été annulé entre-temps. Rien n’a été noté. Le foyer sait-il que c’est annulé\u00a0?"


def _of_the_hour_shown(form: HourForm | CancelForm | HeldCommentForm) -> Mapping[str, Any]:
    """What was typed, and the hour that the page has shown: it may change until the row is locked."""
    return form.cleaned_data | {"shown_at": instant(form.holds)}


def _of_what_was_told(form: HeldCommentForm) -> Mapping[str, Any]:
    """The same, and whether that hour was awaited or given up: a household is told of one or of the other."""
    hour, _, state = form.holds.partition(" ")
    return form.cleaned_data | {"shown_at": instant(hour), "shown_state": state}


def _hour_shown(_: Request, appointment: Any) -> Mapping[str, Any]:
    return hour_held(appointment)


def _told_of(_: Request, appointment: Any) -> Mapping[str, Any]:
    held = hour_held(appointment)
    if appointment.state == AppointmentState.CANCELLED:
        held["changed"] = CANCELLED_SINCE
    return held | {"holds": f"{held['holds']} {appointment.state}"}


@asks_then_acts
def appointment_move(request: Request, reference: str) -> HttpResponse:
    """Another hour of the same point."""
    appointment = visible_appointment(request, reference)
    device = appointments.held_for(appointment.need)
    mailed = appointments.is_written_to(appointment.need)
    told_from = appointments.first_told(appointment.need)
    day, form = hours(request, device, mailed=mailed, moved=appointment, told_from=told_from)
    return APPOINTMENT_PAGES.act(
        request,
        appointment,
        "move",
        form,
        appointments.move_appointment,
        values=_of_the_hour_shown,
        done="Rendez-vous déplacé",
        template="distribution/actions/appointment_move.html",
        mailed=mailed,
        told_from=told_from,
        by_worker=is_told_by_worker(appointment.need),
        **{name: value for name, value in hour_context(device, form, day).items() if name != "form"},
    )


def _missed(_: Any, appointment: Any) -> str:
    """What is to be done of an absence, unless no other hour may be given, or the household may not be called."""
    if Appointment.objects.unheard_of().filter(pk=appointment.pk).exists():
        return "Noté\u00a0: à reprendre, le foyer n’en savait rien. Ce n’est pas une absence."
    noted = "Noté\u00a0: le foyer n’est pas venu."
    device = appointments.held_for(appointment.need)
    if device is not None and appointments.no_other(appointment.need, device, SYSTEM):
        return f"{noted} C’était son dernier rendez-vous pour cet appareil."
    if not Appointment.objects.filter(unrestricted("need__prescription__household"), pk=appointment.pk).exists():
        return noted
    return f"{noted} Proposez-lui un autre rendez-vous."


def _last_warning(request: Request, appointment: Any) -> Mapping[str, Any]:
    """Before the absence that is the last one: what follows; before one that is none: that it does not count."""
    if Appointment.objects.filter(not_known(of=GIVES_HOUR), pk=appointment.pk).exists():
        return {"warning": UNHEARD_OF}
    device = appointments.held_for(appointment.need)
    if device is None or not appointments.is_last(appointment, device, request.membership):
        return {}
    return {"warning": LAST}


PAGES: tuple[Page[Request], ...] = (
    Page("move", "deplacer", view=appointment_move),
    Page(
        "keep",
        "confirmer-le-point",
        HeldCommentForm,
        values=_of_the_hour_shown,
        form_kwargs=_hour_shown,
        done="Noté\u00a0: le foyer vient à ce point, à cette heure",
        warning="Le foyer a déménagé depuis. Vérifiez avec lui qu’il vient encore ici\u00a0: sinon, annulez, libérez"
        " l’appareil, et servez-le d’un point plus proche.",
    ),
    Page(
        "tell",
        "prevenu",
        HeldCommentForm,
        values=_of_what_was_told,
        form_kwargs=_told_of,
        done="Noté\u00a0: le foyer le sait",
    ),
    Page(
        "remind",
        "rappele",
        HeldCommentForm,
        values=_of_the_hour_shown,
        form_kwargs=_hour_shown,
        done="Noté\u00a0: le foyer est rappelé",
    ),
    Page(
        "untell",
        "pas-appele",
        CommentForm,
        done="Noté\u00a0: le foyer est à appeler",
        warning="À faire si l’appel a été noté au mauvais rendez-vous\u00a0: il revient dans «\u00a0À faire\u00a0»."
        " Ce qu’un message a dit au foyer reste dit.",
    ),
    Page(
        "miss",
        "absent",
        CommentForm,
        done=_missed,
        context=_last_warning,
        after=lambda appointment: reverse("distribution:appointment_detail", args=[appointment.reference]),
    ),
    Page(
        "cancel",
        "annuler",
        CancelForm,
        appointments.cancel_appointment,
        values=_of_the_hour_shown,
        done="Rendez-vous annulé. L’appareil reste mis de côté",
        form_kwargs=_hour_shown,
    ),
)

urlpatterns = APPOINTMENT_PAGES.urls("rendez-vous", PAGES)
