"""The page of a meeting: what is typed is kept, foreseen, applied; two who type at once do not undo each other."""

import re
from datetime import timedelta

import pytest

from desk.deciding import NOT_TYPED, PUT_OFF, TO_CHOOSE, line_name, lot_name
from desk.documents import minutes_for
from desk.enums import ObjectionCode, Presence, RatificationAnswer
from desk.models import Committee, Meeting, Ratification, Seat
from desk.services.committees import plan_committee
from desk.services.meetings import (
    convene,
    keep_typed,
    open_meeting,
)
from donations.enums import DeclineReason, LineRefusalCode
from donations.machine.donation_rules import REFUSAL_CODED
from donations.services.donations import correct_lines_donation
from tests.desk.meetings import TODAY, Table, shown_on, states
from tests.pages import acting

pytestmark = pytest.mark.django_db


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
