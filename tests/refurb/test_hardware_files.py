"""Files of machines on the bench: deposited many at once, sorted, shown, written; nothing leaves unproven by them."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import (
    DeviceType,
    DriveKind,
    DriveSource,
)
from refurb.models import DepositedFile, Device, Drive, HardwareReport
from refurb.services import devices, hardware, stock
from tests.donations.inventories import machine, picked_up, taken
from tests.donations.scene import Scene, first_line, laptops, load_law
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import BOTH_READ, Bench, fresh, from_lot, given_to, load_numbers, new_tag
from tests.refurb.hardware import blank, confirm, deposit, record, sorting

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


@pytest.fixture
def browser(bench: Bench) -> Client:
    return acting(bench.technician)


# --- what is blank is filled, what is typed wins


def test_a_file_fills_what_is_blank_and_each_fact_keeps_its_source(bench: Bench, browser: Client) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    now = fresh(device)
    assert (now.manufacturer, now.model, now.serial) == ("HP", "EliteBook 840 G5", machines.SERIAL)
    assert (now.processor, now.memory_gb) == ("Intel Core i5-8350U", 8)
    page = read(browser, reverse("refurb:device_detail", args=[device.reference]))
    assert page.count("lu dans lshw du") == 6  # make and model, number, processor, memory, webcam, drive


def test_what_a_person_typed_wins_and_the_difference_is_shown(bench: Bench, browser: Client) -> None:
    device = blank(bench, memory_gb=8, processor="Intel Core i5-8350U")
    one = deposit(bench, f"{device.tag}.json", machines.lshw(memory=16))
    page = read(browser, reverse("refurb:hardware_sort"))
    assert "saisi\u00a0: 8\u00a0Go, lu\u00a0: 16\u00a0Go" in page
    told = record(bench, device, one)
    assert fresh(device).memory_gb == 8
    assert [(found.label, found.written, found.read) for found in told.differences] == [
        ("Mémoire", "8\u00a0Go", "16\u00a0Go")
    ]
    assert HardwareReport.objects.get().differences == {"memory_gb": [8, 16]}
    assert "processor" not in hardware.sources_of(fresh(device))  # it was typed: the file only agrees


def test_what_a_file_wrote_is_replaced_by_a_later_file(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "a.json", machines.lshw(memory=8)))
    told = record(bench, fresh(device), deposit(bench, "b.json", machines.lshw(memory=16)))
    assert fresh(device).memory_gb == 16
    assert [found.before for found in told.differences] == ["lshw"]


def test_the_model_that_a_donor_announced_is_replaced_by_the_one_that_is_read(bench: Bench) -> None:
    scene = Scene(lines=(laptops(1, model_name="HP 840"),))
    device = from_lot(scene)
    assert device.model == "HP 840"
    told = record(given_to(scene), device, deposit(given_to(scene), "a.json", machines.lshw()))
    assert fresh(device).model == "EliteBook 840 G5"
    assert [(found.label, found.before, found.announced) for found in told.differences] == [("Modèle", "", True)]


def test_what_an_inventory_said_is_replaced_by_what_is_read_and_what_a_person_typed_is_not(bench: Bench) -> None:
    load_law()
    scene = Scene()
    source = taken(scene, [machine("1", model="840", processor="i3 annoncé", memory="8 Go", serial=machines.SERIAL)])
    line, workshop = first_line(picked_up(scene, source)), given_to(scene)
    device = devices.receive_device(actor=workshop.technician, line=line, tag=new_tag(), number="1")
    device = devices.describe_device(actor=workshop.technician, device=device, processor="i7 lu à l’écran")
    one = deposit(workshop, f"{device.tag}.json", machines.lshw(memory=16))
    page = read(acting(workshop.technician), reverse("refurb:hardware_sort"))
    assert "annoncé par le donateur\u00a0: 8\u00a0Go\u00a0; lu\u00a0: 16\u00a0Go (lshw)" in page
    assert "saisi\u00a0: i7 lu à l’écran" in page
    told = record(workshop, device, one)
    now = fresh(device)
    assert (now.memory_gb, now.model, now.processor) == (16, "EliteBook 840 G5", "i7 lu à l’écran")
    assert {found.label: found.announced for found in told.differences} == {
        "Modèle": True,
        "Mémoire": True,
        "Processeur": False,
    }
    assert hardware.sources_of(now).keys() == {"memory_gb", "model"}


def test_a_placeholder_typed_as_a_number_counts_as_blank(bench: Bench) -> None:
    device = blank(bench, serial="To be filled by O.E.M.")
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert fresh(device).serial == machines.SERIAL


def test_the_type_that_the_chassis_tells_is_compared_and_never_written(bench: Bench) -> None:
    device = blank(bench, type=DeviceType.DESKTOP)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert [(found.label, found.written) for found in told.differences] == [("Type", "Ordinateur fixe")]
    assert fresh(device).type == DeviceType.DESKTOP


# --- drives


def test_a_drive_found_fitted_is_inventoried_with_its_source_and_is_to_be_erased(bench: Bench) -> None:
    device = blank(bench)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    drive = Drive.objects.get()
    assert (drive.serial, drive.source, drive.kind) == (machines.DRIVE, DriveSource.SYSTEM, DriveKind.SSD)
    assert drive.capacity == machines.SIZE
    assert Drive.objects.unproven().get() == drive
    assert [one.is_new for one in told.drives] == [True, False]
    assert "SanDisk Cruzer Blade" in told.drives[1].said  # the stick is told, and not inventoried


def test_a_device_whose_drive_came_from_a_file_and_is_unproven_is_not_reconditioned(bench: Bench) -> None:
    device = bench.in_process()
    bench.test(device)
    bench.grade(device)
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    with pytest.raises(Refused) as refused:
        stock.recondition_device(actor=bench.technician, device=device, price=25)  # type: ignore[arg-type]
    assert "drives_proven" in [reason.code for reason in refused.value.all]
    with pytest.raises(IntegrityError, match="prouvé effacé"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(state="ready")


def test_an_absence_that_was_attested_does_not_hide_a_drive_found_later(bench: Bench) -> None:
    device = bench.in_process()
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device)
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    refused = gate.preview(Device.objects.filter(pk=device.pk), "recondition", actor=bench.technician).refused
    assert "drives_proven" in [reason.code for reason in refused[device.pk]]


def test_a_drive_found_in_a_reconditioned_device_keeps_it_from_leaving(bench: Bench) -> None:
    device = bench.ready()
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert not Device.objects.filter(pk=device.pk).proven().exists()


def test_the_same_drive_in_several_files_is_one_drive(bench: Bench) -> None:
    device = blank(bench)
    files = [("a.json", machines.lshw()), ("b.json", machines.smartctl()), ("c.json", machines.glpi())]
    record(bench, device, *(deposit(bench, *one) for one in files))
    assert Drive.objects.count() == 1


def test_a_drive_that_is_inventoried_already_is_not_added_again(bench: Bench) -> None:
    device = blank(bench)
    bench.drive(device, serial=machines.DRIVE.lower(), capacity=None)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert Drive.objects.current().get().capacity == machines.SIZE
    assert not told.drives[0].is_new
    assert "déjà inventorié" in told.drives[0].how


def test_a_drive_without_a_number_is_the_inventoried_one_of_its_size_and_one_more_beyond(bench: Bench) -> None:
    device = blank(bench)
    bench.drive(device, serial="", capacity=machines.SIZE)
    nameless = machines.drive_node("")
    record(bench, device, deposit(bench, "a.json", machines.lshw(drives=(nameless,))))
    assert Drive.objects.count() == 1
    record(bench, device, deposit(bench, "b.json", machines.lshw(drives=(nameless, nameless))))
    assert Drive.objects.count() == 2


def test_an_inventoried_drive_that_no_tool_saw_is_told_and_stays(bench: Bench) -> None:
    device = blank(bench)
    bench.drive(device, serial="ANOTHER77", capacity=10**12)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert [one.how for one in told.drives if "ANOTHER77" in one.said] == [
        "inventorié, mais aucun de ces fichiers ne l’a vu"
    ]
    assert Drive.objects.in_place().count() == 2


# --- one machine, two devices


def test_the_same_file_on_a_second_device_is_refused_with_the_first(bench: Bench) -> None:
    first, second = blank(bench), blank(bench)
    record(bench, first, deposit(bench, "a.json", machines.DMIDECODE.encode()))
    again = deposit(bench, "b.txt", machines.DMIDECODE.encode())
    with pytest.raises(Refused) as refused:
        record(bench, second, again)
    assert first.tag in refused.value.all[0].sentence
    assert fresh(second).processor == ""
    assert list(DepositedFile.objects.waiting()) == [again]


def test_a_drive_that_another_device_holds_refuses_all_the_files_of_the_second(bench: Bench) -> None:
    first, second = blank(bench), blank(bench)
    record(bench, first, deposit(bench, "a.json", machines.lshw()))
    with pytest.raises(Refused) as refused:
        record(bench, second, deposit(bench, "b.json", machines.lshw(memory=16)))
    assert refused.value.all[0].code == "serial_elsewhere"
    assert (fresh(second).processor, HardwareReport.objects.count()) == ("", 1)


def test_a_machine_seen_twice_is_shown_with_both_and_a_person_decides(bench: Bench, browser: Client) -> None:
    first, second = blank(bench, serial=machines.SERIAL), blank(bench, serial=machines.SERIAL, **BOTH_READ)
    one = deposit(bench, "lshw.json", machines.lshw())
    (asked,) = sorting(bench)
    assert asked.device is None
    assert {device for device, _ in asked.among} == {first, second}
    page = read(browser, reverse("refurb:hardware_sort"))
    assert first.tag in page
    assert second.tag in page
    assert "numéro de série" in page
    page = confirm(browser, (one, None), **{f"etiquette-{one.pk}": first.tag})
    assert not HardwareReport.objects.exists()  # it is shown with its device first
    assert "Rien n’est encore enregistré" in page
    assert f"est aussi celui de l’appareil {second.tag}" in page
    page = confirm(browser, (one, first), **{f"etiquette-{one.pk}": first.tag})
    assert HardwareReport.objects.get().device == first
