"""A list in a real browser, with scripts and without: filter, name a view, tick, foresee; axe finds nothing."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from network.models import Organisation
from tests.refurb.devices import Bench
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, True), (320, False)])
def test_a_list_is_filtered_kept_ticked_and_foreseen(open_page: Callable[..., Page], width: int, scripts: bool) -> None:
    bench = Bench()
    for rank in range(3):
        bench.received(tag=f"LISTE-{rank}")
    bench.in_process(tag="ETABLI-1")
    page = open_page(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    looks: Callable[[], None] = Look(page).again if scripts else lambda: None
    sign_in(page, bench.technician)

    page.goto(reverse("refurb:device_list"))
    page.get_by_label("État", exact=True).select_option("received")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_text("3 appareils").wait_for()
    assert page.get_by_text("ETABLI-1").count() == 0
    page.get_by_text("Enregistrer cette vue").click()
    looks()
    page.get_by_label("Nom de la vue").fill("Reçus")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("link", name="Reçus")).to_have_attribute("aria-current", "page")
    looks()

    page.goto(reverse("refurb:device_list"))
    page.get_by_text("Gardé pour votre prochaine visite.").wait_for()
    page.get_by_role("link", name="Retirer le filtre").click()
    page.get_by_text("4 appareils").wait_for()
    page.get_by_role("link", name="Reçus").click()
    page.get_by_text("3 appareils").wait_for()

    page.get_by_role("button", name="Tout cocher sur cette page").click()
    expect(page.locator("input[name=device]:checked")).to_have_count(3)
    looks()
    page.get_by_role("button", name="Voir ce qui changerait").click()
    page.get_by_text("Rien n’est encore fait.").wait_for()
    looks()
    page.get_by_role("button", name="Prendre en traitement (3)").click()
    page.get_by_text("3 appareils changés d’état").wait_for()
    looks()
    page.get_by_role("link", name="Revenir à la liste").click()
    page.get_by_text("Aucun appareil ne répond à ces critères.").wait_for()
    looks()


STANDS = """() => [...document.querySelectorAll(".site-nav ul.container > li > a")].map(
    link => [link.getBoundingClientRect().left, link.getBoundingClientRect().right]
)"""


def test_on_a_phone_where_one_is_hides_no_letter_of_the_entry_beside(open_page: Callable[..., Page]) -> None:
    """The entry that is on keeps its place in the bar: pushed to the right, its ground covered the « P » beside."""
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, Bench().technician)
    for name in ("desk:home", "refurb:device_list"):
        page.goto(reverse(name))
        places = page.evaluate(STANDS)
        gaps = {round(after[0] - before[1]) for before, after in pairwise(places)}
        assert len(gaps) == 1, (name, places)


FADE = """() => {
    const bar = document.querySelector(".site-nav ul.container");
    const on = bar.querySelector("li:has(> [aria-current])");
    const fade = parseFloat(getComputedStyle(on, "::before").width);
    return [fade, on.getBoundingClientRect().left - on.previousElementSibling.getBoundingClientRect().right];
}"""


def test_on_a_phone_a_word_that_slides_under_where_one_is_fades_and_none_does_at_rest(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(viewport={"width": 640, "height": 720})  # where nothing slides
    sign_in(page, Bench().technician)
    page.goto(reverse("refurb:device_list"))
    fade, gap = page.evaluate(FADE)
    assert 0 < fade <= gap


LONG = "Communauté d’agglomération de la vallée, des plateaux et des villages du haut pays, agence du nord"


@pytest.mark.parametrize("width", [1280, 320])
def test_a_choice_longer_than_its_box_ends_with_dots_and_pushes_nothing(
    open_page: Callable[..., Page], width: int
) -> None:
    bench = Bench()
    Organisation.objects.filter(pk=bench.workshop.organisation.pk).update(name=LONG)
    bench.received()
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page, bench.pilot)
    page.goto(reverse("refurb:device_list") + "?tous=1")
    page.get_by_label("Atelier", exact=True).select_option(LONG)
    box, field = (page.locator(one).bounding_box() for one in ("select[name=workshop]", ".filter__fields"))
    assert box is not None
    assert field is not None
    assert box["x"] + box["width"] <= field["x"] + field["width"] + 1
    expect(page.locator("select[name=workshop]")).to_have_css("text-overflow", "ellipsis")
    assert page.evaluate("document.documentElement.scrollWidth") == width
