"""Whoever is offered the file of a household reads the hour that it was told, and still no name."""

import pytest

from distribution.appointments import when
from prescriptions.services.transfers import accept_transfer, ask_transfer
from tests.distribution.hours import booked, need_of, opened
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.prescriptions.files import Circle
from tests.prescriptions.pages import page_of

pytestmark = pytest.mark.django_db


def test_an_hour_that_was_given_is_read_before_the_file_is_taken(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    hour = booked(shelf, device)
    prescription, receiver = need_of(device).prescription, Circle()
    transfer = ask_transfer(actor=prescription.worker, prescription=prescription, prescriber=receiver.prescriber)

    told = read(acting(receiver.worker), page_of(transfer, "transfer_detail"))

    assert f"On vous attend le {when(hour)}" in told
    assert str(hour.point) in told
    assert prescription.household.last_name not in told
    accept_transfer(actor=receiver.worker, transfer=transfer)
    assert f"On vous attend le {when(hour)}" in read(acting(receiver.worker), page_of(transfer, "transfer_detail"))
