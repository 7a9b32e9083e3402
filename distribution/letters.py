"""Which message tells a household of its appointment; the letter, for who is told by letter: somebody posts it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from distribution.appointments import amount_of
from distribution.emails import message_about
from distribution.enums import AppointmentState
from distribution.models import Appointment, AppointmentEntry
from distribution.permissions import can_keep_appointment
from distribution.told_before import hour_that_counts_no_more
from documents.enums import MessageCode, MessageLanguage
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import HouseholdMessage
from prescriptions.services.contacts import no_letter
from prescriptions.services.messages import letter_made, make_letter

NOTHING_TO_TELL = Reason("told_already", "Il n’y a plus rien à dire de ce rendez-vous à ce foyer.")
CHANGED_BY = ("book", "move", "cancel")
"""The verbs after which a letter says something else."""


def message_of(appointment: Appointment, verb: str, at: datetime) -> MessageCode:
    """What its household is written about after this verb: an hour that it was told of before is told to have moved."""
    if verb == "remind":
        return MessageCode.REMINDER
    if appointment.state != AppointmentState.BOOKED:
        return MessageCode.CANCELLED
    moved = hour_that_counts_no_more(appointment, at) is not None
    return MessageCode.MOVED if moved else MessageCode.APPOINTMENT


@gate.one_transaction
def write_appointment_letter(*, actor: Actor, appointment: Appointment, at: datetime | None = None) -> HouseholdMessage:
    """The letter of what is to be told of it, to be printed and posted; that which was made already, if one was.

    Raises Unknown, PermissionDenied, Refused when nothing is to be told any more, or no address is known.
    """
    scope, now = can_keep_appointment(actor), at or timezone.now()
    if scope is None:
        raise PermissionDenied
    around = ("point__commune", "need__prescription__household__commune", "need__prescription__prescriber")
    seen = Appointment.objects.visible_to(actor).filter(scope, pk=appointment.pk)
    row = seen.select_related("need__prescription__distributor", *around).first()
    if row is None:
        raise Unknown
    asked = Appointment.objects.to_tell(now).filter(unrestricted("need__prescription__household"), pk=row.pk)
    if not asked.exists():
        raise Refused({row.pk: (NOTHING_TO_TELL,)})
    prescription = row.need.prescription
    if reason := no_letter(prescription.household):
        raise Refused({row.pk: (reason,)})
    last = AppointmentEntry.objects.filter(object=row, verb__in=CHANGED_BY).latest("seq")
    message = message_about(row, message_of(row, last.verb, now), amount_of(row.need), now)
    before = letter_made(message, since=last.at, language=MessageLanguage.FRENCH)
    if before is not None:
        return before
    assert prescription.distributor is not None  # so once it is accepted
    return make_letter(message, by=actor, sender=prescription.distributor, at=now)
