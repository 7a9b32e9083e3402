"""The people of the journeys: each has an account, opens a browser and signs in."""

from dataclasses import dataclass, field
from functools import cached_property

from network.enums import LegalNature, OrganisationKind, Role
from network.models import Commune, Membership, Organisation
from tests.network.factories import make_commune, make_membership, make_organisation, make_user
from tests.refurb.devices import load_numbers

DONOR_SIRET = "12345678200010"


def _commune() -> Commune:
    return make_commune(name="Bois-Essai", postcodes=["59990"])


@dataclass
class Cast:
    """A company that gives, the Département, two workshops and a recycler, in one commune."""

    commune: Commune = field(default_factory=_commune)

    def __post_init__(self) -> None:
        load_numbers()
        self.recycler = self.organisation(OrganisationKind.RECYCLER, "Recyclage d’essai")
        self.workshop = self.organisation(OrganisationKind.RECONDITIONER, "Atelier d’essai")
        self.other_workshop = self.organisation(OrganisationKind.RECONDITIONER, "Autre atelier")

    def organisation(self, kind: OrganisationKind, name: str, **fields: object) -> Organisation:
        return make_organisation(kind, name=name, commune=self.commune, postcode="59990", **fields)

    @staticmethod
    def member(role: Role, organisation: Organisation, first_name: str, last_name: str = "Exemple") -> Membership:
        user = make_user(first_name=first_name, last_name=last_name, email=f"{first_name.lower()}@exemple.test")
        return make_membership(role, OrganisationKind(organisation.kinds[0]), organisation, user)

    @cached_property
    def company(self) -> Organisation:
        given = {"siret": DONOR_SIRET, "legal_nature": LegalNature.PRIVATE, "address": "3 rue des Essais"}
        return self.organisation(OrganisationKind.DONOR, "Société Exemple", **given)

    @cached_property
    def contact(self) -> Membership:
        return self.member(Role.CONTACT, self.company, "Lina")

    @cached_property
    def pilot(self) -> Membership:
        departement = self.organisation(OrganisationKind.DEPARTEMENT, "Département d’essai")
        return self.member(Role.PILOT, departement, "Paule")

    @cached_property
    def manager(self) -> Membership:
        return self.member(Role.MANAGER, self.workshop, "Rachid")

    @cached_property
    def technician(self) -> Membership:
        return self.member(Role.TECHNICIAN, self.workshop, "Tess")
