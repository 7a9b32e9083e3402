"""« Je viens », on the household's own page: of the hour that one reads, once, until it has passed."""

import pytest
from django.utils import timezone

from distribution.models import Appointment
from distribution.services.appointments import cancel_appointment, move_appointment, slots_for
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.models import Device
from tests.distribution.appointment_pages import kept, opened_page, own, page_of, past
from tests.distribution.hours import booked
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.prescriptions.files import again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_tried")]


def test_je_viens_is_said_of_the_hour_that_one_reads_and_no_reminder_unsays_it(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    client, page = opened_page(own(device))
    ask = f"{own(device)}rendez-vous/"
    later = slots_for(device, actor=shelf.adviser, after=made.starts_at, most=1)[0].starts_at
    move_appointment(actor=shelf.adviser, appointment=made, starts_at=later, known=True)
    moved = client.post(ask, kept(page) | {"act": "confirm"}).content.decode()
    assert "a changé" in moved
    assert not made.journal.filter(verb="confirm").exists(), "nobody said yes to an hour that he did not read"
    client.post(ask, kept(moved) | {"act": "confirm"})
    gate.apply(again(made), "remind", actor=shelf.adviser)
    said = client.post(ask, kept(moved) | {"act": "confirm"}).content.decode()
    assert "Vous avez dit que vous venez." in said
    assert made.journal.filter(verb="confirm").count() == 1
    cancel_appointment(actor=shelf.adviser, appointment=made, reason="point", known=True)
    gone = client.post(ask, kept(moved) | {"act": "confirm"}).content.decode()
    assert "Ce rendez-vous est annulé" in gone


def test_once_its_hour_has_passed_the_page_asks_no_more_whether_one_comes(shelf: Shelf, device: Device) -> None:
    made = past(shelf, device)
    client, page = opened_page(own(device))
    assert "Je viens" not in page
    late = client.post(f"{own(device)}rendez-vous/", kept(page) | {"act": "confirm"}).content.decode()
    assert "L’heure de ce rendez-vous est passée" in late
    assert not made.journal.filter(verb="confirm").exists()


def test_whoever_answers_knows_the_hour_and_nobody_is_asked_to_call_until_it_moves(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device)
    asked = "Le foyer ne connaît pas ce rendez-vous"
    assert asked in read(acting(shelf.adviser), page_of(made))
    client, page = opened_page(own(device))
    client.post(f"{own(device)}rendez-vous/", kept(page) | {"act": "confirm"})
    assert asked not in (known := read(acting(shelf.adviser), page_of(made)))
    assert "le sait depuis le" in known
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    with pytest.raises(Refused, match="déjà prévenu"):
        gate.apply(again(made), "tell", actor=shelf.adviser)
    with pytest.raises(Refused, match="personne n’a noté"):
        gate.apply(again(made), "untell", actor=shelf.adviser)

    later = slots_for(device, actor=shelf.adviser, after=made.starts_at, most=1)[0].starts_at
    move_appointment(actor=shelf.adviser, appointment=again(made), starts_at=later)
    assert asked in read(acting(shelf.adviser), page_of(made)), "it answered of another hour"
