"""Where each role lands, and where its navigation leads."""

import pytest
from django.test import Client, RequestFactory

from network.context_processors import MOST, navigation
from network.models import Membership
from tests.network.factories import make_membership

ROLES = [(membership.role, membership.kind) for membership in Membership.every_role()]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "kind"), ROLES)
def test_one_lands_on_what_is_to_do_and_each_entry_opens(
    client: Client, rf: RequestFactory, role: str, kind: str
) -> None:
    membership = make_membership(role, kind)
    client.force_login(membership.user)
    request = rf.get("/")
    request.membership = membership
    entries = {entry["label"]: client.get(entry["url"]).status_code for entry in navigation(request)}
    assert set(entries.values()) == {200}, entries
    assert next(iter(entries)) == "À faire"
    landing = client.get("/")
    assert landing.status_code == 200
    assert "<h1>À faire</h1>" in landing.content.decode()


def test_what_does_not_fit_in_a_line_is_under_more_which_says_what_is_open(client: Client) -> None:
    client.force_login(make_membership("pilot", "departement").user)
    page = client.get("/administration/")
    entries = page.context["navigation"]
    assert len(entries) - len(page.context["navigation_behind"]) <= MOST < len(entries)
    for entry in entries:
        assert page.content.decode().count(f'<li><a href="{entry["url"]}"') == 1
    assert "<span>\u00a0: Administration</span></summary>" in page.content.decode()
    client.force_login(make_membership("technician", "reconditioner").user)
    assert "<summary>Plus" not in client.get("/").content.decode()


def test_only_the_first_page_marks_the_first_entry(rf: RequestFactory) -> None:
    request = rf.get("/conventions/")
    request.membership = make_membership("reviewer", "epci")
    assert [entry["label"] for entry in navigation(request) if entry["current"]] == ["Conventions"]
    request = rf.get("/")
    request.membership = make_membership("reviewer", "epci")
    assert [entry["label"] for entry in navigation(request) if entry["current"]] == ["À faire"]
