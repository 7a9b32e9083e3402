"""What households answer to the SMS of an appointment: OUI confirms it, NON gives it up, the rest is to be read.
What answers another SMS is for the team that follows the household.

One row for each message of the service of SMS, by its key there: the same one twice changes nothing.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from distribution.enums import AppointmentCancelReason, AppointmentState
from distribution.models import Appointment, AppointmentEntry
from distribution.permissions import can_keep_appointment
from distribution.services.appointments import cancel_appointment, read_as
from documents.enums import AnswerOutcome, AnswerWhy, SendState, SmsMeaning
from documents.meanings import meaning_of
from documents.models import Sms, SmsAnswer
from documents.models.answer import LONGEST_ANSWER
from documents.texting import mobile_of
from lifecycle import gate
from lifecycle.actors import Actor, SignedLink
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked
from prescriptions.services.hearing_back import sms_answered
from prescriptions.services.stopping import stop_sms_household, told_by_sms_at

LEFT = (SendState.SENT, SendState.KEPT)
MACHINE = "appointment"
OF_THE_HOUR = ("book", "move", "confirm")
"""What says at which hour it is, and that the household comes then: a reminder unsays nothing."""


def unread_answers() -> QuerySet[SmsAnswer]:
    """What the household answered to the SMS of each appointment, that nobody has read; the last one first."""
    return SmsAnswer.objects.about(MACHINE).to_read().filter(sms__about_pk=OuterRef("pk"))


def last_answer() -> dict[str, Subquery]:
    """For a list of appointments: what the last of them says, and what was done of it; ``words_of_answer`` reads it."""
    asked = {"answered": "outcome", "said": "meaning", "because": "why"}
    return {name: Subquery(unread_answers().values(column)[:1]) for name, column in asked.items()}


def words_of_answer(appointment: Any) -> str:
    """What whoever sees this appointment in a list is told of the answer that nobody has read; nothing if all are."""
    if not appointment.answered:
        return ""
    if appointment.answered == AnswerOutcome.CANCELLED:
        return "a répondu NON\u00a0: annulé, proposez une autre heure"
    if appointment.said == SmsMeaning.NO and appointment.because == AnswerWhy.REFUSED:
        return "a répondu NON, trop tard pour annuler seul\u00a0: annulez, ou appelez-le"
    return "a répondu\u00a0: à lire"


@gate.one_transaction
def receive_answer(*, provider_id: str, number: str, text: str, at: datetime | None = None) -> SmsAnswer:
    """Take one SMS that came back, and do what it says. One that was taken already is given back as it is."""
    instant = at or timezone.now()
    said = text.replace("\0", "").strip()
    answer = SmsAnswer(provider_id=provider_id, received_at=instant, meaning=meaning_of(said))
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError:
        return SmsAnswer.objects.get(provider_id=provider_id)
    mobile = mobile_of(number)
    if mobile and answer.meaning == SmsMeaning.STOP:
        _stop(answer, mobile, at)
    elif mobile:
        _of_appointment(answer, mobile, said, at)
    answer.save()
    return answer


@transaction.atomic
def read_answers(*, actor: Actor, appointment: Appointment, at: datetime | None = None) -> int:
    """Somebody of the point read what was answered: the words go. Raises Unknown, PermissionDenied."""
    if not Appointment.objects.visible_to(actor).filter(pk=appointment.pk).exists():
        raise Unknown
    scope = can_keep_appointment(actor)
    if scope is None or not Appointment.objects.filter(scope, pk=appointment.pk).exists():
        raise PermissionDenied
    rows = SmsAnswer.objects.about(MACHINE).to_read().filter(sms__about_pk=appointment.pk).values_list("pk", flat=True)
    return SmsAnswer.objects.filter(pk__in=list(rows)).update(text="", read_at=at or timezone.now(), read_by=actor.pk)


@gate.one_transaction
def confirm_appointment(
    *, actor: Actor, appointment: Appointment, shown_at: datetime | None = None, at: datetime | None = None
) -> Appointment:
    """The household says that it comes, at ``shown_at`` where it has read an hour; said twice, it is written once.

    Raises Refused.
    """
    row = next(iter(locked(Appointment.objects.filter(pk=appointment.pk))), appointment)
    if row.state == AppointmentState.BOOKED and shown_at in (None, row.starts_at) and is_confirmed(row):
        return row
    return gate.apply(row, "confirm", actor=actor, at=at, **read_as(shown_at))


def is_confirmed(appointment: Appointment) -> bool:
    """Whether the household said of this hour that it comes, by SMS or by its page; one query."""
    said = AppointmentEntry.objects.filter(object=appointment, verb__in=OF_THE_HOUR).order_by("-seq")
    return said.values_list("verb", flat=True).first() == "confirm"


def _stop(answer: SmsAnswer, mobile: str, at: datetime | None) -> None:
    households = told_by_sms_at(mobile)
    for household in households:
        stop_sms_household(household=household, answer=_key(answer), at=at)
    if households:
        answer.outcome = AnswerOutcome.STOPPED


def _of_appointment(answer: SmsAnswer, mobile: str, said: str, at: datetime | None) -> None:
    """Of those to come that were told at this number: the only one, or somebody reads which is meant."""
    asked = _awaited_at(mobile, answer.received_at)
    if not asked:
        if answer.meaning != SmsMeaning.NO and (given_up := _given_up_at(mobile, answer.received_at)):
            answer.sms = given_up
            _to_read(answer, said, AnswerWhy.REFUSED)
        elif sms := sms_answered(mobile, answer.received_at):
            answer.sms = sms
            _to_read(answer, said, AnswerWhy.NEWS)
        return
    appointment, answer.sms = asked[0]
    if answer.meaning == SmsMeaning.OTHER and (news := sms_answered(mobile, answer.received_at, since=answer.sms)):
        answer.sms = news
        _to_read(answer, said, AnswerWhy.NEWS)
    elif len(asked) > 1 and answer.meaning != SmsMeaning.OTHER:
        _to_read(answer, said, AnswerWhy.SEVERAL)
    elif answer.meaning == SmsMeaning.OTHER:
        _to_read(answer, said, AnswerWhy.UNCLEAR)
    else:
        _answered(answer, appointment, said, at)


def _answered(answer: SmsAnswer, appointment: Appointment, said: str, at: datetime | None) -> None:
    actor = SignedLink(_key(answer), opens=("prescription", appointment.need.prescription_id))
    try:
        if answer.meaning == SmsMeaning.YES:
            confirm_appointment(actor=actor, appointment=appointment, at=at)
            answer.outcome = AnswerOutcome.CONFIRMED
        else:
            cancel_appointment(actor=actor, appointment=appointment, reason=AppointmentCancelReason.HOUSEHOLD, at=at)
            answer.outcome = AnswerOutcome.CANCELLED
    except Refused:
        _to_read(answer, said, AnswerWhy.REFUSED)


def _to_read(answer: SmsAnswer, said: str, why: AnswerWhy) -> None:
    answer.outcome, answer.why, answer.text = AnswerOutcome.TO_READ, why, said[:LONGEST_ANSWER]


def _awaited_at(mobile: str, at: datetime) -> list[tuple[Appointment, Sms]]:
    """The appointments to come that an SMS to this mobile told of, the next one first, each with its last SMS.

    Of households that have this number still: it may be somebody else's today.
    """
    left = Sms.objects.filter(number=mobile, about_machine=MACHINE, delivery__in=LEFT, forgotten_at=None)
    last = {sms.about_pk: sms for sms in left.order_by("pk")}
    rows = Appointment.objects.filter(pk__in=last, state=AppointmentState.BOOKED, starts_at__gt=at)
    found = rows.select_related("need__prescription__household", "point").order_by("starts_at", "pk")
    return [(one, last[one.pk]) for one in found if _has(one, mobile)]


def _given_up_at(mobile: str, at: datetime) -> Sms | None:
    """The SMS of an hour to come that this mobile answered NO to: what it says next is no yes, and is not lost."""
    said_no = SmsAnswer.objects.about(MACHINE).filter(sms__number=mobile, outcome=AnswerOutcome.CANCELLED)
    answered = {row.sms.about_pk: row.sms for row in said_no.select_related("sms") if row.sms is not None}
    rows = Appointment.objects.filter(pk__in=answered, state=AppointmentState.CANCELLED, starts_at__gt=at)
    found = rows.select_related("need__prescription__household").order_by("-pk")
    return next((answered[one.pk] for one in found if _has(one, mobile)), None)


def _has(appointment: Appointment, mobile: str) -> bool:
    return mobile_of(appointment.need.prescription.household.phone) == mobile


def _key(answer: SmsAnswer) -> str:
    return f"sms-answer:{answer.pk}"
