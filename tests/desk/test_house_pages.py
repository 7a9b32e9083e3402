"""Each page, for whoever reads it most, in a browser: axe finds nothing, nothing sticks out at 320 pixels.

That every page of every role is whole (``tests.desk.house``) is proven where they are all asked for:
``test_walls_of_all_pages``.
"""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from network.enums import ROLES_BY_KIND, Role
from network.enums import OrganisationKind as Kind
from network.models import Membership
from tests.desk.house import faults, faults_of_text
from tests.desk.test_walls_of_all_pages import Scenery
from tests.network.factories import make_membership
from tests.pages import Crawler, only_faults_logged, papers_in_words, taking_the_part_of
from tests.screens import AXE, flaws

WHOLE = """<!doctype html><html lang="fr"><head><title>Lot – Maillon</title></head><body>
<nav aria-label="Fil d’Ariane"><ol class="breadcrumb"><li>Lots</li></ol></nav>
<main><h1>Lot</h1><div class="todo"><a class="btn btn-primary" href="/">Qualifier</a></div>
<label for="a">Nom</label><input id="a" name="a"><label>Ville <input name="b"></label><input type="hidden" name="c">
<script src="/x.js"></script></main></body></html>"""


def test_a_page_that_keeps_the_house_has_no_fault() -> None:
    assert faults_of_text(WHOLE) == []


@pytest.mark.parametrize(
    ("kept", "broken", "told"),
    [
        ("<h1>Lot</h1>", "<h1>Lot</h1><h1>Lot</h1>", "2 h1"),
        ("<h1>Lot</h1>", "<h2>Lot</h2>", "0 h1"),
        ("Lot – Maillon", " – Maillon", "no title"),
        (' lang="fr"', "", "no language"),
        ("<li>Lots</li>", "", "nothing in the breadcrumb"),
        ("<h1>", '<h1 style="color: red">', "inline: <h1 style>"),
        ("<h1>", '<h1 onclick="go()">', "inline: <h1 onclick>"),
        ('<script src="/x.js">', "<script>", "inline: <script >"),
        ('<label for="a">', '<label for="z">', "no label: <input name=a>"),
        ("<h1>", '<h1 id="a">', "id « a » 2 times"),
        ("</a></div>", '</a><button class="btn btn-primary">Et</button></div>', "2 main buttons in the next step"),
    ],
)
def test_each_fault_is_told(kept: str, broken: str, told: str) -> None:
    assert kept in WHOLE
    assert faults_of_text(WHOLE.replace(kept, broken)) == [told]


def test_a_page_below_the_first_level_leads_up() -> None:
    for path in ("/", "/lots/"):
        assert faults_of_text(WHOLE, path) == []
    assert faults_of_text(WHOLE, "/lots/D-1/") == ["no way up in the breadcrumb"]
    assert faults_of_text(WHOLE.replace("<li>Lots</li>", '<li><a href="/lots/">Lots</a></li>'), "/lots/D-1/") == []
    assert faults_of_text(re.sub("<nav.*?</nav>", "", WHOLE), "/lots/D-1/") == ["no way up in the breadcrumb"]
    opened = '<nav aria-label="Navigation principale"><a href="/appareils/etabli/">Établi</a></nav><main>'
    assert faults_of_text(WHOLE.replace("<main>", opened), "/appareils/etabli/") == []


DECIDE = {
    (Kind.RECONDITIONER, Role.SIGNATORY),
    (Kind.RECONDITIONER, Role.MANAGER),
    (Kind.EPCI, Role.MANAGER),
    (Kind.DISTRIBUTOR, Role.REVIEWER),
    (Kind.DISTRIBUTOR, Role.SIGNATORY),
}


def readers(scenery: Scenery) -> list[Membership]:
    """Those who work with what the scenery holds, then those who decide and sign where there was a part in it."""
    shelf, territory, scene = scenery.territory.shelf, scenery.territory, scenery.scene
    first = [territory.worker, shelf.adviser, territory.agent, scene.north.technician, shelf.pilot, scene.contact]
    return first + [
        make_membership(role, kind, organisation)
        for kind, organisation in scenery.organisations.items()
        for role in ROLES_BY_KIND[kind]
        if (kind, role) in DECIDE
    ]


def seen_elsewhere() -> set[str]:
    """The names of the addresses that the tests of the screens of each app, in a browser, say that they look at."""
    seen = set()
    for path in Path(__file__).parents[1].glob("*/test_*screens.py"):
        words = set(re.findall(r'"([a-z_:]+)"', path.read_text()))
        seen |= {word if ":" in word else f"{path.parent.name}:{word}" for word in words}
    return seen


def pages_of_each_route(scenery: Scenery) -> Iterator[tuple[str, str, Client]]:
    """``(route, address, client)``: one page of each route, read by the first who may."""
    clients: list[Client] = [Crawler()]
    clients += [taking_the_part_of(membership, Crawler()) for membership in readers(scenery)]
    looked_at = seen_elsewhere()
    wanted: dict[str, list[str]] = {}
    for route, address in scenery.addresses:
        if resolve(address).view_name not in looked_at:
            wanted.setdefault(route, []).append(address)
    for route, addresses in wanted.items():
        for address in addresses:
            with only_faults_logged(), papers_in_words():
                client = first_reader(address, clients)
            if client is not None:
                clients.sort(key=lambda one, last=client: one is not last)  # who reads one reads its neighbours
                yield route, address, client
                break


def first_reader(address: str, clients: list[Client]) -> Client | None:
    """The first who reads a page at this address; nobody when it is a file, or what is only posted."""
    for client in clients:
        response = client.get(address)
        assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, address
        is_page = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
        if response.status_code == HTTPStatus.OK and is_page:
            assert faults(response) == [], address
            return client
        if response.status_code in {HTTPStatus.OK, HTTPStatus.METHOD_NOT_ALLOWED}:
            return None
    return None


@pytest.mark.django_db(transaction=True)
def test_one_page_of_each_address_reads_at_any_width_and_axe_finds_nothing(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    scenery = Scenery()
    page = open_page()
    page.context.add_init_script(AXE)  # each page needs it: its half megabyte goes to the browser once
    found: list[str] = []
    routes = set()
    for route, address, client in pages_of_each_route(scenery):
        routes.add(route)
        page.context.clear_cookies()
        if (session := client.cookies.get(settings.SESSION_COOKIE_NAME)) is not None:
            page.context.add_cookies([{"name": session.key, "value": session.value, "url": str(live_server)}])
        page.goto(address)
        found += flaws(page, whole=True)
    assert found == []
    assert len(routes) > 130, "the scenery opens most pages to somebody"
