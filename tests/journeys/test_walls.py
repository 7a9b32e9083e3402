"""What one may not see is not there: no page tells a stranger that a lot or a device exists."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.donations.scene import Scene
from tests.journeys import bench_steps as bench
from tests.journeys import lot_steps as lots
from tests.journeys.visitor import Visitor, anything
from tests.refurb.devices import from_lot, load_numbers

pytestmark = pytest.mark.django_db(transaction=True)
NOT_FOUND = "Page introuvable"


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    load_numbers()
    return Scene()


def is_nowhere(visitor: Visitor, address: str) -> None:
    answer = visitor.page.goto(address)
    assert answer is not None
    assert answer.status == 404, address
    visitor.reads(NOT_FOUND)


def test_the_lot_of_another_donor_is_not_found(scene: Scene, visit: Callable[..., Visitor]) -> None:
    reference = scene.announced().reference
    stranger = visit(Scene().contact)
    stranger.goes_to("Lots")
    stranger.sees("Aucun lot pour l’instant.")
    for page in ("", "modifier/", "annoncer/", "acte-de-don/", "retirer/"):
        is_nowhere(stranger, f"/lots/{reference}/{page}")
    donor = visit(scene.contact)
    lots.open_lot(donor, reference)


def test_a_device_of_another_workshop_is_not_found(scene: Scene, visit: Callable[..., Visitor]) -> None:
    device = from_lot(scene)
    stranger = visit(scene.south.technician)
    for page in ("", "preuves/", "traiter/", "reconditionne/", "non-reemployable/"):
        is_nowhere(stranger, f"/appareils/{device.reference}/{page}")
    is_nowhere(stranger, f"/lots/{device.donation.reference}/")
    is_nowhere(stranger, f"/appareils/reception/{device.line_id}/")
    stranger.goes_to("Établi")
    box = stranger.page.get_by_label("Scannez une étiquette, ou tapez une référence ou un n° de série")
    box.fill(device.tag)
    box.press("Enter")
    stranger.reads("Mon établi")
    owner = visit(scene.north.technician)
    bench.find_device(owner, device.tag)
    owner.reads(anything(device.tag))


def test_who_has_not_signed_in_is_asked_to(scene: Scene, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"/lots/{scene.announced().reference}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
