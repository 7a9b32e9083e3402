"""Who acts next on a device that came back: its adviser, then its workshop, each asked what is theirs to do."""

import pytest
from django.utils import timezone

from desk.todo.pages import page_for
from distribution.brought_back import OWED, REPAIRED, SETTLED, standing_of
from distribution.enums import SettlementKind
from distribution.progress import device_chain
from distribution.services.returns import settle_return
from lifecycle import gate
from network.models import Membership, Organisation
from refurb.models import Device
from refurb.views.steps import next_step
from tests.distribution.shelves import Shelf
from tests.pages import acting
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db


def test_an_adviser_is_asked_to_exchange_what_came_back_and_the_workshop_waits() -> None:
    shelf = Shelf()
    device = shelf.returned()
    Organisation.objects.filter(pk=device.workshop_id).update(address="2 rue du Test", phone="0320112233")
    step = next_step(device := fresh(device), shelf.adviser)
    assert step.label == "Choisir un remplaçant"
    assert step.yours.startswith("échangez-le ou, pour le faire réparer, confiez-le à l’atelier")
    assert f"{device.workshop}, 2 rue du Test, 03\u00a020" in step.yours, (
        "where it is brought, and who notes the repair"
    )
    assert device in lines(shelf.technician), "the workshop that is named has it to repair"
    assert next_step(device, shelf.technician).yours == ""
    assert next_step(device, shelf.technician).awaited.startswith("En retour SAV")


def test_what_is_repaired_is_to_be_given_back() -> None:
    shelf = Shelf()
    device = shelf.returned()
    shelf.repair(device)
    step = next_step(device, shelf.adviser)
    assert step.verb == "tell_repaired"
    assert "rendez-le à son foyer s’il est là" in step.yours
    assert next_step(device, shelf.technician).awaited.startswith("Réparé\N{NO-BREAK SPACE}: à rendre à son foyer")
    assert device_chain(device, shelf.adviser).missing == "la remise au foyer, une fois réparé"
    told = gate.apply(device, "tell_repaired", actor=shelf.adviser, known=True)
    assert next_step(told, shelf.adviser).verb == "give_back"
    assert next_step(told, shelf.technician).awaited.startswith("Réparé\N{NO-BREAK SPACE}: à rendre à son foyer")
    assert device_chain(told, shelf.adviser).missing == "la venue du foyer, prévenu"


def test_once_its_household_is_served_otherwise_a_device_waits_for_its_workshop() -> None:
    shelf = Shelf()
    device = shelf.returned()
    settle_return(actor=shelf.adviser, device=device, kind=SettlementKind.GIVEN_UP)
    device = fresh(device)
    assert next_step(device, shelf.technician).verb == "start"
    assert device_chain(device, shelf.adviser).missing == "la prise en traitement à l’atelier"
    step = next_step(device, shelf.adviser)
    assert step.yours == ""
    assert step.awaited == "Foyer servi autrement\N{NO-BREAK SPACE}: en attente de prise en traitement à l’atelier"


def test_the_first_pages_say_where_each_return_stands_and_what_is_to_be_done_first() -> None:
    shelf = Shelf()
    settled, owed, repaired = shelf.returned(), shelf.returned(comment="S’éteint seul."), shelf.returned()
    settle_return(actor=shelf.adviser, device=settled, kind=SettlementKind.GIVEN_UP)
    shelf.repair(repaired)

    at_point = lines(shelf.adviser)
    assert [(one.pk, standing_of(one)) for one in at_point] == [
        (repaired.pk, REPAIRED), (owed.pk, OWED), (settled.pk, SETTLED)
    ]  # fmt: skip
    for someone in (shelf.manager, shelf.technician):
        assert [one.pk for one in lines(someone)] == [settled.pk, owed.pk, repaired.pk]
    page = acting(shelf.adviser).get("/").content.decode()
    assert f"Panne. {REPAIRED}" in page
    page = acting(shelf.technician).get("/").content.decode()
    assert "Panne\u00a0: «\u00a0S’éteint seul\u00a0». À réparer, à échanger ou à rembourser" in page


def lines(actor: Membership) -> list[Device]:
    """What was brought back, as the first page of somebody has it."""
    block = next(one for one in page_for(actor, timezone.now()).blocks if one.key == "retours")
    return list(block.rows)  # type: ignore[arg-type]
