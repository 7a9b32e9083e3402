"""Who acts next on a device that came back: its adviser, then its workshop, each asked what is theirs to do."""

import pytest

from distribution.enums import SettlementKind
from distribution.services.returns import settle_return
from refurb.views.steps import next_step
from tests.distribution.shelves import Shelf
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db


def test_an_adviser_is_asked_to_exchange_what_came_back_and_the_workshop_waits() -> None:
    shelf = Shelf()
    device = shelf.returned()
    step = next_step(device, shelf.adviser)
    assert (step.yours, step.label) == ("échangez-le, ou faites-le réparer", "Choisir un remplaçant")
    assert next_step(device, shelf.technician).yours == ""
    assert next_step(device, shelf.technician).awaited.startswith("En retour SAV")


def test_what_is_repaired_is_to_be_given_back() -> None:
    shelf = Shelf()
    device = shelf.returned()
    shelf.repair(device)
    assert next_step(device, shelf.adviser).verb == "give_back"


def test_once_its_household_is_served_otherwise_a_device_waits_for_its_workshop() -> None:
    shelf = Shelf()
    device = shelf.returned()
    settle_return(actor=shelf.adviser, device=device, kind=SettlementKind.GIVEN_UP)
    device = fresh(device)
    assert next_step(device, shelf.technician).verb == "start"
    step = next_step(device, shelf.adviser)
    assert step.yours == ""
    assert step.awaited == "Foyer servi autrement\N{NO-BREAK SPACE}: en attente de prise en traitement à l’atelier"
