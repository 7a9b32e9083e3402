"""A committee that sits: lots decided line by line, applied as one act, ratified, closed for good, told on paper."""

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from desk.deciding import NO_WORKSHOP, NOT_TYPED, PUT_OFF, TO_CHOOSE, line_name, lot_name, share_name
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
from donations.machine.donation_rules import REFUSAL_CODED
from donations.models import Donation, DonationLine, LineDecision
from donations.services.donations import correct_lines_donation, qualify_donation
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import verify_journals
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.models import Device
from tests.donations.scene import Scene, laptops, load_law, screens
from tests.network.factories import make_membership
from tests.pages import acting
from tests.races import at_once
from typography.french import day, full_day

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


class Table:
    """A technical committee that sits today, its members, and lots on its agenda."""

    def __init__(self, lots: int = 1, ratify: int = 0) -> None:
        load_law()
        self.scene = Scene(lines=(laptops(), screens()))
        self.pilot, self.north, self.south = self.scene.pilot, self.scene.north, self.scene.south
        self.decided = [self.scene.qualified() for _ in range(ratify)]
        self.lots = [self.scene.announced() for _ in range(lots)]
        self.committee = plan_committee(actor=self.pilot, kind="technical", meets_on=TODAY())
        self.member = make_membership(Role.MANAGER, OrganisationKind.EPCI)
        self.stranger = make_membership(Role.OBSERVER, OrganisationKind.DEPARTEMENT)
        convene(actor=self.pilot, committee=self.committee, presences={self.member.pk: Presence.PRESENT})
        self.meeting = open_meeting(actor=self.pilot, committee=self.committee)

    def lines(self, lot: Donation) -> list[DonationLine]:
        return list(lot.lines.order_by("pk"))

    def on_agenda(self, lot: Donation) -> MeetingLot:
        return MeetingLot.objects.get(meeting=self.meeting, donation=lot)

    def typed(self, lot: Donation, *choices: str, **fields: str) -> dict[str, str]:
        """What is typed of a lot: a choice per line, all for the north."""
        typed = {lot_name("workshop", self.on_agenda(lot).pk): str(self.north.pk)}
        for line, choice in zip(self.lines(lot), choices, strict=True):
            typed[line_name("choice", line.pk)] = choice
            if choice == "decline":
                typed[line_name("code", line.pk)] = LineRefusalCode.CONDITION
        return typed | fields

    def keep(self, *typed: dict[str, str]) -> None:
        posted: dict[str, Any] = {}
        for one in typed:
            posted |= one
        keep_typed(actor=self.pilot, meeting=self.meeting, posted=posted)

    def decide(self) -> dict[int, LotOutcome | None]:
        settled = decide_meeting(actor=self.pilot, meeting=self.meeting)[1]
        return {one.read.donation.pk: one.outcome for one in settled}

    def close(self) -> Meeting:
        self.meeting = close_meeting(actor=self.pilot, meeting=self.meeting)
        return self.meeting

    def page(self, name: str) -> str:
        return reverse(f"desk:{name}", args=[self.meeting.reference])


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.all}


def states(lots: Iterable[Donation]) -> list[str]:
    return [Donation.objects.get(pk=lot.pk).state for lot in lots]


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


def test_a_member_reads_and_nobody_but_the_pilot_decides() -> None:
    table = Table(lots=2)
    table.keep(table.typed(table.lots[0], "accept", "accept"))
    for someone, wrong in ((table.member, PermissionDenied), (table.stranger, Unknown)):
        for act in (decide_meeting, close_meeting, foresee):
            with pytest.raises(wrong):
                act(actor=someone, meeting=table.meeting)
        with pytest.raises(wrong):
            keep_typed(actor=someone, meeting=table.meeting, posted={})
        with pytest.raises(PermissionDenied):
            convene(actor=someone, committee=table.committee, presences={})
    other = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        open_meeting(actor=table.member, committee=other)
    member, stranger = acting(table.member), acting(table.stranger)
    own = reverse("desk:committee_detail", args=[table.committee.pk])
    read = member.get(table.page("meeting_detail"))
    assert read.status_code == 200
    assert "<select" not in read.content.decode().partition("<main")[2]
    assert table.lots[0].reference in read.content.decode()
    named = re.compile(rf"{re.escape(str(table.pilot.user))}\b")  # « Exemple 1 » is not « Exemple 13 », the reader
    assert not named.search(read.content.decode()), "members are told by what they are"
    for name in ("meeting_decide", "meeting_close"):
        assert member.get(table.page(name)).status_code == 403
        assert member.post(table.page(name)).status_code == 403
        assert stranger.get(table.page(name)).status_code == 404
        assert stranger.post(table.page(name)).status_code == 404
    assert member.post(table.page("meeting_detail"), {}).status_code == 403
    assert stranger.get(table.page("meeting_detail")).status_code == 404
    assert member.get(own).status_code == 200
    assert stranger.get(own).status_code == 404
    for name in ("committee_seats", "meeting_open", "committee_move", "committee_cancel"):
        address = reverse(f"desk:{name}", args=[table.committee.pk])
        assert member.post(address).status_code == 403, name
        assert stranger.post(address).status_code == 404, name
    assert member.get(reverse("desk:committee_list")).status_code == 200
    assert stranger.get(reverse("desk:committee_list")).status_code == 403
    assert states(table.lots) == ["announced"] * 2
    assert member.get(table.page("meeting_minutes")).status_code == 404
    table.keep(table.typed(table.lots[0], "postpone", "postpone"))
    table.close()
    assert stranger.get(table.page("meeting_minutes")).status_code == 404


def test_members_are_written_to_and_find_the_committee_on_their_first_page_until_its_minutes_are_old() -> None:
    table = Table()
    to = table.member.user.email
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    called = {table.member.pk: Presence.CONVENED}
    convene(actor=table.pilot, committee=coming, presences=called)
    convene(actor=table.pilot, committee=coming, presences=called)
    (asked,) = Mail.objects.filter(to__contains=[to], subject__contains="convoqué")
    assert reverse("desk:committee_detail", args=[coming.pk]) in asked.body
    assert not Mail.objects.filter(to__contains=[to], subject__contains="compte rendu").exists()
    first_page = acting(table.member).get("/").content.decode()
    assert table.page("meeting_detail") in first_page
    assert reverse("desk:committee_detail", args=[coming.pk]) in first_page
    assert table.page("meeting_detail") not in acting(table.stranger).get("/").content.decode()
    table.close()
    (told,) = Mail.objects.filter(to__contains=[to], subject__contains="compte rendu")
    assert table.page("meeting_detail") in told.body
    assert "compte rendu du" in acting(table.member).get("/").content.decode()


def test_a_member_reads_the_agenda_before_the_meeting_opens_and_no_answer_while_it_sits() -> None:
    table = Table(ratify=1)
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    convene(actor=table.pilot, committee=coming, presences={table.member.pk: Presence.CONVENED})
    (ratified,) = table.meeting.ratifications.all()
    table.keep({f"answer-{ratified.pk}": RatificationAnswer.RATIFIED})
    agenda = reverse("desk:committee_detail", args=[coming.pk])
    for address in (agenda, table.page("meeting_detail")):
        told = acting(table.member).get(address).content.decode().partition("<main")[2]
        for lot in (*table.lots, *table.decided):
            assert lot.reference in told, address
            assert reverse("donations:donation_detail", args=[lot.reference]) not in told, "a member has no such page"
        assert RatificationAnswer.RATIFIED.label.lower() not in told, "what is being typed is not read"


def test_the_agenda_of_another_committee_says_which_lots_a_meeting_has_on_its_table_until_it_is_closed() -> None:
    table = Table(ratify=1)
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    elsewhere = make_membership(Role.MANAGER, OrganisationKind.EPCI)
    presences = dict.fromkeys((table.member.pk, elsewhere.pk), Presence.CONVENED)
    convene(actor=table.pilot, committee=coming, presences=presences)
    agenda, sits = reverse("desk:committee_detail", args=[coming.pk]), "qui n’est pas close"

    def told(actor: Membership) -> str:
        return acting(actor).get(agenda).content.decode().partition("<main")[2]

    for reader in (table.pilot, table.member):
        assert told(reader).count(f"\u00a0; sur la table de la séance du {day(TODAY())}, {sits}") == 2
    assert sits not in told(elsewhere), "he is of no other committee"
    later = table.scene.announced()
    assert told(table.pilot).count(sits) == 2
    assert later.reference in told(table.pilot)
    answers = {f"answer-{one.pk}": RatificationAnswer.RATIFIED for one in table.meeting.ratifications.all()}
    table.keep(answers | table.typed(table.lots[0], "accept", "accept"))
    table.decide()
    table.close()
    assert sits not in told(table.pilot)


def test_members_are_told_once_that_a_committee_moved_and_that_it_is_called_off() -> None:
    table = Table(lots=0)
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    convene(actor=table.pilot, committee=coming, presences={table.member.pk: Presence.CONVENED})
    later = TODAY() + timedelta(days=16)
    before = Mail.objects.count()
    for _ in range(2):
        move_committee(actor=table.pilot, committee=coming, meets_on=later, place="salle Exemple")
    cancel_committee(actor=table.pilot, committee=coming)
    told = list(Mail.objects.order_by("pk")[before:])
    assert [mail.to for mail in told] == [[table.member.user.email]] * 2
    moved, cancelled = told
    assert full_day(later).replace("\u00a0", " ") in moved.subject
    assert "salle Exemple" in moved.body
    assert "annulé" in cancelled.subject


def test_a_meeting_that_is_still_open_is_on_the_first_page_of_the_pilot_until_it_is_closed() -> None:
    table = Table(lots=0)
    Committee.objects.filter(pk=table.committee.pk).update(meets_on=TODAY() - timedelta(days=5))
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    office = acting(table.pilot)
    first_page = office.get("/").content.decode()
    assert "Séance ouverte" in first_page
    assert table.page("meeting_detail") in first_page
    assert "En séance" in office.get(reverse("desk:committee_list")).content.decode()
    table.close()
    first_page = office.get("/").content.decode()
    assert table.page("meeting_detail") not in first_page
    assert reverse("desk:committee_detail", args=[coming.pk]) in first_page
    assert "compte rendu prêt" in office.get(reverse("desk:committee_list")).content.decode()


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


def test_the_page_keeps_what_is_typed_foresees_applies_closes_and_gives_the_minutes() -> None:
    table = Table(lots=2)
    office, (first, second) = acting(table.pilot), table.lots
    seat = Seat.objects.get()
    posted = table.typed(first, "accept", "decline") | table.typed(second, "accept", "") | {"foresee": "1"}
    posted[f"presence-{seat.pk}"] = Presence.PRESENT
    answered = office.post(table.page("meeting_detail"), posted)
    assert answered["Location"] == table.page("meeting_decide")
    foreseen = office.get(table.page("meeting_decide")).content.decode()
    assert "Rien n’est encore fait" in foreseen
    assert first.reference in foreseen
    left = " ".join(re.sub(r"<[^>]+>", " ", foreseen.partition("Pas décidés, laissés dans la séance")[2]).split())
    why = " ".join(f"{table.lines(second)[1]} : {TO_CHOOSE}".split())
    assert f"{second.reference} À compléter {why}" in left
    assert first.reference not in left
    assert states(table.lots) == ["announced", "announced"]
    done = office.post(table.page("meeting_decide")).content.decode()
    assert "1 lot qualifié" in done
    assert states(table.lots) == ["qualified", "announced"]
    blocked = office.post(table.page("meeting_close"), {"comment": ""}).content.decode()
    assert "ne sont pas appliquées" in blocked
    kept = office.post(table.page("meeting_detail"), table.typed(second, "postpone", "") | {"close": "1"})
    assert kept["Location"] == table.page("meeting_close")
    office.post(table.page("meeting_close"), {"comment": ""})
    meeting = Meeting.objects.get()
    assert meeting.state == "closed"
    read = acting(table.member).get(table.page("meeting_detail")).content.decode()
    assert "Lire le compte rendu" in read
    minutes = minutes_for(meeting)
    assert minutes is not None
    values = minutes.values
    assert values["present"] == [{"organisation": table.member.organisation.name, "role": "Responsable"}]
    assert [(one["reference"], one["outcome"]) for one in values["decided"]] == [(first.reference, "Qualifié")]
    assert [line["code"] for line in values["decided"][0]["lines"]] == ["", LineRefusalCode.CONDITION.label]
    assert [one["reference"] for one in values["postponed"]] == [second.reference]
    assert str(table.member.user) not in str(values)


def test_before_it_applies_and_after_the_page_says_which_lots_are_left_and_why() -> None:
    table = Table(lots=5)
    office, (ready, too_many, no_reason, put_off, untouched) = acting(table.pilot), table.lots
    over, fewer = (line_name("accepted", table.lines(lot)[0].pk) for lot in (too_many, no_reason))
    table.keep(
        table.typed(ready, "accept", "accept"),
        table.typed(too_many, "accept", "accept", **{over: "500"}),
        table.typed(no_reason, "accept", "accept", **{fewer: "1"}),
        table.typed(put_off, "postpone", ""),
        table.typed(untouched, "", ""),
    )
    foreseen = office.get(table.page("meeting_decide"))
    assert {read.donation: read.lacks for read in foreseen.context["left"]} == {
        too_many: [f"{table.lines(too_many)[0]}\u00a0: On ne peut accepter plus que ce qui est annoncé\u00a0: 3."],
        no_reason: [f"{table.lines(no_reason)[0]}\u00a0: {REFUSAL_CODED.sentence}"],
        put_off: [PUT_OFF],
        untouched: [NOT_TYPED],
    }
    page = foreseen.content.decode()
    assert "Appliquer les décisions (1)" in page
    for read in foreseen.context["left"]:
        assert all(said in page for said in (read.donation.reference, read.progress.label, *read.lacks))
    done = office.post(table.page("meeting_decide"), {"foresee": foreseen.context["foreseen"]})
    assert [read.donation for read in done.context["left"]] == [too_many, no_reason, put_off, untouched]
    assert states(table.lots) == ["qualified", *["announced"] * 4]


def shown_on(answer: Any) -> dict[str, str]:
    """All the fields of a page as it shows them, as a browser posts them."""
    assert 'name="shown"' in answer.content.decode()
    shown: str = answer.context["shown"]
    return json.loads(shown) | {"shown": shown}


def test_two_pilots_who_type_on_pages_opened_together_do_not_undo_each_other() -> None:
    table = Table(lots=2, ratify=1)
    first, second = table.lots
    office, page = acting(table.pilot), table.page("meeting_detail")
    one, other = (shown_on(office.get(page)) for _ in range(2))
    ratified, seat = Ratification.objects.get(), Seat.objects.get()
    office.post(page, one | table.typed(first, "accept", "postpone") | {f"answer-{ratified.pk}": "ratified"})
    office.post(page, other | table.typed(second, "decline", "postpone") | {f"presence-{seat.pk}": "excused"})
    assert table.on_agenda(first).typed[line_name("choice", table.lines(first)[0].pk)] == "accept"
    assert table.on_agenda(second).typed[line_name("choice", table.lines(second)[0].pk)] == "decline"
    assert (Ratification.objects.get().answer, Seat.objects.get().presence) == ("ratified", "excused")
    again = shown_on(office.get(page))
    cleared = line_name("choice", table.lines(first)[0].pk)
    office.post(page, again | {cleared: ""})
    assert cleared not in table.on_agenda(first).typed, "what is emptied on purpose is emptied"
    for wrong in ("", "[]", "{", "3"):
        assert office.post(page, again | {"shown": wrong}).status_code == 302


def test_of_two_meetings_open_together_the_second_reads_what_the_first_has_answered() -> None:
    """Each had its answer: one paper said ratified, the other an objection, of one decision."""
    table = Table(lots=0, ratify=1)
    (lot,) = table.decided
    first, row = table.meeting, Ratification.objects.get()
    Committee.objects.update(meets_on=TODAY() - timedelta(days=1))  # opened yesterday, and not closed yet
    committee = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY())
    convene(actor=table.pilot, committee=committee, presences={table.member.pk: Presence.PRESENT})
    second = open_meeting(actor=table.pilot, committee=committee)
    other = Ratification.objects.get(meeting=second)
    typed = {f"answer-{other.pk}": RatificationAnswer.OBJECTION, f"objection-{other.pk}": ObjectionCode.SHARE}
    keep_typed(actor=table.pilot, meeting=second, posted=typed)
    table.keep({f"answer-{row.pk}": RatificationAnswer.RATIFIED})
    table.close()

    table.meeting = second
    said = f"en séance {first.reference}\u00a0: ratifié"
    page = acting(table.pilot).get(table.page("meeting_detail")).content.decode()
    assert f"Répondu {said}" in page
    assert f"answer-{other.pk}" not in page
    keep_typed(actor=table.pilot, meeting=second, posted=typed)
    assert "à ratifier" not in acting(table.pilot).get(table.page("meeting_close")).content.decode()
    table.close()
    minutes = minutes_for(second)
    assert minutes is not None
    assert (minutes.values["objections"], minutes.values["unanswered"]) == ([], [])
    assert [one["told"] for one in minutes.values["answered"]] == [f"déjà répondu {said}"]
    assert list(lot.journal.filter(verb__in=("ratify", "object_to")).values_list("verb", flat=True)) == ["ratify"]
    assert said in acting(table.pilot).get(table.page("meeting_detail")).content.decode()


def test_what_changed_since_it_was_foreseen_is_read_again_before_it_is_applied() -> None:
    table = Table(lots=1)
    (lot,) = table.lots
    office, page = acting(table.pilot), table.page("meeting_decide")
    for change in ("typed", "line"):
        table.keep(table.typed(lot, "accept", "accept"))
        read = office.get(page)
        if change == "typed":
            declined = {lot_name("decline_reason", table.on_agenda(lot).pk): DeclineReason.CONDITION}
            table.keep(table.typed(lot, "decline", "decline", **declined))
        else:
            line = table.lines(lot)[0]
            correct_lines_donation(
                actor=table.scene.contact, donation=lot, corrected={line.pk: {"model_name": "Autre"}}
            )
        answered = office.post(page, {"foresee": read.context["foreseen"]}, follow=True)
        assert states([lot]) == ["announced"], change
        assert "relisez ce que les décisions feront" in answered.content.decode()
    office.post(page, {"foresee": office.get(page).context["foreseen"]})
    assert states([lot]) == ["qualified"]


def test_somebody_who_sat_and_whose_role_is_closed_since_stays_among_those_who_sat() -> None:
    table = Table()
    other = make_membership(Role.MANAGER, OrganisationKind.EPCI)
    Membership.objects.filter(pk=table.member.pk).update(closed_at=timezone.now())
    page = reverse("desk:committee_seats", args=[table.committee.pk])
    acting(table.pilot).post(page, {"member": [other.pk]})
    assert dict(Seat.objects.values_list("membership", "presence")) == {
        table.member.pk: Presence.PRESENT,
        other.pk: Presence.CONVENED,
    }


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
