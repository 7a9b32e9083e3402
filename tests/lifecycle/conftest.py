"""Situations around parcels."""

from collections.abc import Callable

import pytest

from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels.models import Depot, Parcel
from tests.network.factories import make_membership


@pytest.fixture
def keeper(db: None) -> Membership:
    """A technician of the organisation that holds the depot."""
    return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)


@pytest.fixture
def pilot(db: None) -> Membership:
    return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)


@pytest.fixture
def depot(keeper: Membership) -> Depot:
    return Depot.objects.create(organisation=keeper.organisation, total=100)


@pytest.fixture
def announce(keeper: Membership, depot: Depot) -> Callable[..., list[Parcel]]:
    """Announce parcels in the depot."""

    def make(count: int = 1, **columns: object) -> list[Parcel]:
        rows = [Parcel(**({"depot": depot} | columns)) for _ in range(count)]
        return gate.create_many(Parcel, "announce", rows, actor=keeper)

    return make
