"""A committee that sits: lots decided line by line, applied as one act, ratified, closed for good, told on paper."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from desk.deciding import NO_WORKSHOP, line_name, lot_name, share_name
from desk.documents import minutes_for
from desk.enums import LineChoice, LotOutcome, ObjectionCode, Presence, RatificationAnswer, Typed
from desk.meeting_sheet import lots_to_decide
from desk.models import Committee, Meeting, MeetingLine, MeetingLot, Ratification, Seat
from desk.services.committees import cancel_committee, move_committee, plan_committee
from desk.services.meetings import (
    close_meeting,
    convene,
    decide_meeting,
    foresee,
    keep_typed,
    open_meeting,
    reads_of,
    to_ratify,
)
from documents.authenticity import proof_of
from documents.models import Document, Mail
from documents.services.papers import draw_document
from donations.enums import DeclineReason, DonationState, DonorKind, LineRefusalCode, WithdrawReason
from donations.models import Donation, LineDecision
from donations.services.donations import correct_lines_donation, qualify_donation
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from network.enums import OrganisationKind, Role
from refurb.models import Device
from tests.desk.meetings import TODAY, Table, codes, states
from tests.network.factories import make_membership
from tests.pages import acting
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_each_line_of_each_lot_is_decided_and_moves_as_one_act_that_was_foreseen() -> None:
    table = Table(lots=3)
    first, second, third = table.lots
    laptops_ = table.lines(first)[0]
    shared = {
        line_name("accepted", laptops_.pk): "2",
        line_name("code", laptops_.pk): LineRefusalCode.TOO_OLD,
        share_name(laptops_.pk, table.north.pk): "1",
        share_name(laptops_.pk, table.south.pk): "1",
    }
    declined = {lot_name("decline_reason", table.on_agenda(second).pk): DeclineReason.CONDITION}
    table.keep(
        table.typed(first, "accept", "decline", **shared),
        table.typed(second, "decline", "decline", **declined),
        table.typed(third, "accept", "postpone"),
    )
    before = Mail.objects.count()
    foreseen = foresee(actor=table.pilot, meeting=table.meeting)
    assert [one.outcome for one in foreseen] == [LotOutcome.QUALIFIED, LotOutcome.DECLINED]
    assert states(table.lots) == ["announced"] * 3, "what is foreseen is taken back whole"
    assert (Device.objects.count(), LineDecision.objects.count(), Mail.objects.count()) == (0, 0, before)

    assert table.decide() == {first.pk: LotOutcome.QUALIFIED, second.pk: LotOutcome.DECLINED}
    assert states(table.lots) == ["qualified", "declined", "announced"]
    assert not Donation.objects.get(pk=first.pk).to_ratify
    shares = dict(first.allocations.filter(line=laptops_).values_list("workshop", "quantity"))
    assert shares == {table.north.pk: 1, table.south.pk: 1}
    assert Device.objects.filter(donation=first).count() == 2
    assert Donation.objects.get(pk=second.pk).decline_reason == DeclineReason.CONDITION
    entry = table.meeting.journal.get(verb="decide")
    assert entry.values == {"lots": 2}
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_a_postponed_line_is_not_applied_and_its_lot_comes_back_whole_at_the_next_meeting() -> None:
    table = Table()
    (lot,) = table.lots
    table.keep(table.typed(lot, "accept", "postpone"))
    assert table.on_agenda(lot).progress == Typed.POSTPONED
    with pytest.raises(Refused) as refused:
        table.decide()
    assert codes(refused.value) == {"nothing_to_apply"}
    table.close()
    assert states([lot]) == [DonationState.ANNOUNCED]
    assert not LineDecision.objects.exists()
    told = table.on_agenda(lot)
    assert told.outcome == LotOutcome.POSTPONED
    assert list(told.lines.values_list("choice", flat=True)) == ["accept", "postpone"]
    later = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=30))
    Committee.objects.filter(pk=later.pk).update(meets_on=TODAY() - timedelta(days=1))
    again = open_meeting(actor=table.pilot, committee=Committee.objects.get(pk=later.pk))
    assert [one.donation_id for one in again.lots.all()] == [lot.pk]
    assert again.lots.get().typed == {}, "what was said is read, and said again"
    page = acting(table.pilot).get(reverse("desk:meeting_detail", args=[again.reference])).content.decode()
    assert "Reporté à une séance d’avant" in page


def test_what_was_decided_or_withdrawn_meanwhile_comes_back_with_a_sentence_and_nothing_else_is_lost() -> None:
    table = Table(lots=4)
    elsewhere, withdrawn, third, whole = table.lots
    typed = [table.typed(lot, "accept", "accept") for lot in table.lots]
    table.keep(*typed)
    rulings = table.scene.rulings(elsewhere)
    qualify_donation(actor=table.pilot, donation=elsewhere, rulings=rulings)
    gate.apply(withdrawn, "withdraw", actor=table.scene.contact, reason=WithdrawReason.KEPT)
    lone = foresee(actor=table.pilot, meeting=table.meeting)
    assert {one.read.donation.pk: one.outcome for one in lone}[elsewhere.pk] == LotOutcome.ELSEWHERE
    decided_by_the_pilot = LineDecision.objects.filter(line__donation=elsewhere).count()

    assert table.decide() == {
        elsewhere.pk: LotOutcome.ELSEWHERE,
        withdrawn.pk: LotOutcome.ELSEWHERE,
        third.pk: LotOutcome.QUALIFIED,
        whole.pk: LotOutcome.QUALIFIED,
    }
    assert table.on_agenda(withdrawn).found_state == DonationState.WITHDRAWN
    assert LineDecision.objects.filter(line__donation=elsewhere).count() == decided_by_the_pilot
    assert Donation.objects.get(pk=elsewhere.pk).to_ratify, "what the pilot decided alone is still to be ratified"
    with pytest.raises(Refused):
        table.decide()


def test_only_what_the_next_meeting_will_find_is_said_to_come_back_to_it() -> None:
    table = Table(lots=3, ratify=2)
    elsewhere, withdrawn, _ = table.lots
    qualify_donation(actor=table.pilot, donation=elsewhere, rulings=table.scene.rulings(elsewhere))
    gate.apply(withdrawn, "withdraw", actor=table.scene.contact, reason=WithdrawReason.KEPT)
    gate.apply(table.decided[0], "withdraw", actor=table.scene.contact, reason=WithdrawReason.KEPT)

    page = acting(table.pilot).get(table.page("meeting_close")).content.decode()

    assert "Reviennent à la prochaine séance\u00a0: 1 lot à décider et 2 lots à ratifier." in page
    table.close()
    assert to_ratify().count() == 2


def test_a_lot_that_a_rule_refuses_stays_as_it_was_typed_while_the_others_move() -> None:
    table = Table(lots=2)
    old, whole = table.lots
    table.keep(*(table.typed(lot, "accept", "accept") for lot in table.lots))
    typed_before = table.on_agenda(old).typed
    year = TODAY().year - 20
    corrected = {table.lines(old)[0].pk: {"purchase_year": year}}
    correct_lines_donation(actor=table.scene.contact, donation=old, corrected=corrected)
    assert table.decide() == {old.pk: None, whole.pk: LotOutcome.QUALIFIED}
    assert states([old, whole]) == ["announced", "qualified"]
    assert table.on_agenda(old).typed == typed_before
    assert not LineDecision.objects.filter(line__donation=old).exists()
    with pytest.raises(Refused) as refused:
        table.close()
    assert "all_applied" in codes(refused.value)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"accepted": "500"}, "accepted", "On ne peut accepter plus"),
        ({"accepted": "deux"}, "accepted", "nombre entier"),
        ({"accepted": "0"}, "accepted", "choisissez «\u00a0Refuser\u00a0»"),
        ({"accepted": "1"}, "code", "Dites pourquoi"),
    ],
)
def test_what_is_typed_wrong_is_kept_as_typed_and_said_beside_its_field(
    typed: dict[str, str], field: str, said: str
) -> None:
    table = Table()
    (lot,) = table.lots
    line = table.lines(lot)[0]
    names = {line_name(name, line.pk): value for name, value in typed.items()}
    table.keep(table.typed(lot, "accept", "accept", **names))
    kept = table.on_agenda(lot)
    assert kept.progress == Typed.PARTIAL
    assert names.items() <= kept.typed.items()
    (read,) = reads_of(table.meeting)
    assert said in read.read[0].faults[field]
    page = acting(table.pilot).get(table.page("meeting_detail")).content.decode()
    assert said in page
    assert f'value="{typed["accepted"]}"' in page
    with pytest.raises(Refused):
        table.decide()
    with pytest.raises(Refused) as refused:
        table.close()
    assert codes(refused.value) == {"all_applied"}


def test_a_decision_of_a_public_donor_that_is_too_long_is_kept_whole_and_said_beside_its_field() -> None:
    table = Table()
    (lot,) = table.lots
    pasted = "Délibération " + "n" * 80
    name = lot_name("transfer_reference", table.on_agenda(lot).pk)
    table.keep(table.typed(lot, "accept", "accept", **{name: pasted}))
    assert table.on_agenda(lot).typed[name] == pasted
    (read,) = reads_of(table.meeting)
    read.donation.donor_kind = DonorKind.PUBLIC
    (shown,) = lots_to_decide([read])
    (box,) = (one for one in shown.fields if one.name == name)
    assert box.value == pasted
    assert f"80 caractères au plus, {len(pasted)} sont tapés" in box.fault
    assert read.progress == Typed.PARTIAL, "it is not applied"


def test_shares_make_what_is_accepted_and_a_lot_of_nobody_is_not_applied() -> None:
    table = Table()
    (lot,) = table.lots
    assert table.south.pk != table.north.pk
    line = table.lines(lot)[0]
    table.keep(table.typed(lot, "accept", "accept", **{share_name(line.pk, table.south.pk): "1"}))
    (read,) = reads_of(table.meeting)
    assert "Les parts font 1" in read.read[0].faults["shares"]
    typed = table.typed(lot, "accept", "accept")
    typed[lot_name("workshop", table.on_agenda(lot).pk)] = ""
    table.keep(typed)
    (read,) = reads_of(table.meeting)
    assert read.read[0].faults["shares"] == NO_WORKSHOP
    assert read.progress == Typed.PARTIAL


def test_what_the_pilot_decided_alone_is_ratified_or_objected_to_once_and_says_by_which_meeting() -> None:
    table = Table(lots=0, ratify=3)
    good, bad, left = table.decided
    rows = {row.donation_id: row.pk for row in table.meeting.ratifications.all()}
    assert set(rows) == {lot.pk for lot in table.decided}
    table.keep(
        {
            f"answer-{rows[good.pk]}": RatificationAnswer.RATIFIED,
            f"answer-{rows[bad.pk]}": RatificationAnswer.OBJECTION,
            f"objection-{rows[bad.pk]}": ObjectionCode.SHARE,
        }
    )
    assert set(to_ratify()) == set(table.decided), "nothing is written on the lots before the meeting is closed"
    table.close()
    assert list(to_ratify()) == [left], "what was not examined comes back"
    for lot, verb in ((good, "ratify"), (bad, "object_to")):
        entry = lot.journal.get(verb=verb)
        assert entry.values == {"meeting": table.meeting.reference}
        assert table.meeting.reference in entry.sentence()
        assert Donation.objects.get(pk=lot.pk).state == DonationState.QUALIFIED
    minutes = minutes_for(table.meeting)
    assert minutes is not None
    assert [one["reference"] for one in minutes.values["ratified"]] == [good.reference]
    assert [one["objection"] for one in minutes.values["objections"]] == [ObjectionCode.SHARE.label]
    assert [one["reference"] for one in minutes.values["unanswered"]] == [left.reference]


def test_a_closed_meeting_and_its_minutes_do_not_change_any_more() -> None:
    table = Table(lots=2, ratify=1)
    table.keep(table.typed(table.lots[0], "accept", "accept"))
    table.decide()
    table.close()
    minutes = minutes_for(table.meeting)
    assert minutes is not None
    assert proof_of(minutes.public_code) is not None
    for act in (decide_meeting, close_meeting, foresee):
        with pytest.raises(Refused):
            act(actor=table.pilot, meeting=table.meeting)
    with pytest.raises(Refused):
        keep_typed(actor=table.pilot, meeting=table.meeting, posted={})
    with pytest.raises(Refused):
        convene(actor=table.pilot, committee=table.committee, presences={table.stranger.pk: Presence.PRESENT})
    for act in (move_committee, cancel_committee):
        given = {"meets_on": TODAY()} if act is move_committee else {}
        with pytest.raises(ValidationError):
            act(actor=table.pilot, committee=table.committee, **given)
    line, lot = MeetingLine.objects.first(), table.on_agenda(table.lots[1])
    assert line is not None
    tampering: list[Any] = [
        lambda: Seat.objects.filter(committee=table.committee).update(presence=Presence.EXCUSED),
        lambda: Seat.objects.filter(committee=table.committee).delete(),
        lambda: Seat.objects.create(committee=table.committee, membership=table.stranger),
        lambda: MeetingLot.objects.filter(pk=lot.pk).update(typed={"x": "1"}),
        lambda: MeetingLine.objects.filter(pk=line.pk).update(accepted=99),
        lambda: MeetingLine.objects.create(lot=lot, line=line.line, choice=LineChoice.POSTPONE),
        lambda: Ratification.objects.filter(meeting=table.meeting).update(answer=RatificationAnswer.RATIFIED),
        lambda: Ratification.objects.filter(meeting=table.meeting).delete(),
        lambda: Committee.objects.filter(pk=table.committee.pk).update(place="ailleurs"),
        lambda: Meeting.objects.filter(pk=table.meeting.pk).update(closed_at=timezone.now()),
        lambda: Document.objects.filter(pk=minutes.pk).update(values={**minutes.values, "present": []}),
    ]
    for tamper in tampering:
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper()
    assert proof_of(minutes.public_code) is not None


def test_what_was_decided_in_session_is_not_decided_twice_nor_rewritten_while_it_is_open() -> None:
    table = Table()
    (lot,) = table.lots
    table.keep(table.typed(lot, "accept", "accept"))
    table.decide()
    kept = table.on_agenda(lot)
    table.keep(table.typed(lot, "decline", "decline"))
    assert table.on_agenda(lot).typed == kept.typed
    with pytest.raises(Refused):
        table.decide()
    with pytest.raises(DatabaseError), transaction.atomic():
        MeetingLot.objects.filter(pk=kept.pk).update(outcome=LotOutcome.DECLINED)
    assert Device.objects.filter(donation=lot).count() == 5


def test_a_meeting_opens_once_on_its_day_for_the_technical_committee_and_closes_with_somebody_there() -> None:
    table = Table(lots=0)
    for committee, code in (
        (table.committee, "opened_once"),
        (plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=3)), "its_day"),
        (plan_committee(actor=table.pilot, kind="steering", meets_on=TODAY()), "technical"),
    ):
        with pytest.raises(Refused) as refused:
            open_meeting(actor=table.pilot, committee=committee)
        assert codes(refused.value) == {code}
    Seat.objects.update(presence=Presence.EXCUSED)
    with pytest.raises(Refused) as refused:
        table.close()
    assert codes(refused.value) == {"somebody_sat"}
    donor = make_membership(Role.CONTACT, OrganisationKind.DONOR)
    with pytest.raises(ValidationError):
        convene(actor=table.pilot, committee=table.committee, presences={donor.pk: Presence.CONVENED})


def test_a_committee_called_off_at_this_instant_does_not_sit() -> None:
    table = Table(lots=0)
    later = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=3))
    stale = Committee.objects.get(pk=later.pk)
    Committee.objects.filter(pk=stale.pk).update(meets_on=TODAY() - timedelta(days=1))
    stale.refresh_from_db()
    Committee.objects.filter(pk=stale.pk).update(cancelled_at=timezone.now())
    with pytest.raises(Refused) as refused:
        open_meeting(actor=table.pilot, committee=stale)
    assert codes(refused.value) == {"not_called_off"}


@pytest.mark.django_db(transaction=True)
def test_two_people_who_apply_at_once_decide_each_lot_once() -> None:
    table = Table()
    (lot,) = table.lots
    table.keep(table.typed(lot, "accept", "accept"))
    answers = at_once(table.decide, table.decide)
    assert sorted(isinstance(one, Refused) for one in answers) == [False, True]
    assert Device.objects.filter(donation=lot).count() == 5


def test_the_minutes_are_an_accessible_paper_of_the_values_that_were_frozen() -> None:
    table = Table(lots=2, ratify=1)
    table.keep(table.typed(table.lots[0], "accept", "accept"))
    table.decide()
    minutes = minutes_for(table.close())
    assert minutes is not None
    assert minutes.declared_kind.label == "Compte rendu de comité"
    drawn = draw_document(minutes)
    assert drawn.startswith(b"%PDF")
    assert drawn == draw_document(minutes)
