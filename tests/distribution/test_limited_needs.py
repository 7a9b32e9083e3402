"""A household whose file is kept aside (limitation) holds up nobody in the queue, and nobody is asked to serve it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from distribution.services.hand_overs import reserve_device
from lifecycle.exceptions import Refused
from prescriptions.enums import RightKind
from prescriptions.models import Need, rank_of
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.prescriptions.files import Circle
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db


def _reserve(shelf: Shelf, device: Device, need: Need) -> Device:
    """With no reason why it passes before its turn."""
    return reserve_device(actor=shelf.adviser, device=device, need=need, price=Decimal(25))


def test_a_limited_need_keeps_its_rank_holds_up_nobody_and_is_offered_to_nobody(shelf: Shelf) -> None:
    first, second = shelf.need(), shelf.need()
    device = shelf.available()
    client, queue = acting(shelf.adviser), reverse("distribution:need_queue")
    household = first.prescription.household
    with pytest.raises(Refused, match="mieux placé"):
        _reserve(shelf, device, second)
    circle = Circle(prescriber=household.prescriber, distributor=shelf.distributor, commune=shelf.commune)
    desk = Desk(circle)
    desk.answer(desk.asked(RightKind.RESTRICTION, household))
    page = read(client, queue)
    assert "à garder sans s’en servir" in page
    assert household.name not in page.split("à garder sans s’en servir")[0].split("<main")[-1]
    todo = read(client, "/")
    assert household.name not in todo.split("Besoins à servir")[-1].split("<h2")[0]
    its_page = read(client, reverse("prescriptions:need_detail", args=[first.reference]))
    assert "À garder sans s’en servir" in its_page
    for offered in ("Choisir un appareil", "Demander une dérogation"):
        assert offered not in its_page, "what would be refused is not offered"
        assert offered in read(client, reverse("prescriptions:need_detail", args=[second.reference]))
    own, other = rank_of(first), rank_of(second)
    assert own is not None
    assert other is not None
    assert (own.place, other.place) == (1, 1)
    with pytest.raises(Refused, match="limitation"):
        _reserve(shelf, device, first)
    assert _reserve(shelf, device, second).need == second
