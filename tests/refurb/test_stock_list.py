"""The stock as a list: by place, grade, age and price; and the file it leaves as, for those who keep it."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imports.readers.cells import cell_text
from lifecycle import gate
from refurb.services import depositing, hardware
from tests.donations.scene import Scene, first_line
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db
LIST = reverse("refurb:device_list")


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def shown(client: Client, **query: str) -> set[str]:
    """The labels that the list shows."""
    page = read(client, LIST, **query)
    return {tag for tag in ("PRH-1", "PRH-2", "PRH-3") if f">{tag}</a>" in page}


def exported(client: Client) -> list[dict[str, str]]:
    answer = client.get(LIST, {"export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(StringIO(text), delimiter=";"))


def test_what_is_on_one_shelf_is_found_however_it_is_written(bench: Bench) -> None:
    bench.received(tag="PRH-1", place="Allée A, étagère 3")
    bench.received(tag="PRH-2", place="Allée B")

    assert shown(acting(bench.technician), place="allée a") == {"PRH-1"}


def test_the_stock_is_narrowed_by_grade_and_by_price(bench: Bench) -> None:
    for tag, price in (("PRH-1", 25), ("PRH-2", 60)):
        device = bench.received(tag=tag)
        bench.recondition(bench.prepared(gate.apply(device, "start", actor=bench.technician)), price)
    bench.received(tag="PRH-3")
    client = acting(bench.technician)

    assert shown(client, price="30") == {"PRH-1"}
    assert shown(client, grade="A") == {"PRH-1", "PRH-2"}
    assert shown(client, grade="D") == set()


def test_what_has_not_moved_for_long_is_found_by_its_days(bench: Bench) -> None:
    bench.received(tag="PRH-1", at=timezone.now() - timedelta(days=40))
    bench.received(tag="PRH-2")

    assert shown(acting(bench.technician), since="30") == {"PRH-1"}
    assert shown(acting(bench.technician), since="0") == {"PRH-1", "PRH-2"}


@pytest.mark.parametrize("absurd", ["-1", "99999999999999999999", "x", "1e9"])
def test_an_absurd_number_of_days_is_no_fault(bench: Bench, absurd: str) -> None:
    assert acting(bench.technician).get(LIST, {"since": absurd}).status_code == 200


def test_the_file_of_the_workshop_says_all_that_its_pages_say(bench: Bench) -> None:
    device = bench.received(tag="PRH-1", place="Allée A", serial="5CG1234XYZ")
    bench.recondition(bench.prepared(gate.apply(device, "start", actor=bench.technician)), 25)
    gone = bench.unusable(bench.in_process(tag="PRH-2"))
    bench.no_storage(gone)
    bench.recycle(gone, bsd_number="BSD-2026-7")

    rows = {row["Étiquette"]: row for row in exported(acting(bench.technician))}

    assert (rows["PRH-1"]["N° de série"], rows["PRH-1"]["Rangé à"]) == ("5CG1234XYZ", "Allée A")
    assert rows["PRH-1"]["Prix solidaire"].startswith("25")
    assert rows["PRH-2"]["Bordereau (BSD)"] == "BSD-2026-7"
    assert rows["PRH-2"]["Recycleur"]
    assert rows["PRH-2"]["Non réemployable car"] == "Panne irréparable"
    assert rows["PRH-1"]["Stockage"].startswith("SSD")
    assert rows["PRH-1"]["Aspect"]


def test_what_files_told_of_a_machine_is_in_the_file_as_on_its_page_and_costs_the_same(
    bench: Bench, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        device = bench.in_process(tag=f"PRH-{number}")
        content = machines.glpi(serial=f"5CG1234XY{number}", storages=[])
        waiting = depositing.deposit_files(actor=bench.technician, files=[(f"{number}.json", content)]).kept
        hardware.record_files(actor=bench.technician, device=device, deposits=waiting)
    lost = bench.received(tag="PRH-9")
    gate.apply(lost, "report_missing", actor=bench.technician, reason="theft")
    client = acting(bench.technician)

    with django_assert_max_num_queries(16):
        rows = {row["Étiquette"]: row for row in exported(client)}

    page = read(client, reverse("refurb:device_detail", args=[device.reference]))
    for column in ("Batterie", "IMEI"):
        said = cell_text(rows["PRH-3"][column])
        assert said, column
        assert said in page.replace("\u00a0", " ").replace("&nbsp;", " "), column
    assert rows["PRH-9"]["Manquant car"] == "Vol constaté"
    assert rows["PRH-9"]["Batterie"] == ""


def test_a_donor_neither_reads_nor_filters_by_what_its_pages_do_not_say() -> None:
    scene = Scene()
    line = first_line(scene.collected())
    acting(scene.north.technician).post(reverse("refurb:device_scan", args=[line.pk]), {"tag": "LIL-1", "place": "A1"})
    client = acting(scene.contact)

    (row, *_) = exported(client)

    assert {"Prix solidaire", "Rangé à", "Point", "Convention"} & set(row) == set()
    page = read(client, LIST)
    assert 'name="price"' not in page
    assert 'name="place"' not in page
