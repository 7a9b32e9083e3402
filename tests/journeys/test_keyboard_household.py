"""Without a mouse: a social worker files a prescription, from the first page to its reference."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.models import Prescription
from tests.distribution.shelves import Shelf
from tests.journeys.keyboard import Keyboard
from tests.journeys.visitor import Visitor, anything
from tests.network.factories import make_membership
from tests.prescriptions.files import load_settings

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = "Enregistrer et continuer"


def test_prescriptions_of_a_new_household_and_of_a_known_one_are_filed_by_the_keyboard_alone(
    transactional_db: None, hands_on: Callable[[Membership], tuple[Visitor, Keyboard]]
) -> None:
    load_settings()
    shelf = Shelf()
    _ = shelf.convention, shelf.commune
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, shelf.prescriber)
    nadia, keys = hands_on(worker)
    nadia.reads("À faire")
    nadia.sees("Aucun brouillon en cours.")
    keys.counts_from_here()
    keys.presses("link", "Nouvelle prescription")
    nadia.reads("Nouvelle prescription")
    for label, text in (("Nom", "Essai"), ("Prénom", "Dominique"), ("Téléphone", "0699000123")):
        keys.types(label, text)
    keys.presses("button", NEXT)
    nadia.reads("Où vit le foyer, et combien ils sont")
    keys.types("Commune", shelf.commune.name)
    keys.types("Nombre d’adultes", "1")
    keys.types("Nombre d’enfants", "2")
    keys.presses("button", NEXT)
    nadia.reads("Ce qui manque au foyer, et pour quoi faire")
    for rank, (kind, use) in enumerate((("Ordinateur", "Études"), ("Connexion fixe", "Démarches")), start=1):
        row = nadia.group(f"Besoin {rank}")
        keys.chooses("Besoin", kind, row)
        keys.chooses("Surtout pour", use, row)
    keys.presses("button", NEXT)
    nadia.reads("Ce que vous avez vu, et l’accord du foyer")
    keys.chooses("Ce qui a été vu", "Minimum social", nadia.group("Fait 1"))
    keys.ticks("Le foyer a été informé de ce texte et l’accepte")
    keys.ticks("Papier signé, gardé par le prescripteur")
    keys.presses("button", NEXT)
    nadia.reads("Relire et déposer")
    expect(nadia.field("Distributeur qui reçoit la demande").locator("option:checked")).to_have_text(
        shelf.distributor.name
    )
    keys.presses("button", "Déposer la prescription")
    nadia.reads(anything("Prescription P-"))
    nadia.is_told("déposée. La fiche pour le foyer est prête")
    assert (keys.answers, keys.screens) == (13, 6), "as docs/guide/prescripteur.md says"
    reference = nadia.heading().removeprefix("Prescription ")

    household = Prescription.objects.get(reference=reference).household
    nadia.page.goto(f"/foyers/{household.reference}/")
    keys.counts_from_here()
    keys.presses("button", "Nouvelle prescription pour ce foyer")
    nadia.reads("La personne, et comment la joindre")
    keys.presses("button", NEXT)
    nadia.reads("Où vit le foyer, et combien ils sont")
    keys.presses("button", NEXT)
    nadia.reads("Ce qui manque au foyer, et pour quoi faire")
    row = nadia.group("Besoin 1")
    keys.chooses("Besoin", "Smartphone", row)
    keys.chooses("Surtout pour", "Démarches", row)
    keys.presses("button", NEXT)
    nadia.reads("Ce que vous avez vu, et l’accord du foyer")
    keys.chooses("Ce qui a été vu", "Minimum social", nadia.group("Fait 1"))
    keys.ticks("Le foyer a été informé de ce texte et l’accepte")
    keys.ticks("Papier signé, gardé par le prescripteur")
    keys.presses("button", NEXT)
    nadia.reads("Relire et déposer")
    keys.presses("button", "Déposer la prescription")
    nadia.reads(anything("Prescription P-"))
    nadia.is_told("déposée. La fiche pour le foyer est prête")
    assert (keys.answers, keys.screens) == (5, 6), "as docs/guide/prescripteur.md says"
    keys.follows_navigation("À faire")
    steps = nadia.within_main().get_by_role("region", name="Mes foyers, étape par étape")
    expect(steps.get_by_role("link", name=anything("2 À l’étude"))).to_be_visible()
