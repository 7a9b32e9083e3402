"""From the workshop’s stock to a household and back, on its screens."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.journeys import bench_steps as bench
from tests.journeys import distribution_steps as steps
from tests.journeys.distribution_steps import Paid
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf(transactional_db: None) -> Shelf:
    return Shelf()


def test_a_device_goes_from_stock_to_a_household_which_brings_it_back_for_another(
    shelf: Shelf, visit: Callable[..., Visitor]
) -> None:
    spare, device = shelf.available(), shelf.ready()
    first, _second = shelf.need(), shelf.need()
    paid = Paid(funder=shelf.funder.name)

    rachid = visit(shelf.manager)
    assert steps.left_on_quota(rachid) == ["1", "20", "19"]
    steps.allot(rachid, device, shelf.convention.reference)
    assert steps.left_on_quota(rachid) == ["2", "20", "18"]
    tess = visit(shelf.technician)
    delivery = steps.ship(tess, device, shelf.point.name)

    ada = visit(shelf.adviser)
    steps.receive_delivery(ada, delivery, device)
    steps.open_first_need(ada, first)
    steps.reserve(ada, device, paid)
    steps.hand_over(ada, device, paid)

    steps.take_back(ada, device, "Panne")
    steps.exchange(ada, device, spare)
    ada.sees("Remplace", "Échange sous garantie")
    workshop_takes_it_in(tess, device)


def workshop_takes_it_in(tess: Visitor, device: Device) -> None:
    """What proved its erasure before counts no more: all is to be done again."""
    bench.start_device(tess, device.tag)
    tess.sees("En traitement", "Ce qui manque encore", "Le stockage n’a pas été inventorié depuis l’arrivée")
    bench.open_bench_sheet(tess, device.tag)


def test_a_device_is_handed_over_without_scripts(shelf: Shelf, visit: Callable[..., Visitor]) -> None:
    device, need = shelf.available(), shelf.need()
    paid = Paid(funder=shelf.funder.name)
    ada = visit(shelf.adviser, careful=False, java_script_enabled=False)
    steps.open_first_need(ada, need)
    steps.reserve(ada, device, paid)
    ada.follows("Remettre")
    expect(ada.within_main().locator("noscript p")).to_be_visible()  # one cannot sign on the screen: print
    ada.page.go_back()
    steps.hand_over(ada, device, paid)
