"""Without a mouse: an adviser hands a device over, an operator answers, the pilot decides on a lot."""

from collections.abc import Callable

import pytest

from network.models import Membership
from tests.connectivity.lines import Line
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene
from tests.journeys.keyboard import Keyboard
from tests.journeys.visitor import Visitor, anything
from tests.refurb.devices import load_numbers

pytestmark = pytest.mark.django_db(transaction=True)
type HandsOn = Callable[[Membership], tuple[Visitor, Keyboard]]


def test_a_device_is_held_and_handed_over_by_the_keyboard_alone(transactional_db: None, hands_on: HandsOn) -> None:
    shelf = Shelf()
    shelf.need()
    laptop = shelf.available(price=80)
    ada, keys = hands_on(shelf.adviser)
    keys.skips_to_content()
    keys.presses("link", "Servir un besoin")
    ada.reads("Besoins en attente")
    keys.presses("button", anything(f"Réserver {laptop.tag}"))
    ada.is_told("La fiche d’achat est prête.")
    keys.presses("link", "Remettre")
    ada.reads("Remettre")
    keys.ticks("Fiche imprimée et signée, que je garde en papier")
    keys.ticks("J’atteste que la personne a signé la fiche devant moi")
    keys.presses("button", "Remettre")
    ada.is_told("remis au foyer. La garantie court à partir d’aujourd’hui.")


def test_an_operator_accepts_by_the_keyboard_alone(transactional_db: None, hands_on: HandsOn) -> None:
    line = Line()
    request = line.sent()
    yanis, keys = hands_on(line.agent)
    keys.skips_to_content()
    keys.presses("link", "Répondre aux demandes")
    yanis.reads("Demandes à traiter")
    keys.presses("link", request.reference)
    yanis.reads(f"Dossier {request.reference}")
    keys.presses("link", "Accepter la demande")
    keys.types("Votre référence", "OP-1")
    keys.presses("button", "Accepter la demande")
    yanis.is_told("Demande acceptée.")


def test_the_pilot_decides_on_a_lot_by_the_keyboard_alone(transactional_db: None, hands_on: HandsOn) -> None:
    load_numbers()
    scene = Scene()
    workshop, lot = scene.north.organisation.name, scene.announced()
    paule, keys = hands_on(scene.pilot)
    keys.skips_to_content()
    keys.presses("link", lot.donor.name)
    paule.reads(f"Lot {lot.reference}")
    keys.presses("link", "Qualifier le lot")
    paule.reads("Qualifier le lot")
    keys.chooses("Confier le lot à", workshop)
    keys.presses("button", "Qualifier le lot")
    paule.is_told("qualifié. Le donateur et les ateliers sont prévenus.")
