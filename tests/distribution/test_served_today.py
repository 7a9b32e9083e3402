"""The queue opens on what the shelf can serve today; the rest is a tab away, and every count is the same."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import first_of
from desk.todo.pages import page_for
from distribution.services.hand_overs import reserve_device
from network.models import Membership
from prescriptions.enums import NeedKind
from prescriptions.services.households import attach_household
from refurb.enums import DeviceType
from tests.distribution.shelves import Shelf
from tests.distribution.test_queue_filters import shown
from tests.network.factories import make_commune
from tests.pages import acting, done, read

pytestmark = pytest.mark.django_db
QUEUE = "distribution:need_queue"


def tabs(page: str) -> dict[str, int]:
    """``{tab: how many needs it says}``."""
    nav = page.split('aria-label="Ce que le rayon peut servir"')[1].split("</nav>", maxsplit=1)[0]
    return {label: int(count) for label, count in re.findall(r">([^<>]+) \((\d+)\)</a>", nav)}


def todo(actor: Membership) -> tuple[int, int]:
    """How many « À faire » says can be served today, and how many wait in all."""
    (shown,) = [first_of(block) for block in page_for(actor, timezone.now()).blocks if block.key == "besoins"]
    return shown.late, shown.count


def test_the_queue_opens_on_what_the_shelf_can_serve_today(shelf: Shelf) -> None:
    phone, first, far = shelf.need(NeedKind.SMARTPHONE), shelf.need(), shelf.need(commune=make_commune())
    second = shelf.need()
    shelf.available()
    client, url = acting(shelf.adviser), reverse(QUEUE)
    needs = (phone, first, far, second)
    page = read(client, url)
    assert shown(page, *needs) == {first.reference: 2, second.reference: 4}
    assert tabs(page) == {"À servir aujourd’hui": 2, "Pas aujourd’hui": 2, "Tous": 4}
    assert 'served=today" aria-current="page">À servir aujourd’hui' in page
    assert shown(read(client, url, served="later"), *needs) == {phone.reference: 1, far.reference: 3}
    assert len(shown(read(client, url, tous="1"), *needs)) == 4
    assert todo(shelf.adviser) == (2, 4)
    shelf.derogate(far)
    assert tabs(read(client, url))["À servir aujourd’hui"] == 3
    assert todo(shelf.adviser) == (3, 4)
    assert tabs(read(client, url, served="today", kind="smartphone")) == {
        "À servir aujourd’hui": 0, "Pas aujourd’hui": 1, "Tous": 1,
    }  # fmt: skip


def test_an_empty_shelf_opens_on_the_whole_queue(shelf: Shelf) -> None:
    need = shelf.need()
    page = read(acting(shelf.adviser), reverse(QUEUE))
    assert shown(page, need) == {need.reference: 1}
    assert tabs(page) == {"À servir aujourd’hui": 0, "Pas aujourd’hui": 1, "Tous": 1}


def test_who_asks_for_the_whole_queue_gets_it_and_a_filter_that_is_kept_comes_before(shelf: Shelf) -> None:
    phone, need = shelf.need(NeedKind.SMARTPHONE), shelf.need()
    shelf.available()
    client, url = acting(shelf.adviser), reverse(QUEUE)
    for said in ({"_list": "clear"}, {"_list": "filter", "served": "", "kind": "", "where": ""}):
        page = client.post(url, said, follow=True).content.decode()
        assert len(shown(page, phone, need)) == 2, said
    assert done(client, url, _list="filter", served="later") == f"{url}?served=later"
    assert shown(client.get(url, follow=True).content.decode(), phone, need) == {phone.reference: 1}


def test_what_is_served_in_another_file_of_the_household_is_not_to_serve_today(shelf: Shelf) -> None:
    one, two = shelf.need(), shelf.need()
    attach_household(actor=shelf.adviser, household=one.prescription.household, same_as=two.prescription.household)
    reserve_device(actor=shelf.adviser, device=shelf.available(), need=one)
    other = shelf.available()
    page = read(acting(shelf.adviser), reverse(QUEUE))
    assert tabs(page) == {"À servir aujourd’hui": 0, "Pas aujourd’hui": 1, "Tous": 1}
    assert f"Réserver {other.tag}" not in page
    assert "déjà servi pour le même besoin" in page
    assert todo(shelf.adviser) == (0, 1)


def test_a_relay_counts_its_own_shelf(shelf: Shelf) -> None:
    need = shelf.need(NeedKind.SMARTPHONE)
    shelf.available(DeviceType.SMARTPHONE)
    assert shelf.relay
    assert tabs(read(acting(shelf.relay), reverse(QUEUE)))["À servir aujourd’hui"] == 0
    device = shelf.available(DeviceType.SMARTPHONE, point=shelf.relay_point)
    page = read(acting(shelf.relay), reverse(QUEUE))
    assert shown(page, need) == {need.reference: 1}
    assert f"Réserver {device.tag}" in page
    assert todo(shelf.relay) == (1, 1)
