"""What follows when the parties end a convention together: the paper, the mails, the end itself."""

from django.utils import timezone

from conventions import emails_ending as emails
from conventions.documents import freeze_agreement
from conventions.enums import Party, TerminateReason
from conventions.followers import conventions_of
from conventions.machine.ending_rules import alone_from, party_of
from conventions.models import OPEN, EndConsent, EndNotice
from lifecycle import gate
from lifecycle.machine import Context
from lifecycle.registry import Move, on_transition


def open_end_agreement(move: Move) -> None:
    """Whoever proposes agrees; the paper is frozen for those who sign by hand; the two others are asked."""
    for convention in conventions_of(move):
        party = party_of(Context(move.at, move.actor))
        assert party is not None
        assert move.actor.pk is not None
        EndConsent.objects.create(
            convention=convention,
            round=convention.end_round,
            party=party,
            given_at=move.at,
            given_by_id=move.actor.pk,
        )
        freeze_agreement(convention, move)
        emails.end_proposed_for_parties(convention, move.at)


def end_when_agreed(move: Move) -> None:
    """The third agreement ends it. The convention is locked by the agreement itself."""
    for convention in conventions_of(move):
        assert convention.end_proposed_at is not None
        if convention.end_consents.filter(round=convention.end_round).count() < len(Party):
            continue
        gate.apply(
            convention,
            "terminate",
            actor=move.actor,
            at=move.at,
            cause=move,
            reason=TerminateReason.AGREEMENT,
            notice_on=timezone.localdate(convention.end_proposed_at),
        )


def tell_end_declined(move: Move) -> None:
    """The parties are told that it goes on: which of them puts the end aside, and why."""
    for convention in conventions_of(move):
        party = Party(party_of(Context(move.at, move.actor)) or Party.EPCI)
        emails.end_declined_for_parties(convention, party, move.values["reason"], move.at)


def open_notice(move: Move) -> None:
    """The paper is kept, with the day from which it counts; the two other parties and the pilot read it.

    One that the party did not follow in time is followed by this one.
    """
    day, reason = timezone.localdate(move.at), move.values["reason"]
    given_on = move.values["notice_on"]
    for convention in conventions_of(move):
        party = party_of(Context(move.at, move.actor))
        assert party is not None
        assert move.actor.pk is not None
        convention.end_notices.filter(OPEN, party=party).update(lapsed_at=move.at)
        notice = EndNotice.objects.create(
            convention=convention,
            rank=convention.seq,
            party=party,
            reason=reason,
            given_on=given_on,
            file=move.values["notice_file"],
            told_at=move.at,
            given_by_id=move.actor.pk,
            alone_on=alone_from(given_on, day, reason, day),
        )
        emails.notice_given_for_parties(notice, move.at)


def close_notice(move: Move) -> None:
    """It is taken back: the convention goes on, and all are told."""
    for convention in conventions_of(move):
        notice = convention.end_notices.get(OPEN, party=party_of(Context(move.at, move.actor)))
        notice.taken_back_at = move.at
        notice.save(update_fields=["taken_back_at"])
        emails.notice_taken_back_for_parties(notice, move.at)


def register() -> None:
    """Each step of the proposal, and of an end by one party alone."""
    on_transition("convention", "give_notice", open_notice)
    on_transition("convention", "take_back_notice", close_notice)
    on_transition("convention", "propose_end", open_end_agreement)
    on_transition("convention", "agree_end", end_when_agreed)
    on_transition("convention", "record_end", end_when_agreed)
    on_transition("convention", "decline_end", tell_end_declined)
