"""A visit that was told to a household, and then does not take place: which day, and whether it waits for it."""

from datetime import date, datetime

from django.utils import timezone

from connectivity.enums import ConnectionState, LineNews, ProblemCode
from connectivity.models import ConnectionFile, LineNotice


def called_off_day(file: ConnectionFile, at: datetime) -> date | None:
    """The day that was planned last since the offer was chosen, still to come and planned no more; else None.

    A visit that was missed took place: nothing is called off.
    """
    if file.state in (ConnectionState.SCHEDULED, ConnectionState.ACTIVE, ConnectionState.ENDED):
        return None
    if file.problem == ProblemCode.APPOINTMENT_MISSED:
        return None
    last = file.journal.filter(verb__in=("schedule", "choose")).order_by("-seq").first()
    if last is None or last.verb != "schedule":
        return None
    day = date.fromisoformat(last.values["appointment_on"])
    return day if day >= timezone.localdate(at) else None


def waits_for_nobody(file: ConnectionFile, at: datetime) -> bool:
    """Whether its household knows of a visit that is off, and not yet that it is."""
    if called_off_day(file, at) is None:
        return False
    of_visits = LineNotice.objects.filter(file=file, about__in=(LineNews.VISIT, LineNews.CALLED_OFF))
    last = of_visits.said().order_by("-pk").first()
    return last is not None and last.about == LineNews.VISIT
