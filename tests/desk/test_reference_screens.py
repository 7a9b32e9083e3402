"""The lists of administration in a browser: nothing sticks out of a phone, whatever one types to find a row."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from network.enums import OrganisationKind, Role
from reference.families import families
from tests.network.factories import make_membership
from tests.screens import flaws, sign_in

SOUGHT = [family.slug for family in families() if family.sought]


@pytest.mark.django_db(transaction=True)
def test_each_list_in_which_one_seeks_a_row_fits_a_phone(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page()
    sign_in(page, make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))
    assert "traductions-des-fiches" in SOUGHT
    addresses = [reverse("desk:reference_list", args=[slug]) for slug in SOUGHT]
    for address in (*addresses, f"{reverse('desk:parameter_list')}?nom=relecture"):
        page.goto(f"{live_server}{address}")
        assert flaws(page) == [], address
