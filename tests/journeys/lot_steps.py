"""What a donor, the pilot and a workshop do with a lot, one page after another: the same with and without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from tests.journeys.visitor import Visitor, anything

A_SIGNED_SLIP = {"name": "bordereau.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n% bordereau\n%%EOF\n"}


@dataclass(frozen=True)
class Offer:
    """A line of a lot, in the words of its form."""

    type: str
    quantity: int
    age: int = 4
    condition: str = "En état de marche"

    @property
    def year(self) -> str:
        return str(timezone.localdate().year - self.age)

    @property
    def line(self) -> str:
        """How the line is named on the pages."""
        return f"{self.quantity} × {self.kind}"

    @property
    def kind(self) -> str:
        """How it is named where its quantity is no longer the point."""
        return f"{self.type.lower()}, {self.year}"


@dataclass(frozen=True)
class Decision:
    """What the pilot decides of a line."""

    accepted: int
    code: str = "Aucun refus"
    purpose: str = "Réemploi"


def open_lot(visitor: Visitor, reference: str) -> None:
    """From the list of lots, by its reference."""
    visitor.goes_to("Lots")
    visitor.reads("Lots")
    visitor.follows(reference)
    visitor.reads(f"Lot {reference}")


def describe_lot(contact: Visitor, offers: Sequence[Offer]) -> None:
    """Fill the page of a new lot; the address is the donor's own."""
    contact.goes_to("Lots")
    contact.follows("Proposer un lot")
    contact.reads("Proposer un lot")
    for rank, offer in enumerate(offers, start=1):
        line = contact.group(f"Ligne {rank}")
        contact.chooses({"Type": offer.type, "État": offer.condition}, line)
        contact.fills({"Quantité": str(offer.quantity), "Année d’achat": offer.year}, line)
    contact.fills({"Description du lot": "Renouvellement du parc."})


def announce_lot(contact: Visitor, offers: Sequence[Offer]) -> str:
    """Propose a lot and announce it; its reference."""
    describe_lot(contact, offers)
    contact.presses("Enregistrer et continuer")
    contact.reads("Annoncer le lot")
    contact.sees(*(offer.line for offer in offers))
    contact.presses("Annoncer le lot")
    contact.reads(anything("Lot D-"))
    contact.is_told("Le Département vous répond ligne par ligne.")
    contact.sees("En attente de la décision du Département.")
    return contact.heading().removeprefix("Lot ")


def qualify_lot(pilot: Visitor, reference: str, workshop: str, decisions: Sequence[tuple[Offer, Decision]]) -> None:
    """Decide line by line, everything accepted to one workshop."""
    pilot.begins("Lots annoncés, à qualifier", anything("Société Exemple"))
    pilot.reads(f"Lot {reference}")
    pilot.sees("À vous d’agir : décidez ligne par ligne et confiez le lot à un atelier.")
    pilot.follows("Qualifier le lot")
    pilot.reads("Qualifier le lot")
    pilot.chooses({"Confier le lot à": workshop})
    for offer, decision in decisions:
        line = pilot.group(offer.line)
        pilot.fills({"Quantité acceptée": str(decision.accepted)}, line)
        pilot.chooses({"Pour": decision.purpose, "Motif de refus": decision.code}, line)
    pilot.presses("Qualifier le lot")
    pilot.reads(f"Lot {reference}")
    pilot.is_told("qualifié. Le donateur et les ateliers sont prévenus.")
    assert not pilot.waits("Lots annoncés, à qualifier")


def accept_deed(contact: Visitor, reference: str, name: str) -> None:
    """Read the deed of gift to its end and sign it."""
    contact.begins("Actes de don à accepter", f"Lot {reference}")
    contact.reads("Acte de don")
    contact.ticks("J’ai lu l’acte de don ci-dessus et je l’accepte au nom du donateur")
    contact.fills({"Votre nom, comme signature": name})
    contact.presses("Accepter l’acte de don")
    contact.reads(f"Lot {reference}")
    contact.is_told("Acte de don accepté. L’atelier peut fixer la date de l’enlèvement.")
    assert not contact.waits("Actes de don à accepter")


def schedule_pick_up(manager: Visitor, reference: str) -> None:
    """Fix the day, the carrier and whom to ask for."""
    manager.begins("Lots à enlever, date à fixer", anything("Société Exemple"))
    manager.reads(f"Lot {reference}")
    manager.sees("À vous d’agir : fixez la date de l’enlèvement.")
    manager.follows("Planifier l’enlèvement")
    manager.reads("Planifier l’enlèvement")
    manager.fills(
        {
            "Jour": (timezone.localdate() + timedelta(days=2)).isoformat(),
            "À partir de": "09:30",
            "Transporteur": "La Navette d’essai",
            "Personne à demander sur place": "L’accueil",
        }
    )
    manager.presses("Planifier l’enlèvement")
    manager.reads(f"Lot {reference}")
    manager.is_told("Enlèvement planifié.")
    assert not manager.waits("Lots à enlever, date à fixer")


def record_pick_up(
    technician: Visitor, reference: str, counts: Sequence[tuple[Offer, int]], *, left_out: str = ""
) -> None:
    """Count what was taken, with the slip signed on paper; ``left_out``: the box that says what stays behind."""
    open_lot(technician, reference)
    technician.follows("Inscrire l’enlèvement")
    technician.reads("Inscrire l’enlèvement")
    for offer, counted in counts:
        technician.fills({f"{offer.type}, {offer.year}": str(counted)})
    technician.ticks("Bordereau papier signé : je joins sa photo ou son scan")
    technician.fills({"Nom de la personne qui signe pour le donateur": "Dominique Exemple"})
    technician.deposits("Bordereau signé", A_SIGNED_SLIP)
    technician.presses("Inscrire l’enlèvement")
    if left_out:
        technician.reads("Inscrire l’enlèvement")
        technician.ticks(left_out)  # the slip is still there
        technician.presses("Inscrire l’enlèvement")
    technician.reads(f"Lot {reference}")


def reconcile_lot(manager: Visitor, reference: str, offer: Offer, explanation: str) -> None:
    """Explain the one line that differs, then close the lot."""
    open_lot(manager, reference)
    manager.sees("À vous d’agir : expliquez les écarts de comptage.")
    manager.asks_why("Solder le lot", "Un écart")
    manager.follows("Expliquer les écarts")
    manager.reads("Expliquer les écarts")
    manager.chooses({"Explication": explanation}, manager.group(offer.line))
    manager.presses("Enregistrer les explications")
    manager.reads("Solder le lot")
    manager.is_told("Écarts expliqués.")
    manager.presses("Solder le lot")
    manager.reads(f"Lot {reference}")
    manager.is_told("soldé. Le bilan du don est prêt pour le donateur.")
