"""A name without a space, as long as a name may be, fits a phone."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from network.enums import OrganisationKind, Role
from tests.network.factories import make_membership, make_user
from tests.screens import flaws, sign_in

TOO_WIDE = "document.documentElement.scrollWidth"


@pytest.mark.django_db(transaction=True)
def test_the_page_of_an_account_whose_name_has_no_space_fits_a_phone(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page()
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    person = make_membership(Role.CONTACT, OrganisationKind.DONOR, user=make_user(first_name="W" * 70, last_name="Ex"))
    sign_in(page, pilot)
    page.set_viewport_size({"width": 320, "height": 640})
    for address in (
        reverse("network:user_detail", args=[person.user_id]),
        reverse("network:user_disable", args=[person.user_id]),
        reverse("network:people", args=[person.organisation.reference]),
    ):
        page.goto(f"{live_server}{address}")
        assert page.evaluate(TOO_WIDE) <= 320, address
        assert flaws(page) == [], address
