"""The first page of an EPCI tells the living: the quotas in force, each under the name of its convention."""

import pytest
from django.urls import reverse

from lifecycle import gate
from tests.conventions.conventions import Treaty, again, ended_alone
from tests.conventions.pages import acting, read

pytestmark = pytest.mark.django_db


def page_of_its_manager(treaty: Treaty) -> str:
    return read(acting(treaty.manager), reverse("desk:home"))


def test_quotas_are_those_of_conventions_in_force_each_under_its_name() -> None:
    treaty = Treaty(quotas={"laptop": 20})
    ended, living = treaty.active(), treaty.active()
    treaty.signing()
    page = page_of_its_manager(treaty)
    assert page.count("0 affecté sur 20") == 2
    assert f"({ended.reference})" in page

    ended_alone(ended, treaty.manager)

    page = page_of_its_manager(treaty)
    assert page.count("0 affecté sur 20") == 1
    assert f"({living.reference})" in page
    assert f"({ended.reference})" not in page
    gate.apply(again(living), "suspend", actor=treaty.manager, reason="supply")
    page = page_of_its_manager(treaty)
    assert "0 affecté sur 20" not in page
    assert "Plus rien n’y est affecté tant qu’elle n’est pas reprise." in page


def test_places_mean_the_same_on_every_page() -> None:
    treaty = Treaty(quotas={"laptop": 40})
    treaty.active()

    page = read(acting(treaty.pilot), reverse("desk:epci_list")).replace("\u00a0", " ")

    assert "0 sur 40, reste 40" in page
    assert "Affectés, sur les places de l’année" in page
