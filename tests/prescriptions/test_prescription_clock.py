"""What the clock does with prescriptions and households: not due, due, ten days late."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions import liveness
from prescriptions.enums import Bond, DropReason, HouseholdState, NeedState, PrescriptionState, ReminderKind
from prescriptions.liveness import keeps_alive
from prescriptions.machine.household_rules import shifted
from prescriptions.models import ConfirmationLink, Household, Prescription, Reminder
from prescriptions.services.households import reopen_household
from prescriptions.services.needs import meet_need
from prescriptions.services.prescriptions import (
    ask_completion_prescription,
    confirm_prescription,
    remind_prescription,
)
from tests.pages import acting
from tests.prescriptions.files import PARIS, Circle, again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]

START = datetime(2024, 3, 1, 10, tzinfo=PARIS)


@pytest.fixture
def circle() -> Circle:
    circle = Circle(at=START)
    assert circle.adviser
    return circle


def run(day: float) -> None:
    """Let the clock run, so many days after the start."""
    run_clock(at=START + timedelta(days=day))


def incomplete(circle: Circle) -> Prescription:
    prescription = circle.submitted()
    return ask_completion_prescription(
        actor=circle.adviser, prescription=prescription, missing=["contact"], at=circle.at
    )


def sent(row: Prescription) -> list[date]:
    """The days on which reminders were sent, in order."""
    return [timezone.localdate(at) for at in row.reminders.exclude(sent_at=None).values_list("sent_at", flat=True)]


def day(number: float) -> date:
    return timezone.localdate(START + timedelta(days=number))


# --- incomplete


def test_an_incomplete_file_is_recalled_twice_then_expires(circle: Circle) -> None:
    prescription = incomplete(circle)
    run(14)
    assert sent(prescription) == []
    run(15)
    run(15.1)
    run(24)
    assert sent(prescription) == [day(15)]
    run(25)
    assert sent(prescription) == [day(15), day(25)]
    run(29)
    assert again(prescription).state == PrescriptionState.INCOMPLETE
    run(30)
    done = again(prescription)
    assert (done.state, done.complete_by) == (PrescriptionState.EXPIRED, None)
    assert [need.drop_reason for need in done.needs.all()] == [DropReason.PRESCRIPTION_EXPIRED]
    entry = done.journal.get(verb="expire")
    assert (entry.at, entry.due_at) == (START + timedelta(days=30), prescription.complete_by)
    count = Mail.objects.count()
    run(31)
    assert Mail.objects.count() == count


def test_after_days_off_the_reminder_goes_first_and_leaves_time_to_answer(circle: Circle) -> None:
    prescription = incomplete(circle)
    run(40)
    assert again(prescription).state == PrescriptionState.INCOMPLETE
    assert sent(prescription) == [day(40)] * 2
    run(44)
    assert again(prescription).state == PrescriptionState.INCOMPLETE
    run(45)
    assert again(prescription).state == PrescriptionState.EXPIRED


def test_ten_days_off_before_the_end_catch_up(circle: Circle) -> None:
    prescription = incomplete(circle)
    run(16)
    run(26)
    assert len(sent(prescription)) == 2
    run(36)
    assert again(prescription).state == PrescriptionState.EXPIRED
    assert again(prescription).journal.get(verb="expire").due_at == prescription.complete_by


def test_a_completed_file_does_not_expire(circle: Circle) -> None:
    prescription = incomplete(circle)
    run(25)
    circle.later(days=26)
    circle.submit(circle.answer(again(prescription)))
    run(60)
    assert again(prescription).state == PrescriptionState.SUBMITTED


def test_a_reminder_that_leaves_by_itself_does_not_make_a_sleeping_file_move_in_the_list(circle: Circle) -> None:
    asleep = incomplete(circle)
    circle.later(days=10)
    later = circle.submitted()
    run(15)
    assert again(asleep).moved_at == START + timedelta(days=15)

    def listed(*order: str) -> list[tuple[str, datetime]]:
        table = acting(circle.worker).get(reverse("prescriptions:prescription_list"), {"sort": order}).context["table"]
        return [(row.record.reference, row.record.last_move) for row in table.rows]

    alive, sleeping = (later.reference, again(later).moved_at), (asleep.reference, START)
    assert listed() == [alive, sleeping]
    assert listed("moved_at") == [sleeping, alive]
    remind_prescription(actor=circle.adviser, prescription=again(asleep), at=START + timedelta(days=18))
    assert listed() == [(asleep.reference, START + timedelta(days=18)), alive]


# --- accepted


def test_an_acceptance_without_an_answer_expires_after_its_question(circle: Circle) -> None:
    prescription = circle.accepted(household=circle.household(email="foyer@exemple.test"))
    run(149)
    assert sent(prescription) == []
    run(150)
    assert sent(prescription) == [day(150)]
    assert ConfirmationLink.objects.filter(prescription=prescription).count() == 1
    to = Mail.objects.about("prescription", prescription.pk).values_list("to", flat=True)
    assert ["foyer@exemple.test"] in list(to)
    run(170)
    assert ConfirmationLink.objects.filter(prescription=prescription, withdrawn_at=None).count() == 1
    run(179)
    assert again(prescription).state == PrescriptionState.ACCEPTED
    run(180)
    assert again(prescription).state == PrescriptionState.EXPIRED
    assert not ConfirmationLink.objects.filter(prescription=prescription, withdrawn_at=None).exists()


def test_days_off_never_expire_what_was_not_asked(circle: Circle) -> None:
    prescription = circle.accepted()
    run(190)
    assert again(prescription).state == PrescriptionState.ACCEPTED
    run(195)
    assert again(prescription).state == PrescriptionState.EXPIRED


def test_an_answer_starts_the_delay_again(circle: Circle) -> None:
    prescription = circle.accepted()
    run(150)
    confirm_prescription(actor=circle.worker, prescription=prescription, at=START + timedelta(days=151))
    run(181)
    run(300)
    assert again(prescription).state == PrescriptionState.ACCEPTED
    run(301)
    assert sent(prescription)[-1] == day(301)


def test_a_need_in_progress_keeps_it_alive(circle: Circle) -> None:
    need = circle.started()
    run(150)
    asked = Mail.objects.filter(subject__contains="toujours d’actualité", to=[circle.worker.user.email]).latest("pk")
    assert "n’expire pas tant que ce qui est réservé ou en cours l’est" in asked.body
    run(200)
    assert again(need.prescription).state == PrescriptionState.ACCEPTED
    meet_need(actor=circle.worker, need=need, at=START + timedelta(days=201))
    assert again(need.prescription).state == PrescriptionState.FULFILLED


def test_the_worker_may_recall_before_the_day(circle: Circle) -> None:
    prescription = circle.accepted()
    circle.later(days=3)
    remind_prescription(actor=circle.worker, prescription=prescription, at=circle.at)
    with pytest.raises(Refused, match="déjà partie aujourd’hui"):
        remind_prescription(actor=circle.worker, prescription=prescription, at=circle.at)
    assert sent(prescription) == [day(3)]
    assert prescription.reminders.planned().count() == 2


# --- households


def test_a_file_is_archived_two_years_after_the_last_contact(circle: Circle) -> None:
    household = circle.household()
    run_clock(at=datetime(2026, 2, 28, 23, tzinfo=PARIS))
    assert again(household).state == HouseholdState.OPEN
    run_clock(at=datetime(2026, 3, 1, 1, tzinfo=PARIS))
    archived = again(household)
    assert (archived.state, archived.anonymise_on) == (HouseholdState.ARCHIVED, date(2027, 3, 1))
    notice = Reminder.objects.get(household=household)
    assert (notice.kind, notice.due_on) == (ReminderKind.ANONYMISATION, date(2027, 1, 30))


def test_a_prescription_is_a_contact_and_a_live_one_keeps_the_file(circle: Circle) -> None:
    household = circle.household()
    circle.later(days=400)
    prescription = circle.submitted(household=household)
    run(400 + 800)
    assert (again(household).state, again(prescription).state) == (HouseholdState.OPEN, PrescriptionState.SUBMITTED)
    circle.at = START + timedelta(days=1201)
    circle.accept(prescription)
    for days in (1360, 1375, 1382):
        run(days)
    assert again(prescription).state == PrescriptionState.EXPIRED
    run(1383)
    assert again(household).state == HouseholdState.ARCHIVED


def test_a_need_met_is_a_contact(circle: Circle) -> None:
    need = circle.started()
    meet_need(actor=circle.worker, need=need, at=START + timedelta(days=100))
    run(740)
    assert again(need.prescription.household).state == HouseholdState.OPEN
    run(832)
    assert again(need.prescription.household).state == HouseholdState.ARCHIVED


def test_drafts_end_with_the_archive(circle: Circle) -> None:
    draft = circle.draft()
    run(740)
    done = again(draft)
    assert (done.state, done.end_reason) == (PrescriptionState.WITHDRAWN, "household_archived")
    assert done.needs.get().state == NeedState.UNMET
    assert done.journal.get(verb="withdraw").cause_machine == "household"


def test_what_an_app_above_still_serves_is_not_archived(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "_functions", [])
    household, other = circle.household(), circle.household()

    def served(at: datetime) -> Any:
        return Q(Exists(Household.objects.filter(pk=OuterRef("pk"), last_name=household.last_name)))

    keeps_alive(Bond.WARRANTY, served)
    keeps_alive(Bond.WARRANTY, served)
    run(740)
    assert again(household).state == HouseholdState.OPEN
    assert again(other).state == HouseholdState.ARCHIVED


def test_an_archived_file_may_be_reopened_in_time(circle: Circle) -> None:
    household = circle.household()
    run(740)
    reopened = reopen_household(actor=circle.worker, household=household, at=START + timedelta(days=750))
    assert (reopened.state, reopened.anonymise_on, reopened.archived_at) == (HouseholdState.OPEN, None, None)
    assert not Reminder.objects.planned().exists()
    run(751)
    assert again(household).state == HouseholdState.OPEN
    run(750 + 740)
    assert again(household).state == HouseholdState.ARCHIVED


def test_nothing_is_begun_on_an_archived_file(circle: Circle) -> None:
    household = circle.household()
    run(740)
    circle.later(days=741)
    with pytest.raises(Refused) as refused:
        circle.empty(again(household))
    assert [reason.code for reason in refused.value.all] == ["household_open"]


def test_a_file_is_erased_on_its_day_after_a_notice(circle: Circle) -> None:
    assert circle.worker
    household = circle.household()
    run(740)
    planned = again(household).anonymise_on
    noticed = datetime.combine(planned - timedelta(days=30), time.min, tzinfo=PARIS)
    run_clock(at=noticed - timedelta(hours=1))
    assert Reminder.objects.get(household=household).sent_at is None
    run_clock(at=noticed)
    assert Reminder.objects.get(household=household).sent_at == noticed
    assert "effacé" in Mail.objects.about("household", household.pk).get().body
    run_clock(at=noticed + timedelta(days=29))
    assert again(household).state == HouseholdState.ARCHIVED
    run_clock(at=noticed + timedelta(days=30, hours=2))
    assert again(household).state == HouseholdState.ANONYMISED


def test_days_off_never_erase_without_notice(circle: Circle) -> None:
    household = circle.household()
    run(740)
    late = datetime(2027, 6, 1, tzinfo=PARIS)
    run_clock(at=late)
    assert again(household).state == HouseholdState.ARCHIVED
    run_clock(at=late + timedelta(days=10))
    assert again(household).state == HouseholdState.ARCHIVED
    run_clock(at=late + timedelta(days=30))
    assert again(household).state == HouseholdState.ANONYMISED


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 15), -24, date(2024, 3, 15)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
    ],
)
def test_months_are_calendar_months(start: date, months: int, end: date) -> None:
    assert shifted(start, months) == end
