"""The EPCI this day: the map and the table say what the database and the lists say, to the pilot alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from conventions.enums import ConventionState, Party, SuspendReason
from conventions.models import Convention, Quota
from desk.enums import Coverage
from desk.epcis import HEIGHT, ON_ONE_LINE, WIDTH, draw_map, epcis_today, in_lines
from lifecycle import gate
from network.enums import ROLES_BY_KIND, Role
from network.enums import OrganisationKind as Kind
from network.models import Commune, Epci, Membership
from network.readers.territory import read_territory
from network.services.territory import load_territory
from prescriptions.enums import EQUIPMENT_KINDS, NeedKind, NeedUse
from prescriptions.models import Need
from tests.conventions.conventions import Treaty, ended_alone
from tests.costs import assert_same_queries
from tests.desk.test_todo import landing, listed
from tests.network.factories import make_epci, make_membership
from tests.pages import acting
from tests.prescriptions.files import Circle
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/epci/"
DUNKERQUE, LILLE, CAMBRAI = "245900428", "200093201", "200068500"
ASKED = ((NeedKind.COMPUTER, NeedUse.STUDIES), (NeedKind.FIXED_CONNECTION, NeedUse.PAPERWORK))


def epci(siren: str) -> Epci:
    return Epci.objects.get(siren=siren)


@pytest.fixture
def pilot() -> Membership:
    """The whole territory: one convention in force beside a draft, one under review, needs in two places."""
    load_territory(read_territory())
    lille = Treaty(epci=epci(LILLE), quotas={"laptop": 20, "tablet": 5})
    lille.active()
    lille.draft()
    Treaty(epci=epci(CAMBRAI)).in_review()
    for siren, households in ((LILLE, 2), (DUNKERQUE, 1)):
        commune = Commune.objects.current().filter(epci__siren=siren)[0]
        circle = Circle(commune=commune)
        for _ in range(households):
            circle.accepted(ASKED)
    return make_membership(Role.PILOT, Kind.DEPARTEMENT)


def told(client: Client) -> dict[str, Any]:
    """What the page tells of each EPCI, by SIREN."""
    return {row.epci.siren: row for row, _ in client.get(PAGE).context["rows"]}


def test_each_figure_is_that_of_the_database_and_of_the_list_it_leads_to(pilot: Membership) -> None:
    client = acting(pilot)
    page = client.get(PAGE)
    rows = [row for row, _ in page.context["rows"]]
    assert len(rows) == Epci.objects.count() == 17
    counted = 0
    for row in rows:
        needs = Need.objects.waiting().filter(epci=row.epci)
        assert row.wanted == needs.filter(kind__in=EQUIPMENT_KINDS).count()
        for one in row.waiting:
            assert one.count == needs.filter(kind=one.kind).count()
            if one.count:
                counted += one.count
                assert one.count == listed(client.get(one.url))
    assert counted == Need.objects.waiting().count() == 6
    lille = told(client)[LILLE]
    assert (lille.left, lille.places) == (25, 25)
    Quota.objects.filter(convention__state=ConventionState.ACTIVE, type="laptop").update(used=12)
    Quota.objects.filter(convention__state=ConventionState.ACTIVE, type="tablet").update(total=1, used=3)
    lille = told(client)[LILLE]
    assert (lille.left, lille.places) == (8, 21), "what is over its quota takes nothing from the other types"
    assert told(client)[CAMBRAI].places is None, "a project opens no place"
    total = dict(page.context["total"]["waiting"])
    assert (total[NeedKind.COMPUTER], total[NeedKind.FIXED_CONNECTION], total[NeedKind.TABLET]) == (3, 3, 0)


def test_a_tile_tells_the_most_advanced_convention_and_leads_to_it(pilot: Membership) -> None:
    client = acting(pilot)
    rows = told(client)
    in_force = Convention.objects.get(state=ConventionState.ACTIVE)
    assert rows[LILLE].coverage == Coverage.IN_FORCE
    assert [one.state for one in rows[LILLE].conventions] == [ConventionState.ACTIVE, ConventionState.DRAFT]
    assert rows[LILLE].url == reverse("conventions:convention_detail", args=[in_force.reference])
    assert (rows[CAMBRAI].coverage, rows[CAMBRAI].standing) == (Coverage.UNDER_WAY, "en projet")
    assert rows[DUNKERQUE].coverage == Coverage.NONE
    assert listed(client.get(rows[DUNKERQUE].url)) == len(ASKED)
    for row in rows.values():
        assert client.get(row.url).status_code == 200


def test_what_is_suspended_is_said_so_and_what_is_over_only_when_nothing_else_is() -> None:
    treaty = Treaty()
    convention = treaty.active()
    gate.apply(convention, "suspend", actor=treaty.pilot, reason=SuspendReason.SUPPLY)
    assert today(treaty) == (Coverage.STOPPED, "suspendue", 1, None)
    ended_alone(convention, treaty.signatories[Party.EPCI])
    assert today(treaty) == (Coverage.STOPPED, "résiliée", 1, None)
    treaty.draft()
    assert today(treaty) == (Coverage.UNDER_WAY, "en projet", 1, None)


def today(treaty: Treaty) -> tuple[Coverage, str, int, int | None]:
    """How far its EPCI is, in a word, by how many conventions, and how many places are left."""
    row = next(row for row in epcis_today(treaty.pilot, timezone.now()) if row.epci == treaty.epci)
    return row.coverage, row.standing, len(row.conventions), row.left


def test_the_map_has_a_tile_for_each_epci_whose_words_hold_in_it(pilot: Membership) -> None:
    client = acting(pilot)
    html = client.get(PAGE).content.decode()
    tiles = re.findall(r'<a class="tile tile--(\w+)" href="([^"]+)"[^>]*aria-label="([^"]+)"', html)
    assert len(tiles) == 17
    assert html.count(f'width="{WIDTH - 2}" height="{HEIGHT - 2}"') == 17
    assert sum(coverage == "in_force" for coverage, *_ in tiles) == 1
    assert any("Métropole de Lille, convention\u00a0: en vigueur, 2 besoins en attente" in said for *_, said in tiles)
    assert any("Flandre Lys, convention\u00a0: aucune, 0 besoin en attente" in said for *_, said in tiles)
    assert "style=" not in html
    names = [line for one in Epci.objects.all() for line in in_lines(one.short_name)]
    assert max(map(len, names)) <= ON_ONE_LINE
    assert html.count("tile__name") == len(names)
    assert landing(client).content.decode().count('class="tile tile--') == 17


def test_an_epci_that_has_no_place_on_the_map_is_in_the_table() -> None:
    make_epci(short_name="Pays d’ailleurs")
    actor = make_membership(Role.PILOT, Kind.DEPARTEMENT)
    assert draw_map(epcis_today(actor, timezone.now())).tiles == ()
    assert "Pays d’ailleurs" in acting(actor).get(PAGE).content.decode()


@pytest.mark.parametrize(("role", "kind"), [(role, kind) for kind, roles in ROLES_BY_KIND.items() for role in roles])
def test_the_map_is_for_the_pilot_alone(client: Client, role: Role, kind: Kind) -> None:
    client.force_login(make_membership(role, kind).user)
    is_open = kind == Kind.DEPARTEMENT and role in (Role.PILOT, Role.MANAGER)
    assert client.get(PAGE).status_code == (200 if is_open else 403)
    assert ("map__tiles" in landing(client).content.decode()) == is_open


def test_who_steers_nothing_is_told_of_no_convention_and_no_need(pilot: Membership) -> None:
    for role, kind in ((Role.OBSERVER, Kind.DEPARTEMENT), (Role.CONTACT, Kind.DONOR), (Role.OBSERVER, Kind.EPCI)):
        rows = epcis_today(make_membership(role, kind), timezone.now())
        assert not any(row.conventions or row.wanted or row.places for row in rows)


def test_the_page_costs_the_same_whatever_there_is() -> None:
    treaty, circle = Treaty(), Circle()
    client = acting(treaty.pilot)

    def more(count: int) -> None:
        for _ in range(count):
            make_epci()
            treaty.draft()
            circle.accepted(ASKED)

    assert_same_queries(more, lambda: client.get(PAGE), rows=8)


@pytest.mark.django_db(transaction=True)
def test_the_map_is_walked_with_the_keyboard_and_gives_way_to_the_table_where_it_is_narrow(
    open_page: Callable[..., Page], pilot: Membership
) -> None:
    page = open_page()
    sign_in(page, pilot)
    look = Look(page)
    for address in ("/", PAGE):
        look.at(address)
    tile = page.get_by_role("link", name="Cambrai, convention")
    expect(tile).to_be_visible()
    page.get_by_role("link", name="Dunkerque, convention").focus()
    page.keyboard.press("Tab")
    assert "Hauts de Flandre" in str(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    page.set_viewport_size({"width": 320, "height": 720})
    expect(tile).to_be_hidden()
    expect(page.get_by_role("row", name="Cambrai")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    tile.press("Enter")
    page.wait_for_url("**/conventions/**")
