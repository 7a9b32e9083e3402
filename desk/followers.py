"""What the house does when something happens below it, when a committee closes, when a session is told."""

from typing import Any

from conventions.rollouts import register_followers as register_rollouts
from desk.documents import freeze_minutes, register_kinds
from desk.emails import (
    awareness_cancelled_for_structure,
    awareness_moved_for_structure,
    awareness_told_to_structure,
    meeting_closed_for_member,
)
from desk.enums import RatificationAnswer
from desk.machine import RATIFIABLE
from desk.models import Meeting
from desk.services.visits import forget_visits
from donations.models import Donation
from lifecycle import gate
from lifecycle.registry import Move, forget, on_transition
from network.models import AwarenessSession
from prescriptions.promises import register_last as register_promises
from prescriptions.sheets import register_last as register_sheets

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


def _sessions(move: Move) -> Any:
    return AwarenessSession.objects.filter(pk__in=move.pks).select_related("commune", "planned_by__organisation")


def tell_invited(move: Move) -> None:
    """Each structure that has an address and was not told yet gets its mail."""
    for session in _sessions(move):
        guests = list(session.guests.filter(invited_at=None).exclude(email=""))
        awareness_told_to_structure(session, guests, move.at)
        session.guests.filter(pk__in=[guest.pk for guest in guests]).update(invited_at=move.at)


def tell_moved(move: Move) -> None:
    """Those that were told are told again."""
    for session in _sessions(move):
        awareness_moved_for_structure(session, list(session.guests.exclude(invited_at=None)), move.at)


def tell_cancelled(move: Move) -> None:
    """Those that were told do not come for nothing; once it has begun, nobody is told that it does not take place."""
    for session in _sessions(move).filter(starts_at__gt=move.at):
        awareness_cancelled_for_structure(session, list(session.guests.exclude(invited_at=None)), move.at)


def register() -> None:
    """Called once, when the process starts."""
    register_kinds()
    forget(forget_visits)
    on_transition("meeting", "close", ratify_lots)
    on_transition("meeting", "close", write_minutes)
    on_transition("awareness", "convene", tell_invited)
    on_transition("awareness", "move", tell_moved)
    on_transition("awareness", "cancel", tell_cancelled)
    register_rollouts()
    register_sheets()
    register_promises()
