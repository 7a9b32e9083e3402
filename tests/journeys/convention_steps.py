"""What the parties of a convention do on its screens, one page after another."""

from collections.abc import Mapping

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor, anything

ASKED = "Ce qui est attendu de vous"
POINT = "Préciser qui paie le transport."
WHO_PAYS = " Le transport des retours est à la charge du Reconditionneur."


def open_convention(visitor: Visitor, reference: str) -> None:
    """From the list of conventions, by its reference."""
    visitor.goes_to("Conventions")
    visitor.reads("Conventions")
    visitor.follows(reference)
    visitor.reads(f"Convention {reference}")


def open_inbox(visitor: Visitor) -> None:
    """What is asked of this person."""
    visitor.goes_to("Conventions")
    visitor.reads("Conventions")
    visitor.follows("À relire, à signer")
    visitor.reads("À relire, à signer")


def begin_convention(manager: Visitor, parties: Mapping[str, str], days: Mapping[str, str]) -> str:
    """The first page of a draft; its reference."""
    manager.goes_to("Conventions")
    manager.reads("Conventions")
    manager.follows("Préparer une convention")
    manager.reads("Préparer une convention")
    manager.fills({"Titre": "Équipement des foyers, essai", **days})
    manager.chooses(dict(parties))
    manager.presses("Créer le projet")
    manager.reads("Modifier le projet")
    manager.is_told("Les articles viennent du modèle du jour.")
    said = manager.within_main().get_by_role("status").first.inner_text()
    return said.split()[1]


def write_convention(manager: Visitor, people: Mapping[str, str], numbers: Mapping[str, str]) -> None:
    """Signatories, reviewers, quotas and prices, then straight to the submission."""
    manager.chooses(dict(people))
    manager.fills(dict(numbers))
    manager.presses("Enregistrer et soumettre à relecture")


def submit_convention(manager: Visitor) -> None:
    """Whoever will read is told before."""
    manager.reads("Soumettre à relecture")
    manager.is_told("Projet enregistré.")
    manager.sees("Le texte sera relu en parallèle")
    manager.presses("Soumettre à relecture")
    manager.reads(anything("Convention C-"))
    manager.is_told("Texte soumis : chaque relecteur reçoit un courriel.")
    manager.sees("En relecture")


def open_review(reviewer: Visitor, name: str) -> None:
    """From what is asked of this person, the review of this name."""
    reviewer.begins(ASKED, anything(name))
    reviewer.reads(anything(name))


def give_opinion(reviewer: Visitor, opinion: str) -> None:
    """The choice of this wording, then the button."""
    reviewer.ticks(opinion)
    reviewer.presses("Donner cet avis")
    reviewer.reads(anything("Convention C-"))
    reviewer.is_told("Avis enregistré.")
    assert not reviewer.waits(ASKED)


def be_for(reviewer: Visitor, name: str) -> None:
    """A favourable opinion."""
    open_review(reviewer, name)
    give_opinion(reviewer, "Favorable : le texte peut être signé")


def be_against(reviewer: Visitor, name: str) -> None:
    """An unfavourable opinion; without a point it is refused, and the choice stays."""
    open_review(reviewer, name)
    reviewer.ticks("Défavorable : des points doivent changer")
    reviewer.presses("Donner cet avis")
    alert = reviewer.within_main().get_by_role("alert")
    expect(alert).to_contain_text("désigne au moins un article")
    reviewer.reads(anything(name))
    reviewer.page.get_by_text("Noter ce qui doit changer à l’article 9", exact=False).click()
    reviewer.fills({"Article 9 – Garantie : ce qui doit y changer": POINT})
    give_opinion(reviewer, "Défavorable : des points doivent changer")


def answer_point(manager: Visitor, reference: str) -> None:
    """Answer the one point, change the article, submit again."""
    open_convention(manager, reference)
    manager.sees("À vous d’agir : répondez au point des relecteurs qui attend une réponse.")
    manager.asks_why("Soumettre à relecture")
    manager.follows("Répondre aux points")
    manager.reads("Points des relecteurs")
    manager.sees(POINT)
    manager.fills({"Votre réponse": "Le reconditionneur paie : article modifié."})
    manager.within_main().get_by_role("button", name=anything("Enregistrer la réponse")).click()
    manager.reads("Points des relecteurs")
    manager.sees("Tous les points ont une réponse.")
    manager.follows("Modifier le texte")
    manager.reads("Modifier le projet")
    manager.within_main().locator("summary", has_text=anything("Article 9 – Garantie")).click()
    manager.within_main().locator("summary", has_text=anything("Modifier cet article : Garantie")).click()
    article = manager.field("Garantie")
    article.fill(article.input_value() + WHO_PAYS)
    manager.presses("Enregistrer et soumettre à relecture")


def open_signature(manager: Visitor, reference: str, day: str) -> None:
    """With the act by which the EPCI decided."""
    open_convention(manager, reference)
    manager.sees("À vous d’agir : inscrivez la délibération ou la décision, pour ouvrir la signature.")
    manager.follows("Ouvrir la signature")
    manager.reads("Ouvrir la signature")
    manager.chooses({"Qui a décidé": "Conseil communautaire ou métropolitain"})
    manager.fills(
        {"Numéro de la délibération ou de la décision": "2026-118", "Date de l’acte": day, "Exécutoire le": day}
    )
    manager.presses("Ouvrir la signature")
    manager.reads(f"Convention {reference}")
    manager.is_told("Signature ouverte : les trois signataires reçoivent un courriel.")


def open_what_is_signed(signatory: Visitor) -> None:
    """From what is asked of this person, the document."""
    open_inbox(signatory)
    signatory.within_main().get_by_role("link", name=anything("Lire et signer")).click()
    signatory.reads("Lire et signer")


def sign(signatory: Visitor) -> None:
    """Read the document, whose PDF opens, and sign it."""
    open_what_is_signed(signatory)
    opens(signatory, "Ouvrir la convention (PDF)")
    signatory.ticks("J’ai lu le document et je le signe au nom de la partie que je représente")
    signatory.fills({"Votre nom, comme signature": signatory.membership.user.get_full_name()})
    signatory.presses("Signer la convention")
    signatory.reads(anything("Convention C-"))
    signatory.is_told("Convention signée. Les autres parties le voient.")
    assert not signatory.waits(ASKED)


def opens(visitor: Visitor, paper: str) -> None:
    """The paper of this name is a PDF."""
    link = visitor.within_main().get_by_role("link", name=anything(paper)).first
    answer = visitor.page.request.get(link.get_attribute("href") or "")
    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


def activate(manager: Visitor, reference: str) -> None:
    """Signed by all: its quotas open."""
    open_convention(manager, reference)
    manager.sees("signée par les trois parties, la date d’effet est là")
    manager.follows("Mettre en vigueur")
    manager.reads("Mettre en vigueur")
    manager.presses("Mettre en vigueur")
    manager.reads(f"Convention {reference}")
    manager.is_told("Convention en vigueur : ses quotas sont ouverts.")
