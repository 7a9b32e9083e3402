"""What the services of the workshop refuse, to whom, with which sentence; and that nothing is written then."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from donations.services.donations import reassign_donation
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb import permissions
from refurb.enums import (
    AttributionReason,
    DestructionMethod,
    DeviceType,
    PartKind,
    RemovalDestination,
    TakenOutReason,
    ToolClock,
)
from refurb.enums.evidence import ClockReason
from refurb.models import (
    Destruction,
    Device,
    DeviceEntry,
    DevicePaper,
    Drive,
    DriveRemoval,
    Erasure,
    HardwareReport,
    Incident,
    IncidentFollowUp,
    LabelSheet,
    PartTakenOut,
)
from refurb.models.deposit_token import DepositToken
from refurb.services import batches, deposit_tokens, devices, erasures, evidence, labels, parts, photos
from refurb.services import bench as work
from refurb.services.incidents import note_incident
from refurb.services.inventory import unit_scanned
from refurb.services.nwipe import ClockTold
from refurb.services.resorting import resort_files
from refurb.sheets import READY_MADE
from tests.donations.scene import Scene, first_line, laptops
from tests.refurb import machines
from tests.refurb.devices import READ, Bench, fresh, load_numbers, new_tag, private_lot
from tests.refurb.hardware import blank, deposit, record
from tests.refurb.logs import log
from tests.refurb.test_proofs_once import codes, deposited, here_now, on_the_bench, read, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def come_back(bench: Bench, device: Device) -> Device:
    """It was lost, then found: another stay begins."""
    gate.apply(device, "report_missing", actor=bench.technician, reason="theft")
    return devices.receive_device(actor=bench.technician, device=fresh(device), tag=device.tag)


# --- who


@pytest.mark.parametrize("sees", ["sees_devices", "sees_parts", "reads_costs", "sees_waste", "sees_deliveries"])
def test_whoever_acts_as_nobody_reads_nothing(sees: str) -> None:
    assert getattr(permissions, sees)(None) is None


def test_the_rows_of_another_workshop_are_unknown_and_stay_as_they_were(bench: Bench) -> None:
    scene = private_lot()
    donation, stranger = scene.collected(), bench.stranger
    device, other = blank(bench), blank(bench)
    record(bench, device, deposit(bench, "a.json", machines.lshw(drives=())))
    report, now = HardwareReport.objects.get(), timezone.localdate()
    asked: list[Callable[[], object]] = [
        lambda: devices.register_device(actor=stranger, type="laptop", tag=new_tag(), donation=donation, **READ),
        lambda: devices.reclassify_device(actor=stranger, device=device, type="desktop", reason="sorting_error"),
        lambda: note_incident(actor=bench.pilot, incident=Incident(pk=0), kind="told", done_on=now),
        lambda: resort_files(actor=bench.technician, device=other, reports=[report]),
    ]
    before = DeviceEntry.objects.count()
    for ask in asked:
        with pytest.raises(Unknown):
            ask()
    assert DeviceEntry.objects.count() == before
    assert fresh(device).type == DeviceType.LAPTOP
    assert not IncidentFollowUp.objects.exists()
    assert HardwareReport.objects.standing().get() == report


def test_what_is_the_manager_s_is_refused_to_others_and_nothing_is_written(bench: Bench) -> None:
    token, _ = deposit_tokens.make_token(actor=bench.manager, name="Clé")
    sheet = {"name": "Planche", **READY_MADE["l7163"][1].written()}
    for other in (bench.technician, bench.pilot):
        with pytest.raises(PermissionDenied):
            deposit_tokens.revoke_token(actor=other, token=token)
        with pytest.raises(PermissionDenied):
            labels.describe_sheet(actor=other, **sheet)
    assert DepositToken.objects.usable().get() == token
    assert not LabelSheet.objects.exists()


def test_what_makes_no_sense_to_a_service_is_an_error_of_whoever_calls_it(bench: Bench) -> None:
    device = bench.received()
    with pytest.raises(TypeError, match="one of line and device"):
        devices.receive_device(actor=bench.technician, tag=new_tag())
    with pytest.raises(TypeError, match="not reclassified: grade"):
        devices.reclassify_device(actor=bench.pilot, device=device, reason="sorting_error", grade=None)
    assert fresh(device).seq == device.seq


# --- another stay


def test_what_was_found_in_an_earlier_stay_is_neither_proven_nor_moved_in_this_one(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device)
    part = parts.buy_part(actor=bench.technician, kind=PartKind.STORAGE, label="SSD", quantity=1, unit_price=None)
    fitted = parts.fit_part(
        actor=bench.technician, device=device, part=part, drive={"kind": "ssd", "serial": "STOCK-1", "capacity": None}
    )
    proof = bench.erase(drive)
    come_back(bench, device)
    report = deposited(bench, log(drive.serial, end=here_now()))
    actor, unsuited = bench.technician, TakenOutReason.UNSUITED
    asked: list[tuple[str, Callable[[], object]]] = [
        ("other_stay", lambda: batches.record_logs(actor=actor, drives=[drive], report=report)),
        ("other_stay", lambda: evidence.remove_drive(actor=actor, drive=drive, destination=RemovalDestination.STOCK)),
        ("fitted_before", lambda: parts.take_out_part(actor=actor, repair=fitted, reason=unsuited)),
    ]
    for code, ask in asked:
        with pytest.raises(Refused) as refused:
            ask()
        assert codes(refused) == [code]
    assert Erasure.objects.get() == proof
    assert not DriveRemoval.objects.exists()
    assert not PartTakenOut.objects.exists()


# --- drives


def test_a_device_that_left_gives_no_drive_to_the_shelf_of_its_workshop(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device)
    gate.apply(device, "report_missing", actor=bench.technician, reason="theft")
    for where in (RemovalDestination.STOCK, RemovalDestination.DESTRUCTION):
        with pytest.raises(Refused) as refused:
            evidence.remove_drive(actor=bench.manager, drive=drive, destination=where)
        assert codes(refused) == ["not_in_the_workshop"]
    assert list(Drive.objects.in_place()) == [drive]


def test_a_destruction_replaces_one_of_its_own_device_and_of_no_other(bench: Bench) -> None:
    drives = [bench.drive(on_the_bench(bench)) for _ in range(2)]

    def destroy(drive: Drive, **given: Any) -> Destruction:
        return evidence.record_destruction(
            actor=bench.technician, drive=drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now(), **given
        )

    first, elsewhere = [destroy(drive) for drive in drives]
    with pytest.raises(Refused) as refused:
        destroy(drives[0], supersedes=elsewhere)
    assert codes(refused) == ["other_stay"]
    assert Destruction.objects.count() == 2
    corrected = destroy(drives[0], supersedes=first)
    assert set(Destruction.objects.current()) == {corrected, elsewhere}


def test_a_repair_that_took_nothing_from_the_stock_gives_nothing_back(bench: Bench) -> None:
    repair = work.record_repair(
        actor=bench.technician, device=bench.in_process(), kind=PartKind.BATTERY, work="Batterie soudée", cost=0
    )
    with pytest.raises(Refused, match="Aucune pièce du stock") as refused:
        parts.take_out_part(actor=bench.technician, repair=repair, reason=TakenOutReason.UNSUITED)
    assert codes(refused) == ["no_part"]
    assert not PartTakenOut.objects.exists()


# --- logs


def test_a_disk_that_the_log_does_not_name_is_attributed_to_no_drive(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial="")
    with pytest.raises(Refused) as refused:
        batches.attribute_runs(
            actor=bench.technician,
            report=deposited(bench, log("", end=here_now())),
            drives={"sdz": drive},
            reason=AttributionReason.SLOT,
        )
    assert codes(refused) == ["another_drive"]
    assert "ne parle pas de sdz, mais de\u00a0: sda" in said(refused)
    assert not Erasure.objects.exists()


def test_a_log_of_several_disks_proves_none_that_has_no_number(bench: Bench) -> None:
    drive, end = bench.drive(on_the_bench(bench), serial=""), here_now()
    known = {"sda": "AB1234", "sdc": "CD5678"}
    two = [log(serial, end=end).decode().replace("sda", disk) for disk, serial in known.items()]
    with pytest.raises(Refused) as refused:
        read(bench, drive, "\n".join(two).encode())
    assert "plusieurs disques\u00a0: AB1234, CD5678. Tapez le numéro du vôtre." in said(refused)
    nameless = [log("", end=end).decode().replace("sda", disk) for disk in known]
    with pytest.raises(Refused) as refused:
        read(bench, drive, "\n".join(nameless).encode())
    assert "Dites de quel disque parle chacun" in said(refused)
    assert not Erasure.objects.exists()


def test_the_same_log_is_no_second_drive_s_when_it_is_read_again_on_its_own(bench: Bench) -> None:
    drive, end = bench.drive(on_the_bench(bench)), here_now()
    assert [read(bench, drive, log(drive.serial, end=end)).drive for _ in range(2)] == [drive, drive]


def test_a_run_that_proved_nothing_is_not_recorded_twice_from_two_files(bench: Bench) -> None:
    device, content = blank(bench), log(end=here_now(), errors=(3, 0, 0))
    (first,) = record(bench, device, deposit(bench, "a.log", content)).runs
    (again,) = record(bench, device, deposit(bench, "b.log", content + b"\n\n")).runs
    assert not first.is_proof
    assert again.why == ("Ce passage est déjà enregistré, et il ne prouve rien.",)
    assert Erasure.objects.count() == 1


def test_a_clock_that_told_another_hour_is_said_on_the_certificate(bench: Bench) -> None:
    device, now = on_the_bench(bench), timezone.now().replace(tzinfo=None, microsecond=0)
    drive, told = bench.drive(device), ClockTold(ToolClock.UTC, ClockReason.LIVE_SYSTEM)
    report = deposited(bench, log(drive.serial, end=now))
    erasures.record_log(actor=bench.technician, drive=drive, report=report, clock=told)
    bench.test(device)
    bench.grade(device)
    bench.recondition(device)
    (run,) = DevicePaper.objects.get(device=device).document.values["drives"][0]["erasures"]
    assert ", système de démarrage réglé sur l’heure universelle; le journal dit" in run["clock"].replace("\u00a0", "")
    assert f"{now:%S}" in run["clock"]


# --- labels


@pytest.mark.parametrize("count", [0, -1, labels.MOST + 1])
def test_labels_are_drawn_between_one_and_the_most_that_a_printing_holds(bench: Bench, count: int) -> None:
    with pytest.raises(ValidationError) as refused:
        labels.next_tags(bench.workshop.organisation.pk, count)
    assert refused.value.message_dict == {"count": [f"De 1 à {labels.MOST} étiquettes à la fois."]}


def test_labels_printed_before_are_named_a_few_then_counted() -> None:
    rows = [Device(tag=f"A-{rank}") for rank in range(labels.NAMED + 2)]
    assert labels.already_said(rows[:2]).startswith("Ont déjà été imprimées\u00a0: A-0, A-1. Dites pourquoi")
    assert f"A-{labels.NAMED - 1} et 2 autres. Dites" in labels.already_said(rows)


def test_a_device_that_is_not_received_yet_has_no_label_to_print() -> None:
    load_numbers()
    scene = private_lot()
    device = Device.objects.get(donation=scene.collected())
    with pytest.raises(ValidationError) as refused:
        labels.print_labels(actor=scene.north.technician, sheet="l7160", devices=Device.objects.filter(pk=device.pk))
    assert refused.value.message_dict == {
        "devices": [f"{device.reference} n’a pas encore d’étiquette\u00a0: elle lui est donnée à la réception."]
    }


# --- the rest


def test_a_photo_is_taken_away_once_and_by_the_first_who_does(bench: Bench) -> None:
    photo = bench.photographed(bench.received())
    first = photos.remove_photo(actor=bench.technician, photo=photo)
    again = photos.remove_photo(actor=bench.manager, photo=photo)
    assert (again.removed_at, again.removed_by) == (first.removed_at, bench.technician)


def test_a_scan_of_no_letter_nor_figure_is_no_machine_of_the_inventory() -> None:
    load_numbers()
    scene = private_lot()
    line = first_line(scene.collected())
    assert unit_scanned(actor=scene.north.technician, line=line, text=" -- ") is None


def test_shares_that_change_nothing_move_no_device() -> None:
    scene = Scene(lines=(laptops(2),))
    donation = scene.qualified()
    line = first_line(donation)
    reassign_donation(actor=scene.pilot, donation=donation, shares={line.pk: {scene.north.pk: 2}}, reason="capacity")
    assert not DeviceEntry.objects.filter(verb="reassign").exists()
    assert set(Device.objects.filter(donation=donation).values_list("workshop", flat=True)) == {scene.north.pk}
