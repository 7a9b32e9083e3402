"""Who acts in the demonstration: the organisations of the chain, real where they are public, and invented people."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.conf import settings

from desk.demo.catalogue import rows
from network.demo import DOMAIN
from network.enums import Competence, LegalNature, OrganisationKind, Role
from network.models import Commune, Epci, Membership, Organisation, User
from network.services.accounts import create_account
from network.services.memberships import open_membership
from network.services.organisations import save_organisation

WORKSHOPS = ("lille", "sambre")


@dataclass(frozen=True)
class Site:
    """Where a donor's machines wait; without a commune when it lies outside the département."""

    donor: str
    commune: Commune | None
    city: str
    postcode: str
    address: str
    access: str

    @property
    def description(self) -> dict[str, object]:
        """What a donation says of its site."""
        return {
            "pick_up_address": self.address,
            "pick_up_postcode": self.postcode,
            "pick_up_city": self.city,
            "commune": self.commune,
            "outside": self.commune is None,
            "access": self.access,
        }


@dataclass
class Cast:
    """Everyone, by the codes of the files."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[tuple[str, Role], list[Membership]] = field(default_factory=lambda: defaultdict(list))
    sites: dict[str, list[Site]] = field(default_factory=lambda: defaultdict(list))

    @property
    def pilot(self) -> Membership:
        return self.people["departement", Role.PILOT][0]

    def contact(self, donor: str) -> Membership:
        """The person who offers and commits for a donor."""
        return self.people[donor, Role.CONTACT][0]

    def manager(self, workshop: str) -> Membership:
        return self.people[workshop, Role.MANAGER][0]

    def technician(self, workshop: str, rng: Random) -> Membership:
        """One of the technicians of a workshop."""
        return rng.choice(self.people[workshop, Role.TECHNICIAN])

    def donors(self) -> list[str]:
        """The codes of those who give."""
        return [code for code, one in self.organisations.items() if OrganisationKind.DONOR in one.kinds]


def gather(at: datetime) -> Cast:
    """Write the organisations, the accounts and their roles, open since ``at``."""
    cast = Cast()
    communes = {one.code: one for one in Commune.objects.current().select_related("arrondissement").order_by("code")}
    for row in rows("organisations"):
        cast.organisations[row["code"]] = _organisation(row, communes)
    for epci in Epci.objects.order_by("siren"):
        cast.organisations[epci.siren] = _epci(epci)
    accounts: dict[str, User] = {}
    for row in rows("people"):
        if row["login"] not in accounts:
            accounts[row["login"]] = create_account(
                email=f"{row['login']}@{DOMAIN}",
                first_name=row["first_name"],
                last_name=row["last_name"],
                password=settings.DEMO_PASSWORD,
                at=at,
            )
        membership = open_membership(
            user=accounts[row["login"]],
            organisation=cast.organisations[row["organisation"]],
            kind=OrganisationKind(row["kind"]),
            role=Role(row["role"]),
            at=at,
        )
        cast.people[row["organisation"], Role(row["role"])].append(membership)
    for row in rows("sites"):
        cast.sites[row["donor"]].append(_site(row, communes))
    return cast


def _organisation(row: dict[str, str], communes: dict[str, Commune]) -> Organisation:
    commune = communes[row["commune"]]
    served = set(row["serves"].split())
    return save_organisation(
        organisation=Organisation(
            name=row["name"],
            kinds=[OrganisationKind(kind) for kind in row["kinds"].split()],
            legal_nature=LegalNature(row["legal_nature"]),
            legal_form=row["legal_form"],
            siret=row["siret"],
            address=row["address"],
            postcode=row["postcode"],
            commune=commune,
            competences=[Competence(one) for one in row["competences"].split()],
            email=f"{row['code']}@{DOMAIN}" if row["siret"] else "",
        ),
        communes_served=[one for one in communes.values() if one.arrondissement and one.arrondissement.code in served],
    )


def _epci(epci: Epci) -> Organisation:
    """Its SIREN is that of the territory; its SIRET is left to whoever knows it."""
    return save_organisation(
        organisation=Organisation(
            name=epci.name,
            kinds=[OrganisationKind.EPCI],
            legal_nature=LegalNature.PUBLIC,
            legal_form="EPCI",
            epci=epci,
            competences=[Competence.STORAGE],
        )
    )


def _site(row: dict[str, str], communes: dict[str, Commune]) -> Site:
    commune = communes[row["commune"]] if row["commune"] else None
    city = commune.name if commune else row["city"]
    return Site(row["donor"], commune, city, row["postcode"], row["address"], row["access"])
