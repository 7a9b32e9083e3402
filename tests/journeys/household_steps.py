"""What a social worker, an adviser and an operator do for a household, one page after another."""

from collections.abc import Sequence

from django.utils import timezone

from calendars.working_days import add_working_days
from tests.journeys.visitor import Visitor, anything


def open_prescription(visitor: Visitor, reference: str, entry: str = "Prescriptions") -> None:
    """From the list, by its reference; the adviser’s entry is « Demandes »."""
    visitor.goes_to(entry)
    visitor.reads(entry)
    visitor.follows(reference)
    visitor.reads(anything(reference))


def name_person(worker: Visitor, last_name: str, phone: str) -> None:
    """Step 1: who, and how to reach her."""
    worker.goes_to("À faire")
    worker.reads("À faire")
    worker.follows("Nouvelle prescription")
    worker.reads("Nouvelle prescription")
    worker.fills({"Nom": last_name, "Prénom": "Dominique", "Téléphone": phone})
    worker.presses("Enregistrer et continuer")


def describe_home(worker: Visitor, commune: str, adults: int, children: int) -> None:
    """Step 2: where it lives, how many it is."""
    worker.reads("Où vit le foyer, et combien ils sont")
    worker.fills(
        {
            "Commune": commune,
            "Adresse": "1 rue des Essais",
            "Code postal": "59000",
            "Nombre d’adultes": str(adults),
            "Nombre d’enfants": str(children),
        }
    )
    worker.presses("Enregistrer et continuer")


def ask_needs(worker: Visitor, needs: Sequence[tuple[str, str]]) -> None:
    """Step 3: what it lacks, and what for."""
    worker.reads("Ce qui manque au foyer, et pour quoi faire")
    for rank, (kind, use) in enumerate(needs, start=1):
        worker.chooses({"Besoin": kind, "Surtout pour": use}, worker.group(f"Besoin {rank}"))
    worker.presses("Enregistrer et continuer")


def tell_situation(worker: Visitor, fact: str) -> None:
    """Step 4: one fact seen, and the household’s agreement."""
    worker.reads("Ce que vous avez vu, et l’accord du foyer")
    read_out = worker.page.get_by_role("region", name="Texte lu au foyer")
    assert read_out.evaluate("text => text.scrollHeight <= text.clientHeight + 1"), "its end is out of sight"
    worker.chooses({"Ce qui a été vu": fact}, worker.group("Fait 1"))
    worker.fills({"Justificatif": "Attestation d’essai"}, worker.group("Fait 1"))
    worker.ticks("Le foyer a été informé de ce texte et l’accepte")
    worker.ticks("Papier signé, gardé par le prescripteur")
    worker.presses("Enregistrer et continuer")


def submit(worker: Visitor) -> str:
    """Read it again, file it; its reference."""
    worker.reads("Relire et déposer")
    worker.presses("Déposer la prescription")
    worker.reads(anything("Prescription P-"))
    worker.is_told("déposée. La fiche pour le foyer est prête")
    worker.sees("Déposée")
    return worker.heading().removeprefix("Prescription ")


def file_prescription(worker: Visitor, last_name: str, commune: str, needs: Sequence[tuple[str, str]]) -> str:
    """The four steps, then the submission; its reference."""
    name_person(worker, last_name, "0699000123")
    describe_home(worker, commune, adults=1, children=2)
    ask_needs(worker, needs)
    tell_situation(worker, "de 401 à 700 €")
    return submit(worker)


def ask_completion(adviser: Visitor, reference: str, words: str) -> None:
    """Something is missing."""
    adviser.begins("Demandes à examiner", anything("Essai"))
    adviser.reads(anything(reference))
    adviser.sees("À vous d’agir : examinez la demande")
    adviser.follows("Demander un complément")
    adviser.reads("Demander un complément")
    adviser.fills({"Avec vos mots": words})
    adviser.presses("Demander un complément")
    adviser.reads(f"Prescription {reference}")
    adviser.is_told("Complément demandé à")
    assert not adviser.waits("Demandes à examiner")


def complete(worker: Visitor, reference: str, asked: str, fact: str) -> None:
    """Read what is asked, there and on the page where one files again; note one more fact; answer; file again."""
    open_prescription(worker, reference)
    worker.sees("À vous d’agir : apportez ce qui est demandé", asked)
    worker.begins("Dossiers à compléter", anything("Essai"))
    worker.reads("Ce qui est demandé")
    worker.sees(asked)
    worker.follows("Relire tout le dossier")
    worker.reads("Relire et déposer")
    worker.sees(asked)
    worker.follows("Modifier ce qui a été vu ou l’accord")
    worker.reads("Ce que vous avez vu, et l’accord du foyer")
    more = worker.group("Fait de plus")
    worker.chooses({"Ce qui a été vu": fact}, more)
    worker.fills({"Justificatif": "Attestation d’essai"}, more)
    worker.presses("Enregistrer et continuer")
    worker.reads("Ce qui est demandé")
    worker.sees("Changé aussi depuis la demande", "Attestation d’essai")
    worker.ticks("C’est fait")
    worker.fills({"En quelques mots, sur le point 1": "Attestation vue ce jour."})
    worker.presses("Enregistrer mes réponses")
    submit(worker)
    assert not worker.waits("Dossiers à compléter")


def accept(adviser: Visitor, reference: str) -> None:
    """The rules of the day are for it."""
    open_prescription(adviser, reference, "Demandes")
    adviser.follows("Accepter")
    adviser.reads("Accepter")
    adviser.sees("Les règles sont favorables", "Minimum social")
    adviser.presses("Accepter")
    adviser.reads(f"Prescription {reference}")
    adviser.is_told("acceptée. Ses besoins attendent, au rang de ce jour.")


def choose_offer(worker: Visitor, reference: str, offer: str) -> str:
    """Open the connection file from the prescription and choose an offer; the file’s reference."""
    open_prescription(worker, reference)
    worker.within_main().get_by_role("link", name=anything("Proposer des offres")).first.click()
    worker.reads("Proposer des offres")
    worker.sees("Les offres du jour", offer)
    worker.presses("Proposer ces offres")
    worker.reads("Choisir une offre")
    worker.within_main().get_by_role("radio", name=anything(offer)).check()
    worker.chooses({"Accord du foyer": "De vive voix, en rendez-vous"})
    worker.presses("Choisir une offre")
    worker.reads(anything("Dossier L-"))
    worker.is_told("Offre choisie. La fiche pour la famille est prête.")
    return worker.heading().removeprefix("Dossier ")


def see_proof(worker: Visitor, rule: str) -> None:
    """Look at what shows a condition of the offer: it is not kept."""
    worker.follows("Noter une pièce vue")
    worker.reads("Noter une pièce vue")
    worker.chooses({"Ce que la pièce montre": rule})
    worker.fills({"Pièce datée du": timezone.localdate().isoformat()})
    worker.ticks("remplie")
    worker.presses("Noter")
    worker.reads(anything("Dossier L-"))
    worker.is_told("Pièce notée comme vue. Rien d’autre n’est gardé.")


def declare_active(worker: Visitor, evidence: str, reference: str) -> None:
    """The household subscribed by itself; what was seen shows it."""
    worker.sees("À vous d’agir : quand la personne a souscrit, notez ce qui le montre")
    worker.follows("Déclarer la ligne active")
    worker.reads("Déclarer la ligne active")
    worker.chooses({"Ce qui le montre": evidence})
    worker.fills({"Référence de la preuve": reference})
    worker.presses("Déclarer la ligne active")
    worker.reads(anything("Dossier L-"))
    worker.is_told("Ligne active. Le besoin est satisfait.")


def send_to_operator(worker: Visitor, reference: str, answer: str = "") -> None:
    """To the queue of the operator: what it will read is shown first; what was done about the problem it reported."""
    worker.goes_to("Connexions")
    worker.reads("Connexions")
    worker.follows(reference)
    worker.reads(f"Dossier {reference}")
    worker.follows("Transmettre à l’opérateur")
    worker.reads("Transmettre à l’opérateur")
    if answer:
        worker.fills({"Ce que vous avez fait": answer})
    worker.presses("Transmettre à l’opérateur")
    worker.reads(f"Dossier {reference}")
    worker.is_told("Demande transmise à l’opérateur.")


def open_request(agent: Visitor, reference: str) -> None:
    """From the operator’s queue."""
    agent.goes_to("Demandes")
    agent.reads("Demandes à traiter")
    agent.follows(reference)
    agent.reads(f"Dossier {reference}")


def report_problem(agent: Visitor, reference: str, problem: str) -> None:
    """Say what stops the request."""
    open_request(agent, reference)
    agent.follows("Signaler un problème")
    agent.reads("Signaler un problème")
    agent.chooses({"Problème": problem})
    agent.fills({"Précision": "Voir le contrat."})
    agent.presses("Signaler un problème")
    agent.reads(f"Dossier {reference}")
    agent.is_told("Problème signalé. Le travailleur social est prévenu.")


def take_request(agent: Visitor, reference: str) -> None:
    """Accept, say when, then that the line works."""
    assert agent.waits("Demandes à traiter") == 1
    agent.todo("Demandes à traiter").locator(".line__title").click()
    agent.reads(f"Dossier {reference}")
    agent.follows("Accepter la demande")
    agent.reads("Accepter la demande")
    agent.fills({"Votre référence": "OP-77"})
    agent.presses("Accepter la demande")
    agent.reads(f"Dossier {reference}")
    agent.is_told("Demande acceptée.")
    agent.follows("Planifier le raccordement")
    agent.reads("Planifier le raccordement")
    agent.fills({"Date du raccordement": add_working_days(timezone.localdate(), 5).isoformat()})
    agent.chooses({"Moment": "Le matin"})
    agent.presses("Planifier le raccordement")
    agent.reads(f"Dossier {reference}")
    agent.is_told("Raccordement planifié. Le travailleur social est prévenu.")
    agent.follows("Déclarer la ligne active")
    agent.reads("Déclarer la ligne active")
    agent.presses("Déclarer la ligne active")
    agent.sees("avant le raccordement prévu le")
    agent.ticks("La ligne a bien marché avant le jour prévu")
    agent.presses("Déclarer la ligne active")
    agent.reads(f"Dossier {reference}")
    agent.is_told("Ligne active. Le besoin est satisfait.")
    assert not agent.waits("Demandes à traiter")
