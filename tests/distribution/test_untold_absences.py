"""Nobody came at an hour that the household did not know: it was not absent, and another hour is given."""

from datetime import datetime

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from distribution import emails
from distribution.machine import appointment_rules
from distribution.machine.appointment_rules import missed_since
from distribution.models import Appointment
from distribution.parameters import MISSED_APPOINTMENTS
from distribution.services.appointments import slots_for
from documents.enums import MessageChannel, MessageCode, SendState
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from prescriptions.enums.letters import MessageFate
from prescriptions.models import HouseholdMessage, MessageNote
from prescriptions.services.households import edit_household
from refurb.models import Device
from tests.distribution.appointment_pages import booking, opened_page, own, page_of, past
from tests.distribution.hours import booked, need_of, opened, sheet_of
from tests.distribution.shelves import Shelf
from tests.distribution.test_appointments_followed import mailed, morning_after
from tests.pages import acting, read
from tests.prescriptions.files import again

pytestmark = pytest.mark.django_db


def hour_after(shelf: Shelf, device: Device, late: datetime) -> datetime:
    return slots_for(device, actor=shelf.adviser, after=late, most=1)[0].starts_at


@pytest.mark.usefixtures("days_to_come")
def test_hours_that_nobody_told_the_household_count_for_no_absence(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    first = booked(shelf, device)
    late = morning_after(first)
    run_clock(at=late)
    second = booked(shelf, device, hour_after(shelf, device, late), at=late)
    later = morning_after(second)
    run_clock(at=later)
    assert {again(first).state, again(second).state} == {"missed"}

    said = sheet_of(need_of(device).prescription)
    assert "Après les rendez-vous manqués" not in said
    assert "Pour le jour et l’heure" in said
    third = booked(shelf, device, hour_after(shelf, device, later), at=later, known=True)
    assert third.state == "booked"


def test_the_pages_say_of_such_an_hour_that_it_is_to_be_given_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(shelf)
    device, client = shelf.reserved(), acting(shelf.adviser)
    monkeypatch.setattr(appointment_rules, "not_received", lambda **asked: Q(pk=None))  # whatever the hour of the test
    monkeypatch.setattr(type(MISSED_APPOINTMENTS), "on", lambda self, day: 1)
    made = past(shelf, device, told=False)
    before = read(client, page_of(made, "miss"))
    assert "n’a pas été prévenu de cette heure" in before
    assert "dernière absence" not in before

    said = client.post(page_of(made, "miss"), {}, follow=True).text

    assert "Noté\u00a0: à reprendre, le foyer n’en savait rien." in said
    assert "Le foyer n’est pas venu." not in said
    assert booking(device) in said
    assert "à reprendre\u00a0: le foyer n’en savait rien" in read(client, reverse("desk:home"))
    _, page = opened_page(own(device))
    assert "Après les rendez-vous manqués" not in page
    assert 'name="starts_at"' in page


@pytest.mark.usefixtures("days_to_come")
@pytest.mark.parametrize("to", ["the point", "the household, to remind it"])
def test_what_fails_later_takes_nothing_from_what_the_household_knew(shelf: Shelf, to: str) -> None:
    device = mailed(shelf)
    made = booked(shelf, device, known=True)
    around = ("need__prescription__household__commune", "need__prescription__distributor", "point__commune")
    told = Appointment.objects.select_related(*around, "need__prescription__prescriber").get(pk=made.pk)
    if to == "the point":
        emails.appointment_to_keep_for_point(told, timezone.now())
    else:
        emails.appointment_for_household(told, MessageCode.REMINDER, MessageChannel.EMAIL, timezone.now())
    last = Mail.objects.latest("pk")
    assert (last.about_machine, last.about_pk) == ("appointment", made.pk)
    Mail.objects.filter(pk=last.pk).update(delivery=SendState.FAILED, error="552")
    gate.apply(again(made), "miss", actor=shelf.adviser, at=made.starts_at)
    assert missed_since(device.reserved_at).get() == again(made), "it knew, and did not come"
    assert not Appointment.objects.unheard_of().exists()
    assert "le sait depuis le" in read(acting(shelf.adviser), page_of(made, "detail"))


@pytest.mark.usefixtures("days_to_come")
def test_a_reminder_that_went_to_a_wrong_address_takes_nothing_from_what_the_household_knew(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    mails = Mail.objects.filter(about_machine="appointment", about_pk=made.pk)
    mails.update(delivery=SendState.FAILED, error="552")
    gate.apply(made, "tell", actor=shelf.adviser)
    around = ("need__prescription__household__commune", "need__prescription__distributor", "point__commune")
    told = Appointment.objects.select_related(*around, "need__prescription__prescriber").get(pk=made.pk)
    emails.appointment_for_household(told, MessageCode.REMINDER, MessageChannel.EMAIL, timezone.now())
    mails.filter(delivery=SendState.QUEUED).update(delivery=SendState.SENT, sent_at=timezone.now())
    prescription = told.need.prescription
    edit_household(actor=prescription.worker, household=prescription.household, email="autre@example.org")
    reminder = HouseholdMessage.objects.get(code=MessageCode.REMINDER)
    assert MessageNote.objects.get(message=reminder).fate == MessageFate.ASTRAY
    gate.apply(again(made), "miss", actor=shelf.adviser, at=made.starts_at)
    assert missed_since(device.reserved_at).get() == again(made), "it knew, and did not come"
    assert not Appointment.objects.unheard_of().exists()


@pytest.mark.usefixtures("days_to_come")
def test_a_mail_that_never_left_told_no_hour(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    Mail.objects.filter(about_machine="appointment", about_pk=made.pk).update(
        delivery=SendState.FAILED, error="SMTPServerDisconnected"
    )
    gate.apply(made, "miss", actor=shelf.adviser, at=made.starts_at)
    assert Appointment.objects.unheard_of().get() == again(made)
    assert not missed_since(device.reserved_at).exists()
