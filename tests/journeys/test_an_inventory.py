"""A donor imports the inventory of its machines, with faults, then what it corrected of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload

from donations.models import Donation, InventoryUnit
from tests.donations.inventories import HEAD, machine
from tests.donations.scene import load_law, public_scene
from tests.imports.files import csv_file
from tests.journeys.visitor import Visitor, anything

pytestmark = pytest.mark.django_db(transaction=True)


def file(name: str, *rows: tuple[str, ...]) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": csv_file((HEAD, *rows), encoding="cp1252")}


def test_a_file_with_faults_becomes_a_lot_and_what_was_corrected_joins_it(
    transactional_db: None, visit: Callable[..., Visitor]
) -> None:
    load_law()
    contact = visit(public_scene().contact)
    contact.goes_to("Lots")
    contact.follows("Importer un inventaire")
    contact.reads("Importer un inventaire")
    contact.deposits("Fichier de l’inventaire", file("parc.csv", machine("1"), machine("2", "PC"), machine("1")))
    contact.presses("Lire le fichier")
    contact.reads("Vérifier le fichier")
    contact.sees(
        "1 ligne à reprendre, 2 laissées de côté", "ne dit pas s’il est portable ou fixe", "reprise une seule fois"
    )
    contact.follows("Changer les colonnes")
    contact.reads("Ce que dit chaque colonne")
    contact.presses("Vérifier les lignes")
    contact.reads("Vérifier le fichier")
    contact.presses("Reprendre 1 ligne")
    contact.reads("Fichier importé")
    lot = Donation.objects.get()
    contact.follows(f"Voir le brouillon {lot.reference}")
    contact.reads(f"Lot {lot.reference}")
    contact.follows("Importer un inventaire")
    contact.reads("Importer un inventaire")
    contact.deposits("Fichier de l’inventaire", file("corrige.csv", machine("1"), machine("2", "PC fixe")))
    contact.presses("Lire le fichier")
    contact.reads("Vérifier le fichier")
    contact.sees("1 ligne à reprendre, 1 laissée de côté", "Déjà dans ce brouillon, décrite de même.")
    contact.presses("Reprendre 1 ligne")
    contact.reads("Fichier importé")
    contact.follows(f"Voir le brouillon {lot.reference}")
    contact.follows(anything("2 machines inventoriées"))
    contact.reads("Machines inventoriées")
    contact.sees("SN1X", "SN2X")
    assert sorted(InventoryUnit.objects.values_list("line__type", flat=True)) == ["desktop", "laptop"]
