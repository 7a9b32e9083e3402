"""Who acts in the demonstration: the organisations of the chain, real where they are public, and invented people."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password

from demo.catalogue import rows
from distribution.services.points import create_point
from network.demo import DOMAIN
from network.enums import Competence, LegalNature, OrganisationKind, Role
from network.models import Commune, Epci, Membership, Organisation, User
from network.services.accounts import create_account
from network.services.memberships import open_membership
from network.services.organisations import save_organisation
from refurb.models import DistributionPoint

WORKSHOPS = ("lille", "sambre", "littoral")
CALLED = {OrganisationKind.PRESCRIBER, OrganisationKind.DISTRIBUTOR, OrganisationKind.RELAY}
"""Those that a family calls: they have a number, of the range that the regulator keeps for fiction."""


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


@dataclass(frozen=True)
class Street:
    """Where households of a prescriber live."""

    commune: Commune
    postcode: str
    name: str


@dataclass
class Cast:
    """Everyone, by the codes of the files."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[tuple[str, Role], list[Membership]] = field(default_factory=lambda: defaultdict(list))
    sites: dict[str, list[Site]] = field(default_factory=lambda: defaultdict(list))
    streets: dict[str, list[Street]] = field(default_factory=lambda: defaultdict(list))
    points: dict[str, DistributionPoint] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    """Who holds each point."""

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

    def adviser(self, point: str, rng: Random) -> Membership:
        """One of the advisers who work at a point."""
        return rng.choice(self.people[self.holders[point], Role.ADVISER])

    def worker(self, prescriber: str, rng: Random) -> Membership:
        """One of the social workers of a prescriber."""
        return rng.choice(self.people[prescriber, Role.WORKER])

    def signatory(self, party: str) -> Membership:
        """Who signs for a party: its signatory, else its manager."""
        return (self.people[party, Role.SIGNATORY] or self.people[party, Role.MANAGER])[0]

    def code_of(self, organisation: int | None) -> str:
        """The code of an organisation, by its key. Raises StopIteration."""
        return next(code for code, one in self.organisations.items() if one.pk == organisation)

    def donors(self) -> list[str]:
        """The codes of those who give."""
        return [code for code, one in self.organisations.items() if OrganisationKind.DONOR in one.kinds]


def gather(at: datetime) -> Cast:
    """Write the organisations, the accounts and their roles, open since ``at``."""
    cast = Cast()
    communes = {one.code: one for one in Commune.objects.current().select_related("arrondissement").order_by("code")}
    for rank, row in enumerate(rows("organisations")):
        cast.organisations[row["code"]] = _organisation(row, rank, communes)
    numbers = {row["siren"]: row for row in rows("epcis")}
    for epci in Epci.objects.order_by("siren"):
        cast.organisations[epci.siren] = _epci(epci, numbers.get(epci.siren), communes)
    accounts: dict[str, User] = {}
    password = make_password(settings.DEMO_PASSWORD)  # the same for all, and shown to all: hashed once
    for row in rows("people"):
        if row["login"] not in accounts:
            accounts[row["login"]] = create_account(
                email=f"{row['login']}@{DOMAIN}",
                first_name=row["first_name"],
                last_name=row["last_name"],
                at=at,
            )
            User.objects.filter(pk=accounts[row["login"]].pk).update(password=password)
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
    for row in rows("homes"):
        cast.streets[row["prescriber"]].append(Street(communes[row["commune"]], row["postcode"], row["street"]))
    _open_points(cast, communes)
    return cast


def _open_points(cast: Cast, communes: dict[str, Commune]) -> None:
    """The distribution points, those that a relay holds included."""
    for row in rows("points"):
        cast.holders[row["code"]] = row["organisation"]
        cast.points[row["code"]] = create_point(
            actor=cast.pilot,
            distributor=cast.organisations[row["distributor"]],
            organisation=cast.organisations[row["organisation"]],
            name=row["name"],
            address=row["address"],
            postcode=row["postcode"],
            commune=communes[row["commune"]],
            opening=row["opening"],
        )


def _organisation(row: dict[str, str], rank: int, communes: dict[str, Commune]) -> Organisation:
    """A row of the file; the operator of an offer may be there already, since the reference data name it."""
    commune = communes[row["commune"]]
    served = set(row["serves"].split())
    kinds = [OrganisationKind(kind) for kind in row["kinds"].split()]
    known = Organisation.objects.filter(name=row["name"], kinds=kinds).first()
    organisation = known or Organisation(name=row["name"], kinds=kinds)
    organisation.legal_nature = LegalNature(row["legal_nature"])
    organisation.legal_form = row["legal_form"]
    organisation.siret = row["siret"]
    organisation.address = row["address"]
    organisation.postcode = row["postcode"]
    organisation.commune = commune
    organisation.competences = [Competence(one) for one in row["competences"].split()]
    organisation.email = f"{row['code']}@{DOMAIN}" if row["siret"] or OrganisationKind.OPERATOR in kinds else ""
    if CALLED.intersection(kinds):
        organisation.phone = f"035301{rank:04}"
    return save_organisation(
        organisation=organisation,
        communes_served=[one for one in communes.values() if one.arrondissement and one.arrondissement.code in served],
    )


def _epci(epci: Epci, known: dict[str, str] | None, communes: dict[str, Commune]) -> Organisation:
    """Those that sign a convention have a number that belongs to nobody; that of the others is not known."""
    own = known or {"siret": "", "address": "", "postcode": "", "commune": ""}
    return save_organisation(
        organisation=Organisation(
            name=epci.name,
            kinds=[OrganisationKind.EPCI],
            legal_nature=LegalNature.PUBLIC,
            legal_form="EPCI",
            epci=epci,
            siret=own["siret"],
            address=own["address"],
            postcode=own["postcode"],
            commune=communes.get(own["commune"]),
            competences=[Competence.STORAGE],
        )
    )


def _site(row: dict[str, str], communes: dict[str, Commune]) -> Site:
    commune = communes[row["commune"]] if row["commune"] else None
    city = commune.name if commune else row["city"]
    return Site(row["donor"], commune, city, row["postcode"], row["address"], row["access"])
