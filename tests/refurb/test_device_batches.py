"""The bench on a rack of machines: what is refused to one is refused to the set, and the set is whole or not at all."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lifecycle.exceptions import Refused, Unknown
from refurb.contradictions import ToldRun
from refurb.enums import (
    AbsenceReason,
    CheckResult,
    CosmeticGrade,
    DeviceState,
    DeviceType,
    DriveKind,
    ErasureMethod,
    ErasureOutcome,
    ErasureVerification,
    HiddenSectors,
)
from refurb.models import Checklist, Device, Drive, Erasure, StorageAbsence
from refurb.services import batches, bench, devices, evidence, stock
from refurb.services.bench import Look
from tests.donations.scene import Scene, first_line, laptops
from tests.refurb.devices import GIGABYTE, GOOD_PC, Bench, load_numbers, new_tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


ARRIVED = timedelta(hours=2)


@pytest.fixture
def workshop() -> Bench:
    return Bench()


def found_in(devices: list[Device], serial: str = "") -> list[batches.FoundDrive]:
    return [
        batches.FoundDrive(
            device=device, kind=DriveKind.SSD, serial=serial or f"SN-{device.pk}", capacity=256 * GIGABYTE
        )
        for device in devices
    ]


def erased(drive: Drive, errors: int = 0) -> ToldRun:
    now = timezone.now()
    return ToldRun(
        method=ErasureMethod.OVERWRITE,
        tool="nwipe",
        started_at=now - timedelta(hours=1),
        finished_at=now,
        serial_read=drive.serial,
        bytes_expected=drive.capacity,
        bytes_erased=drive.capacity,
        verification=ErasureVerification.LAST_PASS,
        pass_errors=errors,
        hidden_sectors=HiddenSectors.NONE,
    )


def prepare(workshop: Bench, rack: list[Device]) -> None:
    """Everything but the last word, for a whole rack."""
    actor = workshop.technician
    drives = batches.record_drives(actor=actor, found=found_in(rack))
    runs = {drive.pk: erased(drive) for drive in drives}
    batches.record_erasures(actor=actor, drives=drives, runs=runs, report=workshop.report(*drives))
    functions = Checklist.objects.get(type=DeviceType.LAPTOP).functions.values_list("code", flat=True)
    bench.record_test_runs(actor=actor, devices=rack, results=dict.fromkeys(functions, CheckResult.OK))
    bench.grade_devices(actor=actor, devices=rack, seen={one.pk: Look(GOOD_PC, CosmeticGrade.B) for one in rack})


def test_a_rack_is_proven_tested_graded_then_reconditioned_as_each_would_be(workshop: Bench) -> None:
    rack = [workshop.in_process(at=timezone.now() - ARRIVED) for _ in range(3)]
    prepare(workshop, rack)
    prices = {device.pk: Decimal(25) for device in rack}
    outcome = stock.recondition_devices(actor=workshop.technician, prices=prices)
    assert outcome.refused == {}
    assert set(Device.objects.filter(pk__in=prices).values_list("state", "grade")) == {(DeviceState.READY, "A")}
    assert Erasure.objects.filter(outcome=ErasureOutcome.ACCEPTED, report__isnull=False).count() == 3


def test_a_rack_costs_the_same_whatever_its_size(workshop: Bench) -> None:
    costs = []
    for size in (1, 6):
        rack = [workshop.in_process(at=timezone.now() - ARRIVED) for _ in range(size)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            prepare(workshop, rack)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_one_report_may_tell_of_a_drive_that_is_not_erased(workshop: Bench) -> None:
    rack = [workshop.in_process(at=timezone.now() - ARRIVED) for _ in range(2)]
    good, bad = batches.record_drives(actor=workshop.technician, found=found_in(rack))
    runs = {good.pk: erased(good), bad.pk: erased(bad, errors=7)}
    written = batches.record_erasures(
        actor=workshop.technician, drives=[good, bad], runs=runs, report=workshop.report(good, bad)
    )
    assert [erasure.outcome for erasure in written] == [ErasureOutcome.ACCEPTED, ErasureOutcome.REFUSED]
    assert list(Drive.objects.unproven()) == [bad]


def test_nothing_is_recorded_of_a_rack_when_one_device_is_elsewhere(workshop: Bench) -> None:
    here, elsewhere = workshop.in_process(), Bench().in_process()
    with pytest.raises(Unknown):
        batches.record_drives(actor=workshop.technician, found=found_in([here, elsewhere]))
    finished = workshop.ready()
    with pytest.raises(Refused) as refused:
        bench.record_test_runs(actor=workshop.technician, devices=[here, finished], results={})
    assert set(refused.value.reasons) == {finished.pk}
    with pytest.raises(PermissionDenied):
        batches.record_drives(actor=workshop.pilot, found=found_in([here]))
    assert not Drive.objects.filter(device=here).exists()


def test_a_serial_scanned_twice_on_one_device_stops_the_rack(workshop: Bench) -> None:
    first, second = workshop.in_process(), workshop.in_process()
    with pytest.raises(Refused):
        batches.record_drives(actor=workshop.technician, found=found_in([first, second, second], "SN1"))
    batches.record_drives(actor=workshop.technician, found=found_in([first], "SN1"))
    with pytest.raises(Refused) as refused:
        batches.record_drives(actor=workshop.technician, found=found_in([first, second], "sn1 "))
    assert set(refused.value.reasons) == {first.pk, second.pk}


def test_a_rack_of_screens_holds_no_storage_unless_one_is_a_telephone(workshop: Bench) -> None:
    screens = [workshop.received(DeviceType.SCREEN) for _ in range(2)]
    phone = workshop.received(DeviceType.SMARTPHONE)
    with pytest.raises(Refused) as refused:
        evidence.attest_no_storages(
            actor=workshop.technician, devices=[*screens, phone], reason=AbsenceReason.NO_STORAGE
        )
    assert set(refused.value.reasons) == {phone.pk}
    evidence.attest_no_storages(actor=workshop.technician, devices=screens, reason=AbsenceReason.NO_STORAGE)
    assert StorageAbsence.objects.count() == 2


def test_machines_of_two_types_are_not_tested_together(workshop: Bench) -> None:
    mixed = [workshop.in_process(), workshop.in_process(DeviceType.SCREEN)]
    with pytest.raises(ValueError, match="too many"):
        bench.record_test_runs(actor=workshop.technician, devices=mixed, results={})


def test_what_is_scanned_on_each_machine_of_a_line_is_written_on_it() -> None:
    scene = Scene(lines=[laptops(2)])
    donation = scene.collected()
    tags = [new_tag(), new_tag()]
    outcome = devices.receive_devices(
        actor=scene.north.technician,
        line=first_line(donation),
        tags=tags,
        facts={tags[0]: {"serial": "S-1", "place": "A1"}, tags[1]: {"serial": "S-2 ", "place": "A2"}},
    )
    seen = Device.objects.filter(pk__in=outcome.moved).order_by("serial").values_list("tag", "serial", "place")
    assert set(seen) == {(tags[0], "S-1", "A1"), (tags[1], "S-2", "A2")}
