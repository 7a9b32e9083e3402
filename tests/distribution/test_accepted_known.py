"""Who knows when it comes for its device knows that its request is accepted: that is left to nobody to tell."""

import pytest
from django.urls import reverse

from lifecycle import gate
from prescriptions.enums import ContactOutcome
from prescriptions.models import PromisedContact
from prescriptions.services.contacts import tell_household
from refurb.models import Device
from tests.distribution.hours import booked, need_of
from tests.distribution.shelves import Shelf
from tests.pages import acting, read

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
