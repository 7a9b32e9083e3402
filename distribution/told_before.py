"""The hour that a household was told of before another took its place: it reads that it does not count any more.

Of an hour that nobody told it, it reads nothing: it waits for none.
"""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from distribution.enums import AppointmentState
from distribution.models import Appointment, AppointmentEntry
from distribution.models.appointment import not_known
from documents.enums import SendState
from documents.models import Sms
from prescriptions.models import HouseholdMessage, Need

OF_AN_HOUR = ("book", "move")
KNOWN_BY = ("tell", "confirm")


def hour_told(appointment: Appointment) -> datetime | None:
    """The last hour that its household really knows of: that of the row, or one before it; None when it knows none."""
    if not _is_unsaid(appointment):
        return appointment.starts_at
    return _instead_of(appointment)


def hour_given_up(need: Need) -> datetime | None:
    """The hour that its household still waits for: it was told of it, and not that it was given up since."""
    last = Appointment.objects.filter(need=need).order_by("-pk").first()
    if last is None or last.state != AppointmentState.CANCELLED or not _is_unsaid(last):
        return None
    return hour_called_off(last)


def hour_that_counts_no_more(appointment: Appointment, at: datetime | None = None) -> datetime | None:
    """The hour that was told before the one it has now, still to come; None when none was, or it is past."""
    before = _instead_of(appointment)
    return before if before is not None and before > (at or timezone.now()) else None


def hour_waited_for(appointment: Appointment, at: datetime) -> datetime | None:
    """Of one that is about to be given up: the hour that its household knows, or may have read in a letter that was
    made or in a message that left; None when it knows none, or one that is past and another took its place.
    """
    told = hour_told(appointment)
    if told != appointment.starts_at and _may_have_read_it(appointment):
        told = appointment.starts_at
    return told if told is not None and (told > at or told == appointment.starts_at) else None


def hour_called_off(appointment: Appointment) -> datetime | None:
    """Of one that was given up: the hour that its household knew; None when it knew none."""
    last = _entries(appointment).filter(verb="cancel").first()
    known = last.values.get("known_hour") if last is not None else None
    return datetime.fromisoformat(known) if known else None


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


def _instead_of(appointment: Appointment) -> datetime | None:
    last = _entries(appointment).filter(verb__in=OF_AN_HOUR).first()
    before = last.values.get("instead_of") if last is not None else None
    told = datetime.fromisoformat(before) if before else None
    return told if told != appointment.starts_at else None


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
