"""What the machines of a lot have in common is proposed for the next one; what is a machine's own never is."""

import base64
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifecycle import gate
from refurb.models import CarriedFacts, Device, Drive, Erasure, Grading
from refurb.readers.glpi import EDID_HEADER
from refurb.services import devices, likeness, parts, sources
from tests.donations.scene import Scene, first_line, laptops
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import READ, Bench, fresh, given_to, load_numbers, new_tag
from tests.refurb.hardware import deposit, record
from tests.refurb.pages import page_of
from tests.refurb.test_reconditioning_page import Fields, sends

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {
    "manufacturer": "HP",
    "model": "EliteBook 840 G5",
    "processor": "Intel Core i5-8350U",
    "memory_gb": 8,
}


class Lot:
    """A lot of laptops received in one workshop, of which nothing is read."""

    def __init__(self, count: int = 3, *lines: Any) -> None:
        load_numbers()
        self.scene = Scene(lines=(laptops(count), *lines))
        self.bench = given_to(self.scene)
        donation = self.scene.collected()
        self.donation = donation
        self.devices = [self.receive() for _ in range(count)]

    def receive(self, line: Any = None) -> Device:
        row = line or first_line(self.donation)
        device = devices.receive_device(actor=self.bench.technician, line=row, tag=new_tag())
        return gate.apply(device, "start", actor=self.bench.technician)

    def describe(self, device: Device, **said: Any) -> Device:
        return devices.describe_device(actor=self.bench.technician, device=device, **SAID | said)

    def accept(self, device: Device) -> Device:
        facts = likeness.likeness_of(fresh(device)).values
        return likeness.describe_alike(actor=self.bench.technician, device=device, facts=facts)


def carried(device: Device) -> set[str]:
    """The fields that still come from another machine."""
    return set(sources.carried_to(device, sources.sources_of(device)))


def proposed(device: Device) -> dict[str, Any]:
    return likeness.likeness_of(fresh(device)).values


# --- what is never proposed


def test_nothing_of_a_machine_s_own_is_ever_carried_over() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first, serial="SN-FIRST", place="Étagère A1", unread="")
    lot.bench.prepared(first)
    lot.bench.recondition(first, 25)
    assert set(proposed(second)) == set(likeness.COMMON)
    lot.accept(second)
    now = fresh(second)
    assert (now.serial, now.place, now.grade, now.price) == ("", "", "", None)
    assert not Drive.objects.filter(device=second).exists()
    assert not Erasure.objects.filter(device=second).exists()
    assert not Grading.objects.filter(device=second).exists()
    assert not Device.objects.proven().filter(pk=second.pk).exists()


@pytest.mark.parametrize("apart", ["another_lot", "another_workshop", "another_type", "unannounced"])
def test_only_machines_of_the_same_lot_type_and_workshop_are_asked(apart: str) -> None:
    lot = Lot(1)
    lot.describe(lot.devices[0])
    if apart == "another_lot":
        other = Lot(1).devices[0]
    elif apart == "another_workshop":
        other = Bench().in_process(manufacturer="", model="", processor="", memory_gb=None)
    elif apart == "another_type":
        other = lot.devices[0]
        Device.objects.filter(pk=other.pk).update(place="")
        other = lot.bench.in_process("screen", manufacturer="", model="", processor="", memory_gb=None)
    else:
        other = lot.bench.in_process(manufacturer="", model="", processor="", memory_gb=None)
    assert proposed(other) == {}


def test_the_memory_that_was_added_to_one_is_its_own_and_so_is_a_drive_of_the_stock() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    technician = lot.bench.technician
    lot.describe(first, memory_gb=16)
    bought = {"label": "Neuf", "quantity": 1, "unit_price": Decimal(20)}
    memory = parts.buy_part(actor=technician, kind="memory", **bought)
    drive = parts.buy_part(actor=technician, kind="storage", **bought)
    parts.fit_part(actor=technician, device=first, part=memory)
    parts.fit_part(actor=technician, device=first, part=drive, drive={"kind": "ssd", "capacity": 10**12})
    told = likeness.likeness_of(fresh(second))
    assert set(told.values) == {"manufacturer", "model", "processor"}
    assert told.besides == ()


def test_what_differs_between_the_machines_read_is_proposed_for_none() -> None:
    lot = Lot()
    lot.describe(lot.devices[0])
    lot.describe(lot.devices[1], memory_gb=16)
    assert proposed(lot.devices[2]) == {name: SAID[name] for name in ("manufacturer", "model", "processor")}


def test_what_a_technician_typed_is_left_and_another_model_is_not_alike() -> None:
    lot = Lot()
    first, second, third = lot.devices
    lot.describe(first)
    devices.describe_device(actor=lot.bench.technician, device=second, memory_gb=4)
    assert "memory_gb" not in proposed(second)
    assert fresh(lot.accept(second)).memory_gb == 4
    devices.describe_device(actor=lot.bench.technician, device=third, manufacturer="Dell")
    assert proposed(third) == {}


def test_a_model_that_its_line_announced_is_not_that_of_the_machines_of_another_line() -> None:
    """Two models of one maker in one lot: the processor of one is not proposed for the other."""
    lot = Lot(1, laptops(1, model_name="EliteBook 840 G5"), laptops(1, model_name="ZBook 15"))
    announced, other = (lot.receive(line) for line in lot.donation.lines.order_by("pk")[1:])
    lot.describe(announced, model="EliteBook 840 G5", processor="", memory_gb=None)
    lot.describe(other, model="ZBook 15", processor="Intel Xeon E3", memory_gb=32)
    assert proposed(announced) == {}


def test_a_machine_whose_model_nobody_read_is_like_none_of_another_line() -> None:
    lot = Lot(1, laptops(1))
    other = lot.receive(lot.donation.lines.order_by("pk")[1])
    lot.describe(lot.devices[0], processor="", memory_gb=None)
    lot.describe(other, model="")
    assert proposed(lot.devices[0]) == {}


def test_what_was_only_carried_over_says_nothing_more_and_names_the_one_that_was_read() -> None:
    lot = Lot()
    first, second, third = lot.devices
    lot.describe(first)
    lot.accept(second)
    told = likeness.likeness_of(fresh(third)).facts
    assert {source for _, source in told.values()} == {first}
    devices.describe_device(actor=lot.bench.technician, device=first, memory_gb=None)
    assert "memory_gb" not in proposed(third)  # the only one that says it took it from another


# --- where a fact comes from


def test_an_accepted_fact_keeps_where_it_comes_from_until_somebody_types_or_a_file_reads() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    lot.accept(second)
    assert carried(fresh(second)) == set(likeness.COMMON)
    page = read(acting(lot.bench.technician), page_of(second, "device_detail"))
    assert f"comme {first.tag}, du même lot" in page
    devices.describe_device(actor=lot.bench.technician, device=second, memory_gb=16)
    assert carried(fresh(second)) == set(likeness.COMMON) - {"memory_gb"}


def test_what_a_file_of_the_machine_says_wins_over_what_was_carried_over_and_the_difference_is_shown() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    lot.accept(second)
    told = record(lot.bench, fresh(second), deposit(lot.bench, "a.json", machines.lshw(memory=16)))
    assert fresh(second).memory_gb == 16
    assert [(one.label, one.written, one.read, one.carried) for one in told.differences] == [
        ("Mémoire", "8\u00a0Go", "16\u00a0Go", f"comme {first.tag}")
    ]
    assert carried(fresh(second)) == set()  # what agrees is the file's too, now that it was read here
    assert set(sources.sources_of(fresh(second))) == {*likeness.COMMON, "serial"}


def test_what_was_typed_still_wins_over_a_file_on_a_machine_that_took_the_rest() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    devices.describe_device(actor=lot.bench.technician, device=second, memory_gb=4)
    lot.accept(second)
    record(lot.bench, fresh(second), deposit(lot.bench, "a.json", machines.lshw(memory=16)))
    assert fresh(second).memory_gb == 4


def test_a_file_that_contradicts_is_told_on_the_page_that_sorts_it() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    lot.accept(second)
    deposit(lot.bench, f"{second.tag}.json", machines.lshw(memory=16))
    page = read(acting(lot.bench.technician), "/appareils/fichiers/trier/")
    assert f"était repris comme {first.tag}, du même lot\u00a0: 8\u00a0Go\u00a0; lu\u00a0: 16\u00a0Go" in page


# --- one keystroke


def test_the_page_is_filled_already_and_enter_accepts() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    browser = acting(lot.bench.technician)
    page = read(browser, page_of(second, "device_recondition"))
    assert "Déjà rempli comme" in page
    assert page.count(f"Comme {first.tag}, du même lot") == len(likeness.COMMON)
    assert fresh(second).processor == ""  # shown, not written
    sends(browser, second, entered="identite")
    now = fresh(second)
    assert {name: getattr(now, name) for name in SAID} == SAID
    assert CarriedFacts.objects.get(device=second).like == first
    assert "Déjà rempli comme" not in read(browser, page_of(second, "device_recondition"))


def test_what_is_corrected_before_enter_is_typed_and_not_carried_over() -> None:
    lot = Lot()
    lot.describe(lot.devices[0])
    sends(acting(lot.bench.technician), lot.devices[1], **{"identity-memory_gb": "16", "entered": "identite"})
    assert fresh(lot.devices[1]).memory_gb == 16
    assert carried(fresh(lot.devices[1])) == {"manufacturer", "model", "processor"}


@pytest.mark.parametrize("press", [{"save": "tests"}, {"save": "tout"}, {"entered": "tests"}, {}])
def test_what_is_proposed_is_not_accepted_by_recording_something_else(press: dict[str, str]) -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    browser = acting(lot.bench.technician)
    sends(browser, second, **{"checks-all_ok": "on"}, **press)
    assert (fresh(second).manufacturer, fresh(second).processor) == ("", "")
    assert not CarriedFacts.objects.exists()
    assert "Déjà rempli comme" in read(browser, page_of(second, "device_recondition"))
    sends(browser, second, **{"identity-memory_gb": "16"}, **press)
    assert (fresh(second).memory_gb, fresh(second).processor) == (16, ""), "what was changed is read, the rest is not"
    assert not CarriedFacts.objects.exists()


def test_what_is_proposed_is_accepted_by_declaring_and_never_folded_away() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    lot.bench.proven(second)
    lot.bench.test(second)
    lot.bench.grade(second)
    devices.describe_device(actor=lot.bench.technician, device=second, manufacturer="HP", model=SAID["model"])
    browser = acting(lot.bench.technician)
    identity = read(browser, page_of(second, "device_recondition")).partition('id="stockage"')[0]
    assert "Revoir ou corriger" not in identity
    sends(browser, second, price="60", declare="1")
    now = fresh(second)
    assert (now.state, now.processor, carried(now)) == ("ready", SAID["processor"], {"processor", "memory_gb"})


def test_what_another_machine_said_meanwhile_is_not_taken_for_what_the_page_proposed() -> None:
    """The page proposed 8 Go; one of the lot turned out to have 16: nobody read 8 on this one."""
    lot = Lot()
    first, second, third = lot.devices
    lot.describe(first)
    url = page_of(third, "device_recondition")
    browser = acting(lot.bench.technician)
    fields = Fields()
    fields.feed(read(browser, url))
    lot.describe(second, memory_gb=16)
    browser.post(url, fields.sent | {"entered": "identite"})
    assert (fresh(third).processor, fresh(third).memory_gb) == (SAID["processor"], None)


@pytest.mark.parametrize("press", [{"entered": "identite"}, {"save": "tests"}])
def test_what_somebody_wrote_meanwhile_is_not_emptied_by_what_was_only_proposed(press: dict[str, str]) -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    lot.describe(first)
    url = page_of(second, "device_recondition")
    browser = acting(lot.bench.technician)
    fields = Fields()
    fields.feed(read(browser, url))
    devices.describe_device(actor=lot.bench.technician, device=second, memory_gb=16)
    browser.post(url, fields.sent | press)
    assert fresh(second).memory_gb == 16


def test_the_size_of_the_drive_and_of_the_screen_are_told_and_written_nowhere() -> None:
    lot = Lot()
    first, second = lot.devices[:2]
    record(lot.bench, first, deposit(lot.bench, "a.json", machines.lshw()))
    edid = base64.b64encode(EDID_HEADER + bytes(13) + bytes([31, 17]) + bytes(105)).decode()
    record(lot.bench, first, deposit(lot.bench, "b.json", machines.glpi(monitors=[{"base64": edid}])))
    page = read(acting(lot.bench.technician), page_of(second, "device_recondition"))
    assert "Inventoriez ce que vous trouvez ici" in page
    assert "13,9\u00a0pouces" in page
    sends(acting(lot.bench.technician), second)
    assert not Drive.objects.filter(device=second).exists()


def test_asking_costs_the_same_whatever_the_lot() -> None:
    def cost(count: int) -> int:
        lot = Lot(count)
        for device in lot.devices[:-1]:
            lot.describe(device)
        asked = Device.objects.select_related("line").get(pk=lot.devices[-1].pk)
        with CaptureQueriesContext(connection) as queries:
            likeness.likeness_of(asked)
        return len(queries)

    assert cost(2) == cost(6) <= 6


def test_reading_alone_carries_nothing(db: None) -> None:
    lot = Lot()
    lot.describe(lot.devices[0])
    read(acting(lot.bench.technician), page_of(lot.devices[1], "device_recondition"))
    assert not CarriedFacts.objects.exists()
    assert fresh(lot.devices[1]).manufacturer == ""
    assert READ["manufacturer"] != SAID["manufacturer"]
