"""The first page of each kind of user, and what visitors read, looked at wide and narrow."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.desk.test_walls_of_all_pages import Scenery
from tests.journeys.visitor import Visitor, anything
from tests.refurb.devices import load_numbers

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_visitor_reads_the_public_pages(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    visitor = Visitor(page, membership=None)
    visitor.reads(anything("au foyer connecté"))
    for link, heading in (
        ("Mentions légales", "Mentions légales"),
        ("Données personnelles", "Données personnelles"),
        ("Accessibilité : non conforme", "Accessibilité : non conforme"),
    ):
        page.get_by_role("contentinfo").get_by_role("link", name=anything(link)).click()
        visitor.reads(anything(heading))
    page.goto("/")
    visitor.follows("Vérifier un document")
    visitor.reads(anything("vérifier"))


def test_each_one_reads_what_is_to_do(visit: Callable[..., Visitor], transactional_db: None) -> None:
    load_numbers()
    scenery = Scenery()
    territory, shelf, scene = scenery.territory, scenery.territory.shelf, scenery.scene
    people = (
        (territory.worker, "Mes foyers, étape par étape"),
        (shelf.adviser, "Remises à faire"),
        (territory.agent, "Demandes à traiter"),
        (scene.north.technician, "Effacements manquants"),
        (scene.north.manager, "L’établi, état par état"),
        (scene.contact, "Mes lots sur la chaîne"),
        (shelf.convention.epci_signatory, "Ce qui est attendu de vous"),
        (shelf.pilot, "Prescripteurs sans activité"),
    )
    for membership, sentence in people:
        visitor = visit(membership, stranger=True)
        visitor.reads("À faire")
        visitor.sees(sentence)
    worker = visit(territory.worker, stranger=True, careful=False, java_script_enabled=False)
    worker.follows("Nouvelle prescription")
    expect(worker.page.get_by_role("heading", level=1)).to_contain_text("prescription")
