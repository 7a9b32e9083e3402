"""A social worker files a prescription, from the first page to its reference, by the keyboard alone or on a telephone.

What it costs is counted, and the guide says it.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from network.enums import OrganisationKind, Role
from network.models import Commune, Membership
from prescriptions.models import Prescription
from tests.distribution.shelves import Shelf
from tests.journeys.keyboard import Finger, Keyboard
from tests.journeys.visitor import Visitor, anything
from tests.network.factories import make_commune, make_membership
from tests.prescriptions.files import load_settings

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = "Enregistrer et continuer"
GUIDE = Path(settings.BASE_DIR) / "docs/guide/prescripteur.md"
NEW, KNOWN = 8 * 60, 3 * 60
"""At most so many seconds, for a new household and for a known one."""
MOST_ANSWERS = 15


@pytest.fixture
def worker(transactional_db: None) -> Membership:
    load_settings()
    shelf = Shelf()
    _ = shelf.convention
    make_commune(epci=shelf.epci, name="Essai-sur-Lys")
    return make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, shelf.prescriber)


def files_for_a_new_household(nadia: Visitor, hands: Keyboard | Finger) -> Prescription:
    commune = Commune.objects.get()
    hands.counts_from_here()
    hands.presses("link", "Nouvelle prescription")
    nadia.reads("Nouvelle prescription")
    for label, text in (("Nom", "Essai"), ("Prénom", "Dominique"), ("Téléphone", "0699000123")):
        hands.types(label, text)
    hands.presses("button", NEXT)
    nadia.reads("Où vit le foyer, et combien ils sont")
    hands.types("Commune", commune.name)
    hands.types("Nombre d’adultes", "1")
    hands.types("Nombre d’enfants", "2")
    hands.presses("button", NEXT)
    nadia.reads("Ce qui manque au foyer, et pour quoi faire")
    for rank, (kind, use) in enumerate((("Ordinateur", "Études"), ("Connexion fixe", "Démarches")), start=1):
        row = nadia.group(f"Besoin {rank}")
        hands.chooses("Besoin", kind, row)
        hands.chooses("Surtout pour", use, row)
    return _seen_and_filed(nadia, hands)


def files_for_the_same_household(nadia: Visitor, hands: Keyboard | Finger, filed: Prescription) -> Prescription:
    nadia.page.goto(f"/foyers/{filed.household.reference}/")
    hands.counts_from_here()
    hands.presses("button", "Nouvelle prescription pour ce foyer")
    nadia.reads("La personne, et comment la joindre")
    hands.presses("button", NEXT)
    nadia.reads("Où vit le foyer, et combien ils sont")
    hands.presses("button", NEXT)
    nadia.reads("Ce qui manque au foyer, et pour quoi faire")
    row = nadia.group("Besoin 1")
    hands.chooses("Besoin", "Smartphone", row)
    hands.chooses("Surtout pour", "Démarches", row)
    return _seen_and_filed(nadia, hands)


def _seen_and_filed(nadia: Visitor, hands: Keyboard | Finger) -> Prescription:
    hands.presses("button", NEXT)
    nadia.reads("Ce que vous avez vu, et l’accord du foyer")
    hands.chooses("Ce qui a été vu", "Minimum social", nadia.group("Fait 1"))
    hands.ticks("Le foyer a été informé de ce texte et l’accepte")
    hands.ticks("Papier signé, gardé par le prescripteur")
    hands.presses("button", NEXT)
    nadia.reads("Relire et déposer")
    received = nadia.field("Distributeur qui reçoit la demande").locator("option:checked")
    expect(received).not_to_have_text("---------")
    hands.presses("button", "Déposer la prescription")
    nadia.reads(anything("Prescription P-"))
    nadia.is_told("déposée. La fiche pour le foyer est prête")
    return Prescription.objects.get(reference=nadia.heading().removeprefix("Prescription "))


def said_in_the_guide(hands: Keyboard | Finger, most: int) -> None:
    """What was counted is what the guide prints, and under what was promised."""
    assert hands.answers <= MOST_ANSWERS
    assert hands.seconds <= most
    counted = f"{hands.answers} réponses, {hands.screens} écrans, "
    counted += f"{hands.touches} appuis et {hands.keys} caractères" if hands.touches else f"{hands.keys} touches"
    assert f"{counted} : {round(hands.seconds)} secondes" in " ".join(GUIDE.read_text().split())


def test_prescriptions_of_a_new_household_and_of_a_known_one_are_filed_by_the_keyboard_alone(
    worker: Membership, hands_on: Callable[[Membership], tuple[Visitor, Keyboard]]
) -> None:
    nadia, keys = hands_on(worker)
    nadia.reads("À faire")
    nadia.sees("Aucun brouillon en cours.")
    filed = files_for_a_new_household(nadia, keys)
    said_in_the_guide(keys, NEW)
    files_for_the_same_household(nadia, keys, filed)
    said_in_the_guide(keys, KNOWN)
    keys.follows_navigation("À faire")
    steps = nadia.within_main().get_by_role("region", name="Mes foyers, étape par étape")
    expect(steps.get_by_role("link", name=anything("2 À l’étude"))).to_be_visible()


def test_they_are_filed_on_a_telephone(worker: Membership, visit: Callable[..., Visitor]) -> None:
    """Touches and letters are counted; no page of the way is wider than the telephone."""
    nadia = visit(worker, careful=False, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    thumb = Finger(nadia)
    filed = files_for_a_new_household(nadia, thumb)
    said_in_the_guide(thumb, NEW)
    files_for_the_same_household(nadia, thumb, filed)
    said_in_the_guide(thumb, KNOWN)
