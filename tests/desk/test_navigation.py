"""Where each role lands, and where its navigation leads."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from network.context_processors import navigation
from network.models import Membership
from tests.network.factories import make_membership

ROLES = [(membership.role, membership.kind) for membership in Membership.every_role()]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "kind"), ROLES)
def test_one_lands_on_a_page_that_opens_and_so_does_each_entry(
    client: Client, rf: RequestFactory, role: str, kind: str
) -> None:
    membership = make_membership(role, kind)
    client.force_login(membership.user)
    request = rf.get("/")
    request.membership = membership
    entries = {entry["label"]: client.get(entry["url"]).status_code for entry in navigation(request)}
    assert set(entries.values()) == {200}, entries
    assert client.get("/", follow=True).status_code == 200


@pytest.mark.parametrize("kind", ["epci", "reconditioner", "distributor"])
@pytest.mark.parametrize("role", ["reviewer", "signatory"])
def test_who_reviews_or_signs_lands_on_what_is_asked_of_him(client: Client, role: str, kind: str) -> None:
    client.force_login(make_membership(role, kind).user)
    assert client.get("/").headers["Location"] == reverse("conventions:inbox")
