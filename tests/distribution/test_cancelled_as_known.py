"""An hour that is given up is told under the one that its household knows; to who knows none, nothing is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from distribution.letters import write_appointment_letter
from distribution.models import Appointment
from distribution.services.appointments import cancel_appointment, move_appointment, slots_for
from documents.models import Mail
from lifecycle import gate
from lifecycle.verification import verify_journals
from prescriptions.models import Household
from refurb.models import Device
from tests.distribution.appointment_pages import kept, opened_page, own, page_of
from tests.distribution.hours import booked, need_of, opened
from tests.distribution.shelves import Shelf
from tests.distribution.test_appointments_followed import mailed, told_by_sms
from tests.distribution.test_hours_by_letter import by_letter, once_it_arrives
from tests.pages import acting, read
from tests.prescriptions.files import again
from typography.french import full_day, hour

pytestmark = pytest.mark.django_db


def to_tell() -> list[int]:
    return list(Appointment.objects.to_tell(timezone.now()).values_list("pk", flat=True))


def moved(shelf: Shelf, device: Device, made: Appointment, **given: bool) -> Appointment:
    later = slots_for(device, actor=shelf.adviser, after=made.starts_at, most=1)[0].starts_at
    return move_appointment(actor=shelf.adviser, appointment=again(made), starts_at=later, **given)


def given_up(shelf: Shelf, made: Appointment, **given: bool) -> Appointment:
    return cancel_appointment(actor=shelf.adviser, appointment=again(made), reason="point", **given)


def hour_of(made: Appointment) -> dict[str, Any]:
    return {name: getattr(made, name) for name in ("starts_at", "ends_at", "seat", "places")}


def when(made: Appointment) -> str:
    assert made.starts_at is not None
    return f"{full_day(made.starts_at)} à {hour(made.starts_at)}"


def test_whoever_calls_tells_the_hour_that_was_told_and_not_the_one_that_nobody_knows(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    off = given_up(shelf, moved(shelf, device, made))
    assert to_tell() == [off.pk]
    page = read(acting(shelf.adviser), page_of(off))
    assert f"Le foyer ne sait pas que c’est annulé. Il connaît celui du {when(made)}." in page
    shown = opened_page(own(device))[1]
    assert shown.count("ne compte plus") == 1, "its own page says it before anybody called"
    assert full_day(made.starts_at) in shown.split("ne compte plus")[0]
    gate.apply(off, "tell", actor=shelf.adviser)
    assert to_tell() == []
    verify_journals(lambda fault: pytest.fail(str(fault)))


def test_so_does_the_letter(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device), known=True)
    off = given_up(shelf, moved(shelf, device, made))
    letter = write_appointment_letter(actor=shelf.adviser, appointment=off).letter
    assert letter is not None
    told = " ".join(letter.values["paragraphs"])
    assert f"Votre rendez-vous du {when(made)}" in told
    assert when(off) not in told


def test_what_a_letter_that_was_made_may_have_told_is_called_off(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    write_appointment_letter(actor=shelf.adviser, appointment=made)
    assert to_tell() == [given_up(shelf, made).pk]


def test_an_sms_that_waited_told_nothing_and_the_one_that_left_before_says_which_hour_is_off(
    shelf: Shelf, settings: LazySettings
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    opened(shelf)
    device = shelf.reserved(need=shelf.need(phone="06 99 44 55 66", contact_channel="sms"))
    made = booked(shelf, device)
    told_by_sms().filter(delivery="queued").update(delivery="sent", sent_at=timezone.now())
    off = given_up(shelf, moved(shelf, device, made))
    text = told_by_sms().latest("pk").text
    assert "Votre rendez-vous est annulé" in text
    assert when(made).replace("\u00a0", " ") in text
    assert when(off).replace("\u00a0", " ") not in text


def test_an_sms_that_left_is_called_off_though_somebody_was_to_call_too(shelf: Shelf, settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    opened(shelf)
    device = shelf.reserved(need=shelf.need(phone="06 99 44 55 66", contact_channel="sms"))
    made = booked(shelf, device)
    told_by_sms().update(delivery="sent", sent_at=timezone.now())
    gate.apply(again(made), "move", actor=shelf.adviser, **hour_of(made), told_at=None)
    told_by_sms().filter(delivery="queued").update(delivery="sent", sent_at=timezone.now())
    off = given_up(shelf, made)
    assert when(off).replace("\u00a0", " ") in told_by_sms().latest("pk").text
    assert off.told_at is not None


def test_to_a_household_that_knew_no_hour_nothing_is_told_and_nobody_is_asked_to(
    shelf: Shelf, settings: LazySettings
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    opened(shelf)
    by_sms = shelf.reserved(need=shelf.need(phone="06 99 44 55 66", contact_channel="sms"))
    off = given_up(shelf, booked(shelf, by_sms))
    assert off.told_at is None
    assert [sms.delivery for sms in told_by_sms()] == ["failed"], "it waited for its hour: it does not leave"
    called = shelf.reserved()
    off = given_up(shelf, booked(shelf, called))
    assert to_tell() == []
    assert "Le foyer ne sait pas" not in read(acting(shelf.adviser), page_of(off))


@pytest.mark.parametrize("is_known", [False, True])
def test_what_is_released_calls_off_the_hour_that_is_known_alone(shelf: Shelf, device: Device, is_known: bool) -> None:
    made = booked(shelf, device, known=is_known)
    moved(shelf, device, made)
    gate.apply(device, "release", actor=shelf.adviser)
    off = again(made)
    assert off.state == "cancelled"
    assert to_tell() == ([off.pk] if is_known else [])
    if is_known:
        assert f"Il connaît celui du {when(made)}." in read(acting(shelf.adviser), page_of(off))


def test_the_mail_says_the_hour_that_it_gave_and_the_household_that_gives_up_reads_its_own(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    off = given_up(shelf, made)
    mail = Mail.objects.filter(about_machine="appointment", about_pk=off.pk).latest("pk")
    assert f"Votre rendez-vous du {when(made)}" in mail.body

    made = booked(shelf, device)
    Mail.objects.filter(about_machine="appointment", about_pk=made.pk).update(delivery="failed", error="550")
    client, page = opened_page(own(device))
    client.post(f"{own(device)}rendez-vous/", kept(page) | {"act": "cancel_sure"})
    assert again(made).state == "cancelled"
    mail = Mail.objects.filter(about_machine="appointment", about_pk=made.pk).latest("pk")
    assert f"Votre rendez-vous du {when(made)}" in mail.body, "it read it on its page"


def test_the_worker_who_was_to_tell_it_is_told_that_there_is_nothing_to_tell_any_more(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    Household.objects.filter(pk=need_of(device).prescription.household_id).update(contact_channel="worker")
    off = given_up(shelf, booked(shelf, device))
    mail = Mail.objects.filter(about_machine="appointment", about_pk=off.pk).latest("pk")
    assert mail.subject.endswith("un rendez-vous annulé")
    assert "ne lui dites plus cette heure" in mail.body
    assert to_tell() == []

    made = booked(shelf, device, known=True)
    off = given_up(shelf, moved(shelf, device, made))
    mail = Mail.objects.filter(about_machine="appointment", about_pk=off.pk).latest("pk")
    assert mail.subject.endswith("un rendez-vous annulé, à dire au foyer")
    assert when(made).split(" à ")[1] in mail.body
    assert to_tell() == [off.pk]


@pytest.mark.usefixtures("days_to_come")
def test_an_hour_that_is_past_is_called_off_to_nobody(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    assert made.starts_at is not None
    last = moved(shelf, device, made)
    assert last.starts_at is not None
    between = made.starts_at + timedelta(minutes=1)
    assert between < last.starts_at
    off = cancel_appointment(actor=shelf.adviser, appointment=last, reason="point", at=between)
    assert not Appointment.objects.to_tell(between).filter(pk=off.pk).exists()
