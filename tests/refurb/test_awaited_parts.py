"""A device that waits for a part, and the stock where that part is."""

import pytest
from django.urls import reverse

from refurb.models import Device
from refurb.services import devices
from tests.pages import acting, done, read
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.pages import page_of
from tests.refurb.test_parts import bought, fit

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def waiting(bench: Bench, wanted: str) -> Device:
    return devices.await_part_device(actor=bench.technician, device=bench.in_process(), part_wanted=wanted)


def test_what_waits_for_a_part_says_how_many_are_in_stock(bench: Bench) -> None:
    device, other = waiting(bench, "batterie 45 Wh"), waiting(bench, "Clavier")
    part = bought(bench, label="Batterie 45 Wh, 3 cellules", quantity=37)
    bought(Bench(), label="Batterie 45 Wh", quantity=5)
    fit(bench, bench.in_process(), part)
    home = read(acting(bench.technician), reverse("desk:home"))
    assert "attend\u00a0: batterie 45 Wh, en stock\u00a0: 36" in home
    assert "attend\u00a0: Clavier" in home
    assert "Clavier, en stock" not in home
    assert "en stock\u00a0: 36" in read(acting(bench.technician), page_of(device, "device_detail"))
    assert "en stock\u00a0:" not in read(acting(bench.technician), page_of(other, "device_detail"))


def test_buying_a_part_says_how_many_devices_wait_for_it(bench: Bench) -> None:
    for _ in range(2):
        waiting(bench, "Batterie 45 Wh 3 cellules")
    waiting(bench, "Clavier")
    typed = {"kind": "battery", "label": "batterie 45 wh", "quantity": "4", "unit_price": "20", "fits": "", "place": ""}
    client = acting(bench.technician)
    done(client, reverse("refurb:part_buy"), **typed)
    assert "2\u00a0appareils attendent cette pièce." in read(client, reverse("refurb:part_list"))
