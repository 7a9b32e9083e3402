"""« À faire » at a point: who comes today, whom to tell of an hour, who did not come, for whom no hour is fixed."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import Block, Line, since, until
from distribution.machine.appointment_rules import to_call_back
from distribution.models import Appointment, PointClosure
from distribution.permissions import can_keep_appointment
from distribution.slots import on_day
from distribution.views.appointments import unbooked
from network.models import Membership
from typography.french import HARD, full_day, hour

SOON_TOLD = timedelta(days=2)


def appointment_blocks(actor: Membership, at: datetime) -> tuple[Block, ...]:
    """Four blocks: each row is somebody’s to do."""
    scope = can_keep_appointment(actor)
    mine = Appointment.objects.visible_to(actor).filter(scope) if scope is not None else Appointment.objects.none()
    rows = mine.select_related("need__prescription__household", "point")
    day = reverse("distribution:appointment_day")
    return (
        Block(
            "rendez-vous",
            "Rendez-vous d’aujourd’hui",
            rows.booked().between(*on_day(timezone.localdate(at))),
            _today,
            "Personne n’est attendu aujourd’hui.",
            day,
            late=Q(ends_at__lte=at),
            late_word="heure passée",
        ),
        Block(
            "rendez-vous-a-dire",
            "Foyers à prévenir d’un rendez-vous",
            (rows.to_tell(at) | rows.filter(to_call_back(at))).order_by("starts_at", "pk"),
            _to_tell,
            "Chaque foyer connaît son rendez-vous.",
            late=Q(starts_at__lte=at + SOON_TOLD),
            late_word="à faire vite",
        ),
        Block(
            "rendez-vous-manques",
            "Rendez-vous manqués ou à déplacer",
            (rows.to_follow() | rows.booked().filter(_closed(), starts_at__gt=at)).order_by("starts_at", "pk"),
            _to_follow,
            "Aucun foyer n’est à rappeler.",
        ),
        Block(
            "sans-rendez-vous",
            "Mis de côté, sans rendez-vous",
            unbooked(actor).select_related("need__prescription__household").order_by("reserved_until", "pk"),
            _without,
            "Chaque appareil mis de côté a son rendez-vous.",
        ),
    )


def _closed() -> Q:
    """On a day on which its point has said since that it receives nobody."""
    on_it = PointClosure.objects.filter(
        point=OuterRef("point"), first_day__lte=OuterRef("starts_at__date"), last_day__gte=OuterRef("starts_at__date")
    )
    return Q(Exists(on_it))


def _page(appointment: Appointment) -> str:
    return reverse("distribution:appointment_detail", args=[appointment.reference])


def _when(appointment: Any) -> str:
    return f"{full_day(appointment.starts_at)} à {hour(appointment.starts_at)}"


def _today(appointment: Any) -> Line:
    household = appointment.need.prescription.household
    return Line(household.name, _page(appointment), str(appointment.point), f"à {hour(appointment.starts_at)}")


def _to_tell(appointment: Any) -> Line:
    household = appointment.need.prescription.household
    if appointment.state == "cancelled":
        todo = "annulé, à lui dire"
    else:
        todo = "à rappeler" if appointment.told_at else "à lui dire"
    about = f"{household.get_contact_channel_display()}{HARD}: {todo}"
    return Line(household.name, _page(appointment), about, _when(appointment))


def _to_follow(appointment: Any) -> Line:
    household = appointment.need.prescription.household
    if appointment.state == "booked":
        return Line(household.name, _page(appointment), "le point ferme ce jour-là, à déplacer", _when(appointment))
    missed = since(appointment.starts_at, "manqué")
    return Line(household.name, _page(appointment), "pas venu, proposez une autre heure", missed)


def _without(device: Any) -> Line:
    url = reverse("distribution:appointment_book", args=[device.need.reference])
    return Line(
        device.need.prescription.household.name, url, str(device), until(device.reserved_until, "gardé jusqu’au")
    )
