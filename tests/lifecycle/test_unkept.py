"""What names people is kept by no browser; what one types in is, so that going back finds it again."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from lifecycle.unkept import UNKEPT
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db


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


def test_the_words_that_keep_browsers_from_keeping_are_written_in_one_place() -> None:
    sources = (path for app in apps.get_app_configs() for path in Path(app.path).rglob("*.py"))
    own = (path for path in sources if path.is_relative_to(settings.BASE_DIR) and ".venv" not in path.parts)

    assert [path.name for path in own if UNKEPT in path.read_text(encoding="utf-8")] == ["unkept.py"]


def test_a_page_with_a_form_is_kept_for_whoever_goes_back_to_it(client: Client, worker: Membership) -> None:
    form = client.get(reverse("network:account"))
    assert form.status_code == 200
    assert "no-store" not in form.headers.get("Cache-Control", "")
