"""Whoever administers accounts finds a person in the search box, by name or address; nobody else does."""

import pytest
from django.urls import reverse

from network.services.accounts import forget_user
from tests.network.factories import make_membership, make_user
from tests.pages import acting

pytestmark = pytest.mark.django_db
URL = reverse("desk:search")


@pytest.mark.parametrize("typed", ["peio", "Peio Etcheverry", "etchev", "peio.e@exemple"])
def test_the_pilot_finds_a_person_by_her_name_or_the_beginning_of_her_address(typed: str) -> None:
    user = make_user(first_name="Peio", last_name="Etcheverry", email="peio.e@exemple.test")
    person = make_membership("manager", "donor", user=user)
    page = acting(make_membership("pilot", "departement")).post(URL, {"recherche": typed}).content.decode()
    assert reverse("network:user_detail", args=[user.pk]) in page
    assert "compte actif" in page
    for stranger in (make_membership("dpo", "departement"), make_membership("contact", "donor", person.organisation)):
        assert "Etcheverry" not in acting(stranger).post(URL, {"recherche": "etchev"}).content.decode()


def test_a_whole_address_leads_straight_to_its_account_and_that_of_a_forgotten_person_to_nothing() -> None:
    pilot, user = make_membership("pilot", "departement"), make_user(email="peio@exemple.test", last_name="Etcheverry")
    there = acting(pilot).post(URL, {"recherche": "Peio@exemple.test"})
    assert there.url == reverse("network:user_detail", args=[user.pk])
    forget_user(user=user, by=pilot)
    for typed in ("peio@exemple.test", "Etcheverry", f"compte-{user.pk}@"):
        page = acting(pilot).post(URL, {"recherche": typed}).content.decode()
        assert reverse("network:user_detail", args=[user.pk]) not in page
