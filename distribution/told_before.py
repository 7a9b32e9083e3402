"""The hour that a household was told of before another took its place: it reads that it does not count any more.

Of an hour that nobody told it, it reads nothing: it waits for none.
"""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from distribution.models import Appointment, AppointmentEntry
from distribution.models.appointment import not_known
from documents.enums import SendState
from documents.models import Sms

OF_AN_HOUR = ("book", "move")
KNOWN_BY = ("tell", "confirm")


def hour_told(appointment: Appointment) -> datetime | None:
    """The last hour that its household really knows of: that of the row, or one before it; None when it knows none."""
    if not _is_unsaid(appointment):
        return appointment.starts_at
    return _instead_of(appointment)


def hour_that_counts_no_more(appointment: Appointment, at: datetime | None = None) -> datetime | None:
    """The hour that was told before the one it has now, still to come; None when none was, or it is past."""
    before = _instead_of(appointment)
    return before if before is not None and before > (at or timezone.now()) else None


def _instead_of(appointment: Appointment) -> datetime | None:
    last = _entries(appointment).filter(verb__in=OF_AN_HOUR).first()
    before = last.values.get("instead_of") if last is not None else None
    told = datetime.fromisoformat(before) if before else None
    return told if told != appointment.starts_at else None


def _is_unsaid(appointment: Appointment) -> bool:
    """Nobody told it, or what was written to tell it did not leave, or has not yet: it will not, once it moves."""
    if Appointment.objects.filter(not_known(), pk=appointment.pk).exists():
        return True
    last = _entries(appointment).filter(verb__in=(*OF_AN_HOUR, *KNOWN_BY)).first()
    if last is None or last.verb in KNOWN_BY or last.actor_id is None:
        return False
    waiting = Sms.objects.filter(about_machine="appointment", about_pk=appointment.pk, delivery=SendState.QUEUED)
    return waiting.filter(created_at__gte=appointment.told_at).exists()


def _entries(appointment: Appointment) -> QuerySet[AppointmentEntry]:
    return AppointmentEntry.objects.filter(object=appointment).order_by("-seq")
