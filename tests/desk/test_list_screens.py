"""A list in a real browser, with scripts and without: filter, name a view, tick, foresee; axe finds nothing."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from tests.connectivity.test_screens import sign_in
from tests.refurb.devices import Bench

pytestmark = pytest.mark.django_db(transaction=True)


def checked(page: Page, width: int) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, True), (320, False)])
def test_a_list_is_filtered_kept_ticked_and_foreseen(open_page: Callable[..., Page], width: int, scripts: bool) -> None:
    bench = Bench()
    for rank in range(3):
        bench.received(tag=f"LISTE-{rank}")
    bench.in_process(tag="ETABLI-1")
    page = open_page(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    check: Callable[[Page, int], None] = checked if scripts else lambda page, width: None
    sign_in(page, bench.technician)

    page.goto(reverse("refurb:device_list"))
    page.get_by_label("État", exact=True).select_option("received")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_text("3 appareils").wait_for()
    assert page.get_by_text("ETABLI-1").count() == 0
    page.get_by_text("Enregistrer cette vue").click()
    check(page, width)
    page.get_by_label("Nom de la vue").fill("Reçus")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    assert page.get_by_role("link", name="Reçus").get_attribute("aria-current") == "page"
    check(page, width)

    page.goto(reverse("refurb:device_list"))
    page.get_by_text("Gardé pour votre prochaine visite.").wait_for()
    page.get_by_role("link", name="Retirer le filtre").click()
    page.get_by_text("4 appareils").wait_for()
    page.get_by_role("link", name="Reçus").click()

    page.get_by_role("button", name="Tout cocher sur cette page").click()
    assert page.locator("input[name=device]:checked").count() == 3
    check(page, width)
    page.get_by_role("button", name="Voir ce qui changerait").click()
    page.get_by_text("Rien n’est encore fait.").wait_for()
    check(page, width)
    page.get_by_role("button", name="Prendre en traitement (3)").click()
    page.get_by_text("3 appareils changés d’état").wait_for()
    check(page, width)
    page.get_by_role("link", name="Revenir à la liste").click()
    page.get_by_text("Aucun appareil ne répond à ces critères.").wait_for()
    check(page, width)
