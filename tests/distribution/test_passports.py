"""The public page of a device: what it promises is true, what it hides stays hidden."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from distribution.functions import Functions, functions_of
from distribution.models import HandOver
from distribution.passport import GIVEN_BACK, PROMISED, STANDINGS, UNPROVEN
from distribution.services.returns import give_back_device
from lifecycle import gate
from refurb.enums import CheckResult, DeviceState
from refurb.models import Device
from tests.distribution.shelves import Shelf
from tests.distribution.test_papers import text_of
from tests.pages import acting, read
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.pages import page_of
from tests.refurb.test_wall_after_ready import run
from typography.french import written_day

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def passport(device: Device) -> str:
    """The page, as anybody reads it."""
    return read(Client(), reverse("distribution:passport", args=[device.reference]))


def test_every_state_promises_all_or_says_why_not() -> None:
    assert {*PROMISED, *STANDINGS} == set(DeviceState)
    assert set(PROMISED) & set(STANDINGS) == set()


def test_a_reconditioned_device_says_what_it_is_and_how_its_data_went() -> None:
    bench = Bench()
    device = bench.ready()

    page = passport(device)

    assert "Reconditionné\u00a0: sans donnée, testé, classé" in page
    assert re.search(r"effacé le \d+(er)?\u00a0\w+ \d{4} \(", page)
    assert "Processeur" in page
    assert device.workshop.name in page
    assert reverse("documents:authenticity", args=[device.papers.get().document.public_code]) in page


def test_what_does_not_work_or_was_not_tried_is_told_before_one_buys_and_on_the_passport() -> None:
    """The video output failed, which is not essential; nobody tried Bluetooth, before every function had to be."""
    shelf = Shelf()
    bench = shelf.bench
    device = bench.prepared(bench.in_process())
    bench.test(fresh(device), video=CheckResult.FAIL)
    run("DELETE FROM refurb_testresult WHERE function = 'bluetooth'")
    ready = bench.recondition(fresh(device))

    page = passport(ready)

    assert "tout fonctionnait" not in page
    assert "Ne fonctionne pas\u00a0: Sortie vidéo." in page
    assert "Pas essayé\u00a0: Bluetooth." in page
    reserved = shelf.reserve(shelf.on_the_shelf(ready))
    note = HandOver.objects.get(device=reserved).document
    assert (note.values["failed"], note.values["untried"]) == (["Sortie vidéo"], ["Bluetooth"])
    paper = " ".join(text_of(note).split())
    assert "testées, sauf : Bluetooth." in paper
    assert "Ne fonctionne pas : Sortie vidéo." in paper
    assert "Toutes les fonctions" not in paper


def test_what_was_typed_by_hand_is_not_said_to_be_read_in_a_report() -> None:
    bench = Bench()

    page = passport(bench.ready())

    assert "saisi à la main" in page
    assert "lu par maillon" not in page


@pytest.mark.parametrize("reach", ["received", "in_process", "unusable"])
def test_before_it_is_reconditioned_it_promises_nothing(reach: str) -> None:
    page = passport(getattr(Bench(), reach)())

    assert "alert-success" not in page
    assert "effacé le" not in page


@pytest.mark.parametrize(
    "fallen",
    [
        "UPDATE refurb_testrun SET passed = false, failing = '{boot}'",
        "UPDATE refurb_testrun SET stay = 2",
        "DELETE FROM refurb_erasure",
        "",
    ],
)
def test_what_falls_alone_takes_the_whole_promise_away(fallen: str) -> None:
    """A test that failed, none of this stay, a proof that is no more; at last a disk that is found since."""
    bench = Bench()
    device = bench.ready()
    assert "effacé le" in passport(device)

    if fallen:
        run(fallen)
    else:
        bench.drive(device)

    page = passport(fresh(device))
    assert UNPROVEN in page
    assert "effacé le" not in page
    assert "alert-success" not in page


def test_once_it_comes_back_from_a_household_the_former_proof_is_promised_no_more() -> None:
    shelf = Shelf()
    device = shelf.handed_over()
    assert "effacé le" in passport(device)

    shelf.take_back(device)

    assert "revenu pour réparation" in passport(fresh(device))
    assert "effacé le" not in passport(fresh(device))


def test_what_is_repaired_and_given_back_to_its_household_is_accused_of_nothing_and_stays_under_warranty() -> None:
    """Its own data are on it: nobody erased nor tested it again, and nobody had to."""
    shelf = Shelf()
    back = shelf.returned()
    assert "avant de servir un autre foyer" in passport(fresh(back))
    shelf.repair(fresh(back))
    home = give_back_device(actor=shelf.adviser, device=fresh(back))

    page = passport(fresh(home))

    assert GIVEN_BACK in page
    assert UNPROVEN not in page
    assert "effacé le" not in page
    assert f"Garanti jusqu’au {written_day(home.warranty_until)}" in page


def test_the_warranty_and_where_to_go_are_told_and_neither_the_household_nor_the_price() -> None:
    shelf = Shelf()
    device = shelf.handed_over(shelf.reserved(shelf.available(price=Decimal("113.57"))))
    household = fresh(device).need.prescription.household  # type: ignore[union-attr]

    page = passport(fresh(device))

    assert "Garanti jusqu’au" in page
    assert str(shelf.point) in page
    assert not re.search(r"113[.,]57", page)
    for hidden in (household.last_name, household.first_name, fresh(device).need.reference, household.reference):  # type: ignore[union-attr]
        assert hidden not in page


def test_neither_its_serial_number_nor_those_of_its_disks_are_told() -> None:
    bench = Bench()
    device = bench.received(serial="5CG7654XYZ")
    device = bench.recondition(bench.prepared(gate.apply(device, "start", actor=bench.technician)))

    page = passport(device)

    assert "5CG7654XYZ" not in page
    assert [drive.serial for drive in device.drives.all() if drive.serial in page] == []


def test_a_device_that_is_looked_for_asks_whoever_found_it_to_call() -> None:
    bench = Bench()
    device = gate.apply(bench.ready(), "report_missing", actor=bench.technician, reason="theft")

    assert "Cet appareil est recherché." in passport(device)


def test_a_screen_holds_no_data_and_says_so() -> None:
    bench = Bench()
    assert "aucune donnée ne s’y garde" in passport(
        bench.recondition(bench.prepared(bench.announced_screen()), price=5)
    )


def test_whoever_follows_the_device_is_led_to_its_page_and_nobody_else() -> None:
    bench = Bench()
    device = bench.ready()
    here = reverse("distribution:passport", args=[device.reference])

    assert acting(bench.technician).get(here).headers["Location"] == page_of(device, "device_detail")
    assert acting(bench.stranger).get(here).status_code == 200
    assert "alert-success" in read(acting(bench.technician), here, public="1")


def test_a_reference_that_no_device_has_says_what_a_passport_is() -> None:
    answer = Client().get(reverse("distribution:passport", args=["A-0000-0000"]))

    assert answer.status_code == 404
    assert "code carré collé sur l’appareil" in answer.content.decode()


def test_a_passport_takes_as_many_queries_whatever_its_disks() -> None:
    bench, counted = Bench(), []
    for disks in (1, 3):
        device = bench.in_process()
        for _ in range(disks):
            bench.erase(bench.drive(device))
        bench.test(device)
        bench.grade(device)
        device = bench.recondition(bench.identified(device))
        with CaptureQueriesContext(connection) as queries:
            assert passport(device).count("effacé le") == disks
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_the_functions_of_a_device_are_those_found_in_its_present_stay() -> None:
    shelf = Shelf()
    sold = shelf.handed_over()
    assert functions_of(sold).good
    assert functions_of(shelf.take_back(sold)) == Functions()
