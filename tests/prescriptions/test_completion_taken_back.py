"""Something was asked of the wrong file: it is instructed again, and nobody brings what nobody misses."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from calendars.working_days import working_days_between
from desk.activity import by_month
from desk.todo.changes import changes_since
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import verify_journals
from prescriptions.enums import PrescriptionState
from prescriptions.instruction import clocks_of
from prescriptions.models import PromisedContact, Reminder
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import accept_prescription, ask_completion_prescription
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import acting, done, page_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle() -> Circle:
    return Circle()


def test_what_was_asked_of_the_wrong_file_is_taken_back_and_nobody_waits_for_it_any_more(circle: Circle) -> None:
    asked = ask_completion_prescription(
        actor=circle.adviser, prescription=circle.submitted(), words="Un avis d’imposition."
    )
    assert Reminder.objects.planned().filter(prescription=asked).exists()
    for other in (circle.worker, circle.relay):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(asked, "unask_completion", actor=other)

    done(acting(circle.adviser), page_of(asked, "prescription_unask_completion"))

    now = again(asked)
    assert (now.state, now.complete_by, now.submitted_at) == (PrescriptionState.SUBMITTED, None, asked.submitted_at)
    assert not Reminder.objects.planned().filter(prescription=asked).exists()
    assert not PromisedContact.objects.unsure().filter(prescription=asked).exists()
    mail = Mail.objects.filter(to=[circle.worker.user.email]).latest("pk")
    assert "aucun complément n’est attendu" in mail.subject
    day = timezone.localdate() + timedelta(days=14)
    (clock,) = clocks_of([asked.pk], day).values()
    assert (clock.stopped_on, clock.days > 0) == (None, True), "the delay runs again"
    told = read(acting(circle.adviser), page_of(now, "prescription_accept"))
    assert "Un avis d’imposition." in told
    assert "retiré par le distributeur" in told
    assert "a répondu, renvoyée" not in read(acting(circle.adviser), "/"), "nobody answered"
    assert accept_prescription(actor=circle.adviser, prescription=now).state == PrescriptionState.ACCEPTED
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_what_was_asked_by_mistake_stops_no_delay_and_counts_for_no_structure() -> None:
    circle = Circle(at=timezone.now() - timedelta(days=60))
    filed = circle.submitted()
    asked = ask_completion_prescription(
        actor=circle.adviser, prescription=filed, words="Un papier.", at=circle.later(days=2)
    )
    at = circle.later(days=28)
    gate.apply(asked, "unask_completion", actor=circle.adviser, at=at)
    (clock,) = clocks_of([asked.pk], timezone.localdate(at)).values()
    assert clock.days == working_days_between(timezone.localdate(filed.submitted_at), timezone.localdate(at))
    whole, _ = by_month(circle.prescriber, timezone.now())
    assert (whole.filed, whole.sent_back) == (1, 0)
    told = changes_since(circle.worker, ("prescription",), filed.submitted_at, timezone.now())
    assert "Demande de complément retirée" in {change.sentence for change in told}


def test_a_file_that_is_no_longer_whole_waits_for_its_worker(circle: Circle) -> None:
    asked = ask_completion_prescription(actor=circle.adviser, prescription=circle.submitted(), words="Un papier.")
    drop_need(actor=circle.worker, need=asked.needs.get(), reason="unreachable")
    with pytest.raises(Refused, match="Ajoutez au moins un besoin"):
        gate.apply(asked, "unask_completion", actor=circle.adviser)
