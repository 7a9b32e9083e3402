"""What the house does when something happens below it, and when a committee closes."""

from desk.documents import freeze_minutes, register_kinds
from desk.emails import meeting_closed_for_member
from desk.enums import RatificationAnswer
from desk.machine import RATIFIABLE
from desk.models import Meeting
from desk.services.visits import forget_visits
from donations.models import Donation
from lifecycle import gate
from lifecycle.registry import Move, forget, on_transition

ANSWERS = {RatificationAnswer.RATIFIED: "ratify", RatificationAnswer.OBJECTION: "object_to"}


def ratify_lots(move: Move) -> None:
    """What the committee answered is written on each lot that still stands."""
    for meeting in Meeting.objects.filter(pk__in=move.pks):
        for answer, verb in ANSWERS.items():
            answered = meeting.ratifications.filter(answer=answer).values("donation")
            lots = Donation.objects.filter(pk__in=answered, state__in=RATIFIABLE, to_ratify=True)
            gate.apply_many(lots, verb, actor=move.actor, at=move.at, cause=move, meeting=meeting.reference)


def write_minutes(move: Move) -> None:
    """The minutes are frozen with the closing, and the members are told."""
    for meeting in Meeting.objects.filter(pk__in=move.pks).select_related("committee"):
        freeze_minutes(meeting, move)
        meeting_closed_for_member(meeting, move.at)


def register() -> None:
    """Called once, when the process starts."""
    register_kinds()
    forget(forget_visits)
    on_transition("meeting", "close", ratify_lots)
    on_transition("meeting", "close", write_minutes)
