"""Who knows when it comes for its device knows that its request is accepted: that is left to nobody to tell."""

import pytest
from django.urls import reverse

from distribution.services.appointments import cancel_appointment, move_appointment
from lifecycle import gate
from prescriptions.enums import ContactOutcome
from prescriptions.models import PromisedContact
from prescriptions.services.contacts import tell_household
from refurb.models import Device
from tests.distribution.hours import booked, need_of, next_hours
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.prescriptions.files import again

pytestmark = pytest.mark.django_db


def promised(device: Device) -> PromisedContact:
    return PromisedContact.objects.get(prescription=need_of(device).prescription)


def test_an_hour_that_the_household_knows_overtakes_what_was_to_be_told(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    assert (made.told_at, promised(device).outcome) == (None, "")

    gate.apply(made, "tell", actor=shelf.adviser)

    assert promised(device).outcome == ContactOutcome.OVERTAKEN
    gate.apply(made, "untell", actor=shelf.adviser)
    assert promised(device).outcome == "", "it was not called after all"


def test_a_reminder_taken_back_leaves_known_what_an_hour_moved_since_made_known(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    gate.apply(made, "tell", actor=shelf.adviser)
    hour = next_hours(shelf, device)[0].starts_at
    moved = move_appointment(actor=shelf.adviser, appointment=again(made), starts_at=hour, known=True)
    gate.apply(moved, "remind", actor=shelf.adviser)

    now = gate.apply(again(made), "untell", actor=shelf.adviser)

    assert (now.told_at, now.reminded_at) == (moved.told_at, None)
    assert promised(device).outcome == ContactOutcome.OVERTAKEN, "it still knows when it comes"


def test_a_reminder_taken_back_of_an_hour_given_up_leaves_known_what_was_told_of_that_hour(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device)
    gate.apply(made, "tell", actor=shelf.adviser)
    gate.apply(again(made), "remind", actor=shelf.adviser)
    off = cancel_appointment(actor=shelf.adviser, appointment=again(made), reason="point")
    assert off.told_at is None
    gate.apply(off, "untell", actor=shelf.adviser)
    assert promised(device).outcome == ContactOutcome.OVERTAKEN


def test_an_hour_fixed_with_the_household_overtakes_it_at_once(shelf: Shelf, device: Device) -> None:
    booked(shelf, device, known=True)
    assert promised(device).outcome == ContactOutcome.OVERTAKEN


def test_the_page_of_the_household_says_who_told_it_and_by_what_way(shelf: Shelf, device: Device) -> None:
    prescription = need_of(device).prescription
    tell_household(actor=prescription.worker, prescription=prescription)
    page = read(
        acting(prescription.worker), reverse("prescriptions:household_detail", args=[prescription.household.reference])
    )
    contact = promised(device)
    assert f"{contact.get_channel_display()} (travailleur social, {prescription.prescriber})" in page
    assert "Par quelqu’un" not in page
