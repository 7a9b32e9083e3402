"""What the sheets of households promise is done by somebody: a mail leaves at once, the rest has its person and day."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from calendars.working_days import add_working_days
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked
from lifecycle.machine import Reason
from prescriptions import emails
from prescriptions.enums import ContactAbout, ContactChannel, ContactOutcome
from prescriptions.models import Prescription, PromisedContact
from prescriptions.parameters import TELL_DAYS
from prescriptions.permissions import can_edit_prescription
from prescriptions.telling import channel_of

TOLD_ALREADY = Reason("told_already", "Il n’y a plus rien à dire à ce foyer\u00a0: c’est déjà fait, ou dépassé.")


def promise_contacts(prescriptions: Iterable[Prescription], about: ContactAbout, at: datetime) -> None:
    """The sheet says that the household will be told: what was to be told before is overtaken."""
    rows = list(prescriptions)
    overtake_contacts([row.pk for row in rows], at)
    day = timezone.localdate(at)
    due_on = add_working_days(day, TELL_DAYS.on(day)) if rows else day
    for row in rows:
        channel = channel_of(row.household)
        contact = PromisedContact(prescription=row, about=about, channel=channel, promised_at=at, due_on=due_on)
        if channel == ContactChannel.EMAIL:
            contact.mail = emails.news_for_household(row, at)
            contact.settled_at, contact.outcome = at, ContactOutcome.SENT
        contact.save()


def overtake_contacts(prescriptions: Iterable[int], at: datetime) -> None:
    """Something else happened: what was still to be told is on no sheet any more."""
    waiting = PromisedContact.objects.to_keep().filter(prescription__in=list(prescriptions)).values("pk")
    PromisedContact.objects.filter(pk__in=waiting).update(settled_at=at, outcome=ContactOutcome.OVERTAKEN)


@transaction.atomic
def keep_contacts(*, actor: Actor, prescriptions: Iterable[Prescription], at: datetime | None = None) -> int:
    """The households of these prescriptions were told; answers how many. Those of which nothing is to be told stay.

    Raises PermissionDenied.
    """
    scope = can_edit_prescription(actor)
    if scope is None or actor.pk is None:
        raise PermissionDenied
    mine = Prescription.objects.visible_to(actor).filter(scope, pk__in=[row.pk for row in prescriptions])
    instant = at or timezone.now()
    promised = PromisedContact.objects.to_keep().filter(prescription__in=mine.values("pk"), promised_at__lte=instant)
    kept = PromisedContact.objects.filter(pk__in=[row.pk for row in locked(promised)])
    return kept.update(settled_at=instant, settled_by=actor.pk, outcome=ContactOutcome.TOLD)


def tell_household(*, actor: Actor, prescription: Prescription, at: datetime | None = None) -> None:
    """The household was told. Raises Unknown, PermissionDenied, Refused when nothing is to be told any more."""
    _seen(actor, prescription)
    if not keep_contacts(actor=actor, prescriptions=[prescription], at=at):
        raise Refused({prescription.pk: (TOLD_ALREADY,)})


@transaction.atomic
def note_no_answer(*, actor: Actor, prescription: Prescription, at: datetime | None = None) -> PromisedContact:
    """Nobody answered: it stays to be done, some working days later. Raises Unknown, PermissionDenied, Refused."""
    row = _seen(actor, prescription)
    scope = can_edit_prescription(actor)
    if scope is None or not Prescription.objects.filter(scope, pk=row.pk).exists():
        raise PermissionDenied
    waiting = locked(PromisedContact.objects.to_keep().filter(prescription=row))
    if not waiting:
        raise Refused({row.pk: (TOLD_ALREADY,)})
    (contact,) = waiting
    instant = at or timezone.now()
    day = timezone.localdate(instant)
    contact.tries, contact.tried_at = contact.tries + 1, instant
    contact.due_on = add_working_days(day, TELL_DAYS.on(day))
    contact.save(update_fields=["tries", "tried_at", "due_on"])
    return contact


def _seen(actor: Actor, prescription: Prescription) -> Prescription:
    row: Prescription | None = Prescription.objects.visible_to(actor).filter(pk=prescription.pk).first()
    if row is None:
        raise Unknown
    return row
