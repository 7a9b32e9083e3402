"""Advisers share requests out, replace each other, note what they find; delays stand still while others are awaited."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.todo.instruction import instruction_blocks
from desk.todo.limits import limits_on
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from network.models import Membership
from network.services.memberships import close_membership
from prescriptions.enums import NoteAudience
from prescriptions.instruction import clocks_of
from prescriptions.models import AdviserAbsence, FileNote, Prescription
from prescriptions.services.forgetting import forget_households
from prescriptions.services.instruction import (
    assign_prescription,
    call_off_absence,
    declare_absence,
    write_file_note,
)
from prescriptions.services.known import all_known
from prescriptions.services.prescriptions import ask_completion_prescription, submit_prescription
from tests.network.factories import make_membership, make_organisation
from tests.prescriptions.files import PARIS, Circle, again
from tests.prescriptions.pages import acting, done, page_of, read

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def circle() -> Circle:
    return Circle()


def colleague(circle: Circle, role: Role = Role.ADVISER) -> Membership:
    return make_membership(role, OrganisationKind.DISTRIBUTOR, circle.distributor)


def waits(prescription: Prescription, actor: Membership) -> bool:
    """Whether it is among what his first page asks him to examine."""
    (demands, *_) = instruction_blocks(actor, timezone.now(), limits_on(timezone.now()))
    return prescription in set(demands.rows)  # type: ignore[arg-type]


# --- who holds what


def test_nobody_is_said_to_deal_with_what_was_held_by_somebody_who_left(circle: Circle) -> None:
    prescription = circle.submitted()
    gone, stays = circle.adviser, colleague(circle)
    done(acting(gone), page_of(prescription, "prescription_take_up"))
    close_membership(membership=gone)
    page = read(acting(stays), "/")
    assert f"tenue par {gone.user}, qui n’agit plus ici" in page
    assert f"{gone.user} s’en occupe" not in page


def test_taken_given_and_given_back_it_is_on_the_first_page_of_whoever_holds_it(circle: Circle) -> None:
    prescription = circle.submitted()
    mine, other, lead = circle.adviser, colleague(circle), colleague(circle, Role.MANAGER)
    for person in (mine, other, lead):
        assert waits(prescription, person)
    done(acting(mine), page_of(prescription, "prescription_take_up"))
    assert again(prescription).adviser == mine
    assert not waits(prescription, other)
    assert f"{mine.user} s’en occupe" in read(acting(lead), "/")
    with pytest.raises(Refused, match="déjà"):
        gate.apply(again(prescription), "take_up", actor=other)
    with pytest.raises(PermissionDenied):
        assign_prescription(actor=other, prescription=again(prescription), adviser=other)
    done(acting(lead), page_of(prescription, "prescription_assign"), adviser=other.pk)
    assert again(prescription).adviser == other
    assert not waits(prescription, mine)
    done(acting(other), page_of(prescription, "prescription_give_back"))
    assert again(prescription).adviser is None
    journal = again(prescription).journal.order_by("seq").values_list("verb", flat=True)
    assert list(journal)[-3:] == ["take_up", "assign", "give_back"]


def test_nobody_else_shares_them_out_and_nobody_of_elsewhere_receives_one(circle: Circle) -> None:
    prescription = circle.submitted()
    stranger = make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR)
    for actor in (circle.worker, circle.pilot, stranger, circle.relay):
        for verb, given in (("take_up", {}), ("assign", {"adviser": circle.adviser}), ("give_back", {})):
            with pytest.raises((PermissionDenied, Unknown)):
                gate.apply(prescription, verb, actor=actor, **given)
    for wrong in (stranger, circle.worker):
        with pytest.raises(Refused, match="de votre structure"):
            assign_prescription(actor=circle.adviser, prescription=prescription, adviser=wrong)


def test_a_ticked_set_is_given_and_the_list_is_filtered_by_who_holds(circle: Circle) -> None:
    rows = [circle.submitted(), circle.submitted(), circle.submitted()]
    lead = acting(colleague(circle, Role.MANAGER))
    ticked = {"row": [rows[0].reference, rows[1].reference], "verb": "assign", "confirm": "1"}
    lead.post("/prescriptions/", ticked | {"adviser": circle.adviser.pk})
    held = {row.pk: again(row).adviser for row in rows}
    assert held == {rows[0].pk: circle.adviser, rows[1].pk: circle.adviser, rows[2].pk: None}
    client = acting(circle.adviser)
    mine, nobody = read(client, "/prescriptions/", held="me"), read(client, "/prescriptions/", held="nobody")
    assert [row.reference in mine for row in rows] == [True, True, False]
    assert [row.reference in nobody for row in rows] == [False, False, True]


def test_sent_again_to_another_distributor_it_is_held_by_nobody_there(circle: Circle) -> None:
    prescription = circle.submitted()
    gate.apply(prescription, "take_up", actor=circle.adviser)
    asked = ask_completion_prescription(actor=circle.adviser, prescription=prescription, words="Un papier")
    circle.answer(asked)
    elsewhere = make_organisation(OrganisationKind.DISTRIBUTOR)
    submit_prescription(actor=circle.worker, prescription=asked, distributor=elsewhere)
    assert again(prescription).adviser is None


# --- away


def away(circle: Circle, **changes: Any) -> AdviserAbsence:
    given = {"actor": circle.adviser, "adviser": circle.adviser, "first_on": TODAY(), "last_on": TODAY()}
    return declare_absence(**given | changes)


def test_what_waits_is_on_the_first_page_of_the_replacement_who_acts_in_his_own_name(circle: Circle) -> None:
    prescription, other = circle.submitted(), colleague(circle)
    gate.apply(prescription, "take_up", actor=circle.adviser)
    assert not waits(prescription, other)
    until = TODAY() + timedelta(days=3)
    days = {"first_on": TODAY().isoformat(), "last_on": until.isoformat()}
    done(acting(circle.adviser), "/equipe/", **days, replaced_by=other.pk)
    assert waits(prescription, other)
    page = read(acting(other), "/")
    assert f"pour {circle.adviser.user}, qui s’absente jusqu’au" in page
    accepted = gate.apply(again(prescription), "accept", actor=other)
    assert accepted.journal.latest("seq").actor == other
    assert accepted.adviser == circle.adviser, "it is still his when he is back"


def test_it_ends_by_itself_or_when_it_is_called_off(circle: Circle) -> None:
    prescription, other = circle.submitted(), colleague(circle)
    gate.apply(prescription, "take_up", actor=circle.adviser)
    past = {"first_on": TODAY() - timedelta(days=3), "last_on": TODAY() - timedelta(days=1)}
    away(circle, **past, replaced_by=other, at=timezone.now() - timedelta(days=3))
    assert not waits(prescription, other)
    absence = away(circle, replaced_by=other)
    assert waits(prescription, other)
    with pytest.raises(PermissionDenied):
        call_off_absence(actor=other, absence=absence)
    done(acting(circle.adviser), "/equipe/", absence=absence.pk)
    assert not waits(prescription, other)


def test_the_lead_is_told_of_whoever_nobody_replaces_even_when_the_replacement_goes_away(circle: Circle) -> None:
    lead, other = colleague(circle, Role.MANAGER), colleague(circle)

    def told() -> int:
        return Mail.objects.filter(to__contains=[lead.user.email], subject__contains="personne ne le remplace").count()

    covered = away(circle, replaced_by=other)
    assert told() == 0
    assert not AdviserAbsence.objects.uncovered(TODAY()).exists()
    away(circle, actor=other, adviser=other)
    assert told() == 2, "for his own absence, and for the one he was to cover"
    assert set(AdviserAbsence.objects.uncovered(TODAY())) >= {covered}
    page = read(acting(lead), "/")
    assert "Absences que personne ne remplace" in page
    assert str(circle.adviser.user) in page


def test_absences_that_make_no_sense_are_refused_with_a_sentence(circle: Circle) -> None:
    other, stranger = colleague(circle), make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR)
    day = TODAY()
    away(circle, actor=other, adviser=other, first_on=day + timedelta(days=40), last_on=day + timedelta(days=50))
    for changes, sentence in (
        ({"last_on": day - timedelta(days=1)}, "avant le premier"),
        ({"first_on": day - timedelta(days=9), "last_on": day - timedelta(days=8)}, "déjà passée"),
        ({"last_on": day + timedelta(days=900)}, "un an au plus"),
        ({"replaced_by": circle.adviser}, "un autre conseiller"),
        ({"replaced_by": stranger}, "un autre conseiller"),
        ({"last_on": day + timedelta(days=45), "replaced_by": other}, "absent lui aussi"),
    ):
        with pytest.raises(Refused, match=sentence):
            away(circle, **changes)
    with pytest.raises(PermissionDenied):
        away(circle, adviser=other)
    with pytest.raises(Unknown):
        away(circle, adviser=stranger)
    for absurd in ("0000-00-00", "9" * 4300, "demain\0"):
        page = acting(circle.adviser).post("/equipe/", {"first_on": absurd, "last_on": absurd})
        assert "Donnez un jour" in page.content.decode()
    for actor in (circle.worker, circle.pilot, circle.relay):
        assert acting(actor).get("/equipe/").status_code == 403
    assert acting(circle.adviser).post("/equipe/", {"absence": "9" * 4300}).status_code == 404


# --- notes


def test_a_note_is_shared_or_kept_and_never_shared_in_silence(circle: Circle) -> None:
    prescription = circle.submitted()
    client, url = acting(circle.adviser), page_of(prescription, "prescription_note")
    asked = read(client, url)
    assert "La personne peut lire cette note" in asked
    assert "checked" not in asked.partition("Qui lit cette note")[2].partition("<textarea")[0]
    assert "Dites qui lit cette note" in client.post(url, {"text": "Appelée hier"}).content.decode()
    assert not FileNote.objects.exists()
    done(client, url, audience=NoteAudience.SHARED, text="mot-partagé")
    done(client, url, audience=NoteAudience.TEAM, text="mot-entre-nous")
    write_file_note(
        actor=colleague(circle), prescription=prescription, audience=NoteAudience.TEAM, text="mot-du-collègue"
    )
    sheet = page_of(prescription, "prescription_detail")
    mine, theirs = read(client, sheet), read(acting(circle.worker), sheet)
    assert [word in mine for word in ("mot-partagé", "mot-entre-nous", "mot-du-collègue")] == [True, True, True]
    assert [word in theirs for word in ("mot-partagé", "mot-entre-nous", "mot-du-collègue")] == [True, False, False]
    assert "mot-partagé" not in read(acting(circle.pilot), sheet)
    circle.accept(prescription)
    assert "mot-" not in read(acting(circle.relay), sheet)
    assert acting(circle.worker).get(url).status_code == 403


def test_the_person_reads_both_kinds_and_forgetting_takes_both(circle: Circle) -> None:
    prescription = circle.submitted()
    for audience in NoteAudience:
        write_file_note(actor=circle.adviser, prescription=prescription, audience=audience, text=f"mot-{audience}")
    known = all_known(prescription.household)
    said = " ".join(cell.said for section in known.sections for row in section.rows for cell in row)
    assert "mot-shared" in said
    assert "mot-team" in said
    forget_households([prescription.household_id], timezone.now())
    assert set(FileNote.objects.values_list("text", flat=True)) == {""}


# --- the clock


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


def test_it_counts_working_days_and_stands_still_while_the_worker_is_waited_for(circle: Circle) -> None:
    """Filed on a Monday, asked on the Wednesday, back the next Monday: two days, not seven."""
    circle.at = at(date(2026, 9, 7))
    prescription = circle.submitted()

    def clock(day: date) -> Any:
        return clocks_of([prescription.pk], day)[prescription.pk]

    assert clock(date(2026, 9, 13)).days == 4, "Saturday and Sunday are no working days"
    circle.at = at(date(2026, 9, 9))
    asked = ask_completion_prescription(
        actor=circle.adviser, prescription=prescription, words="Un papier", at=circle.at
    )
    still = clock(date(2026, 9, 30))
    assert (still.days, still.stopped_on, still.is_late) == (2, date(2026, 9, 9), False)
    assert "arrêtée depuis le" in still.in_words
    assert "arrêtée depuis le" in read(acting(circle.adviser), page_of(prescription, "prescription_detail"))
    circle.at = at(date(2026, 9, 14))
    circle.submit(circle.answer(asked))
    assert (clock(date(2026, 9, 16)).days, clock(date(2026, 9, 16)).stopped_on) == (4, None)
    late = clock(date(2026, 9, 25))
    assert (late.days, late.is_late) == (11, True)
    circle.at = at(date(2026, 9, 17))
    circle.accept(prescription)
    assert (clock(date(2026, 11, 1)).days, clock(date(2026, 11, 1)).is_over) == (5, True)


def test_the_chronology_says_the_state_where_it_was_entered_and_nowhere_else(circle: Circle) -> None:
    prescription = circle.submitted()
    gate.apply(prescription, "take_up", actor=circle.adviser)
    page = read(acting(circle.adviser), page_of(prescription, "prescription_detail"))
    told = page.split('<ol class="timeline"')[1].split("</ol>")[0]
    assert "Prise en main par un conseiller" in told
    assert told.count("État après\u00a0:</span> Déposée") == 1, "to take it in hand changes no state"
