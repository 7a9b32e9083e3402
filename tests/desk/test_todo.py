"""« À faire »: each role reads what waits for it, and nothing that is not its work."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calendars.days import last_day
from desk.todo.blocks import FIRST, Block, Shown
from desk.todo.pilots import quiet
from desk.views.todo import MOST_SENTENCES
from donations.enums import DonationPaperKind, DonationState
from donations.models import DonationPaper
from network.enums import ROLES_BY_KIND, Role
from network.enums import OrganisationKind as Kind
from network.models import Membership
from prescriptions.enums import RightKind
from prescriptions.models import HouseholdAccess
from refurb.services.devices import await_part_device
from tests.costs import assert_same_queries
from tests.desk.territory import BOTH, need_of
from tests.desk.test_walls_of_all_pages import NAMES, SERVES, STORY, Scenery, seen, strangers, words
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene
from tests.network.factories import make_membership, make_organisation
from tests.pages import acting
from tests.prescriptions.files import Circle
from tests.prescriptions.rights import Desk
from tests.refurb.devices import Bench, given_to, load_numbers, private_lot
from tests.refurb.test_certificates import balanced, received_of, reconditioned
from typography.french import day

pytestmark = pytest.mark.django_db
MOST_QUERIES = 37
HEAVIEST = 100_000
ROLES = [(role, kind) for kind, roles in ROLES_BY_KIND.items() for role in roles]


def landing(client: Client) -> Any:
    """The first page; its context says what its blocks hold."""
    response = client.get("/")
    assert response.status_code == 200
    return response


def block(response: Any, key: str) -> Shown:
    shown = [*response.context["blocks"], *response.context["quiet"]]
    return next(one for one in shown if one.block.key == key)


def listed(response: Any) -> int:
    """How many rows a list says that it has."""
    assert response.status_code == 200
    for name in ("table", "page"):
        if (found := response.context.get(name)) is not None and hasattr(found, "paginator"):
            return int(found.paginator.count)
    return len(response.context["items"])


def as_each_role(scenery: Scenery) -> Iterator[Membership]:
    """Every role, in the organisation that had a part in what was done where there is one."""
    for role, kind in ROLES:
        yield make_membership(role, kind, scenery.organisations.get(kind))
    yield scenery.territory.shelf.relay


def keep_busy(scenery: Scenery) -> None:
    """Something waits at each link of the chain."""
    shelf, circle, bench = scenery.territory.shelf, scenery.territory.circle, given_to(scenery.scene)
    scenery.scene.announced()
    bench.received()
    bench.in_process()
    await_part_device(actor=bench.technician, device=bench.in_process(), part_wanted="batterie")
    circle.draft()
    circle.submitted()
    circle.accepted(BOTH)
    scenery.territory.line(need_of(circle.accepted(BOTH), BOTH[1][0])).proposed()
    for make in (shelf.ready, shelf.allotted, shelf.shipped, shelf.returned):
        make()


@pytest.mark.parametrize(("late", "said"), [(1, "1 heure passée"), (4, "4 heures passées")])
def test_hours_that_are_past_are_said_in_the_plural_when_they_are_several(late: int, said: str) -> None:
    hours = Block(
        "rendez-vous", "Rendez-vous", list, str, "", "/", late_word="heure passée", late_words="heures passées"
    )  # type: ignore[arg-type]
    page = render_to_string("desk/_block.html", {"shown": Shown(hours, late, late, [], [])})
    assert f">{said}<" in page


# --- for everyone


@pytest.mark.parametrize(("role", "kind"), ROLES)
def test_nobody_lands_on_an_empty_page(client: Client, role: Role, kind: Kind) -> None:
    client.force_login(make_membership(role, kind).user)
    landing(client)
    with CaptureQueriesContext(connection) as queries:
        response = landing(client)
    page = response.content.decode()
    assert len(queries) <= MOST_QUERIES, len(queries)
    assert page.count("<h1") == 1
    said = [*response.context["quiet"], *response.context["above"], *response.context["below"]]
    assert said or response.context["blocks"]
    assert response.context["blocks"] or not response.context["folded"]


def test_each_count_is_that_of_the_list_it_leads_to_and_no_page_is_heavy() -> None:
    scenery = seen()
    keep_busy(scenery)
    counted, wrong = 0, []
    for membership in as_each_role(scenery):
        client = acting(membership)
        with CaptureQueriesContext(connection) as queries:
            response = landing(client)
        assert len(queries) <= MOST_QUERIES + 2, (str(membership), len(queries))  # two more for the first visit
        assert len(response.content) < HEAVIEST
        for shown in (*response.context["blocks"], *response.context["quiet"]):
            there = listed(client.get(shown.block.address))
            counted += bool(there)
            if shown.count != there:
                wrong.append((str(membership), shown.block.key, shown.count, there))
        for _, part in (*response.context["above"], *response.context["below"]):
            wrong += [
                (str(membership), step["label"], step["count"])
                for step in (*part.get("steps", ()), *part.get("columns", ()))
                if step["count"] != listed(client.get(step["url"]))
            ]
    assert wrong == []
    assert counted >= 15, "the scenery leaves something to do to many"


def test_a_filter_used_last_does_not_change_what_a_count_leads_to() -> None:
    scene = private_lot()
    scene.announced()
    client = acting(scene.contact)
    client.get(reverse("donations:donation_list"), {"state": DonationState.DRAFT})
    lots = block(landing(client), "lots")
    assert listed(client.get(lots.block.address)) == lots.count == 1


def test_households_are_named_to_those_who_serve_them_only() -> None:
    scenery = seen()
    logged = HouseholdAccess.objects.count()
    kinds = list(ROLES_BY_KIND)
    for membership in strangers(scenery, kinds):
        client = acting(membership)
        response = landing(client)
        blocks: list[Block] = [
            shown.block for shown in (*response.context["blocks"], *response.context["quiet"]) if not shown.block.url
        ]
        read = [words(response), *(words(client.get(one.address)) for one in blocks)]
        assert not [secret for secret in (*NAMES, STORY) for page in read if secret in page], str(membership)
    for kind, role in sorted(SERVES):
        read_by = words(landing(acting(make_membership(role, kind, scenery.organisations.get(kind)))))
        assert STORY not in read_by
        if kind == Kind.DEPARTEMENT:
            assert not [secret for secret in NAMES if secret in read_by], "the pilot reads no name there"
    assert HouseholdAccess.objects.count() == logged


def test_a_reservation_falls_on_the_day_that_its_list_says() -> None:
    shelf = Shelf()
    device, client = shelf.reserved(), acting(shelf.adviser)
    assert device.reserved_until is not None
    last = day(last_day(device.reserved_until))
    assert f"réservé jusqu’au {last}" in words(landing(client))
    assert last in words(client.get(reverse("distribution:reservation_list")))


@pytest.mark.parametrize("prepare", [Shelf.reserved, Shelf.returned])
def test_whoever_holds_a_device_for_a_household_reads_that_it_asks_to_be_erased(prepare: Any) -> None:
    shelf = Shelf()
    device, client = prepare(shelf), acting(shelf.adviser)
    assert "demande à être effacé" not in words(landing(client))
    desk = Desk()
    asked = desk.asked(RightKind.ERASURE, device.need.prescription.household, actor=desk.officer)
    assert f"le foyer demande à être effacé, réponse due le {day(asked.due_on)}" in words(landing(client))
    page = words(acting(desk.officer).get(reverse("prescriptions:rights_request_detail", args=[asked.reference])))
    assert "Peut y remédier\u00a0: le conseiller du point de distribution. Le conseiller le lit dans" in page
    desk.do(asked, "refuse", refusal="unfounded", told_by="phone")
    assert "demande à être effacé" not in words(landing(client))


def test_a_prescriber_is_quiet_when_its_people_did_nothing_and_not_for_want_of_a_new_request() -> None:
    circle, silent = Circle(), make_organisation("prescriber")
    circle.household()
    landed = landing(acting(circle.pilot))
    assert [*block(landed, "prescripteurs").block.rows] == [silent]
    assert "jamais d’activité" in words(landed)
    later = quiet(circle.pilot, timezone.now() + timedelta(days=70), timedelta(days=60))
    assert {one.pk: one.last is None for one in later.rows} == {silent.pk: True, circle.prescriber.pk: False}


def test_a_block_that_a_list_shows_or_that_is_another_role_s_has_no_page(client: Client) -> None:
    client.force_login(make_membership(Role.PILOT, Kind.DEPARTEMENT).user)
    assert client.get(reverse("desk:block", args=["prescripteurs"])).status_code == 200
    for key in ("lots", "toujours-d-actualite", "rien"):
        assert client.get(reverse("desk:block", args=[key])).status_code == 404


def test_without_any_role_one_is_told_so(client: Client) -> None:
    membership = make_membership(Role.WORKER, Kind.PRESCRIBER)
    client.force_login(membership.user)
    membership.organisation.is_active = False
    membership.organisation.save()
    assert client.get("/").status_code == 403


# --- the same cost whatever the volume


def test_the_page_of_a_worker_costs_the_same_with_many_files() -> None:
    circle = Circle()
    client = acting(circle.worker)

    def make(count: int) -> None:
        for _ in range(count):
            circle.draft()
            circle.submitted()

    assert_same_queries(make, lambda: landing(client), rows=FIRST + 2)


def test_the_page_of_an_adviser_costs_the_same_with_many_needs() -> None:
    circle = Circle()
    client = acting(circle.adviser)

    def make(count: int) -> None:
        for _ in range(count):
            circle.submitted()
            circle.accepted()

    assert_same_queries(make, lambda: landing(client), rows=FIRST + 2)


@pytest.mark.parametrize("who", ["technician", "manager"])
def test_the_page_of_a_workshop_costs_the_same_with_many_devices(who: str) -> None:
    bench = Bench()
    client = acting(getattr(bench, who))

    def make(count: int) -> None:
        for _ in range(count):
            bench.received()
            bench.in_process()

    assert_same_queries(make, lambda: landing(client), rows=FIRST + 2)


def test_the_page_of_the_pilot_costs_the_same_with_many_lots() -> None:
    scene = Scene()
    client = acting(scene.pilot)

    def make(count: int) -> None:
        for _ in range(count):
            scene.announced()

    assert_same_queries(make, lambda: landing(client), rows=FIRST + 2)


def test_the_page_of_a_donor_draws_five_chains_whatever_the_number_of_its_lots() -> None:
    scene = Scene()
    client = acting(scene.contact)

    def make(count: int) -> None:
        for _ in range(count + FIRST):
            scene.announced()

    assert_same_queries(make, lambda: landing(client), rows=3)


# --- each one's own


def test_a_worker_reads_his_own_files_and_the_manager_those_of_the_team() -> None:
    circle = Circle()
    circle.draft()
    colleague = make_membership(Role.WORKER, Kind.PRESCRIBER, circle.prescriber)
    assert block(landing(acting(circle.worker)), "brouillons").count == 1
    assert block(landing(acting(colleague)), "brouillons").count == 0
    assert block(landing(acting(circle.manager)), "brouillons").count == 1


def test_the_technician_alone_finds_the_scan_box_in_focus() -> None:
    bench = Bench()
    for membership, focused in ((bench.technician, 1), (bench.manager, 0), (bench.pilot, 0)):
        assert landing(acting(membership)).content.decode().count("autofocus") == focused


def test_the_bench_says_what_its_devices_lack_and_how_many_lack_it() -> None:
    load_numbers()
    bench = Bench()
    bench.in_process()
    bench.proven(bench.in_process())
    shown = block(landing(acting(bench.technician)), "en-traitement")
    reasons = {reason.said: reason.count for reason in shown.reasons}
    assert max(reasons.values()) == 2
    assert [count for said, count in reasons.items() if said.startswith("Le stockage n’a pas été inventorié")] == [1]


def test_missing_erasures_are_a_green_zero_or_come_first(client: Client) -> None:
    bench = Bench()
    client.force_login(bench.technician.user)
    page = landing(client)
    assert block(page, "effacements").count == 0
    assert '<span class="tag tag--done">0</span>' in page.content.decode()


def test_many_empty_blocks_are_folded_under_what_is_to_do_but_not_what_is_wanted_empty(client: Client) -> None:
    circle = Circle()
    circle.draft()
    client.force_login(make_membership(Role.PILOT, Kind.DEPARTEMENT).user)
    Scene().announced()
    for response in (landing(acting(circle.worker)), landing(client)):
        folded, unfolded = response.context["folded"], response.context["unfolded"]
        assert response.context["blocks"]
        assert len(folded) > MOST_SENTENCES
        assert all(one.block.is_wanted_empty for one in unfolded)
        assert not any(one.block.is_wanted_empty for one in folded)
        page = response.content.decode()
        assert f"Rien à faire sur {len(folded)} autres sujets" in page
        for one in (*folded, *unfolded):
            assert page.count(f"<li><strong>{one.block.title}</strong>") == 1
    assert unfolded, "the pilot's green zeros"


def test_what_is_late_comes_before_what_waits(client: Client) -> None:
    circle = Circle()
    circle.at = timezone.now() - timezone.timedelta(days=25)
    circle.submitted()
    circle.at = None
    circle.accepted()
    response = landing(acting(circle.adviser))
    assert [shown.block.key for shown in response.context["blocks"]][:2] == ["demandes", "besoins"]
    demands = block(response, "demandes")
    assert (demands.count, demands.late) == (1, 1)
    assert "1 en retard" in response.content.decode()


def test_a_donor_finds_the_last_certificate_of_each_lot() -> None:
    load_numbers()
    scene = private_lot()
    donation = balanced(scene)
    reconditioned(given_to(scene), received_of(donation)[0])
    papers = DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.ERASURE)
    assert papers.count() == 2, "the lot has another certificate, which replaces the first"
    shown = block(landing(acting(scene.contact)), "certificats")
    assert shown.count == 1
    assert shown.lines[0].url.endswith(f"/{papers.order_by('pk').last().pk}/")
