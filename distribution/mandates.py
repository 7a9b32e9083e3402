"""What a household is told when its device was handed to somebody whom it gave a mandate to (« procuration »).

By its way, a mail or an SMS, with no name in it; its social worker learns it too, and tells it when nothing leaves.
"""

from django.db.models import Q, QuerySet
from django.utils import timezone

from distribution import emails
from distribution.appointments import reach_of
from distribution.models import HandOver
from documents.enums import REPLACED, MailPurpose, MessageCode
from documents.models import Mail, Sms, may_have_left
from documents.services import call_off_mails
from lifecycle.in_order import by_key
from lifecycle.locking import locked
from lifecycle.registry import Move, on_transition
from prescriptions.models import HouseholdMessage
from prescriptions.services.messages import Message, call_off, way_to, write_message
from typography.french import full_day


def tell_mandated(move: Move) -> None:
    """Of each device that somebody else collected: the household, and its worker."""
    for note in _by_mandate(HandOver.objects.current().filter(device__in=move.pks)):
        prescription = note.need.prescription
        values = {
            "reference": str(prescription.reference),
            "jour": full_day(timezone.localdate(move.at)),
            "point": str(note.point),
            "joindre": reach_of(note.point.distributor),
        }
        message = Message(prescription.household, MessageCode.MANDATED, ("need", note.need_id), values)
        way = way_to(prescription.household, MessageCode.MANDATED)
        written = write_message(message, way, at=move.at) if way is not None else None
        emails.news_for_worker("handed_over_by_mandate_for_worker", note.need, emails.told_by(written), move.at)


def hush_mandated(move: Move) -> None:
    """The hand-over did not take place: what has not left yet does not, and what may have left is put right by its
    worker, who is told so."""
    for note in _by_mandate(HandOver.objects.filter(device__in=move.pks, closed_at=move.at)):
        written = _written_of(note)
        to_worker = locked(
            Mail.objects.about("need", note.need_id).filter(
                purpose=MailPurpose.MESSAGE, created_at=note.handed_over_at, forgotten_at=None
            )
        )
        known = written is not None and _may_have_read(written)
        to_correct = known or any(may_have_left(mail) for mail in to_worker)
        call_off([] if written is None else [written], error=REPLACED)
        call_off_mails([mail.pk for mail in to_worker], error=REPLACED)
        if to_correct:
            told = emails.told_before_undone(written, left=known)
            emails.news_for_worker("hand_over_by_mandate_undone_for_worker", note.need, told, move.at)


def _by_mandate(notes: QuerySet[HandOver]) -> list[HandOver]:
    """Those by mandate, with what is told of them."""
    around = ("point__distributor", "need__prescription__household__commune", "need__prescription__prescriber")
    rows = notes.filter(by_mandate=True).select_related(*around, "need__prescription__distributor")
    return list(by_key(rows))


def _written_of(note: HandOver) -> HouseholdMessage | None:
    """What its household was written of this hand-over; None when somebody was to tell it."""
    written = HouseholdMessage.objects.filter(
        code=MessageCode.MANDATED, written_at=note.handed_over_at, household=note.need.prescription.household_id
    )
    return written.filter(Q(mail__about_pk=note.need_id) | Q(sms__about_pk=note.need_id)).first()


def _may_have_read(written: HouseholdMessage) -> bool:
    """Whether it left, or may have; held as it is until the transaction ends."""
    carried = [*locked(Mail.objects.filter(pk=written.mail_id)), *locked(Sms.objects.filter(pk=written.sms_id))]
    return any(may_have_left(row) for row in carried)


def register() -> None:
    """The registrations of this subject."""
    for verb in ("hand_over", "exchange"):
        on_transition("device", verb, tell_mandated)
    on_transition("device", "undo_hand_over", hush_mandated)
