"""Situations of the network, for every test."""

import itertools
from typing import Any

from network.enums import CommuneStatus, LegalNature, OrganisationKind, Role
from network.models import Arrondissement, Commune, Epci, Membership, Organisation, User
from network.services.memberships import open_membership
from tests.remembered import remembered

_rank = itertools.count(100_000)
"""Of six digits, so that no name is in another and they are in the order of the alphabet."""

LEGAL_NATURES = {
    OrganisationKind.DONOR: LegalNature.PRIVATE,
    OrganisationKind.RECONDITIONER: LegalNature.ASSOCIATION,
    OrganisationKind.DISTRIBUTOR: LegalNature.ASSOCIATION,
    OrganisationKind.OPERATOR: LegalNature.PRIVATE,
    OrganisationKind.RECYCLER: LegalNature.PRIVATE,
    OrganisationKind.HUB: LegalNature.ASSOCIATION,
}
PASSWORD = "une phrase de passe longue"


@remembered()
def make_arrondissement(**fields: Any) -> Arrondissement:
    """An arrondissement, whose code is none of those of the Nord (591 to 596), which have ranks of their own."""
    known = set(Arrondissement.objects.values_list("code", flat=True))
    rank, code = next((rank, code) for rank in _rank if (code := _arrondissement_code(rank)) not in known)
    return Arrondissement.objects.create(**{"code": code, "name": f"Arrondissement {rank}"} | fields)


def _arrondissement_code(rank: int) -> str:
    number = rank % 990
    return f"{number if number < 590 else number + 10:03}"


@remembered()
def make_epci(**fields: Any) -> Epci:
    """An EPCI, with an arrondissement of its own unless given."""
    rank = next(_rank)
    if "arrondissement" not in fields:
        fields["arrondissement"] = make_arrondissement()
    defaults = {"siren": f"2{rank:08}", "name": f"CC du Pays n° {rank}", "short_name": f"Pays n° {rank}"}
    return Epci.objects.create(**defaults | {"population": 10_000, "population_year": 2022} | fields)


@remembered()
def make_commune(**fields: Any) -> Commune:
    """A commune of today, in an EPCI and an arrondissement of its own unless given."""
    known = set(Commune.objects.values_list("code", flat=True))
    rank = next(rank for rank in _rank if f"59{rank % 1000:03}" not in known)
    if "epci" not in fields:
        fields["epci"] = make_epci()
    if "arrondissement" not in fields:
        fields["arrondissement"] = fields["epci"].arrondissement if fields.get("in_departement", True) else None
    defaults = {"code": f"59{rank % 1000:03}", "name": f"Commune-{rank}", "postcodes": ["59000"]}
    figures = {"population": 1_000, "population_year": 2023} if "merged_into" not in fields else {}
    status = CommuneStatus.FORMER if "merged_into" in fields else CommuneStatus.CURRENT
    return Commune.objects.create(**defaults | figures | {"status": status} | fields)


@remembered()
def make_organisation(kind: OrganisationKind | str = OrganisationKind.DONOR, **fields: Any) -> Organisation:
    """An active organisation of one kind (``kinds=[…]`` for several), without a SIRET unless given."""
    kind = OrganisationKind(kind)
    defaults = {
        "name": f"{kind.label} {next(_rank)}",
        "kinds": [kind],
        "legal_nature": LEGAL_NATURES.get(kind, LegalNature.PUBLIC),
    }
    return Organisation.objects.create(**defaults | fields)


@remembered()
def make_user(**fields: Any) -> User:
    """An active account whose password is ``PASSWORD``."""
    rank = next(_rank)
    defaults = {
        "email": f"personne{rank}@exemple.test",
        "first_name": "Camille",
        "last_name": f"Exemple {rank}",
    }
    return User.objects.create_user(**defaults | {"password": PASSWORD} | fields)


@remembered()
def make_membership(
    role: Role | str,
    kind: OrganisationKind | str,
    organisation: Organisation | None = None,
    user: User | None = None,
) -> Membership:
    """An open membership, in an organisation and on an account of its own unless given."""
    return open_membership(
        user=user or make_user(),
        organisation=organisation or make_organisation(kind),
        kind=OrganisationKind(kind),
        role=Role(role),
    )
