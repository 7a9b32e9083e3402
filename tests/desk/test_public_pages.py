"""What anyone may read: the first page, and the legal ones."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from desk.todo.figures import month_links
from lifecycle import gate
from reports.secrecy.covering import HIDDEN
from reports.summary import Summary
from tests.donations.scene import laptops
from tests.network.factories import make_membership
from tests.reports.stories import Story, paris

pytestmark = pytest.mark.django_db


def test_a_visitor_reads_what_maillon_is_and_where_to_go(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "De l’ordinateur qui dort au foyer connecté" in page
    for name in ("account_login", "documents:authenticity_form", "desk:legal", "desk:privacy", "desk:accessibility"):
        assert f'href="{reverse(name)}"' in page, name
    for partner in ("donateur", "Atelier", "EPCI", "Prescripteur", "Distributeur ou relais", "Opérateur"):
        assert partner in page
    assert "dès que le Département publie un premier rapport" in page


def test_the_demonstration_is_entered_from_there(client: Client) -> None:
    with override_settings(DEMO=True):
        assert "Entrer dans la démonstration" in client.get("/").content.decode()
    assert "Entrer dans la démonstration" not in client.get("/").content.decode()


def test_the_first_page_says_whom_to_write_to_in_order_to_join(client: Client) -> None:
    with override_settings(LEGAL={"contact": "rejoindre@exemple.test"}):
        assert 'href="mailto:rejoindre@exemple.test"' in client.get("/").content.decode()


def test_the_volumes_are_those_of_a_published_month_only(client: Client) -> None:
    story = Story()
    story.lot(paris(10, 5), laptops(7))
    report = story.frozen()
    assert "octobre" not in client.get("/").content.decode(), "a frozen month is not public yet"
    gate.apply(report, "publish", actor=story.pilot, at=paris(12, 31))
    page = client.get("/").content.decode()
    assert f"en octobre\u00a0{report.month.year}" in page
    assert '<span class="volumes__number figure">7</span> annoncés' in page


def test_small_counts_are_hidden_and_large_ones_told() -> None:
    story = Story()
    story.lot(paris(10, 5))
    report = story.computed()
    shown = {link.label: link.number for link in month_links(report, hides_small=False)}
    hidden = {link.label: link.number for link in month_links(report, hides_small=True)}
    assert shown["Donateur"].isdigit()
    assert 0 < int(shown["Donateur"]) < 5
    assert hidden["Donateur"] == "moins de 5"
    assert hidden["Foyer"] == "0"
    assert len(shown) == 5


def test_a_count_that_is_withheld_says_what_and_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    story.lot(paris(10, 5), laptops(7))
    gate.apply(story.frozen(), "publish", actor=story.pilot, at=paris(12, 31))
    monkeypatch.setattr(Summary, "handed_over", HIDDEN)

    page = client.get("/").content.decode()

    assert "secret" not in page.lower().split("</main>")[0].split("<main")[1]
    assert "Nombre non publié" in page
    assert "Appareils remis à prix solidaire, avec garantie. Avec d’autres nombres du mois" in page
    assert "pour qu’aucun ne soit reconnu" in page


def test_a_page_that_is_not_there_promises_a_visitor_no_search(client: Client) -> None:
    page = client.get("/nulle-part/")

    assert page.status_code == 404
    assert "cherchez" not in page.content.decode()
    assert "connectez-vous" in page.content.decode()
    client.force_login(Story().pilot.user)
    assert "cherchez la référence en haut de la page" in client.get("/nulle-part/").content.decode()


@pytest.mark.parametrize("name", ["legal", "privacy", "accessibility"])
def test_the_legal_pages_open_to_anyone_and_say_who_to_write_to(client: Client, name: str) -> None:
    legal = {"publisher": "Éditeur d’essai", "publisher_address": "", "director": "", "host": "", "source": ""}
    contacts = {"contact": "contact@exemple.test", "privacy_contact": "contact@exemple.test"}
    with override_settings(LEGAL=legal | contacts):
        page = client.get(reverse(f"desk:{name}")).content.decode()
    assert "Éditeur d’essai" in page
    assert "mailto:contact@exemple.test" in page


def test_the_true_state_of_accessibility_is_told(client: Client) -> None:
    page = client.get(reverse("desk:accessibility")).content.decode()
    assert "n’a pas été audité par un tiers" in page
    assert "non conforme" in page
    assert "Accessibilité : non conforme" in client.get("/").content.decode().replace("\u00a0", " ")


# --- what browsers, robots and finders of faults ask of any site


def test_a_browser_that_asks_for_an_icon_without_being_told_where_has_the_mark_of_the_house(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert response.headers["Location"].endswith("maillon.svg")


def test_robots_read_the_public_pages_and_nothing_else(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Disallow: /"
    opened = [line.removeprefix("Allow: ") for line in lines[1:-1]]
    pages = ["desk:legal", "desk:privacy", "desk:accessibility", "documents:authenticity_form"]
    assert {"/$", *(f"{reverse(name)}$" for name in pages)} <= set(opened)
    for one in opened:
        assert one.endswith("$") or one == "/static/"
    for name in pages:
        assert client.get(reverse(name)).status_code == 200


def test_whoever_finds_a_fault_reads_whom_to_write_to_when_the_house_says_so(client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    with override_settings(SECURITY_CONTACT="securite@exemple.test", SITE_URL="https://maillon.exemple"):
        response = client.get("/.well-known/security.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert said["Contact"] == "mailto:securite@exemple.test"
    assert said["Preferred-Languages"] == "fr"
    assert said["Canonical"] == "https://maillon.exemple/.well-known/security.txt"
    left = datetime.fromisoformat(said["Expires"]) - timezone.now()
    assert timedelta(days=30) < left < timedelta(days=365)


def test_these_answer_whoever_has_to_set_up_a_second_factor_too(settings: Any) -> None:
    settings.SECURITY_CONTACT = "securite@exemple.test"
    client = Client()
    client.force_login(make_membership("pilot", "departement").user)
    settings.MAILLON_SECOND_FACTOR = True
    assert client.get("/").status_code == 302
    for address in ("/robots.txt", "/.well-known/security.txt"):
        assert client.get(address).status_code == 200
