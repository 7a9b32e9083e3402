"""« Je viens », on the household's own page: of the hour that one reads, once, until it has passed."""

import pytest

from distribution.services.appointments import cancel_appointment, move_appointment, slots_for
from lifecycle import gate
from refurb.models import Device
from tests.distribution.appointment_pages import kept, opened_page, own, past
from tests.distribution.hours import booked
from tests.distribution.shelves import Shelf
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
