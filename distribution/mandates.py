"""What a household is told when its device was handed to somebody whom it gave a mandate to (« procuration »).

By its way, a mail or an SMS, with no name in it; its social worker learns it too, and tells it when nothing leaves.
"""

from django.utils import timezone

from distribution import emails
from distribution.appointments import reach_of
from distribution.models import HandOver
from documents.enums import REPLACED, MessageCode
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from prescriptions.models import HouseholdMessage
from prescriptions.services.messages import Message, call_off, way_to, write_message
from typography.french import full_day


def tell_mandated(move: Move) -> None:
    """Of each device that somebody else collected: the household, and its worker."""
    notes = HandOver.objects.current().filter(device__in=move.pks, by_mandate=True)
    around = ("point__distributor", "need__prescription__household__commune", "need__prescription__prescriber")
    for note in by_key(notes.select_related(*around, "need__prescription__distributor")):
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
        emails.news_for_worker("handed_over_by_mandate_for_worker", note.need, written, move.at)


def hush_mandated(move: Move) -> None:
    """The hand-over did not take place: what has not left yet does not."""
    undone = HandOver.objects.filter(device__in=move.pks, by_mandate=True, closed_at=move.at)
    told = HouseholdMessage.objects.filter(
        code=MessageCode.MANDATED,
        written_at__in=undone.values("handed_over_at"),
        household__in=undone.values("need__prescription__household"),
    )
    call_off(told, error=REPLACED)


def register() -> None:
    """The registrations of this subject."""
    for verb in ("hand_over", "exchange"):
        on_transition("device", verb, tell_mandated)
    on_transition("device", "undo_hand_over", hush_mandated)
