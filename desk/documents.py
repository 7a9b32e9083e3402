"""The minutes of a meeting: who sat and for whom, what was decided of each line and why, what was ratified or put off.

Members are told by their role and their organisation: their names stay in their accounts.
"""

from typing import Any

from django.db.models import QuerySet

from desk.enums import LineChoice, LotOutcome, Presence, RatificationAnswer
from desk.models import Meeting, MeetingLine, MeetingLot, Seat
from documents.kinds import register_kind
from documents.models import Document
from documents.services import freeze_document
from lifecycle.registry import Move
from network.models import Organisation
from typography.french import written_day, written_moment

MINUTES = "committee_minutes"
DECIDED = {LineChoice.ACCEPT: "accepté", LineChoice.DECLINE: "refusé", LineChoice.POSTPONE: "reporté"}
TAKEN = (LotOutcome.QUALIFIED, LotOutcome.DECLINED)


def register_kinds() -> None:
    """Declare the minutes and their template."""
    register_kind(MINUTES, "Compte rendu de comité", "documents/desk/committee_minutes.html")


def freeze_minutes(meeting: Meeting, move: Move) -> Document:
    """Freeze the minutes of a meeting that is closed."""
    committee = meeting.committee
    return freeze_document(
        kind=MINUTES,
        owner=("meeting", meeting.pk),
        values=minutes_of(meeting),
        by=move.actor,
        at=move.at,
        title=f"Compte rendu – {committee.get_kind_display()} du {written_day(committee.meets_on)}",
    )


def minutes_for(meeting: Meeting) -> Document | None:
    """The minutes of a meeting, once it is closed."""
    papers = Document.objects.filter(kind=MINUTES, owner_machine="meeting", owner_pk=meeting.pk)
    return papers.select_related("rendered").first()


def minutes_of(meeting: Meeting) -> dict[str, Any]:
    """Everything that the minutes say; seven queries."""
    committee = meeting.committee
    lots = list(meeting.lots.select_related("donation__donor").prefetch_related("lines__line"))
    names = dict(Organisation.objects.filter(pk__in=_workshops(lots)).values_list("pk", "name"))
    told = {outcome: [_lot(lot, names) for lot in lots if lot.outcome == outcome] for outcome in LotOutcome}
    seats = committee.seats.select_related("membership__organisation").order_by("membership__organisation__name", "pk")
    answers = meeting.ratifications.select_related("donation__donor", "answered_by__meeting")
    return {
        "reference": meeting.reference,
        "committee": committee.get_kind_display(),
        "met_on": written_day(committee.meets_on),
        "place": committee.place,
        "opened": written_moment(meeting.opened_at) if meeting.opened_at else "",
        "closed": written_moment(meeting.closed_at) if meeting.closed_at else "",
        "present": _seated(seats, Presence.PRESENT),
        "excused": _seated(seats, Presence.EXCUSED),
        "decided": [lot for outcome in TAKEN for lot in told[outcome]],
        "postponed": told[LotOutcome.POSTPONED],
        "not_examined": told[LotOutcome.NOT_EXAMINED],
        "elsewhere": told[LotOutcome.ELSEWHERE],
        "ratified": [_answer(row) for row in answers if row.answer == RatificationAnswer.RATIFIED],
        "objections": [_answer(row) for row in answers if row.answer == RatificationAnswer.OBJECTION],
        "unanswered": [_answer(row) for row in answers if not row.answer and row.answered_by is None],
        "answered": [_answer(row) | {"told": row.answer_in_words} for row in answers if row.answered_by is not None],
    }


def _seated(seats: QuerySet[Seat], presence: Presence) -> list[dict[str, str]]:
    return [
        {"organisation": seat.membership.organisation.name, "role": seat.membership.get_role_display()}
        for seat in seats
        if seat.presence == presence
    ]


def _workshops(lots: list[MeetingLot]) -> set[int]:
    return {pk for lot in lots for line in lot.lines.all() for pk, _ in line.shares}


def _lot(lot: MeetingLot, names: dict[int, str]) -> dict[str, Any]:
    return {
        "reference": lot.donation.reference,
        "donor": lot.donation.donor.name,
        "outcome": lot.get_outcome_display(),
        "reason": lot.get_decline_reason_display(),
        "found": lot.get_found_state_display(),
        "lines": [line_told(line, names) for line in lot.lines.all()],
    }


def line_told(said: MeetingLine, names: dict[int, str]) -> dict[str, Any]:
    """One line in words: what was decided, for what and for whom, why not the rest."""
    shares = [f"{names.get(pk, '')}\u00a0: {quantity}" for pk, quantity in said.shares]
    return {
        "line": str(said.line),
        "model_name": said.line.model_name,
        "announced": said.line.quantity,
        "choice": DECIDED[LineChoice(said.choice)],
        "accepted": said.accepted,
        "destination": said.get_destination_display() if said.accepted else "",
        "code": said.get_code_display(),
        "shares": ", ".join(shares),
    }


def _answer(row: Any) -> dict[str, str]:
    return {
        "reference": row.donation.reference,
        "donor": row.donation.donor.name,
        "decided": written_day(row.donation.qualified_at),
        "objection": row.get_code_display(),
    }
