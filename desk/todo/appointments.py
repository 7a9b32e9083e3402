"""« À faire » at a point: who comes today, whom to call about an hour, who did not come."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import SOON, Block, BlockRow
from distribution.enums import AppointmentState
from distribution.machine.appointment_rules import many_missed, not_served, to_call_back
from distribution.models import Appointment
from distribution.models.appointment import moved_since, not_known, not_received
from distribution.permissions import can_keep_appointment, can_tell_appointment
from distribution.services.answers import last_answer, unread_answers, words_of_answer
from distribution.slots import on_day
from lifecycle.machine import Context
from network.models import Membership
from prescriptions.enums import ContactChannel
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Prescription
from prescriptions.reaching import channel_of
from typography.french import HARD, full_day, hour

SOON_TOLD = timedelta(days=2)
RECALL = "à lui rappeler"


def appointment_blocks(actor: Membership, at: datetime) -> tuple[Block, ...]:
    """Who comes today; what of an appointment is somebody’s to do."""
    scope = can_keep_appointment(actor)
    mine = Appointment.objects.visible_to(actor).filter(scope) if scope is not None else Appointment.objects.none()
    rows = mine.select_related("need__prescription__household", "point")
    to_do = rows.to_tell(at) | rows.filter(to_call_back(at)) | rows.to_follow() | rows.to_move(at) | rows.to_keep(at)
    to_do |= rows.to_rebook()
    to_do = to_do.filter(unrestricted("need__prescription__household")) | rows.filter(Exists(unread_answers()))
    ctx = Context(at, actor)
    why = {
        "is_unreceived": _is(not_received()),
        "is_unknown": _is(not_known()),
        "is_moved": _is(moved_since()),
        "is_unserved": _is(not_served()),
        "is_to_come": _is(Q(starts_at__gt=at)),
        "is_last": _is(many_missed(ctx)),
    }
    return (
        Block(
            "rendez-vous",
            "Rendez-vous d’aujourd’hui",
            rows.booked().between(*on_day(timezone.localdate(at))),
            _today,
            "Personne n’est attendu aujourd’hui.",
            reverse("distribution:appointment_day"),
            late=Q(ends_at__lte=at),
            late_word="heure passée",
            late_words="heures passées",
        ),
        Block(
            "rendez-vous-a-suivre",
            "Foyers à appeler pour un rendez-vous",
            to_do.annotate(**last_answer(), **why).order_by("starts_at", "pk"),
            _to_do,
            "Chaque foyer connaît son rendez-vous, aucun n’est à reprendre.",
            late=Q(starts_at__lte=at + SOON_TOLD),
            late_word=SOON,
        ),
    )


def told_by_the_worker(actor: Membership, mine: QuerySet[Prescription], at: datetime) -> Block:
    """Hours of which a household is told by its worker alone."""
    scope = can_tell_appointment(actor)
    rows = Appointment.objects.none() if scope is None else Appointment.objects.visible_to(actor).filter(scope)
    rows = rows.to_tell(at).filter(unrestricted("need__prescription__household"), need__prescription__in=mine)
    return Block(
        "rendez-vous-a-dire",
        "Rendez-vous à dire à un foyer",
        rows.select_related("need__prescription__household", "point").order_by("starts_at", "pk"),
        _by_the_worker,
        "Aucun foyer n’attend que vous lui disiez une heure.",
        late=Q(starts_at__lte=at + SOON_TOLD),
        late_word=SOON,
    )


def _by_the_worker(appointment: Any) -> BlockRow:
    household = appointment.need.prescription.household
    off = "" if appointment.state == AppointmentState.BOOKED else "annulé, "
    return BlockRow(household.name, _page(appointment), f"{off}{appointment.point}", _when(appointment))


def _is(which: Q) -> ExpressionWrapper:
    return ExpressionWrapper(which, output_field=BooleanField())


def _page(appointment: Appointment) -> str:
    return reverse("distribution:appointment_detail", args=[appointment.reference])


def _when(appointment: Any) -> str:
    return f"{full_day(appointment.starts_at)} à {hour(appointment.starts_at)}"


def _today(appointment: Any) -> BlockRow:
    household = appointment.need.prescription.household
    return BlockRow(household.name, _page(appointment), str(appointment.point), f"à {hour(appointment.starts_at)}")


def _to_do(appointment: Any) -> BlockRow:
    household = appointment.need.prescription.household
    way, why = channel_of(household), _why(appointment)
    if why == RECALL and way == ContactChannel.LETTER:  # it would not arrive the next day
        way = ContactChannel.PHONE
    return BlockRow(household.name, _page(appointment), f"{way.label}{HARD}: {why}", _when(appointment))


def _why(appointment: Any) -> str:
    if answered := words_of_answer(appointment):
        return answered
    if appointment.state == AppointmentState.MISSED:
        return _why_missed(appointment)
    if appointment.state == AppointmentState.CANCELLED:
        untold = appointment.is_unknown and appointment.is_to_come
        if appointment.is_unserved and not untold:
            return "annulé, le foyer a déménagé\u00a0: libérez l’appareil"
        return "annulé, à lui dire" if untold else "annulé, proposez une autre heure"
    if appointment.is_unreceived:
        return "le point ne reçoit plus à cette heure, à déplacer"
    if appointment.is_moved and appointment.is_to_come:
        if appointment.is_unserved:
            return "le foyer a déménagé, son appareil ne peut plus lui être remis\u00a0: annulez, puis libérez-le"
        return "le foyer a déménagé, confirmez ou changez"
    return "à lui dire" if appointment.is_unknown else RECALL


def _why_missed(appointment: Any) -> str:
    if appointment.is_last:
        return "pas venu, plus d’autre heure\u00a0: libérez l’appareil"
    return (
        "à reprendre\u00a0: le foyer n’en savait rien"
        if appointment.is_unknown
        else "pas venu, proposez une autre heure"
    )
