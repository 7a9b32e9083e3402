"""The proposal of allotment on its page: shared by need, edited, foreseen, then done as one set."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conventions.models import Convention
from distribution.proposal import Proposal, proposal_for
from distribution.views.proposing import CHOSEN
from prescriptions.enums import NeedKind
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from tests.distribution.shelves import GRID, Shelf
from tests.pages import acting, read
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db
PAGE = reverse("distribution:allotment_propose")


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    assert shelf.convention.state == "active"
    return shelf


def proposal(shelf: Shelf) -> Proposal:
    ready = Device.objects.main().filter(state=DeviceState.READY)
    return proposal_for(ready, list(Convention.objects.in_force_on(timezone.localdate())))


def counts(shelf: Shelf) -> dict[str, int]:
    return {line.type: line.count for line in proposal(shelf).lines}


def test_no_more_is_proposed_than_households_wait(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.ready()
    shelf.need()
    shelf.need()

    assert sum(counts(shelf).values()) == 2
    assert proposal(shelf).spare == 1


def test_what_is_on_its_way_is_counted_before_anything_is_added(shelf: Shelf) -> None:
    shelf.allotted()
    shelf.ready()
    shelf.need()

    assert sum(counts(shelf).values()) == 0


def test_a_device_that_is_held_for_somebody_is_on_its_way_to_nobody_else(shelf: Shelf) -> None:
    shelf.reserved()
    shelf.ready()
    shelf.need()

    assert sum(counts(shelf).values()) == 1


def test_a_tablet_answers_those_who_wait_for_one_and_no_computer(shelf: Shelf) -> None:
    shelf.ready(DeviceType.TABLET)
    shelf.need()
    assert sum(counts(shelf).values()) == 0

    shelf.need(NeedKind.TABLET)

    assert counts(shelf)[DeviceType.TABLET] == 1


def test_the_page_says_why_foresees_then_does_it_at_once(shelf: Shelf) -> None:
    devices = [shelf.ready() for _ in range(2)]
    shelf.need()
    shelf.need()
    client = acting(shelf.manager)
    (line,) = [line for line in proposal(shelf).lines if line.count]

    page = read(client, PAGE)
    assert "de 0\u00a0% à 100\u00a0% des foyers servis" in page
    foreseen = client.post(PAGE, {line.name: "2"}).content.decode()
    assert "<strong>2 appareils</strong>" in foreseen
    assert {fresh(device).state for device in devices} == {DeviceState.READY}

    chosen = [f"{line.convention.pk}:{device.reference}" for device in devices]
    assert all(f'value="{one}"' in foreseen for one in chosen)
    result = client.post(PAGE, {CHOSEN: chosen}).content.decode()

    assert "2 appareils changés d’état, 0 refusé" in result
    assert {fresh(device).state for device in devices} == {DeviceState.ALLOTTED}


def test_those_who_wait_are_said_once_whatever_the_number_of_types_that_serve_them(shelf: Shelf) -> None:
    for type_ in (DeviceType.LAPTOP, DeviceType.DESKTOP):
        shelf.ready(type_)
    shelf.need()
    shelf.need()
    shelf.need(NeedKind.TABLET)
    page = read(acting(shelf.manager), PAGE)
    assert page.count('data-label="Foyers en attente" class="num">2</td>') == 1
    assert page.count('data-label="Foyers en attente" class="num">les mêmes</td>') == 1
    assert page.count("de 0\u00a0% à 100\u00a0% des foyers servis") == 1
    assert page.count("ordinateur\u00a0: 2 foyers en attente") == 0
    assert page.count("tablette\u00a0: 1 foyer en attente") == 1


def test_those_for_whom_nothing_is_ready_are_said_once(shelf: Shelf) -> None:
    shelf.ready(DeviceType.TABLET)
    shelf.need(NeedKind.TABLET)
    shelf.need()
    assert read(acting(shelf.manager), PAGE).count("ordinateur\u00a0: 1 foyer en attente") == 1


def test_the_oldest_go_first(shelf: Shelf) -> None:
    young, old = shelf.ready(), shelf.ready()
    first = min((young, old), key=lambda one: (one.ready_at or timezone.now(), one.pk))
    shelf.need()
    (line,) = [line for line in proposal(shelf).lines if line.count]

    foreseen = acting(shelf.manager).post(PAGE, {line.name: "1"}).content.decode()

    assert f"{line.convention.pk}:{first.reference}" in foreseen


def test_what_is_dearer_than_the_grid_of_its_convention_is_left_out_and_said() -> None:
    shelf = Shelf(grid=GRID | {"laptop": 60})
    assert shelf.convention.state == "active"
    dear, cheap = shelf.ready(price=61), shelf.ready(price=60)
    for _ in range(2):
        shelf.need()
    (line,) = [line for line in proposal(shelf).lines if line.count]

    foreseen = acting(shelf.manager).post(PAGE, {line.name: "2"}).content.decode()

    assert cheap.reference in foreseen
    assert dear.reference not in foreseen
    assert "1 de moins que demandé" in foreseen


def test_more_than_there_is_is_refused_and_what_was_typed_is_still_there(shelf: Shelf) -> None:
    shelf.ready()
    shelf.need()
    (line,) = [line for line in proposal(shelf).lines if line.count]

    page = acting(shelf.manager).post(PAGE, {line.name: "7"}).content.decode()

    assert "1 au plus\u00a0:" in page
    assert 'value="7"' in page


def test_what_left_the_stock_meanwhile_is_left_out(shelf: Shelf) -> None:
    gone, still = shelf.ready(), shelf.ready()
    chosen = [f"{shelf.convention.pk}:{device.reference}" for device in (gone, still)]
    shelf.allotted(gone)

    acting(shelf.manager).post(PAGE, {CHOSEN: chosen})

    assert (fresh(gone).state, fresh(still).state) == (DeviceState.ALLOTTED, DeviceState.ALLOTTED)
    assert gone.journal.filter(verb="allot").count() == 1


@pytest.mark.parametrize("forged", ["x:A-0000-0000", "999999:A-0000-0000", ":", "A-0000-0000"])
def test_a_forged_choice_allots_nothing(shelf: Shelf, forged: str) -> None:
    device = shelf.ready()

    response = acting(shelf.manager).post(PAGE, {CHOSEN: [forged, f"999:{device.reference}"]})

    assert response.status_code == 302
    assert fresh(device).state == DeviceState.READY


def test_another_workshop_neither_sees_nor_allots_these(shelf: Shelf) -> None:
    device, other = shelf.ready(), Shelf()
    shelf.need()
    client = acting(other.manager)

    assert "Rien à répartir" in read(client, PAGE)
    client.post(PAGE, {CHOSEN: [f"{shelf.convention.pk}:{device.reference}"]})

    assert fresh(device).state == DeviceState.READY


def test_who_allots_nothing_has_no_proposal(shelf: Shelf) -> None:
    for actor in (shelf.adviser, shelf.technician):
        assert acting(actor).get(PAGE).status_code == 403


def test_the_page_takes_as_many_queries_whatever_is_ready(shelf: Shelf) -> None:
    counted = []
    client = acting(shelf.manager)
    for _ in range(2):
        shelf.ready()
        shelf.need()
        with CaptureQueriesContext(connection) as queries:
            read(client, PAGE)
        counted.append(len(queries))

    assert counted[0] == counted[1]
