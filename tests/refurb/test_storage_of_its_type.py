"""A device that is called something else than it was: the storage that was written then proves nothing of it now."""

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from lifecycle.exceptions import Refused
from refurb.enums import DestructionKind, DestructionMethod, DeviceType, DriveKind, RemovalDestination
from refurb.models import Device, Drive
from refurb.services import devices, evidence
from tests.pages import acting, read
from tests.refurb.devices import GIGABYTE, Bench, fresh, load_numbers
from tests.refurb.test_device_wall import forge

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def called(bench: Bench, device: Device, type_: DeviceType) -> Device:
    return devices.reclassify_device(actor=bench.technician, device=fresh(device), reason="audit", type=type_)


def all_but_the_storage(bench: Bench, device: Device, **measures: object) -> Device:
    bench.test(device)
    bench.grade(device, **measures)
    return bench.identified(device)


def refused(bench: Bench, device: Device) -> set[str]:
    with pytest.raises(Refused) as caught:
        bench.recondition(device)
    return {reason.code for reason in caught.value.all}


def destroy(bench: Bench, drive: Drive) -> None:
    evidence.record_destruction(
        actor=bench.technician,
        drive=drive,
        kind=DestructionKind.WORKSHOP,
        method=DestructionMethod.DRILL,
        destroyed_at=timezone.now(),
    )


def test_a_laptop_is_not_reconditioned_on_the_internal_storage_it_had_while_it_was_called_a_tablet(
    bench: Bench,
) -> None:
    device = called(bench, bench.in_process(), DeviceType.TABLET)
    bench.erase(bench.drive(device, capacity=None))
    device = all_but_the_storage(bench, called(bench, device, DeviceType.LAPTOP))
    assert {"storage_inventoried", "storage_fits"} <= refused(bench, device)
    assert not Device.objects.filter(pk=device.pk).proven().exists(), "the database says the same"

    bench.erase(bench.drive(device))
    assert refused(bench, device) == {"storage_fits"}, "what is written of its other name is corrected"


def test_the_disk_it_was_is_named_by_correcting_the_inventory_and_erased_as_what_it_is(bench: Bench) -> None:
    device = called(bench, bench.in_process(), DeviceType.TABLET)
    internal = bench.drive(device, capacity=None)
    bench.erase(internal)
    device = all_but_the_storage(bench, called(bench, device, DeviceType.LAPTOP))
    page = reverse("refurb:device_evidence", args=[device.reference])
    assert "D’un autre type d’appareil" in read(acting(bench.technician), page)

    disk = bench.drive(device, supersedes=internal)
    assert refused(bench, device) == {"drives_proven"}
    bench.erase(disk)
    assert bench.recondition(device).state == "ready"


def test_a_phone_is_not_reconditioned_on_the_disk_it_had_while_it_was_called_a_laptop(bench: Bench) -> None:
    device = called(bench, bench.in_process(DeviceType.SMARTPHONE), DeviceType.LAPTOP)
    destroy(bench, bench.drive(device, serial="WFAKE01"))
    device = all_but_the_storage(bench, called(bench, device, DeviceType.SMARTPHONE), storage_gb=0)
    assert {"storage_inventoried", "storage_fits"} <= refused(bench, device)
    assert not Device.objects.filter(pk=device.pk).proven().exists()


def test_a_phone_whose_storage_is_said_destroyed_serves_nobody(bench: Bench) -> None:
    device = all_but_the_storage(bench, bench.in_process(DeviceType.SMARTPHONE), storage_gb=0)
    destroy(bench, bench.drive(device))
    assert refused(bench, device) == {"internal_works"}
    with pytest.raises(Error, match="sans son stockage interne"), transaction.atomic():
        forge(fresh(device), "ready", bench)


def test_the_disk_taken_out_of_a_laptop_stays_out_of_it_once_it_is_called_a_tablet(bench: Bench) -> None:
    device = called(bench, bench.in_process(DeviceType.TABLET), DeviceType.LAPTOP)
    disk = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=disk, destination=RemovalDestination.DESTRUCTION)
    device = all_but_the_storage(bench, called(bench, device, DeviceType.TABLET))
    assert disk in Drive.objects.missing_erasures()
    assert "storage_inventoried" in refused(bench, device)
    bench.erase(bench.drive(device, capacity=64 * GIGABYTE))
    assert bench.recondition(device).state == "ready"
    assert disk in Drive.objects.missing_erasures()


def test_a_phone_is_given_no_disk_of_a_computer(bench: Bench) -> None:
    with pytest.raises(Refused, match="stockage interne"):
        bench.drive(bench.in_process(DeviceType.SMARTPHONE), kind=DriveKind.SSD)
