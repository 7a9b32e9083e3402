"""A computer that is called a screen, at its arrival or later: its data are looked for, whatever it is called."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from donations.models import InventoryUnit
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.donor_data import NO_STORAGE, TO_ERASE, data_standing_of, donor_data_of
from refurb.enums import DeviceType, MissingReason, RemovalDestination
from refurb.models import Device, HardwareReport, Incident
from refurb.services import evidence
from refurb.services.devices import receive_device, reclassify_device
from reports.evidence import count_evidence
from tests.donations.inventories import machine, picked_up, taken
from tests.donations.scene import Scene, load_law, screens
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, given_to, load_numbers, new_tag
from tests.refurb.hardware import deposit, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    return Bench()


def called_a_screen(bench: Bench, device: Device) -> Device:
    return reclassify_device(actor=bench.technician, device=device, reason="audit", type=DeviceType.SCREEN)


def missing_of(bench: Bench, device: Device) -> set[str]:
    with pytest.raises(Refused) as refused:
        gate.apply(device, "recondition", actor=bench.technician, price=20)
    return {reason.code for reason in refused.value.all}


def test_it_is_not_reconditioned_before_somebody_looked_for_its_storage(bench: Bench) -> None:
    device = called_a_screen(bench, bench.in_process())
    assert "storage_inventoried" in missing_of(bench, device)
    bench.no_storage(device)
    assert "storage_inventoried" not in missing_of(bench, device)


def test_a_laptop_that_is_registered_as_a_screen_nobody_announced_is_looked_into_as_well(bench: Bench) -> None:
    laptop = bench.in_process(DeviceType.SCREEN, manufacturer="Marque", model="Portable 14 pouces")
    assert "storage_inventoried" in missing_of(bench, laptop)
    with pytest.raises(DatabaseError), connection.cursor() as cursor, transaction.atomic():
        cursor.execute("UPDATE refurb_deviceentry SET verb = 'receive' WHERE object_id = %s", [laptop.pk])
    bench.drive(laptop)
    assert "drives_proven" in missing_of(bench, laptop)


def test_a_screen_that_its_donor_announced_has_nothing_to_prove(bench: Bench) -> None:
    assert "storage_inventoried" not in missing_of(bench, bench.announced_screen())


def test_a_screen_that_nobody_announced_leaves_once_somebody_attests_that_it_holds_nothing(bench: Bench) -> None:
    load_numbers()
    found = bench.in_process(DeviceType.SCREEN)
    bench.no_storage(found)
    bench.test(found)
    bench.grade(found)
    bench.identified(found)
    assert gate.apply(found, "recondition", actor=bench.technician, price=20, price_ceiling=30).state == "ready"


def test_a_screen_of_which_its_donor_tells_the_storage_is_looked_into_and_the_database_asks_it_too() -> None:
    load_law()
    scene = Scene()
    inside = {"type_": "Écran", "maker": "Dell", "model": "OptiPlex 9030 AIO"}
    empty = {"type_": "Écran", "processor": "", "memory": "", "storage": ""}
    donation = picked_up(scene, taken(scene, [machine("PC1", **inside), machine("EC2", **empty)]))
    bench = given_to(scene)
    pc, screen = (
        receive_device(actor=bench.technician, line=unit.line, tag=new_tag(), number=unit.donor_number)
        for unit in InventoryUnit.objects.of_lot(donation)
    )
    for device in (pc, screen):
        gate.apply(device, "start", actor=bench.technician)
    assert "storage_inventoried" in missing_of(bench, fresh(pc))
    assert "storage_inventoried" not in missing_of(bench, fresh(screen))
    both = Device.objects.filter(pk__in=[pc.pk, screen.pk])
    assert list(both.proven()) == [fresh(screen)]
    assert list(both.holding_data()) == [fresh(pc)]


def test_a_screen_of_a_line_whose_machines_hold_something_is_looked_into_though_nobody_knows_which_it_is() -> None:
    load_law()
    scene = Scene()
    inside = {"type_": "Écran", "maker": "Apple", "model": "iMac 21,5", "processor": "Intel Core i5"}
    donation = picked_up(scene, taken(scene, [machine("PC1", **inside), machine("PC2", **inside)]))
    bench = given_to(scene)
    device = receive_device(actor=bench.technician, line=donation.lines.get(), tag=new_tag())
    assert device.inventory is None
    gate.apply(device, "start", actor=bench.technician)
    assert "storage_inventoried" in missing_of(bench, fresh(device))
    own = Device.objects.filter(pk=device.pk)
    assert own.holding_data().exists()
    assert not own.proven().exists()


def test_a_screen_of_which_a_file_of_the_machine_reads_another_type_is_looked_into(bench: Bench) -> None:
    device = bench.announced_screen()
    record(bench, device, deposit(bench, "pc.json", machines.lshw()))
    assert fresh(device).type == DeviceType.SCREEN
    own = Device.objects.filter(pk=device.pk)
    assert own.holding_data().exists()
    report = HardwareReport.objects.get(device=device)
    for drive in device.drives.all():
        evidence.remove_drive(actor=bench.manager, drive=drive, destination=RemovalDestination.MISTAKE, place="")
    assert "storage_inventoried" in missing_of(bench, fresh(device))
    assert not own.proven().exists()
    assert report.differences["type"] == ["screen", "laptop"]


def test_its_inventoried_drive_is_still_to_be_proven(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device)
    assert "drives_proven" in missing_of(bench, called_a_screen(bench, device))


def test_the_database_says_the_same_whoever_asks(bench: Bench) -> None:
    always, called = bench.announced_screen(), called_a_screen(bench, bench.in_process())
    assert list(Device.objects.filter(pk__in=[always.pk, called.pk]).proven()) == [fresh(always)]
    assert list(Device.objects.filter(pk__in=[always.pk, called.pk]).holding_data()) == [fresh(called)]
    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("UPDATE refurb_deviceentry SET type = 'screen' WHERE object_id = %s", [called.pk])


def test_its_loss_is_an_incident_and_that_of_a_screen_is_none(bench: Bench) -> None:
    for device in (bench.announced_screen(), called_a_screen(bench, bench.in_process())):
        gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.THEFT, comment="Vol constaté")
    assert [incident.device.journal.order_by("seq")[0].type for incident in Incident.objects.all()] == ["laptop"]


def test_a_screen_that_nobody_has_received_is_lost_without_an_incident(bench: Bench) -> None:
    load_law()
    scene = Scene(lines=(screens(2),))
    scene.collected()
    for device in Device.objects.filter(donation__donor=scene.donor):
        assert device.state == "collected"
        gate.apply(
            device, "report_missing", actor=scene.north.technician, reason=MissingReason.THEFT, comment="Vol constaté"
        )
    assert not Incident.objects.exists()


@pytest.mark.parametrize("type_", [DeviceType.TABLET, DeviceType.SMARTPHONE])
def test_what_always_holds_a_storage_is_never_called_a_screen(bench: Bench, type_: DeviceType) -> None:
    device = bench.in_process(type_)
    with pytest.raises(Refused, match="il ne devient pas un écran"):
        called_a_screen(bench, device)
    passed = reclassify_device(actor=bench.technician, device=device, reason="audit", type=DeviceType.LAPTOP)
    with pytest.raises(Refused, match="il ne devient pas un écran"):
        called_a_screen(bench, passed)


def test_the_report_of_the_month_counts_its_loss_as_the_incident_does(bench: Bench) -> None:
    for device in (bench.announced_screen(), called_a_screen(bench, bench.in_process())):
        gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.THEFT, comment="Vol constaté")
    now = timezone.now()
    told = count_evidence(now - timedelta(days=1), now + timedelta(seconds=1))
    assert told["missing_erasures"]["devices"] == 1


def test_its_donor_reads_that_it_is_still_to_be_erased_until_somebody_attests(bench: Bench) -> None:
    device = called_a_screen(bench, bench.in_process())
    own = Device.objects.filter(pk=device.pk)
    assert data_standing_of(device, donor_data_of(own)[device.pk]) == TO_ERASE
    bench.no_storage(device)
    data = donor_data_of(own)[device.pk]
    assert (data_standing_of(device, data), data.never_held, data.attested) == (NO_STORAGE, False, True)


def test_its_page_offers_to_write_its_storage_down(bench: Bench) -> None:
    device = called_a_screen(bench, bench.in_process())
    page = read(acting(bench.technician), reverse("refurb:device_evidence", args=[device.reference]))
    assert "il n’y a rien à prouver" not in page
    assert reverse("refurb:device_attest_no_storage", args=[device.reference]) in page
    always = bench.announced_screen()
    assert "il n’y a rien à prouver" in read(
        acting(bench.technician), reverse("refurb:device_evidence", args=[always.reference])
    )


def test_a_storage_that_cannot_be_erased_is_not_said_of_a_screen_where_none_was_found(bench: Bench) -> None:
    screen = bench.announced_screen()
    with pytest.raises(Refused) as refused:
        gate.apply(screen, "reject", actor=bench.technician, reason="unerasable")
    assert [(one.code, one.field) for one in refused.value.all] == [("storage_there", "reason")]
    bench.drive(screen)
    assert gate.apply(fresh(screen), "reject", actor=bench.technician, reason="unerasable").state == "unusable"
    laptop = bench.in_process()
    assert gate.apply(laptop, "reject", actor=bench.technician, reason="unerasable").state == "unusable"
