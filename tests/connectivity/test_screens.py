"""The pages of connection in a real browser: accessible, whole at 320 pixels wide, usable without a mouse."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from connectivity.services.links import open_link
from tests.connectivity.lines import Line, again, ask, close_copper, make_offer
from tests.screens import NARROW, Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(name: str, *arguments: str) -> str:
    return reverse(f"connectivity:{name}", args=arguments)


def test_the_pages_read_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page]) -> None:
    line = Line()
    ask(line.offer)
    ask(make_offer())
    close_copper(line.circle.commune, line.today() + timedelta(days=400))
    waiting = Line(circle=line.circle)
    need = waiting.need
    connection = line.proposed(current_line="copper")
    page = open_page()
    look = Look(page)
    sign_in(page, line.worker)
    for name in ("connection_list", "waiting_list", "offer_list", "closure_list"):
        look.at(page_of(name))
    look.at(page_of("connection_propose", need.reference))
    for name in ("connection_detail", "connection_choose", "connection_proof", "connection_abandon"):
        look.at(page_of(name, connection.reference))
    line.see(connection)
    line.send(line.choose(connection))
    look.at(page_of("connection_detail", connection.reference))


def test_an_operator_reads_and_answers_its_queue_on_a_phone(open_page: Callable[..., Page]) -> None:
    line = Line()
    sent = line.sent()
    page = open_page(viewport=NARROW)
    look = Look(page)
    sign_in(page, line.agent)
    look.at(page_of("queue"))
    page.get_by_role("link", name=sent.reference).press("Enter")
    look.again()
    page.get_by_role("link", name="Accepter la demande").press("Enter")
    page.get_by_label("Votre référence").fill("OP-9")
    look.again()
    page.get_by_role("button", name="Accepter la demande").press("Enter")
    page.get_by_text("Demande acceptée.").wait_for()
    for name in ("connection_schedule", "connection_activate", "connection_report_problem"):
        look.at(page_of(name, sent.reference))
    look.at(page_of("queue_import"))
    page.get_by_label("Ou les lignes elles-mêmes").fill("reference;reponse;motif\nL-0;refuser;duplicate")
    page.get_by_role("button", name="Voir ce qui sera enregistré").press("Enter")
    page.get_by_text("1 à corriger").wait_for()
    look.again()


def test_a_link_is_opened_and_answered_without_account_nor_mouse(open_page: Callable[..., Page]) -> None:
    line = Line()
    sent = line.sent()
    opened = open_link(connection=sent)
    assert opened is not None
    page = open_page(viewport=NARROW)
    look = Look(page)
    page.goto(reverse("connectivity:link", args=[opened[1]]))
    look.again()
    page.get_by_role("button", name="Ouvrir la demande").press("Enter")
    page.get_by_text("Personne à raccorder").wait_for()
    look.again()
    page.get_by_role("button", name="Refuser").press("Enter")
    page.get_by_label("Motif").select_option("no_coverage")
    look.again()
    page.locator("form.form").get_by_role("button", name="Refuser").press("Enter")
    page.get_by_text("Réponse enregistrée").first.wait_for()
    look.again()
    page.goto(reverse("connectivity:link", args=[opened[1]]))
    page.get_by_role("button", name="Recevoir un autre lien").wait_for()
    look.again()
    assert again(sent).state == "refused"
