"""An hour for a household that is told by letter: the post has time, the letter is there, who is there takes any."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_working_days
from distribution.letters import write_appointment_letter
from distribution.machine.appointment_rules import letter_arrives, to_call_back
from distribution.models import Appointment, PointOpening
from distribution.services.appointments import cancel_appointment, move_appointment, slots_for
from documents.models import Document
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from prescriptions.documents import LETTER
from prescriptions.enums import ContactChannel
from prescriptions.models import Household, HouseholdMessage
from prescriptions.services.households import edit_household
from refurb.models import Device
from tests.distribution.appointment_pages import booking, page_of
from tests.distribution.hours import booked, need_of, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.pages import acting, answered, done, read
from tests.prescriptions.files import again
from typography.french import full_day, hour

pytestmark = pytest.mark.django_db
WRITTEN_TO = {
    "contact_channel": ContactChannel.LETTER,
    "address": "3 rue des Écoles",
    "postcode": "59000",
    "phone": "",
    "email": "",
}


def by_letter(shelf: Shelf, **person: object) -> Device:
    opened(shelf)
    return shelf.reserved(need=shelf.need(**WRITTEN_TO | person))


def sooner(shelf: Shelf, device: Device) -> datetime:
    return next_hours(shelf, device)[0].starts_at


def once_it_arrives(shelf: Shelf, device: Device) -> datetime:
    after = letter_arrives(timezone.localdate()) - timedelta(microseconds=1)
    return slots_for(device, actor=shelf.adviser, after=after, most=1)[0].starts_at


def verified(paper: Document) -> str:
    """What anybody reads who types the code of a paper."""
    return read(Client(), reverse("documents:authenticity", args=[paper.public_code]))


def test_a_letter_has_four_working_days_to_arrive() -> None:
    today = timezone.localdate()
    assert letter_arrives(today) == day_start(add_working_days(today, 4))


def test_an_hour_before_the_letter_arrives_is_refused_with_the_day_unless_the_household_knows_it(shelf: Shelf) -> None:
    device = by_letter(shelf)
    with pytest.raises(Refused) as refused:
        booked(shelf, device, sooner(shelf, device))
    (reason,) = refused.value.all
    assert (reason.code, reason.field) == ("letter_arrives", "starts_at")
    assert full_day(letter_arrives(timezone.localdate())) in reason.sentence
    made = booked(shelf, device, sooner(shelf, device), known=True)
    with pytest.raises(Refused, match="prévenu par lettre"):
        move_appointment(actor=shelf.adviser, appointment=made, starts_at=next_hours(shelf, device)[1].starts_at)


def test_who_is_called_may_come_today(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved(need=shelf.need(contact_channel=ContactChannel.PHONE))
    assert booked(shelf, device, sooner(shelf, device)).told_at is None


def test_the_page_of_hours_begins_once_a_letter_arrives_and_shows_sooner_ones_to_whoever_asks(shelf: Shelf) -> None:
    device = by_letter(shelf)
    client, url = acting(shelf.adviser), booking(device)
    first, soon = once_it_arrives(shelf, device), sooner(shelf, device)
    page = read(client, url)
    assert "Ce foyer est prévenu par lettre" in page
    assert f'value="{first.isoformat()}"' in page
    assert f'value="{soon.isoformat()}"' not in page
    asked = read(client, f"{url}?jour={timezone.localdate(soon)}")
    assert f'value="{soon.isoformat()}"' in asked
    assert "checked" not in asked.split(soon.isoformat())[1].split(">")[0]
    assert "ou cochez qu’il connaît cette heure" in answered(client, url, starts_at=soon.isoformat())
    done(client, url, starts_at=soon.isoformat(), known="on")
    assert Appointment.objects.get().told_at is not None


def test_once_a_letter_would_come_too_late_sooner_hours_are_proposed_before_the_device_is_released(
    shelf: Shelf,
) -> None:
    device = by_letter(shelf)
    last_day = timezone.localdate(letter_arrives(timezone.localdate())) - timedelta(days=1)
    PointOpening.objects.update(valid_to=last_day)
    client, url = acting(shelf.adviser), booking(device)
    page, today = read(client, url), f"?jour={timezone.localdate()}"
    assert "Plus aucune heure n’est libre une fois la lettre arrivée" in page
    assert "Libérez l’appareil" not in page
    assert f'href="{today}"' in page
    assert f'value="{sooner(shelf, device).isoformat()}"' in read(client, url + today)
    assert "Libérez l’appareil" in read(client, f"{url}?jour={last_day + timedelta(days=1)}")


@pytest.mark.parametrize(("phone", "given"), [("0320112233", False), ("", True)])
def test_a_letter_that_would_come_too_late_is_not_what_is_done_first(shelf: Shelf, phone: str, given: bool) -> None:
    device = by_letter(shelf, phone=phone)
    made = booked(shelf, device, sooner(shelf, device), known=True)
    cancel_appointment(actor=shelf.adviser, appointment=made, reason="point")
    page = read(acting(shelf.adviser), page_of(made))
    assert "trop tard" in page
    assert ("Imprimer la lettre" in page) == given
    assert '<button class="btn btn-primary" type="submit">Imprimer la lettre' not in page


def test_the_page_of_the_appointment_gives_the_letter_that_says_the_hour(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    client = acting(shelf.adviser)
    page = read(client, page_of(made))
    assert "Écrivez-lui une lettre, puis notez-le" in page
    assert "Imprimer la lettre" in page
    paper = client.post(page_of(made, "letter"), follow=True)
    assert paper["Content-Type"] == "application/pdf"
    letter = Document.objects.get(kind=LETTER, owner_machine="appointment", owner_pk=made.pk)
    told = " ".join(letter.values["paragraphs"])
    assert made.starts_at is not None
    for said in (full_day(made.starts_at), hour(made.starts_at), shelf.point.address, "une pièce d’identité"):
        assert said in told, said
    assert letter.values["address"] == "3 rue des Écoles"
    client.post(page_of(made, "letter"))
    assert HouseholdMessage.objects.filter(letter=letter).count() == 1
    assert Document.objects.filter(kind=LETTER, owner_machine="appointment").count() == 1, "one letter for one hour"
    assert again(made).told_at is None, "a letter that is made is not yet posted"
    gate.apply(again(made), "tell", actor=shelf.adviser)
    assert "Imprimer la lettre" not in read(client, page_of(made))


def test_a_letter_to_a_wrong_name_or_address_is_made_again_once_it_is_corrected(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    prescription = need_of(device).prescription

    def letter() -> HouseholdMessage:
        return write_appointment_letter(actor=shelf.adviser, appointment=made)

    first = letter()
    for corrected in ({"address": "99 rue Corrigée"}, {"last_name": "Corrigé"}, {"postcode": "59100"}):
        edit_household(actor=prescription.worker, household=again(prescription.household), **corrected)
        second = letter()
        assert second.pk != first.pk
        assert second.letter is not None
        assert next(iter(corrected.values())) in " ".join(map(str, second.letter.values.values()))
        assert letter().pk == second.pk, "the same as long as nothing changes"
        first = second


def test_what_was_told_by_letter_and_moves_or_is_given_up_has_another_letter(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    first = made.starts_at
    assert first is not None
    write_appointment_letter(actor=shelf.adviser, appointment=made)
    gate.apply(made, "tell", actor=shelf.adviser)
    later = slots_for(device, actor=shelf.adviser, after=first, most=1)[0].starts_at
    moved = move_appointment(actor=shelf.adviser, appointment=again(made), starts_at=later)
    before, *_ = Document.objects.filter(kind=LETTER).order_by("pk")
    assert "ce qu’elle dit ne compte plus depuis le" in verified(before), "nobody wrote the new hour yet"
    letter = write_appointment_letter(actor=shelf.adviser, appointment=moved).letter
    assert letter is not None
    replaced = verified(before)
    assert "une autre, du" in replaced
    assert moved.need.prescription.household.name not in replaced
    assert "ne compte plus" not in verified(letter)
    assert f"Celui du {full_day(first)} à {hour(first)} ne compte plus." in " ".join(letter.values["paragraphs"])
    off = cancel_appointment(actor=shelf.adviser, appointment=again(moved), reason="point")
    cancelled = write_appointment_letter(actor=shelf.adviser, appointment=off).letter
    assert cancelled is not None
    assert "est annulé. Ne vous déplacez pas." in " ".join(cancelled.values["paragraphs"])


def test_no_letter_is_made_of_what_is_known_without_an_address_nor_by_whoever_does_not_serve_it(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    with pytest.raises(Unknown):
        write_appointment_letter(actor=Shelf().adviser, appointment=made)
    Household.objects.filter(pk=need_of(device).prescription.household_id).update(address="")
    with pytest.raises(Refused, match="adresse"):
        write_appointment_letter(actor=shelf.adviser, appointment=made)
    gate.apply(made, "tell", actor=shelf.adviser)
    with pytest.raises(Refused, match="plus rien à dire"):
        write_appointment_letter(actor=shelf.adviser, appointment=made)


@pytest.mark.usefixtures("days_to_come")
def test_nobody_recalls_the_day_before_who_is_reached_by_letter_alone(shelf: Shelf) -> None:
    device = by_letter(shelf)
    now = timezone.now()
    made = booked(shelf, device, once_it_arrives(shelf, device), known=True)
    assert made.starts_at is not None
    eve = made.starts_at - timedelta(days=1)
    household = Household.objects.filter(pk=need_of(device).prescription.household_id)
    assert eve > now
    assert not Appointment.objects.filter(to_call_back(eve)).exists()
    household.update(phone="0320112233")
    assert Appointment.objects.filter(to_call_back(eve)).exists()
