"""What is refused around a household's file: to whoever sees it not, to whoever may not, and what makes no sense."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from imports.models import LeftLine
from imports.services import begin_import, deposit_named
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions import followers
from prescriptions.enums import (
    ContactChannel,
    DropReason,
    HouseholdState,
    IdentityReason,
    NeedState,
    NoteAudience,
    PrescriptionState,
    ReminderKind,
)
from prescriptions.models import (
    AdviserAbsence,
    DoubleAnswer,
    FileNote,
    Household,
    HouseholdAccess,
    HouseholdMessage,
    Need,
    Prescription,
    PromisedContact,
    Reminder,
    RightsRequest,
)
from prescriptions.people_list import PEOPLE
from prescriptions.services.contacts import note_no_answer, write_letter
from prescriptions.services.doubles import answer_double
from prescriptions.services.hearing_back import households_heard, read_household_answers
from prescriptions.services.households import (
    attach_household,
    create_household,
    detach_household,
    edit_household,
    open_identity,
    record_access,
    record_sightings,
)
from prescriptions.services.instruction import call_off_absence, declare_absence, write_file_note
from prescriptions.services.joining import part_household
from prescriptions.services.known import all_known
from prescriptions.services.people import forget_lines_of
from prescriptions.services.prescriptions import create_prescription, distributors_for, refuse_prescription
from prescriptions.services.reminders import plan_notices, plan_reminders
from prescriptions.services.rights import answer_rights_request, identify_rights_request
from prescriptions.services.sets import drop_needs
from tests.imports.files import csv_file
from tests.network.factories import make_membership
from tests.prescriptions.files import PARIS, Circle, again
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
BORN = date(1980, 3, 7)


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def stranger() -> Membership:
    """A worker of another prescriber."""
    return make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


# --- a household and who reads of it


def test_whoever_does_not_see_a_file_does_nothing_with_it(circle: Circle, stranger: Membership) -> None:
    household, other = circle.household(), circle.household()
    attach_household(actor=circle.worker, household=household, same_as=other)
    for act in (
        lambda: detach_household(actor=stranger, household=household),
        lambda: read_household_answers(actor=stranger, household=household),
        lambda: part_household(actor=circle.worker, household=household, left=other),
        lambda: open_identity(actor=circle.pilot, household=Household(pk=0), reason=IdentityReason.values[0]),
    ):
        with pytest.raises(Unknown):
            act()
    assert again(household).same_as == other
    assert not HouseholdAccess.objects.exists()


def test_whoever_serves_or_steers_does_not_do_the_work_of_whoever_follows(circle: Circle) -> None:
    prescription = circle.accepted(household=circle.household(contact_channel=ContactChannel.PHONE))
    household, contact = prescription.household, PromisedContact.objects.get()
    for act in (
        lambda: read_household_answers(actor=circle.adviser, household=household),
        lambda: note_no_answer(actor=circle.adviser, prescription=prescription),
        lambda: open_identity(actor=circle.worker, household=household, reason=IdentityReason.values[0]),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert again(contact).tries == 0
    assert not HouseholdAccess.objects.exists()
    for actor in (circle.adviser, circle.pilot, circle.relay):
        assert not households_heard(actor).exists()


def test_the_clock_opens_no_file_and_reads_nobody(circle: Circle) -> None:
    household = circle.household()
    for act in (
        lambda: create_household(actor=SYSTEM, commune=circle.commune, last_name="Personne", adults=1),
        lambda: create_prescription(actor=SYSTEM, household=household),
        lambda: record_access(actor=SYSTEM, household=household, what="page"),
        lambda: record_sightings(actor=SYSTEM, households=[household.pk], what="liste"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Household.objects.get() == household
    assert not Prescription.objects.exists()
    assert not HouseholdAccess.objects.exists()


def test_without_anybody_who_acts_no_note_nor_request_is_read(circle: Circle) -> None:
    prescription = circle.submitted()
    write_file_note(actor=circle.adviser, prescription=prescription, audience=NoteAudience.SHARED, text="Vu.")
    Desk(circle).asked(household=prescription.household)
    for model in (FileNote, RightsRequest):
        assert model._base_manager.exists()
        assert not model.objects.visible_to(None).exists()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("days_to_come")
def test_a_file_in_the_archive_is_described_no_more() -> None:
    circle = Circle(at=datetime(2024, 3, 1, 10, tzinfo=PARIS))
    household = circle.household()
    circle.empty(household)
    run_clock(at=datetime(2026, 6, 15, tzinfo=PARIS))
    assert again(household).state == HouseholdState.ARCHIVED
    before = again(household).adults
    assert codes(lambda: edit_household(actor=circle.worker, household=household, adults=4)) == {"not_open"}
    assert again(household).adults == before


def test_a_file_detached_without_saying_from_which_answers_nothing_of_the_other(circle: Circle) -> None:
    household, other = circle.household(), circle.household()
    attached = attach_household(actor=circle.worker, household=household, same_as=other)
    gate.apply(attached, "detach", actor=circle.worker)
    assert again(household).same_as is None
    assert DoubleAnswer.objects.get().same


def test_what_was_written_of_its_acts_is_told_to_the_household(circle: Circle) -> None:
    household = circle.household(comment="Venue avec son dossier bleu")
    said = [cell.said for section in all_known(household).sections for row in section.rows for cell in row]
    assert "Venue avec son dossier bleu" in said


def test_of_two_files_that_look_like_hers_each_is_to_be_answered(circle: Circle) -> None:
    her = {"last_name": "Vandewalle", "first_name": "Nadia", "birth_date": BORN, "phone": "0699000001"}
    one, two = circle.household(**her), circle.household(**her)
    draft = circle.draft(household=circle.household(**her))
    with pytest.raises(Refused, match="2 dossiers ressemblent à celui-ci"):
        circle.submit(draft)
    answer_double(actor=circle.worker, household=draft.household, other=one, same=False)
    with pytest.raises(Refused, match="Un dossier ressemble à celui-ci"):
        circle.submit(draft)
    answer_double(actor=circle.worker, household=draft.household, other=two, same=False)
    assert circle.submit(draft).submitted_at is not None


def test_with_a_file_that_has_no_name_left_no_line_of_a_list_goes(circle: Circle) -> None:
    head = ("Nom", "Prénom", "Né(e) le", "Téléphone", "Mail", "Adresse", "CP", "Ville", "Besoin", "Motif")
    cells = ("Essai", "Nadia", "07/03/1980", "", "", "", "", "", "", "")
    content = csv_file((head, cells, cells))
    source = deposit_named(
        actor=circle.worker, kind=PEOPLE, organisation=circle.prescriber, content=content, name="ccas.csv"
    )
    begin_import(source=source, actor=circle.worker)
    nameless = circle.household()
    Household.objects.filter(pk=nameless.pk).update(last_name="", first_name="")
    left = LeftLine.objects.count()
    assert left
    forget_lines_of([nameless.pk])
    assert LeftLine.objects.count() == left


# --- what is told, asked and noted of a request


def test_no_letter_is_made_to_a_household_without_an_address(circle: Circle) -> None:
    phone = {"contact_channel": ContactChannel.PHONE, "address": ""}
    prescription = circle.accepted(household=circle.household(**phone))
    assert codes(lambda: write_letter(actor=circle.worker, prescription=prescription)) == {"no_address"}
    assert not HouseholdMessage.objects.filter(letter__isnull=False).exists()


def test_an_absence_is_declared_once_of_one_s_team_and_called_off_by_it(circle: Circle, stranger: Membership) -> None:
    days: dict[str, Any] = {"first_on": TODAY(), "last_on": TODAY() + timedelta(days=3)}
    for nobody in (circle.worker, circle.pilot, stranger):
        with pytest.raises(PermissionDenied):
            declare_absence(actor=nobody, adviser=circle.adviser, **days)
    assert not AdviserAbsence.objects.exists()
    absence = declare_absence(actor=circle.adviser, adviser=circle.adviser, **days)
    again_away = days | {"first_on": days["last_on"], "last_on": days["last_on"] + timedelta(days=9)}
    assert codes(lambda: declare_absence(actor=circle.adviser, adviser=circle.adviser, **again_away)) == {
        "away_already"
    }
    assert AdviserAbsence.objects.get() == absence
    for nobody in (make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR), circle.worker):
        with pytest.raises(Unknown):
            call_off_absence(actor=nobody, absence=absence)
    assert again(absence).called_off_at is None


def test_a_note_says_who_reads_it_and_something(circle: Circle) -> None:
    prescription = circle.submitted()

    def write(audience: str, text: str) -> FileNote:
        return write_file_note(actor=circle.adviser, prescription=prescription, audience=audience, text=text)

    assert codes(lambda: write("everybody", "Vu.")) == {"audience"}
    assert codes(lambda: write(NoteAudience.TEAM, " \n ")) == {"text"}
    assert not FileNote.objects.exists()


def test_a_household_whose_commune_is_not_known_may_go_to_any_distributor(circle: Circle) -> None:
    household = circle.household(commune=None)
    prescription = circle.empty(household)
    assert circle.distributor in distributors_for(prescription=prescription)


def test_nothing_is_recalled_of_what_has_no_end(circle: Circle) -> None:
    draft = circle.empty()
    now = timezone.now()
    for kind in (ReminderKind.COMPLETE, ReminderKind.STILL_CURRENT):
        plan_reminders([draft], kind, now)
    plan_notices([draft.household], now)
    assert not Reminder.objects.exists()


def test_a_request_of_rights_is_answered_by_who_sees_it_and_identified_when_identity_was_asked(
    circle: Circle, stranger: Membership
) -> None:
    desk = Desk(circle)
    asked = desk.asked()
    due_on = asked.due_on
    for nobody in (stranger, circle.pilot):
        with pytest.raises(Unknown):
            answer_rights_request(actor=nobody, rights_request=asked, told_by="phone", reply="À moi.")
    with pytest.raises(Refused):
        identify_rights_request(actor=desk.officer, rights_request=asked)
    assert (again(asked).reply, again(asked).due_on) == ("", due_on)


def test_a_reason_that_follows_the_end_of_a_file_is_nobody_s_to_choose(circle: Circle) -> None:
    needs = circle.accepted().needs.all()
    reason = next(reason for reason in DropReason if reason.value.startswith("prescription_"))
    outcome = drop_needs(actor=circle.worker, needs=Need.objects.filter(pk__in=needs), reason=reason)
    assert not outcome.moved
    assert set(outcome.refused) == {need.pk for need in needs}
    assert {need.state for need in needs.all()} == {NeedState.WAITING}


def test_what_follows_an_act_is_done_whole_or_the_act_is_not(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    prescription = circle.submitted()
    need = prescription.needs.get()
    monkeypatch.setitem(followers._DROPPED_BECAUSE, "refuse", "of_no_list")
    refuse: dict[str, Any] = {"actor": circle.adviser, "prescription": prescription, "reason": "already_served"}
    assert codes(lambda: refuse_prescription(**refuse)) == {"reason"}
    assert (again(prescription).state, again(need).state) == (PrescriptionState.SUBMITTED, NeedState.ASKED)
    assert not prescription.journal.filter(verb="refuse").exists()
