"""Without a mouse: a lot is declared, devices are scanned, allotted and sent."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from network.models import Membership
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, laptops
from tests.journeys.cast import Cast
from tests.journeys.keyboard import Keyboard
from tests.journeys.visitor import Visitor, anything
from tests.refurb.devices import load_numbers

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lot_is_proposed_and_announced_by_the_keyboard_alone(
    cast: Cast, hands_on: Callable[[Membership], tuple[Visitor, Keyboard]]
) -> None:
    lina, keys = hands_on(cast.contact)
    keys.skips_to_content()
    keys.presses("link", "Proposer un lot")
    lina.reads("Proposer un lot")
    line = lina.group("Ligne 1")
    keys.chooses("Type", "Ordinateur portable", line)
    keys.types("Quantité", "3", line)
    keys.types("Année d’achat", str(timezone.localdate().year - 4), line)
    keys.chooses("État", "En état de marche", line)
    keys.presses("button", "Enregistrer et continuer")
    lina.reads("Annoncer le lot")
    keys.presses("button", "Annoncer le lot")
    lina.reads(anything("Lot D-"))
    lina.is_told("Le Département vous répond ligne par ligne.")


def test_tags_are_scanned_one_after_another_and_the_box_waits_again_after_each(
    transactional_db: None, hands_on: Callable[[Membership], tuple[Visitor, Keyboard]]
) -> None:
    load_numbers()
    scene = Scene(lines=(laptops(3),))
    scene.collected()
    tess, keys = hands_on(scene.north.technician)
    tess.reads("À faire")
    expect(tess.page.get_by_label("Scannez une étiquette, ou tapez une référence ou un n° de série")).to_be_focused()
    keys.presses("link", "Réceptionner")
    tess.reads("À recevoir")
    keys.presses("link", anything("Scanner la ligne ordinateur portable"))
    tess.reads(anything("Scanner"))
    keys.scans("C001")
    tess.is_told("Étiquette C001 : reçu à l’atelier.")
    tess.sees("2 attendus")
    # Faster than the server: no letter is lost, and what is refused stays under the eyes.
    for tag in ("C002", "C001", "C003"):
        tess.page.keyboard.type(f"{tag}\n")
    tess.is_told("Étiquette C003 : reçu à l’atelier.")
    alert = tess.within_main().get_by_role("alert")
    expect(alert).to_contain_text("Étiquette C001\u00a0: déjà reçu dans ce lot")
    tess.sees("3 arrivés, 0 attendu.")
    keys.waits_for_a_scan()
    keys.follows_navigation("À faire")
    assert tess.waits("Reçus, à prendre en traitement") == 3
    assert not tess.waits("Enlevés, à recevoir")
    keys.presses("link", anything("C001"))
    keys.presses("link", "Prendre en traitement")
    keys.presses("button", "Prendre en traitement")
    tess.reads("Déclarer reconditionné")
    assert tess.waits("Reçus, à prendre en traitement") == 2


def test_ready_devices_are_allotted_then_sent_by_the_keyboard_alone(
    transactional_db: None, hands_on: Callable[[Membership], tuple[Visitor, Keyboard]]
) -> None:
    shelf = Shelf()
    first, second = shelf.ready(), shelf.ready()
    convention, point = shelf.convention, shelf.point
    rachid, keys = hands_on(shelf.manager)
    keys.presses("link", "Affecter")
    rachid.reads("À affecter")
    for device in (first, second):
        keys.ticks(f"Choisir {device.tag}")
    keys.chooses("Convention", f"{convention.reference} – {convention.epci}, {convention.distributor}")
    keys.presses("button", "Voir ce qui changerait")
    rachid.reads(f"Affecter à {convention.reference} : ce qui changerait")
    keys.presses("button", f"Affecter à {convention.reference} (2)")
    rachid.reads(f"Affecter à {convention.reference} : résultat")
    keys.presses("link", "Préparer la livraison")
    keys.chooses("Point de distribution", f"{point} ({point.commune.name}) – {point.distributor}")
    keys.presses("button", "Continuer")
    rachid.reads(f"Livraison vers {point}")
    rachid.page.wait_for_load_state()  # until the script is there, a tag sends the page, and so would the next
    for device in (first, second):
        rachid.page.keyboard.type(f"{device.tag}\n")
    rachid.sees("2 appareils dans la livraison")
    keys.presses("button", "Expédier 2 appareils")
    rachid.is_told(f"2 appareils en livraison vers {point}.")
