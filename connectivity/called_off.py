"""A visit that was told to a household, and then moves or does not take place: which day it knows, and waits for."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from connectivity.enums import ConnectionState, LineNews, ProblemCode, TechnicianSlot
from connectivity.models import ConnectionFile, LineNotice
from typography.french import full_day, in_a_sentence

NO_LONGER = "Celui du {when} ne compte plus."


@dataclass(frozen=True)
class ToldVisit:
    """The day of a visit that its household was told, and when in that day."""

    day: date
    slot: str


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


def visit_known(file: ConnectionFile, at: datetime) -> ToldVisit | None:
    """The last visit that its household was told, whatever was planned since; None once it is past, or told to be off.

    What was not told yet, or did not leave, told nothing. Two queries.
    """
    of_visits = LineNotice.objects.filter(file=file, about__in=(LineNews.VISIT, LineNews.CALLED_OFF))
    last = of_visits.said().order_by("-pk").first()
    if last is None or last.about != LineNews.VISIT:
        return None
    planned = file.journal.filter(verb="schedule", at__lte=last.promised_at).order_by("-seq").first()
    if planned is None:
        return None
    day = date.fromisoformat(planned.values["appointment_on"])
    slot = planned.values.get("appointment_slot", TechnicianSlot.DAY)
    return ToldVisit(day, slot) if day >= timezone.localdate(at) else None


def no_longer(file: ConnectionFile, at: datetime) -> str:
    """« Celui du … ne compte plus. », of a visit that was told before the one that is planned; empty when none was."""
    known = visit_known(file, at)
    if known is None or (known.day, known.slot) == (file.appointment_on, file.appointment_slot):
        return ""
    half = f", {in_a_sentence(TechnicianSlot(known.slot).label)}," if known.day == file.appointment_on else ""
    return NO_LONGER.format(when=f"{full_day(known.day)}{half}")


def day_waited_for(file: ConnectionFile, at: datetime) -> date | None:
    """Of a visit that is off: the day that its household knows, be it another than the one that was planned last."""
    planned = called_off_day(file, at)
    known = visit_known(file, at) if planned is not None else None
    return known.day if known is not None else planned


def waits_for_nobody(file: ConnectionFile, at: datetime) -> bool:
    """Whether its household knows of a visit that is off, and not yet that it is."""
    return called_off_day(file, at) is not None and visit_known(file, at) is not None
