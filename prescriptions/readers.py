"""Who reads what of a household, told as its agreement tells it.

Each line is held against the pages themselves, for every role (``tests/desk/test_agreement_tells_the_truth.py``). The
text in force and the public page on personal data say these sentences and no other: a wall that moves, a reader who is
added ask for a new version.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices

from network.enums import OrganisationKind as Kind
from network.enums import Role


class HouseholdFact(TextChoices):
    """What is written of a household, in its own words."""

    NAME = "name", "votre nom"
    BIRTH = "birth", "votre date de naissance"
    ADDRESS = "address", "votre adresse"
    CONTACT = "contact", "comment vous joindre"
    MEMBERS = "members", "combien vous êtes"
    NEEDS = "needs", "ce que vous demandez"
    FACTS = "facts", "ce qu’on a noté de vos justificatifs"
    STORY = "story", "ce que vous avez confié sur votre situation"
    PHOTO = "photo", "la photo d’un papier que vous envoyez"
    NOTES = "notes", "ce que les conseillers notent entre eux"


@dataclass(frozen=True)
class Reader:
    """Who reads, in which role, what, and when. ``beyond``: what is read once a reason is given and logged."""

    who: str
    kind: Kind
    role: Role
    reads: tuple[HouseholdFact, ...]
    when: str = ""
    beyond: tuple[HouseholdFact, ...] = ()

    @property
    def sentence(self) -> str:
        """« Le distributeur solidaire lit tout, sauf ce que vous avez confié. »"""
        apart = [told for told in HouseholdFact if told not in self.reads]
        if not apart:
            return f"{self.who} lit tout{self.when}."
        if len(apart) <= FEW:
            return f"{self.who} lit tout, sauf {_listed(apart)}{self.when}."
        return f"{self.who} lit {_listed(self.reads)}{self.when}."


FEW = 2
"""How many things apart are told as « tout, sauf … »."""


def _listed(told: Sequence[HouseholdFact]) -> str:
    *most, last = (one.label for one in told)
    return f"{', '.join(most)} et {last}" if most else last


READERS = (
    Reader(
        "Votre travailleur social, avec son équipe,",
        Kind.PRESCRIBER,
        Role.WORKER,
        tuple(told for told in HouseholdFact if told != HouseholdFact.NOTES),
    ),
    Reader(
        "Le distributeur solidaire",
        Kind.DISTRIBUTOR,
        Role.ADVISER,
        tuple(told for told in HouseholdFact if told not in {HouseholdFact.STORY, HouseholdFact.PHOTO}),
    ),
    Reader(
        "Un point relais de votre commune",
        Kind.RELAY,
        Role.ADVISER,
        (
            HouseholdFact.NAME,
            HouseholdFact.ADDRESS,
            HouseholdFact.CONTACT,
            HouseholdFact.MEMBERS,
            HouseholdFact.NEEDS,
        ),
        ", une fois la demande acceptée",
    ),
    Reader(
        "Un autre service social à qui le vôtre propose de vous suivre",
        Kind.PRESCRIBER,
        Role.WORKER,
        (HouseholdFact.NEEDS,),
        ", sans votre nom",
    ),
    Reader(
        "Un opérateur",
        Kind.OPERATOR,
        Role.AGENT,
        (HouseholdFact.NAME, HouseholdFact.ADDRESS, HouseholdFact.CONTACT),
        ", seulement si vous choisissez son offre",
    ),
    Reader(
        "Le délégué à la protection des données du Département",
        Kind.DEPARTEMENT,
        Role.DPO,
        tuple(told for told in HouseholdFact if told != HouseholdFact.PHOTO),
        ", seulement si vous lui demandez d’exercer vos droits",
    ),
    Reader(
        "L’équipe du Département qui pilote",
        Kind.DEPARTEMENT,
        Role.PILOT,
        (HouseholdFact.MEMBERS, HouseholdFact.NEEDS, HouseholdFact.FACTS),
        ", sans votre nom\u00a0: pour le lire, elle doit dire pourquoi, et c’est noté",
        beyond=(HouseholdFact.NAME, HouseholdFact.BIRTH, HouseholdFact.ADDRESS, HouseholdFact.CONTACT),
    ),
)
"""Everyone who reads anything of a household. Donors, workshops, EPCI and observers read nothing of it."""


def who_reads_what() -> str:
    """The paragraph of the agreement that says who reads what."""
    return " ".join(["Qui lit quoi.", *(reader.sentence for reader in READERS)])
