"""« À faire » at a point: who comes today, whom to call about an hour, who did not come."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import SOON, Block, Line
from distribution.enums import AppointmentState
from distribution.machine.appointment_rules import to_call_back
from distribution.models import Appointment, PointClosure
from distribution.models.appointment import not_known
from distribution.permissions import can_keep_appointment
from distribution.slots import on_day
from network.models import Membership
from typography.french import HARD, full_day, hour

SOON_TOLD = timedelta(days=2)


def appointment_blocks(actor: Membership, at: datetime) -> tuple[Block, ...]:
    """Who comes today; what of an appointment is somebody’s to do."""
    scope = can_keep_appointment(actor)
    mine = Appointment.objects.visible_to(actor).filter(scope) if scope is not None else Appointment.objects.none()
    rows = mine.select_related("need__prescription__household", "point")
    closed = rows.booked().filter(_closed(), starts_at__gt=at)
    to_do = rows.to_tell(at) | rows.filter(to_call_back(at)) | rows.to_follow() | closed
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
        ),
        Block(
            "rendez-vous-a-suivre",
            "Foyers à appeler pour un rendez-vous",
            to_do.annotate(is_closed=_closed(), is_unknown=not_known()).order_by("starts_at", "pk"),
            _to_do,
            "Chaque foyer connaît son rendez-vous, aucun n’est à reprendre.",
            late=Q(starts_at__lte=at + SOON_TOLD),
            late_word=SOON,
        ),
    )


def _closed() -> Exists:
    """On a day on which its point has said since that it receives nobody."""
    on_it = PointClosure.objects.filter(
        point=OuterRef("point"), first_day__lte=OuterRef("starts_at__date"), last_day__gte=OuterRef("starts_at__date")
    )
    return Exists(on_it)


def _page(appointment: Appointment) -> str:
    return reverse("distribution:appointment_detail", args=[appointment.reference])


def _when(appointment: Any) -> str:
    return f"{full_day(appointment.starts_at)} à {hour(appointment.starts_at)}"


def _today(appointment: Any) -> Line:
    household = appointment.need.prescription.household
    return Line(household.name, _page(appointment), str(appointment.point), f"à {hour(appointment.starts_at)}")


def _to_do(appointment: Any) -> Line:
    household = appointment.need.prescription.household
    by = household.get_contact_channel_display()
    return Line(household.name, _page(appointment), f"{by}{HARD}: {_why(appointment)}", _when(appointment))


def _why(appointment: Any) -> str:
    if appointment.state == AppointmentState.MISSED:
        return "pas venu, proposez une autre heure"
    if appointment.state == AppointmentState.CANCELLED:
        return "annulé, à lui dire"
    if appointment.is_closed:
        return "le point ferme ce jour-là, à déplacer"
    return "à lui dire" if appointment.is_unknown else "à lui rappeler"
