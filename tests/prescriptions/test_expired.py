"""An accepted request that expires: its household knew the day, is told, and another request begins where it ended."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from lifecycle.clock import run_clock
from lifecycle.in_order import by_key
from prescriptions.enums import ContactChannel, ContactOutcome, PrescriptionState
from prescriptions.models import Prescription, PrescriptionPaper, PromisedContact
from prescriptions.services.contacts import tell_household
from prescriptions.services.needs import start_need, wait_again_need
from prescriptions.services.prescriptions import (
    ask_completion_prescription,
    confirm_prescription,
    withdraw_prescription,
)
from prescriptions.telling import telling_of
from tests.prescriptions.answers import ADDRESS, said_no
from tests.prescriptions.files import PARIS, SKILLS, Circle, again
from tests.prescriptions.pages import acting, page_of, read
from typography.french import written_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]
CALLED = {"contact_channel": ContactChannel.PHONE}


@pytest.fixture
def circle() -> Circle:
    return Circle(at=datetime(2024, 3, 1, 10, tzinfo=PARIS))


def expired(circle: Circle, **person: object) -> Prescription:
    """A request that was accepted, and that nobody confirmed."""
    prescription = circle.accepted(household=circle.household(**CALLED | person))
    return run_out(circle, prescription)


def run_out(circle: Circle, prescription: Prescription, days: int = 180) -> Prescription:
    for day in (days - 30, days):
        run_clock(at=circle.at + timedelta(days=day))
    ended = again(prescription)
    assert ended.state == PrescriptionState.EXPIRED
    return ended


def to_tell(prescription: Prescription) -> PromisedContact | None:
    return PromisedContact.objects.to_keep().filter(prescription=prescription).first()


def last_sheet(prescription: Prescription) -> dict[str, list[str]]:
    paper = PrescriptionPaper.objects.filter(prescription=prescription).latest("pk")
    return paper.document.values


# --- it is told


def test_its_household_is_to_be_told_that_it_expired(circle: Circle) -> None:
    prescription = expired(circle)
    contact = to_tell(prescription)
    assert contact is not None
    assert (contact.about, contact.channel) == ("expired", "phone")
    assert "Sa demande a expiré" in read(acting(circle.worker), page_of(prescription, "prescription_detail"))
    assert prescription.reference in read(acting(circle.worker), reverse("desk:home"))


def test_one_that_is_written_to_is_written_to_at_once_without_what_became_of_it(circle: Circle) -> None:
    prescription = expired(circle, contact_channel=ContactChannel.EMAIL, email=ADDRESS)
    contact = PromisedContact.objects.filter(prescription=prescription).latest("pk")
    assert (contact.about, contact.outcome) == ("expired", ContactOutcome.SENT)
    mail = Mail.objects.get(pk=contact.mail_id)
    assert mail.to == [ADDRESS]
    assert "expir" not in mail.body + mail.subject


def test_once_told_nothing_more_is_asked(circle: Circle) -> None:
    prescription = expired(circle)
    tell_household(actor=circle.worker, prescription=prescription)
    assert to_tell(prescription) is None


def test_one_that_had_said_no_is_told_nothing_more(circle: Circle) -> None:
    prescription = circle.accepted(household=circle.household(**CALLED | {"email": ADDRESS}))
    said_no(prescription, circle.at + timedelta(days=100))
    assert to_tell(run_out(circle, prescription)) is None


def test_one_that_was_never_completed_is_told_that_it_stopped(circle: Circle) -> None:
    filed = circle.submitted(household=circle.household(**CALLED))
    asked = ask_completion_prescription(actor=circle.adviser, prescription=filed, missing=["income_seen"], at=circle.at)
    assert asked.complete_by is not None
    contact = to_tell(run_out(circle, asked, days=60))
    assert contact is not None
    assert contact.about == "expired"


def test_its_worker_reads_that_the_household_is_to_be_told(circle: Circle) -> None:
    prescription = expired(circle)
    mail = Mail.objects.about("prescription", prescription.pk).filter(subject__contains="expirée").get()
    assert "Le foyer est à prévenir" in mail.body


# --- it knew the day


def test_the_sheet_of_an_accepted_request_says_until_when_and_what_to_do(circle: Circle) -> None:
    now = Circle()
    accepted = now.accepted()
    assert accepted.valid_until is not None
    said = " ".join(map(str, last_sheet(accepted)["sentences"]))
    assert f"Votre place dans l’ordre est gardée jusqu’au {written_day(accepted.valid_until)}." in said
    assert "sinon la demande s’arrête" in said


def test_confirmed_its_sheet_says_the_new_day(circle: Circle) -> None:
    accepted = Circle().accepted()
    later = timezone.now() + timedelta(days=5)
    confirmed = confirm_prescription(actor=accepted.worker, prescription=accepted, at=later)
    assert confirmed.valid_until != accepted.valid_until
    said = " ".join(map(str, last_sheet(confirmed)["sentences"]))
    assert written_day(confirmed.valid_until) in said


def test_while_something_is_put_aside_no_day_ends_it_and_none_is_said(circle: Circle) -> None:
    now = Circle()
    accepted = now.accepted(SKILLS)
    (need,) = by_key(accepted.needs.all())
    start_need(actor=now.worker, need=need, mediation=now.mediation)
    assert "est gardée jusqu’au" not in " ".join(telling_of(again(accepted)).sentences)
    wait_again_need(actor=now.worker, need=again(need))
    assert "est gardée jusqu’au" in " ".join(telling_of(again(accepted)).sentences)


def test_a_day_that_is_past_is_not_said(circle: Circle) -> None:
    """What was put aside kept it beyond its day: the question comes first, and no sheet says a day of before."""
    accepted = circle.accepted()
    assert accepted.valid_until < timezone.now()
    assert "est gardée jusqu’au" not in " ".join(telling_of(accepted).sentences)


# --- and then


def test_another_begins_for_the_same_household_from_its_page(circle: Circle) -> None:
    prescription = expired(circle)
    page = read(acting(circle.worker), page_of(prescription, "prescription_detail"))
    assert "Nouvelle prescription pour ce foyer" in page
    assert reverse("prescriptions:prescription_begin", args=[prescription.household.reference]) in page
    assert "Nouvelle prescription pour ce foyer" not in read(
        acting(circle.adviser), page_of(prescription, "prescription_detail")
    )


def test_nor_is_the_page_of_one_that_was_given_up_a_dead_end(circle: Circle) -> None:
    accepted = circle.accepted()
    assert "Nouvelle prescription pour ce foyer" not in read(
        acting(circle.worker), page_of(accepted, "prescription_detail")
    )
    withdrawn = withdraw_prescription(actor=circle.worker, prescription=accepted, reason="moved_away")
    assert "Nouvelle prescription pour ce foyer" in read(
        acting(circle.worker), page_of(withdrawn, "prescription_detail")
    )
