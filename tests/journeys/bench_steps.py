"""What a workshop does with a device, from its arrival to its way out: the same with and without scripts."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.lot_steps import Offer
from tests.journeys.visitor import Visitor, anything
from tests.refurb.logs import log

SCAN_BOX = "Scannez une étiquette, ou tapez une référence ou un n° de série"


def file_of_the_tool(serial: str) -> dict[str, Any]:
    """What a tool printed of one drive."""
    return {"name": "nwipe.log", "mimeType": "text/plain", "buffer": f"nwipe 0.38\n{serial}\n| Erased |\n".encode()}


def open_line(technician: Visitor, offer: Offer, reference: str) -> None:
    """From the bench to the page where the tags of one line are scanned."""
    technician.goes_to("Établi")
    technician.reads("Mon établi")
    technician.follows("À recevoir")
    technician.reads("À recevoir")
    technician.follows(f"Scanner la ligne {offer.kind} du lot {reference}")
    technician.reads(f"Scanner : {offer.kind}")


def scan(technician: Visitor, tag: str) -> None:
    """As a scanner does: the tag, then Enter, in the box that waits."""
    box = technician.field("Étiquette")
    expect(box).to_be_focused()
    expect(box).to_be_empty()
    box.press_sequentially(tag)
    box.press("Enter")
    technician.is_told(f"Étiquette {tag} : reçu à l’atelier.")


def find_device(technician: Visitor, tag: str) -> None:
    """From the bench, by its tag."""
    technician.goes_to("Établi")
    technician.reads("Mon établi")
    box = technician.page.get_by_label(SCAN_BOX)
    box.fill(tag)
    box.press("Enter")
    expect(technician.page.get_by_role("heading", level=1)).not_to_have_text("Mon établi")
    trail = technician.page.get_by_role("navigation", name="Fil d’Ariane").get_by_role("link", name=anything(tag))
    if trail.count():  # on the bench a scan leads to the work
        trail.click()
    technician.reads(anything(tag))


def take_received(technician: Visitor, tag: str) -> None:
    """One of those that « À faire » says are received, onto the bench."""
    waiting = technician.waits("Reçus, à prendre en traitement")
    technician.begins("Reçus, à prendre en traitement", anything(tag))
    technician.reads(anything(tag))
    put_on_bench(technician)
    assert technician.waits("Reçus, à prendre en traitement") == waiting - 1
    technician.begins("En traitement", anything(tag))
    technician.reads(anything(tag))
    technician.carries_on()
    technician.reads("Déclarer reconditionné")


def start_device(technician: Visitor, tag: str) -> None:
    """Onto the bench."""
    find_device(technician, tag)
    put_on_bench(technician)


def put_on_bench(technician: Visitor) -> None:
    """From the page of the device."""
    technician.follows("Prendre en traitement")
    technician.reads("Prendre en traitement")
    technician.presses("Prendre en traitement")
    technician.reads("Déclarer reconditionné")
    technician.is_told("pris en traitement.")


def open_bench_sheet(technician: Visitor, tag: str) -> None:
    """The page of all that proves a device."""
    find_device(technician, tag)
    technician.unfolds("Fiche d’établi")
    technician.within_main().get_by_role("link", name=anything("fiche d’établi")).first.click()
    technician.reads(anything("Fiche d’établi"))


def record_drive(technician: Visitor, serial: str) -> None:
    """A SATA SSD of 256 Go."""
    technician.follows("Ajouter un stockage")
    technician.reads("Ajouter un stockage")
    technician.chooses({"Type de stockage": "SSD (SATA)"})
    technician.fills({"Numéro de série du disque": serial, "Capacité (Go)": "256"})
    technician.presses("Enregistrer")
    technician.reads(anything("Fiche d’établi"))
    technician.sees("À effacer ou détruire")


def record_erasure(technician: Visitor, serial: str) -> None:
    """What the report of the tool says, with its file."""
    technician.within_main().get_by_role("link", name=anything("Enregistrer un effacement")).click()
    technician.reads("Enregistrer un effacement")
    now = timezone.localtime()
    technician.chooses(
        {
            "Méthode": "Commande du disque (ATA Secure Erase)",
            "Vérification": "Dernière passe relue",
            "Secteurs cachés (HPA, DCO)": "Aucun",
            "Ce que dit le rapport": "Effacé",
        }
    )
    technician.fills(
        {
            "Outil": "nwipe",
            "Début": _to_the_second(now),
            "Fin": _to_the_second(now),
            "Numéro de série au rapport": serial,
            "Octets à effacer": "256000000000",
            "Octets effacés": "256000000000",
        }
    )
    technician.deposits("Rapport de l’outil (fichier)", file_of_the_tool(serial))
    technician.presses("Enregistrer")
    technician.reads(anything("Fiche d’établi"))
    technician.is_told("Effacement enregistré : la preuve est acceptée.")
    technician.sees("Effacement prouvé")
    technician.within_main().get_by_text("Les preuves de ce disque").click()
    technician.sees("nwipe.log")


def _to_the_second(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S")


def record_tests(technician: Visitor) -> None:
    """Everything works."""
    technician.follows("Tester les fonctions")
    technician.reads("Tester les fonctions")
    technician.presses("Cocher « Fonctionne » partout où rien n’est coché")
    technician.reads("Tester les fonctions")
    expect(technician.group(anything("Clavier")).get_by_label("Fonctionne", exact=True)).to_be_checked()
    technician.presses("Enregistrer les tests")
    technician.reads(anything("Fiche d’établi"))
    technician.is_told("Tests enregistrés : l’appareil est en état de marche.")


def record_grade(technician: Visitor) -> None:
    """3 (memory) + 3 (SSD) + 3 (processor) make a grade A."""
    technician.follows("Calculer le grade")
    technician.reads("Calculer le grade")
    technician.chooses(
        {
            "Type de stockage": "SSD (SATA)",
            "Système installé": "Windows 11",
            "Aspect": "A – Traces d’usage légères",
        }
    )
    technician.fills(
        {
            "Mémoire vive (Go)": "8",
            "Stockage (Go)": "256",
            "Processeur (PassMark)": "6000",
            "Note technique": "0",
            "Note esthétique": "0",
        }
    )
    technician.presses("Calculer")
    technician.reads("Calculer le grade")
    technician.sees("Rien n’est encore enregistré.")
    technician.presses("Enregistrer le grade")
    technician.reads(anything("Fiche d’établi"))
    technician.is_told("Grade enregistré : Grade A.")


def recondition(technician: Visitor, tag: str, price: str) -> None:
    """Everything is proven: what it is, the price, and it is in stock."""
    technician.follows("Continuer sur l’établi")
    technician.reads("Déclarer reconditionné")
    identify(technician)
    technician.fills({"Prix solidaire, en euros TTC": price})
    technician.presses("Déclarer reconditionné")
    is_reconditioned(technician, tag)


def identify(technician: Visitor) -> None:
    """What is read on a computer."""
    identity = technician.page.get_by_role("region", name="1. Identité")
    read = {"Marque": "Dell", "Modèle": "Latitude 5490", "Processeur": "Intel Core i5-8250U", "Mémoire (Go)": "8"}
    technician.fills(read, within=identity)


def is_reconditioned(technician: Visitor, tag: str) -> None:
    """The bench waits for the next scan; the device is in stock."""
    technician.reads("Mon établi")
    technician.is_told("Scannez le suivant.")
    expect(technician.page.get_by_label(SCAN_BOX)).to_be_focused()
    find_device(technician, tag)
    technician.sees("Reconditionné")


def recondition_on_one_page(technician: Visitor, tag: str, serial: str, price: str) -> None:
    """From the page that opens once a device is on the bench: a log, a tick, the measures, a price, and Enter.

    Without scripts nobody knows beside what Enter was pressed: it keeps all, and says that nothing is missing.
    """
    now = timezone.localtime().replace(tzinfo=None, microsecond=0)
    report = log(serial, end=now, lasting=0, method="Secure Erase")
    technician.deposits(
        "Journal de nwipe (fichier texte)", {"name": "nwipe.log", "mimeType": "text/plain", "buffer": report}
    )
    identify(technician)
    technician.ticks("Tout est bon")
    grade = technician.page.get_by_role("region", name="4. Grade")
    technician.chooses(
        {"Type de stockage": "SSD (SATA)", "Système installé": "Windows 11"},
        within=grade,
    )
    technician.ticks("A – Traces d’usage légères")
    technician.fills({"Mémoire vive (Go)": "8", "Stockage (Go)": "256", "Processeur (PassMark)": "6000"}, within=grade)
    technician.fills({"Prix solidaire, en euros TTC": price})
    technician.field("Prix solidaire, en euros TTC").press("Enter")
    technician.sees("Rien ne manque")
    technician.presses("Déclarer reconditionné")
    is_reconditioned(technician, tag)


def reject(technician: Visitor, tag: str, reason: str) -> None:
    """It will not be used again."""
    find_device(technician, tag)
    technician.follows("Déclarer non réemployable")
    technician.reads("Déclarer non réemployable")
    technician.chooses({"Motif": reason})
    technician.presses("Déclarer non réemployable")
    technician.reads(anything(tag))
    technician.is_told("déclaré non réemployable.")


def destroy_drive(technician: Visitor) -> None:
    """In the workshop, now."""
    technician.within_main().get_by_role("link", name=anything("Enregistrer une destruction")).click()
    technician.reads("Enregistrer une destruction")
    technician.ticks("Détruit à l’atelier")
    technician.chooses({"Méthode": "Perçage"})
    technician.fills({"Détruit le": _to_the_second(timezone.localtime())})
    technician.presses("Enregistrer")
    technician.reads(anything("Fiche d’établi"))
    technician.sees("Détruit à l’atelier")


def attest_no_storage(technician: Visitor) -> None:
    """The bay is empty."""
    technician.follows("Attester l’absence de stockage")
    technician.reads("Attester l’absence de stockage")
    technician.ticks("Emplacement vide constaté à l’ouverture")
    technician.ticks("J’ai ouvert ou examiné l’appareil et j’atteste qu’il ne contient aucun stockage.")
    technician.presses("Enregistrer")
    technician.reads(anything("Fiche d’établi"))
    technician.sees("Absence de stockage attestée")


def recycle(technician: Visitor, tag: str, recycler: str, number: str) -> None:
    """With its waste tracking number; its drives are proven."""
    find_device(technician, tag)
    technician.follows("Remettre au recycleur")
    technician.reads("Remettre au recycleur")
    technician.chooses({"Recycleur": recycler})
    technician.fills({"Numéro du bordereau (BSD)": number})
    technician.ticks("Les disques sont déjà effacés ou détruits, ou il n’y en a pas")
    technician.sees("Cela ne se défait pas.")
    technician.presses("Remettre au recycleur")
    technician.reads(anything(tag))
    technician.is_told("remis au recycleur.")
    technician.sees("Parcours terminé")


def dismantle(technician: Visitor, tag: str) -> None:
    """For its memory."""
    find_device(technician, tag)
    technician.follows("Démonter")
    technician.reads("Démonter")
    technician.fills({"Mémoire": "2", "Pièces rangées à": "Tiroir 3"})
    technician.presses("Démonter")
    technician.reads(anything(tag))
    technician.is_told("démonté pour pièces.")
