"""The pages of connection in a real browser: accessible, whole at 320 pixels wide, usable without a mouse."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from connectivity.services.links import open_link
from network.models import Membership
from tests.connectivity.lines import Line, again, ask, close_copper, make_offer
from tests.network.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Page, membership: Membership) -> None:
    page.goto(reverse("account_login"))
    page.fill("input[name=login]", membership.user.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def check(page: Page, width: int) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def check_page(page: Page, width: int, name: str, *arguments: str) -> None:
    page.goto(reverse(f"connectivity:{name}", args=arguments))
    check(page, width)


@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_read_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page], width: int) -> None:
    line = Line()
    ask(line.offer)
    ask(make_offer())
    close_copper(line.circle.commune, line.today() + timedelta(days=400))
    waiting = Line(circle=line.circle)
    need = waiting.need
    connection = line.proposed(current_line="copper")
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page, line.worker)
    for name in ("connection_list", "waiting_list", "offer_list", "closure_list"):
        check_page(page, width, name)
    check_page(page, width, "connection_propose", need.reference)
    for name in ("connection_detail", "connection_choose", "connection_proof", "connection_abandon"):
        check_page(page, width, name, connection.reference)
    line.see(connection)
    line.send(line.choose(connection))
    check_page(page, width, "connection_detail", connection.reference)


@pytest.mark.parametrize("width", [1280, 320])
def test_an_operator_reads_and_answers_its_queue_at_any_width(open_page: Callable[..., Page], width: int) -> None:
    line = Line()
    sent = line.sent()
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page, line.agent)
    check_page(page, width, "queue")
    page.get_by_role("link", name=sent.reference).press("Enter")
    check(page, width)
    page.get_by_role("link", name="Accepter la demande").press("Enter")
    page.get_by_label("Votre référence").fill("OP-9")
    check(page, width)
    page.get_by_role("button", name="Accepter la demande").press("Enter")
    page.get_by_text("Demande acceptée.").wait_for()
    for name in ("connection_schedule", "connection_activate", "connection_report_problem"):
        check_page(page, width, name, sent.reference)
    check_page(page, width, "queue_import")
    page.get_by_label("Ou les lignes elles-mêmes").fill("reference;reponse;motif\nL-0;refuser;duplicate")
    page.get_by_role("button", name="Enregistrer ces réponses").press("Enter")
    page.get_by_text("1 à corriger").wait_for()
    check(page, width)


@pytest.mark.parametrize("width", [1280, 320])
def test_a_link_is_opened_and_answered_without_account_nor_scripts(open_page: Callable[..., Page], width: int) -> None:
    line = Line()
    sent = line.sent()
    opened = open_link(connection=sent)
    assert opened is not None
    page = open_page(viewport={"width": width, "height": 900})
    page.goto(reverse("connectivity:link", args=[opened[1]]))
    check(page, width)
    page.get_by_role("button", name="Ouvrir la demande").press("Enter")
    page.get_by_text("Personne à raccorder").wait_for()
    check(page, width)
    page.get_by_role("button", name="Refuser").press("Enter")
    page.get_by_label("Motif").select_option("no_coverage")
    check(page, width)
    page.locator("form.form").get_by_role("button", name="Refuser").press("Enter")
    page.get_by_text("Réponse enregistrée").first.wait_for()
    check(page, width)
    page.goto(reverse("connectivity:link", args=[opened[1]]))
    page.get_by_role("button", name="Recevoir un autre lien").wait_for()
    check(page, width)
    assert again(sent).state == "refused"
