"""The same hour at another point: the place that its household knew is told to count no more, by every way."""

from datetime import datetime

import pytest
from django.conf import LazySettings
from django.utils import timezone

from distribution.letters import write_appointment_letter
from distribution.models import Appointment
from distribution.services.appointments import book_appointment, cancel_appointment, move_appointment, slots_for
from documents.models import Mail
from lifecycle import gate
from lifecycle.verification import verify_journals
from prescriptions.models import Household, Need
from refurb.models import Device, DistributionPoint
from tests.distribution.appointment_pages import opened_page, own, page_of
from tests.distribution.hours import booked, need_of, opened
from tests.distribution.shelves import Shelf
from tests.distribution.test_appointments_followed import mailed, told_by_sms
from tests.distribution.test_hours_by_letter import by_letter, once_it_arrives
from tests.pages import acting, read
from tests.prescriptions.files import again
from typography.french import full_day, hour

pytestmark = pytest.mark.django_db
FORMER, OTHER = "Boutique du centre", "Boutique du port"


def when(starts_at: datetime | None) -> str:
    assert starts_at is not None
    return f"{full_day(starts_at)} à {hour(starts_at)}"


def no_longer(made: Appointment) -> str:
    return f"Celui du {when(made.starts_at)}, à {FORMER}, ne compte plus."


def other_point(shelf: Shelf) -> DistributionPoint:
    point = shelf.another_point(name=OTHER, address="9 quai des Essais")
    opened(shelf, point)
    return point


def released(shelf: Shelf, device: Device) -> Need:
    need = need_of(device)
    gate.apply(again(device), "release", actor=shelf.adviser)
    return need


def elsewhere(shelf: Shelf, device: Device) -> Device:
    """What was put aside is released, another device is at another point."""
    need, point = released(shelf, device), other_point(shelf)
    return shelf.reserved(shelf.available(point=point), again(need))


def same_hour(shelf: Shelf, made: Appointment, device: Device) -> Appointment:
    return book_appointment(actor=shelf.adviser, need=need_of(device), starts_at=made.starts_at)


def test_whoever_calls_and_the_letter_say_which_place_counts_no_more(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device), known=True)
    new = same_hour(shelf, made, elsewhere(shelf, device))
    assert new.starts_at == made.starts_at
    assert no_longer(made) in read(acting(shelf.adviser), page_of(new)).replace("&#x27;", "’")
    letter = write_appointment_letter(actor=shelf.adviser, appointment=new).letter
    assert letter is not None
    told = " ".join(letter.values["paragraphs"])
    assert no_longer(made) in told
    assert OTHER in told
    assert letter.title == "Votre rendez-vous change", "its hour stays"
    verify_journals(lambda fault: pytest.fail(str(fault)))


def test_so_do_the_mail_and_the_page_of_the_household(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    held = elsewhere(shelf, device)
    off = Mail.objects.filter(about_machine="appointment", about_pk=made.pk, subject="Votre rendez-vous est annulé")
    assert off.update(delivery="failed", error="550") == 1
    new = same_hour(shelf, made, held)
    mail = Mail.objects.filter(about_machine="appointment", about_pk=new.pk).latest("pk")
    assert mail.subject == "Votre rendez-vous change"
    assert no_longer(made) in mail.body
    _, page = opened_page(own(held))
    assert no_longer(made) in page


def test_so_does_the_sms(shelf: Shelf, settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    opened(shelf)
    device = shelf.reserved(need=shelf.need(phone="06 99 44 55 66", contact_channel="sms"))
    made = booked(shelf, device)
    told_by_sms().filter(delivery="queued").update(delivery="sent", sent_at=timezone.now())
    new = same_hour(shelf, made, elsewhere(shelf, device))
    text = told_by_sms().filter(about_pk=new.pk).latest("pk").text
    assert no_longer(made).replace("\u00a0", " ") in text


def test_one_that_moves_then_untold_or_is_given_up_says_the_place_that_is_known(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device), known=True)
    held = elsewhere(shelf, device)
    new = same_hour(shelf, made, held)
    later = slots_for(held, actor=shelf.adviser, after=new.starts_at, most=1)[0].starts_at
    moved = move_appointment(actor=shelf.adviser, appointment=new, starts_at=later)
    assert no_longer(made) in read(acting(shelf.adviser), page_of(moved))
    off = cancel_appointment(actor=shelf.adviser, appointment=again(moved), reason="point")
    letter = write_appointment_letter(actor=shelf.adviser, appointment=off).letter
    assert letter is not None
    told = " ".join(letter.values["paragraphs"])
    assert f"Votre rendez-vous du {when(made.starts_at)}, {FORMER}, est annulé" in told


def test_its_worker_is_told_so_too(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    Household.objects.filter(pk=need_of(device).prescription.household_id).update(contact_channel="worker")
    made = booked(shelf, device, known=True)
    new = same_hour(shelf, made, elsewhere(shelf, device))
    mail = Mail.objects.filter(about_machine="appointment", about_pk=new.pk).latest("pk")
    assert no_longer(made) in mail.body


def test_the_same_hour_at_the_same_point_is_the_same_appointment_for_its_household(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device), known=True)
    need = released(shelf, device)
    new = same_hour(shelf, made, shelf.reserved(need=again(need)))
    assert "ne compte plus" not in read(acting(shelf.adviser), page_of(new))
