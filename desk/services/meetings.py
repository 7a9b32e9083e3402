"""A committee that sits: open it, keep what is typed, foresee and apply what is decided, close it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from desk.deciding import LineRead, LotRead, answered_elsewhere, fingerprint, left_alone, names_of, typed_of
from desk.emails import committee_convened_for_member
from desk.enums import LineChoice, LotOutcome, MeetingState, ObjectionCode, Presence, RatificationAnswer, Typed
from desk.machine import RATIFIABLE
from desk.models import Committee, Meeting, MeetingLine, MeetingLot, Ratification, Seat
from desk.permissions import CONVENED_KINDS, can_lead_meeting
from donations.enums import DonationState
from donations.models import Donation, DonationLine
from donations.services.donations import qualify_donation
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locked_rows import held_row
from lifecycle.locking import lock, locked
from lifecycle.machine import Reason
from network.enums import OrganisationKind
from network.models import Membership, Organisation

CLOSED = Reason("meeting_closed", "Cette séance est close\u00a0: rien n’y change plus.")
NOTHING_TO_APPLY = Reason(
    "nothing_to_apply",
    "Aucun lot n’est prêt à appliquer\u00a0: complétez ce qui est en rouge, décidez chaque ligne d’un lot, ou"
    " reportez-le.",
)
NOT_AS_FORESEEN = Reason(
    "not_as_foreseen",
    "La saisie ou un lot a changé depuis que vous avez lu ceci\u00a0: relisez ce que les décisions feront.",
)
SHOWN = "shown"
"""The field of the page that says what its other fields showed."""
NOT_CONVENED = "Cette personne ne peut pas être convoquée à un comité."


@dataclass(frozen=True)
class Settled:
    """What becomes of a lot when decisions are applied: what, or why not. A refused one stays as it was typed."""

    read: LotRead
    outcome: LotOutcome | None
    reasons: tuple[Reason, ...] = ()


class _Undone(Exception):
    """What was foreseen is taken back whole."""

    def __init__(self, settled: list[Settled]) -> None:
        self.settled = settled


# --- who sits


@transaction.atomic
def convene(*, actor: Actor, committee: Committee, presences: Mapping[int, str], at: datetime | None = None) -> None:
    """Say who is convened, was there or is excused: ``{membership pk: presence}``; empty takes away.

    Whoever is convened to a committee to come is written to.

    Raises PermissionDenied, Refused once the meeting is closed, ValidationError for somebody who may not be convened.
    """
    if can_lead_meeting(actor) is None:
        raise PermissionDenied
    meeting = next(iter(locked(Meeting.objects.filter(committee=committee))), None)
    if meeting is not None and meeting.state == MeetingState.CLOSED:
        raise Refused({meeting.pk: (CLOSED,)})
    wanted = {pk: presence for pk, presence in presences.items() if presence in Presence.values}
    seated = set(committee.seats.values_list("membership", flat=True))
    may = seated | set(members().filter(pk__in=wanted).values_list("pk", flat=True))
    if set(wanted) - may:
        raise ValidationError(NOT_CONVENED)
    committee.seats.filter(membership__in=set(presences) - set(wanted)).delete()
    seats = [Seat(committee=committee, membership_id=pk, presence=presence) for pk, presence in wanted.items()]
    Seat.objects.bulk_create(
        seats, update_conflicts=True, unique_fields=["committee", "membership"], update_fields=["presence"]
    )
    called = {pk for pk, presence in wanted.items() if presence == Presence.CONVENED} - seated
    now = at or timezone.now()
    if called and meeting is None and committee.may_change(timezone.localdate(now)):
        committee_convened_for_member(committee, called, now)


def members() -> Any:
    """Who may be convened: people who act today for those who steer, look for donors, recondition or sell."""
    return Membership.objects.open().filter(kind__in=CONVENED_KINDS)


# --- the meeting


@gate.one_transaction
def open_meeting(*, actor: Actor, committee: Committee, at: datetime | None = None) -> Meeting:
    """Open the meeting of a committee: the lots announced and those to ratify are its agenda.

    Raises PermissionDenied, Refused.
    """
    (held,) = locked(Committee.objects.filter(pk=committee.pk))  # it may be called off or moved at this instant
    opened: Meeting = gate.create(Meeting(committee=held), "open", actor=actor, at=at, committee=held)
    announced = Donation.objects.filter(state=DonationState.ANNOUNCED, announced_at__lte=opened.opened_at)
    MeetingLot.objects.bulk_create(
        MeetingLot(meeting=opened, donation=donation) for donation in announced.order_by("announced_at", "pk")
    )
    Ratification.objects.bulk_create(
        Ratification(meeting=opened, donation=donation) for donation in to_ratify(opened.opened_at)
    )
    return opened


def to_ratify(until: datetime | None = None) -> Any:
    """The lots that the pilot decided alone and that no committee answered, the first decided first."""
    lots = Donation.objects.filter(to_ratify=True, state__in=RATIFIABLE, qualified_at__lte=until or timezone.now())
    return lots.select_related("donor").order_by("qualified_at", "pk")


@gate.one_transaction
def keep_typed(*, actor: Actor, meeting: Meeting, posted: Mapping[str, Any]) -> Meeting:
    """Keep what is typed, as it is typed: decisions, ratifications, presences. Nothing moves.

    What the page showed (``SHOWN``) and nobody changed on it is left as somebody else wrote it meanwhile.
    Raises Unknown, PermissionDenied, Refused once it is closed.
    """
    held, shown = _locked_meeting(actor, meeting), _shown(posted)
    reads = reads_of(held)
    for read in reads:
        names = names_of(read.lot, read.lines, read.workshops)
        typed = typed_of(names, posted, read.typed, shown)
        kept = LotRead(read.lot, typed, read.lines, read.workshops)
        read.lot.typed, read.lot.progress = dict(kept.typed), kept.progress
    MeetingLot.objects.bulk_update([read.lot for read in reads], ["typed", "progress"])
    _keep_answers(held, posted, shown)
    seats = {seat.pk: seat for seat in held.committee.seats.all()}
    for pk, seat in seats.items():
        presence = posted.get(f"presence-{pk}", "")
        if presence in Presence.values and not left_alone(f"presence-{pk}", posted, shown):
            seat.presence = presence
    Seat.objects.bulk_update(seats.values(), ["presence"])
    return held


def _shown(posted: Mapping[str, Any]) -> Mapping[str, str]:
    """``{field: value}`` as the page that was posted showed them; nothing when it does not say."""
    try:
        said = json.loads(posted.get(SHOWN, "{}"))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _keep_answers(meeting: Meeting, posted: Mapping[str, Any], shown: Mapping[str, str]) -> None:
    """An objection is told by its code: without one it is kept as another objection, never lost."""
    elsewhere = answered_elsewhere(meeting)
    rows = [row for row in meeting.ratifications.all() if row.donation_id not in elsewhere]
    for row in rows:
        if all(left_alone(f"{name}-{row.pk}", posted, shown) for name in ("answer", "objection")):
            continue
        answer, code = posted.get(f"answer-{row.pk}", ""), posted.get(f"objection-{row.pk}", "")
        row.answer = answer if answer in RatificationAnswer.values else ""
        known = code if code in ObjectionCode.values else ObjectionCode.OTHER
        row.code = known if row.answer == RatificationAnswer.OBJECTION else ""
    Ratification.objects.bulk_update(rows, ["answer", "code"])


def reads_of(meeting: Meeting) -> list[LotRead]:
    """The lots of the agenda that nothing became of yet, as they were typed; three queries."""
    lots = list(meeting.lots.filter(outcome="").select_related("donation__donor"))
    among = list(Organisation.objects.active().of_kind(OrganisationKind.RECONDITIONER))
    lines: dict[int, list[DonationLine]] = {lot.donation_id: [] for lot in lots}
    for line in DonationLine.objects.filter(donation__in=lines).order_by("pk"):
        lines[line.donation_id].append(line)
    return [LotRead(lot, lot.typed, lines[lot.donation_id], among) for lot in lots]


def foresee(*, actor: Actor, meeting: Meeting, at: datetime | None = None) -> list[Settled]:
    """What applying the decisions would do: they are applied for good, then taken back whole.

    Raises Unknown, PermissionDenied, Refused.
    """
    try:
        _foreseen(actor=actor, meeting=meeting, at=at)
    except _Undone as undone:
        return undone.settled
    raise AssertionError("what is foreseen is always taken back")


@gate.one_transaction
def _foreseen(*, actor: Actor, meeting: Meeting, at: datetime | None) -> None:
    raise _Undone(_apply(_locked_meeting(actor, meeting), actor, at))


@gate.one_transaction
def decide_meeting(
    *, actor: Actor, meeting: Meeting, at: datetime | None = None, comment: str = "", foreseen: str = ""
) -> tuple[Meeting, list[Settled]]:
    """Apply what is decided, in one act: every lot that is ready is qualified or declined.

    ``foreseen``: the ``fingerprint`` of what was read before; something else is not applied unread.

    A lot that its donor took back, or that was decided elsewhere, is noted so; one that a rule refuses comes back with
    its reasons, and stays as it was typed. Raises Unknown, PermissionDenied, Refused when nothing is ready.
    """
    held = _locked_meeting(actor, meeting)
    if foreseen and foreseen != fingerprint(reads_of(held)):
        raise Refused({held.pk: (NOT_AS_FORESEEN,)})
    settled = _apply(held, actor, at)
    if not any(one.outcome for one in settled):
        reasons = tuple(reason for one in settled for reason in one.reasons)
        raise Refused({held.pk: reasons or (NOTHING_TO_APPLY,)})
    moved = sum(one.outcome in (LotOutcome.QUALIFIED, LotOutcome.DECLINED) for one in settled)
    done: Meeting = gate.apply(held, "decide", actor=actor, at=at, comment=comment, lots=moved)
    return done, settled


def _apply(meeting: Meeting, actor: Actor, at: datetime | None) -> list[Settled]:
    """Every lot of the agenda that is ready, and those that are no more to decide. Their rows are locked first."""
    now = at or timezone.now()
    pks = meeting.lots.filter(outcome="").values_list("donation", flat=True)
    lock(Donation, list(pks), "FOR NO KEY UPDATE")
    found = []
    for read in reads_of(meeting):
        if read.donation.state != DonationState.ANNOUNCED:
            _settle(read, LotOutcome.ELSEWHERE, now, found_state=read.donation.state)
            found.append(Settled(read, LotOutcome.ELSEWHERE))
        elif read.progress == Typed.WHOLE:
            found.append(_applied(meeting, read, actor, at, now))
    return found


def _applied(meeting: Meeting, read: LotRead, actor: Actor, at: datetime | None, now: datetime) -> Settled:
    """One lot, in a savepoint of its own: what a rule refuses takes nothing else with it."""
    given: dict[str, Any] = {"actor": actor, "at": at, "comment": f"Décidé en comité, séance {meeting.reference}."}
    try:
        with transaction.atomic():
            if read.is_declined:
                reason = read.typed_in("decline_reason")
                gate.apply(read.donation, "decline", reason=reason, **given)
                _settle(read, LotOutcome.DECLINED, now, decline_reason=reason)
                return Settled(read, LotOutcome.DECLINED)
            transfer = read.typed_in("transfer_reference")
            qualify_donation(
                donation=read.donation, rulings=read.rulings, transfer_reference=transfer, to_ratify=False, **given
            )
            _settle(read, LotOutcome.QUALIFIED, now)
            return Settled(read, LotOutcome.QUALIFIED)
    except Refused as refused:
        return Settled(read, None, tuple(refused.all))


def _settle(read: LotRead, outcome: LotOutcome, at: datetime, **said: str) -> None:
    """Write what became of a lot of the agenda, and what was said of its lines."""
    if outcome in (LotOutcome.QUALIFIED, LotOutcome.DECLINED, LotOutcome.POSTPONED):
        MeetingLine.objects.bulk_create(written(read.lot, one) for one in read.read if one.choice and not one.faults)
    MeetingLot.objects.filter(pk=read.lot.pk).update(outcome=outcome, settled_at=at, **said)


def written(lot: MeetingLot, said: LineRead) -> MeetingLine:
    """What is said of a line, as it is kept once its lot is settled."""
    return MeetingLine(
        lot=lot,
        line=said.line,
        choice=said.choice,
        accepted=said.accepted if said.choice == LineChoice.ACCEPT else 0,
        destination=said.destination,
        code=said.code,
        shares=[[pk, quantity] for pk, quantity in sorted(said.shares.items())],
    )


@gate.one_transaction
def close_meeting(*, actor: Actor, meeting: Meeting, at: datetime | None = None, comment: str = "") -> Meeting:
    """Close for good: what is left is postponed or was not examined, what was ratified is written on its lots.

    A lot that another meeting answered since is told with that answer, whatever was typed here.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = _locked_meeting(actor, meeting)
    now = at or timezone.now()
    lock(Donation, _at_stake(held), "FOR NO KEY UPDATE")
    for read in reads_of(held):
        if read.donation.state != DonationState.ANNOUNCED:
            _settle(read, LotOutcome.ELSEWHERE, now, found_state=read.donation.state)
        elif read.progress == Typed.POSTPONED:
            _settle(read, LotOutcome.POSTPONED, now)
        elif read.progress == Typed.NOTHING:
            _settle(read, LotOutcome.NOT_EXAMINED, now)
    elsewhere = answered_elsewhere(held)
    for row in held.ratifications.filter(donation__in=elsewhere):
        row.answer, row.code, row.answered_by = "", "", elsewhere[row.donation_id]
        row.save(update_fields=["answer", "code", "answered_by"])
    closed: Meeting = gate.apply(held, "close", actor=actor, at=at, comment=comment)
    return closed


def _at_stake(meeting: Meeting) -> list[int]:
    """The lots that closing leans on: those of the agenda, those that it ratifies."""
    lots: Iterable[int] = meeting.lots.filter(outcome="").values_list("donation", flat=True)
    return sorted({*lots, *meeting.ratifications.values_list("donation", flat=True)})


def _locked_meeting(actor: Actor, meeting: Meeting) -> Meeting:
    """The meeting, locked, if the actor leads it and it is open. Raises Unknown, PermissionDenied, Refused."""
    held = held_row(Meeting.objects.visible_to(actor), meeting, actor=actor, can=can_lead_meeting)
    if held.state != MeetingState.OPEN:
        raise Refused({held.pk: (CLOSED,)})
    return held
