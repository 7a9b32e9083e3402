"""The hour that a household was told of before another took its place: it reads that it does not count any more.

Of an hour that nobody told it, it reads nothing: it waits for none. The same hour at another point is another one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import Q, QuerySet
from django.utils import timezone

from distribution.enums import AppointmentState
from distribution.models import Appointment, AppointmentEntry
from distribution.models.appointment import not_known
from documents.enums import SendState
from documents.models import Sms
from prescriptions.models import HouseholdMessage, Need
from refurb.models import DistributionPoint

OF_AN_HOUR = ("book", "move")
KNOWN_BY = ("tell", "confirm")


@dataclass(frozen=True)
class KnownHour:
    """When and where a household was told to come; ``point``: the key of a point."""

    starts_at: datetime
    point: int

    @classmethod
    def of(cls, appointment: Appointment) -> Self:
        """That of an appointment as it is."""
        assert appointment.starts_at is not None
        return cls(appointment.starts_at, appointment.point_id)

    @classmethod
    def read(cls, values: dict[str, Any], hour: str, point: str, appointment: Appointment) -> Self | None:
        """What a journal row says under these names; None when it says none."""
        told = values.get(hour)
        return cls(datetime.fromisoformat(told), values.get(point, appointment.point_id)) if told else None


def place_of(known: KnownHour, appointment: Appointment) -> DistributionPoint:
    """Where it was to come; one query when it is not where the appointment is."""
    if known.point == appointment.point_id:
        return appointment.point
    return DistributionPoint.objects.select_related("commune").get(pk=known.point)


def hour_told(appointment: Appointment) -> KnownHour | None:
    """The last hour that its household really knows of: that of the row, or one before it; None when it knows none."""
    if not _is_unsaid(appointment):
        return KnownHour.of(appointment)
    return _instead_of(appointment)


def hour_given_up(need: Need) -> KnownHour | None:
    """The hour that its household still waits for: it was told of it, and not that it was given up since."""
    last = Appointment.objects.filter(need=need).order_by("-pk").first()
    if last is None or last.state != AppointmentState.CANCELLED or not _is_unsaid(last):
        return None
    return hour_called_off(last)


def hour_that_counts_no_more(appointment: Appointment, at: datetime | None = None) -> KnownHour | None:
    """The hour that was told before the one it has now, still to come; None when none was, or it is past."""
    before = _instead_of(appointment)
    return before if before is not None and before.starts_at > (at or timezone.now()) else None


def hour_waited_for(appointment: Appointment, at: datetime) -> KnownHour | None:
    """Of one that is about to be given up: the hour that its household knows, or may have read in a letter that was
    made or in a message that left; None when it knows none, or one that is past and another took its place.
    """
    told, own = hour_told(appointment), KnownHour.of(appointment)
    if told != own and _may_have_read_it(appointment):
        told = own
    return told if told is not None and (told.starts_at > at or told == own) else None


def hour_called_off(appointment: Appointment) -> KnownHour | None:
    """Of one that was given up: the hour that its household knew; None when it knew none."""
    last = _entries(appointment).filter(verb="cancel").first()
    return KnownHour.read(last.values, "known_hour", "known_at", appointment) if last is not None else None


def _may_have_read_it(appointment: Appointment) -> bool:
    """Whether a letter was made of the hour it has, that somebody may have posted, or a message of it left."""
    last = _entries(appointment).filter(verb__in=OF_AN_HOUR).first()
    key = {"machine": "appointment", "pk": appointment.pk}
    letter, mail, sms = (
        Q(**{f"{way}_{name}": value for name, value in key.items()})
        for way in ("letter__owner", "mail__about", "sms__about")
    )
    mail &= ~Q(mail__delivery=SendState.FAILED)
    sms &= Q(sms__delivery__in=(SendState.SENT, SendState.KEPT))
    return last is not None and HouseholdMessage.objects.filter(letter | mail | sms, written_at__gte=last.at).exists()


def _instead_of(appointment: Appointment) -> KnownHour | None:
    last = _entries(appointment).filter(verb__in=OF_AN_HOUR).first()
    told = KnownHour.read(last.values, "instead_of", "instead_at", appointment) if last is not None else None
    return told if told != KnownHour.of(appointment) else None


def _is_unsaid(appointment: Appointment) -> bool:
    """Nobody told it, or what was written to tell it did not leave, or has not yet: it will not, once it moves."""
    if Appointment.objects.filter(not_known(), pk=appointment.pk).exists():
        return True
    last = _entries(appointment).filter(verb__in=(*OF_AN_HOUR, "cancel", *KNOWN_BY)).first()
    if last is None or last.verb in KNOWN_BY or last.via:
        return False
    waiting = Sms.objects.filter(about_machine="appointment", about_pk=appointment.pk, delivery=SendState.QUEUED)
    return waiting.filter(created_at__gte=appointment.told_at).exists()


def _entries(appointment: Appointment) -> QuerySet[AppointmentEntry]:
    return AppointmentEntry.objects.filter(object=appointment).order_by("-seq")
