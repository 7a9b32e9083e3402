"""A household’s file, the lists and the search as each role uses them."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.clock import run_clock
from network.enums import OrganisationKind, Role
from prescriptions.enums import IdentityReason
from prescriptions.models import Household, HouseholdAccess
from prescriptions.services.households import open_identity
from prescriptions.services.needs import meet_need
from prescriptions.services.prescriptions import create_prescription, remind_prescription
from tests.network.factories import make_commune, make_membership
from tests.pages import boxes, boxes_of
from tests.prescriptions.files import COMPUTER, SKILLS, Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read

pytestmark = pytest.mark.django_db
LIST, NEEDS = "prescriptions:prescription_list", "prescriptions:need_list"
SEARCH = "prescriptions:household_search"


@pytest.fixture
def circle() -> Circle:
    return Circle()


# --- one household


def test_the_page_tells_identity_contact_communes_prescriptions_and_needs(circle: Circle) -> None:
    accepted = circle.accepted(COMPUTER, circle.household(email="foyer@exemple.test", birth_date="1980-01-02"))
    household = accepted.household
    assert household.name not in read(acting(circle.pilot), page_of(household, "household_detail"))
    open_identity(actor=circle.pilot, household=household, reason=IdentityReason.RIGHTS)
    for actor in (circle.worker, circle.adviser, circle.relay, circle.pilot):
        page = read(acting(actor), page_of(household, "household_detail"))
        for told in (
            household.name, "foyer@exemple.test", circle.commune.name, accepted.reference, "Ordinateur",
            "en attente", "1 adulte, 2 enfants", "Suivi",
        ):  # fmt: skip
            assert told in page, (actor.role, told)


def test_who_opened_a_file_is_told_to_its_manager_and_to_the_pilot_alone(circle: Circle) -> None:
    accepted = circle.accepted()
    url = page_of(accepted.household, "household_detail")
    read(acting(circle.adviser), url)
    opened = f"{circle.adviser.user}, {circle.distributor}"
    for actor in (circle.manager, circle.pilot):
        assert opened in read(acting(actor), url)
    for actor in (circle.worker, circle.adviser, circle.relay):
        assert "Qui a ouvert ce dossier" not in read(acting(actor), url)


def test_a_file_that_lacked_what_its_way_takes_is_corrected_all_the_same(circle: Circle) -> None:
    household = circle.household(phone="", email="", address="1 rue du Port", postcode="59000", contact_channel="phone")
    client, url = acting(circle.worker), page_of(household, "household_edit")
    done(client, url, **boxes(client, url) | {"first_name": "Nadia"})
    assert again(household).first_name == "Nadia"
    assert "demande un portable" in answered(client, url, **boxes(client, url) | {"contact_channel": "sms"})


def test_a_worker_corrects_a_file_and_nothing_typed_is_lost(circle: Circle) -> None:
    household = circle.household()
    client, url = acting(circle.worker), page_of(household, "household_edit")
    typed = {"last_name": "", "first_name": "Nadia", "contact_channel": "sms", "adults": 2, "children": 0}
    typed |= {"phone": household.phone}
    page = answered(client, url, **typed)
    assert 'value="Nadia"' in page
    assert 'href="#id_last_name"' in page
    done(client, url, **typed | {"last_name": "Essai"})
    assert again(household).name == "Nadia Essai"
    sheet = page_of(household, "household_detail")
    assert "Dossier corrigé\u00a0" not in read(client, sheet), "nothing is filed yet"
    circle.submitted(household=again(household))
    done(client, url, **typed | {"last_name": "Essais", "adults": 3})
    page = read(client, sheet)
    assert "Dossier corrigé\u00a0: nom, adultes" in page.split("Chronologie")[-1]
    assert acting(circle.pilot).get(url).status_code == 403


def test_a_household_counts_the_person_herself_wherever_it_is_counted(circle: Circle) -> None:
    prescription = circle.draft()
    household, client = again(prescription.household), acting(circle.worker)
    for url, said in (
        (page_of(household, "household_edit"), {"last_name": household.last_name, "contact_channel": "phone"}),
        (page_of(prescription, "prescription_home"), {"commune": circle.commune.name}),
    ):
        assert re.search(r'name="adults"[^>]* min="1"', read(client, url))
        page = answered(client, url, **said, adults=0, children=0)
        assert 'href="#id_adults"' in page
        assert "Comptez au moins la personne elle-même." in page
    with pytest.raises(ValidationError, match="elle-même"):
        circle.household(adults=0)


def test_two_tabs_that_correct_a_file_lose_nothing_of_each_other(circle: Circle) -> None:
    household = circle.household(first_name="Nadia", phone="0600000001")
    client, url = acting(circle.worker), page_of(household, "household_edit")
    first, second = boxes(client, url), boxes(client, url)
    done(client, url, **first | {"phone": "06 00 00 00 02"})
    done(client, url, **second | {"first_name": "Nadja"})
    corrected = again(household)
    assert (corrected.first_name, corrected.phone) == ("Nadja", "06 00 00 00 02")


def test_what_both_tabs_changed_is_asked_again_with_what_was_typed(circle: Circle) -> None:
    household = circle.household(phone="0600000001")
    client, url = acting(circle.worker), page_of(household, "household_edit")
    first, second = boxes(client, url), boxes(client, url)
    done(client, url, **first | {"phone": "0600000002", "adults": "3"})
    page = answered(client, url, **second | {"phone": "0600000003", "first_name": "Nadja"})
    assert "Changé entre-temps\u00a0: «\u00a00600000002\u00a0» est enregistré." in page
    assert again(household).phone == "0600000002"
    kept = boxes_of(page)
    assert (kept["phone"], kept["first_name"], kept["adults"]) == ("0600000003", "Nadja", "3")
    done(client, url, **kept)
    corrected = again(household)
    assert (corrected.first_name, corrected.phone, corrected.adults) == ("Nadja", "0600000003", 3)


def test_a_move_is_dated_and_told_on_the_page(circle: Circle) -> None:
    accepted = circle.accepted()
    household, there = accepted.household, make_commune()
    client, url = acting(circle.worker), page_of(household, "household_move")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert 'href="#id_moved_on"' in answered(client, url, commune=there.name, moved_on=tomorrow)
    today = timezone.localdate().isoformat()
    done(client, url, commune=there.name, moved_on=today, address="2 rue des Essais", postcode="59000")
    page = read(client, page_of(household, "household_detail"))
    assert there.name in page
    assert circle.commune.name in page
    assert "2 rue des Essais" in page
    assert again(accepted).epci == there.epci


def test_two_files_of_one_household_are_attached_and_detached(circle: Circle) -> None:
    one, two = circle.household(), circle.household()
    client = acting(circle.worker)
    page = answered(client, page_of(one, "household_attach"), same_as="F-0000-0000")
    assert "Aucun dossier que vous suivez" in page
    assert "F-0000-0000" in page
    done(client, page_of(one, "household_attach"), same_as=two.reference.lower())
    assert again(one).same_as == two
    assert two.reference in read(client, page_of(one, "household_detail"))
    assert one.reference in read(client, page_of(two, "household_detail"))
    done(client, page_of(one, "household_detach"))
    assert again(one).same_as is None


def test_an_adviser_says_that_two_files_it_reads_are_of_one_household(circle: Circle) -> None:
    person = {"last_name": "Essai", "first_name": "Nadia", "phone": "0699000001"}
    elsewhere = Circle(distributor=circle.distributor)
    other = elsewhere.accepted(household=elsewhere.household(**person)).household
    asked = circle.submitted(household=circle.household(**person))
    own = asked.household
    client, url = acting(circle.adviser), page_of(own, "household_doubles")
    assert "même téléphone" in read(client, url)
    assert f'href="#id_double_{other.pk}_0"' in answered(client, url)
    done(client, url, **{f"double_{other.pk}": "same"})
    assert again(own).same_as == other
    done(client, url, **{f"double_{other.pk}": "other"})
    assert again(own).same_as is None
    assert other.reference not in read(acting(circle.worker), url)
    circle.accept(asked)
    assert acting(circle.relay).get(url).status_code == 403


def test_an_archived_file_says_when_it_is_erased_and_may_be_reopened(circle: Circle) -> None:
    circle.later(days=-900)
    household = circle.household()
    run_clock(at=timezone.now())
    assert again(household).state == "archived"
    client = acting(circle.worker)
    page = read(client, page_of(household, "household_detail"))
    assert "Archivé depuis le" in page
    assert "Nouvelle prescription pour ce foyer" not in page
    done(client, page_of(household, "household_reopen"))
    assert again(household).state == "open"


def test_the_page_costs_the_same_with_one_prescription_and_with_six(circle: Circle) -> None:
    client, household = acting(circle.worker), circle.household()
    costs = []
    for count in (1, 5):
        for _ in range(count):
            circle.draft(household=household)
        read(client, page_of(household, "household_detail"))
        with CaptureQueriesContext(connection) as queries:
            read(client, page_of(household, "household_detail"))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_household_waits_since_its_prescription_was_accepted_whatever_was_written_since(circle: Circle) -> None:
    circle.at = timezone.localtime().replace(hour=12) - timedelta(days=150)
    accepted = circle.accepted()
    remind_prescription(actor=circle.worker, prescription=accepted, at=circle.later(days=142))
    for url in (page_of(accepted, "prescription_detail"), page_of(accepted.household, "household_detail")):
        assert "(il y a 150\u00a0jours)" in read(acting(circle.pilot), url)


# --- lists


def test_the_lists_show_to_each_what_is_his_to_see(circle: Circle) -> None:
    draft, submitted, accepted = circle.draft(), circle.submitted(), circle.accepted()
    other = Circle().accepted()
    seen = {
        "worker": {draft, submitted, accepted},
        "adviser": {submitted, accepted},
        "relay": {accepted},
        "pilot": {draft, submitted, accepted, other},
    }
    for role, rows in seen.items():
        page = read(acting(getattr(circle, role)), reverse(LIST))
        for row in (draft, submitted, accepted, other):
            assert (row.reference in page) == (row in rows), (role, row.state)


def test_a_household_was_last_in_contact_when_something_was_last_asked_or_met_for_it(circle: Circle) -> None:
    circle.at = timezone.now() - timedelta(days=13)
    long_ago, asked, met = circle.household(last_name="Ancien"), circle.accepted().household, circle.started()
    circle.at = None
    circle.submitted(SKILLS, again(asked))
    meet_need(actor=circle.worker, need=met)
    page = read(acting(circle.worker), reverse("prescriptions:household_list"))
    today, before = [asked.reference, met.prescription.household.reference], "il y a 13\u00a0jours"
    rows = {row[:11]: row for row in page.split("/foyers/")}
    assert before in rows[long_ago.reference]
    for reference in today:
        assert "aujourd’hui" in rows[reference]
        assert page.index(reference) < page.index(long_ago.reference), "the last one first"


def test_the_lists_are_narrowed_and_count_each_state(circle: Circle) -> None:
    submitted, accepted = circle.submitted([("tablet", "work")]), circle.accepted()
    client = acting(circle.adviser)
    assert "À examiner (1)" in read(client, reverse(LIST))
    for query, row in (
        ({"state": "submitted"}, submitted),
        ({"need": "tablet"}, submitted),
        ({"state": "accepted", "epci": str(circle.commune.epci_id)}, accepted),
    ):
        page = read(client, reverse(LIST), **query)
        assert row.reference in page
        assert ({submitted, accepted} - {row}).pop().reference not in page
    assert "Aucune demande ne répond" in read(client, reverse(LIST), need="smartphone")


def test_what_is_to_be_examined_comes_first_the_oldest_first_then_what_moved_last(circle: Circle) -> None:
    rows = [circle.submitted(), circle.submitted()]
    rows = [*rows, *reversed([circle.accepted(), circle.accepted()])]
    page = read(acting(circle.adviser), reverse(LIST))
    places = [page.index(f">{row.reference}</a>") for row in rows]
    assert places == sorted(places)


def test_the_tabs_of_the_list_count_and_keep_whose_prescriptions_it_shows(circle: Circle) -> None:
    colleague = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, circle.prescriber)
    circle.draft()
    create_prescription(actor=colleague, household=circle.household())
    taken, _ = circle.submitted(), circle.submitted()
    gate.apply(taken, "take_up", actor=circle.adviser)
    for actor, whose, counted in (
        (circle.worker, "", "Brouillons (2)"),
        (circle.worker, "mine=me", "Brouillons (1)"),
        (circle.adviser, "", "À examiner (2)"),
        (circle.adviser, "held=me", "À examiner (1)"),
        (circle.adviser, "mine=me", "À examiner (2)"),
        (circle.worker, "mine=nobody", "Brouillons (2)"),
    ):
        page = acting(actor).get(f"{reverse(LIST)}?tous=1&{whose}").content.decode()
        address = re.search(rf'href="([^"]*)"[^>]*>{re.escape(counted)}<', page)
        assert address is not None, (whose, counted)
        shown = acting(actor).get(reverse(LIST) + unescape(address[1])).content.decode()
        rows = int(re.search(r"\((\d+)\)", counted)[1])  # type: ignore[index] # each has one
        assert f"{rows} {'prescription' if actor == circle.worker else 'demande'}{'s' * (rows > 1)}" in shown
        assert f"{counted}<" in shown, "the tab one is at says the same"


def test_a_tab_of_the_list_keeps_every_other_filter_and_counts_under_it(circle: Circle) -> None:
    circle.submitted()
    accepted = circle.accepted()
    seen = read(acting(circle.adviser), reverse(LIST))
    assert ("À examiner (1)" in seen, "Acceptées, en attente (1)" in seen) == (True, True)
    elsewhere = make_commune().epci
    for epci, counted in ((accepted.epci_id, 1), (elsewhere.pk, 0)):
        page = acting(circle.adviser).get(f"{reverse(LIST)}?state=submitted&epci={epci}").content.decode()
        assert f"Acceptées, en attente ({counted})" in page
        addresses = [
            unescape(one) for one in re.findall(r'href="(\?(?:state|tous)=[^"]*)"[^>]*>[^<]*(?:\(|Toutes)', page)
        ]
        assert len(addresses) == 4
        assert all(f"epci={epci}" in one and one.count("state=") <= 1 for one in addresses), addresses


def test_the_pilot_reads_no_name_in_lists(circle: Circle) -> None:
    accepted = circle.accepted()
    for name in (LIST, NEEDS):
        page = read(acting(circle.pilot), reverse(name))
        assert accepted.household.last_name not in page
        assert accepted.household.last_name in read(acting(circle.adviser), reverse(name))


def test_needs_are_in_the_order_of_their_rank_with_what_makes_it(circle: Circle) -> None:
    late = circle.accepted([("computer", "social")])
    first = circle.accepted([("computer", "studies")])
    page = read(acting(circle.adviser), reverse(NEEDS))
    assert page.index(first.needs.get().reference) < page.index(late.needs.get().reference)
    assert "usage\N{NO-BREAK SPACE}6" in page
    assert "Aucun besoin ne répond" in read(acting(circle.adviser), reverse(NEEDS), state="met")


def test_an_empty_list_says_how_to_fill_it(circle: Circle) -> None:
    assert "Commencez-en une" in read(acting(circle.worker), reverse(LIST))
    assert "dès qu’un travailleur social la dépose" in read(acting(circle.adviser), reverse(LIST))
    assert "Aucun besoin n’attend." in read(acting(circle.adviser), reverse(NEEDS))
    assert "Aucun foyer pour l’instant." in read(acting(circle.worker), reverse("prescriptions:household_list"))


def test_each_finds_his_entries_in_the_navigation(circle: Circle) -> None:
    for role, entries in (
        ("worker", {"Prescriptions", "Foyers"}),
        ("adviser", {"Demandes"}),
        ("relay", {"Demandes"}),
        ("pilot", {"Prescriptions", "Besoins"}),
    ):
        page = read(acting(getattr(circle, role)), reverse(LIST)).partition("site-nav")[2].partition("</nav>")[0]
        found = {entry for entry in ("Prescriptions", "Demandes", "Besoins", "Foyers") if f">{entry}</a>" in page}
        assert found == entries, role


# --- search


def found(client: Client, text: str) -> str:
    response = client.post(reverse(SEARCH), {"text": text})
    if response.status_code == 302:
        return str(response.headers["Location"])
    return str(response.content.decode())


def test_a_file_is_found_by_reference_name_phone_or_email_and_no_address_names_it(circle: Circle) -> None:
    household: Household = circle.household(
        last_name="Essai", first_name="Nadia", phone="06 99 00 00 01", email="nadia@exemple.test"
    )
    circle.household()
    client = acting(circle.worker)
    for text in (household.reference, "nadia essai", "ESSAI", "0699000001", "nadia@exemple.test"):
        assert found(client, text) == page_of(household, "household_detail"), text
    draft = circle.empty(household)
    assert found(client, draft.reference) == page_of(draft, "prescription_detail")
    assert client.get(reverse(SEARCH), {"text": "Essai"}).status_code == 405


def test_several_files_are_listed_and_none_says_so(circle: Circle) -> None:
    one, two = circle.household(last_name="Essai"), circle.household(last_name="Essai")
    client = acting(circle.worker)
    page = found(client, "Essai")
    assert one.reference in page
    assert two.reference in page
    assert "Aucun dossier que vous puissiez lire ne correspond." in found(client, "Inconnue")
    assert "Aucun dossier" in found(acting(Circle().worker), "Essai")
    assert "Tapez une référence" in found(client, "")


def test_a_search_that_lists_several_names_is_one_opening_of_each_for_whoever_does_not_follow_them(
    circle: Circle,
) -> None:
    for name in ("Dominique", "Sacha"):
        circle.accepted(household=circle.household(last_name="Homonyme", first_name=name))
    for reader, logged in ((circle.worker, 0), (circle.adviser, 2)):
        found = acting(reader).post(reverse(SEARCH), {"text": "homonyme"}).content.decode()
        assert "Sacha" in found
        assert HouseholdAccess.objects.filter(actor=reader, what="household_search").count() == logged


# --- where one comes from


@pytest.mark.parametrize(
    ("who", "name", "above"),
    [
        ("worker", "household_detail", "Foyers"),
        ("worker", "household_move", "Foyers"),
        ("worker", "household_edit", "Foyers"),
        ("adviser", "household_detail", "Demandes"),
    ],
)
def test_the_pages_of_a_household_lead_back_to_the_list_that_its_reader_comes_from(
    circle: Circle, who: str, name: str, above: str
) -> None:
    household = circle.accepted().household
    page = acting(getattr(circle, who)).get(page_of(household, name)).content.decode()
    assert re.findall(r'<li class="breadcrumb-item"><a href="[^"]+">([^<]+)</a></li>', page)[:1] == [above]
