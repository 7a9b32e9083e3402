"""What names people is kept by no browser; what one types in is, so that going back finds it again."""

import pytest
from django.test import Client
from django.urls import reverse

from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db
UNKEPT = "private, no-store"


@pytest.fixture
def worker(client: Client) -> Membership:
    membership = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    client.force_login(membership.user)
    return membership


def test_the_sheet_of_anything_is_not_kept(client: Client, worker: Membership) -> None:
    sheet = client.get(reverse("network:organisation_detail", args=[worker.organisation.reference]))
    assert (sheet.status_code, sheet.headers["Cache-Control"]) == (200, UNKEPT)


@pytest.mark.parametrize("name", ["prescriptions:household_list", "prescriptions:prescription_list"])
def test_a_list_that_names_households_is_not_kept_nor_its_files(client: Client, worker: Membership, name: str) -> None:
    for ending in ("", "?export=csv", "?export=xlsx"):
        response = client.get(reverse(name) + ending)
        b"".join(response)  # read to its end, a file closes
        assert (response.status_code, response.headers["Cache-Control"]) == (200, UNKEPT), ending


def test_a_page_with_a_form_is_kept_for_whoever_goes_back_to_it(client: Client, worker: Membership) -> None:
    form = client.get(reverse("network:account"))
    assert form.status_code == 200
    assert "no-store" not in form.headers.get("Cache-Control", "")
