"""A drive that an earlier stay inventoried and that nothing proves empty is accounted for before its device leaves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.donor_data import TO_ERASE, data_standing_of, donor_data_of, told_of
from refurb.enums import AbsenceReason, DestructionMethod, DeviceType, MissingReason, RemovalDestination, UndoneReason
from refurb.models import Device, Drive, StorageAbsence
from refurb.services import devices, drive_acts, evidence
from reports.evidence import count_evidence
from tests.distribution.shelves import Shelf
from tests.pages import acting, done, read
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.test_device_wall import forge

pytestmark = pytest.mark.django_db
LOST = MissingReason.STOCKTAKE


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def lost_and_found(bench: Bench, device: Device) -> Device:
    gate.apply(fresh(device), "report_missing", actor=bench.technician, reason=LOST)
    found = devices.receive_device(actor=bench.technician, device=fresh(device), tag=device.tag)
    return gate.apply(found, "start", actor=bench.technician)


def with_a_drive_lost(bench: Bench, **given: object) -> tuple[Device, Drive]:
    """A laptop whose disk was inventoried and not erased, then lost and found again."""
    device = bench.in_process()
    drive = bench.drive(device, **given)
    return lost_and_found(bench, device), drive


def finish(bench: Bench, device: Device, **measures: object) -> Device:
    bench.test(device)
    bench.grade(device, **measures)
    return bench.identified(device)


def refused(bench: Bench, device: Device) -> set[str]:
    with pytest.raises(Refused) as caught:
        bench.recondition(fresh(device))
    return {reason.code for reason in caught.value.all}


def attest(bench: Bench, device: Device, reason: AbsenceReason) -> StorageAbsence:
    return evidence.attest_no_storage(actor=bench.technician, device=device, reason=reason)


def destroy(bench: Bench, drive: Drive) -> None:
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )


def counted() -> int:
    now = timezone.now()
    told = count_evidence(now - timedelta(days=1), now + timedelta(seconds=1))["missing_erasures"]["drives"]
    assert told == Drive.objects.missing_erasures().count(), "the report of the month counts as the list does"
    return int(told)


@pytest.mark.parametrize("reason", list(AbsenceReason))
def test_no_absence_is_attested_while_a_drive_of_an_earlier_stay_is_nowhere(
    bench: Bench, reason: AbsenceReason
) -> None:
    device, drive = with_a_drive_lost(bench)
    with pytest.raises(Refused, match="Passages précédents"):
        attest(bench, device, reason)
    with pytest.raises(IntegrityError), transaction.atomic():
        StorageAbsence.objects.create(
            device=device, stay=2, recorded_at=timezone.now(), recorded_by=bench.technician, reason=reason
        )
    assert list(Drive.objects.missing_erasures()) == [drive]
    assert counted() == 1


def test_another_drive_does_not_stand_for_the_one_that_was_there(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench)
    bench.erase(bench.drive(device))
    finish(bench, device)
    assert refused(bench, device) == {"drives_found"}
    with pytest.raises(IntegrityError, match="sans stockage inventorié"), transaction.atomic():
        forge(fresh(device), "ready", bench)
    destroy(bench, drive)
    assert bench.recondition(fresh(device)).state == "ready"
    assert counted() == 0


def test_the_same_drive_found_again_and_erased_is_all_that_is_asked(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench)
    again = bench.drive(device, serial=drive.serial)
    finish(bench, device)
    assert refused(bench, device) == {"drives_proven"}
    assert counted() == 0, "it is on the bench"
    bench.erase(again)
    assert bench.recondition(fresh(device)).state == "ready"
    assert counted() == 0


def test_the_storage_of_a_phone_can_be_no_other(bench: Bench) -> None:
    phone = bench.in_process(DeviceType.SMARTPHONE)
    bench.drive(phone)
    phone = lost_and_found(bench, phone)
    bench.erase(bench.drive(phone))
    finish(bench, phone)
    assert bench.recondition(fresh(phone)).state == "ready"


def test_a_drive_without_number_is_known_by_nobody_and_somebody_says_what_became_of_it(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench, serial="")
    bench.erase(bench.drive(device))
    finish(bench, device)
    assert refused(bench, device) == {"drives_found"}
    evidence.remove_drive(actor=bench.manager, drive=drive, destination=RemovalDestination.MISTAKE)
    assert bench.recondition(fresh(device)).state == "ready"


def test_a_technician_says_at_the_bench_that_it_came_out_and_it_stays_missing_until_it_is_proven(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench)
    page, browser = reverse("refurb:device_evidence", args=[device.reference]), acting(bench.technician)
    shown = read(browser, page).partition('id="earlier"')[2]
    assert "Pas retrouvé depuis" in shown
    for act in ("device_record_log", "device_record_erasure", "device_record_destruction", "device_remove_drive"):
        assert reverse(f"refurb:{act}", args=[device.reference, drive.pk]) in shown
    assert "?replace=" not in shown

    removal = reverse("refurb:device_remove_drive", args=[device.reference, drive.pk])
    done(browser, removal, destination=RemovalDestination.DESTRUCTION, place="")
    attest(bench, device, AbsenceReason.EMPTY_BAY)
    finish(bench, device, storage_gb=0)
    assert bench.recondition(fresh(device)).state == "ready"
    assert list(Drive.objects.missing_erasures()) == [drive]
    assert counted() == 1
    bench.erase(drive)
    assert counted() == 0


def test_such_a_withdrawal_written_of_the_wrong_drive_is_undone(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench)
    act = evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    drive_acts.undo_removal(actor=bench.technician, removal=act, reason=UndoneReason.WRONG_DRIVE)
    with pytest.raises(Refused, match="Passages précédents"):
        attest(bench, device, AbsenceReason.EMPTY_BAY)


@pytest.mark.parametrize("reason", [AbsenceReason.NO_STORAGE, AbsenceReason.REMOVED_BY_DONOR])
def test_what_held_a_drive_in_any_stay_is_not_said_never_to_have_had_one(bench: Bench, reason: AbsenceReason) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    with pytest.raises(Refused, match="emplacement est vide"):
        attest(bench, device, reason)
    device = lost_and_found(bench, device)
    with pytest.raises(Refused, match="emplacement est vide"):
        attest(bench, device, reason)
    with pytest.raises(IntegrityError), transaction.atomic():
        StorageAbsence.objects.create(
            device=device, stay=2, recorded_at=timezone.now(), recorded_by=bench.technician, reason=reason
        )
    assert attest(bench, device, AbsenceReason.EMPTY_BAY).pk


def test_its_donor_does_not_read_that_nothing_was_in_it(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench)
    data = donor_data_of(Device.objects.filter(pk=device.pk))[device.pk]
    assert data_standing_of(device, data) == TO_ERASE
    assert drive.serial in " ".join(told_of(data))
    bench.erase(bench.drive(device))
    data = donor_data_of(Device.objects.filter(pk=device.pk))[device.pk]
    assert data_standing_of(device, data) == TO_ERASE, "the one that was there is erased by nobody"


def test_waste_is_asked_the_same(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench)
    bench.erase(bench.drive(device))
    bench.unusable(device)
    with pytest.raises(Refused) as caught:
        bench.recycle(fresh(device), destruction_awaited=False)
    assert {reason.code for reason in caught.value.all} == {"drives_found"}
    destroy(bench, drive)
    assert bench.recycle(fresh(device), destruction_awaited=False).state == "recycled"


def test_a_household_that_replaced_the_disk_it_was_given_leaves_nothing_behind() -> None:
    load_numbers()
    shelf = Shelf()
    device = shelf.returned()
    assert not Drive.objects.left_behind().exists(), "it was proven before it was handed over"
    assert not Drive.objects.missing_erasures().exists()
    assert device.drives.exists()


# --- what is proven later


def test_a_drive_taken_out_in_one_stay_and_proven_in_the_next_is_missing_no_more(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    device = lost_and_found(bench, device)
    again = bench.drive(device, serial=drive.serial)
    assert drive in Drive.objects.missing_erasures()
    bench.erase(again)
    assert counted() == 0
    shown = read(acting(bench.technician), reverse("refurb:device_evidence", args=[device.reference]))
    assert "prouvé vide depuis" in shown.partition('id="earlier"')[2]


def test_a_drive_taken_out_in_an_earlier_stay_is_erased_or_destroyed_from_there(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    act = evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    device = lost_and_found(bench, device)
    shown = read(acting(bench.technician), reverse("refurb:device_evidence", args=[device.reference]))
    shown = shown.partition('id="earlier"')[2]
    assert reverse("refurb:device_record_log", args=[device.reference, drive.pk]) in shown
    assert reverse("refurb:device_record_destruction", args=[device.reference, drive.pk]) in shown
    assert reverse("refurb:device_undo_removal", args=[device.reference, act.pk]) not in shown
    with pytest.raises(Refused, match="date d’un passage précédent"):
        drive_acts.undo_removal(actor=bench.technician, removal=act, reason=UndoneReason.ENTRY)


def test_a_drive_taken_out_in_a_later_stay_is_inventoried_elsewhere(bench: Bench) -> None:
    device, drive = with_a_drive_lost(bench)
    again = bench.drive(device, serial=drive.serial)
    evidence.remove_drive(actor=bench.technician, drive=again, destination=RemovalDestination.STOCK)
    elsewhere = bench.drive(bench.in_process(), serial=drive.serial)
    bench.erase(elsewhere)
    assert counted() == 0


def test_a_number_borne_in_an_earlier_stay_is_refused_elsewhere_with_the_act_that_settles_it(bench: Bench) -> None:
    _, drive = with_a_drive_lost(bench)
    with pytest.raises(Refused, match=r"passage précédent.*Passages précédents"):
        bench.drive(bench.in_process(), serial=drive.serial)
