"""Whom the tests of the house are told by: the pilot, and the browser in which the pilot acts."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.network.factories import make_membership


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def pilot() -> Membership:
    return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)


@pytest.fixture
def office(client: Client, pilot: Membership) -> Client:
    client.force_login(pilot.user)
    return client
