"""A file that was sorted to the wrong machine is sorted again: what it wrote goes, no proof does, both stay told."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lifecycle.exceptions import Refused
from network.models import Membership
from refurb.enums import RemovalDestination
from refurb.models import Device, Drive, Erasure, HardwareReport
from refurb.services import depositing, evidence, hardware
from refurb.services.devices import describe_device
from refurb.services.resorting import resort_files
from tests.pages import acting, done, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.hardware import BLANK, blank, deposit, nwipe, record, sorting
from tests.refurb.logs import log
from tests.refurb.pages import page_of
from tests.refurb.test_reconditioning_page import Fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def written(bench: Bench, device: Device, **lshw: Any) -> HardwareReport:
    """A file of another machine, named after this one."""
    record(bench, device, deposit(bench, f"{device.tag}.json", machines.lshw(**lshw)))
    return HardwareReport.objects.get(device=device)


def again(actor: Membership, report: HardwareReport) -> list[str]:
    return resort_files(actor=actor, device=report.device, reports=[report])


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def test_what_it_filled_is_taken_back_and_it_waits_for_the_right_machine(bench: Bench) -> None:
    wrong, right = blank(bench), blank(bench)
    report = written(bench, wrong, drives=())
    assert fresh(wrong).processor
    again(bench.technician, report)
    now = fresh(wrong)
    assert (now.manufacturer, now.model, now.serial, now.processor, now.memory_gb) == ("", "", "", "", None)
    (one,) = sorting(bench)
    assert one.device is None, "the label in its name is not believed twice"
    (typed,) = sorting(bench, tag=right.tag)
    assert typed.device == right
    record(bench, right, typed.deposit)
    assert fresh(right).processor
    gone = HardwareReport.objects.get(device=wrong)
    assert (gone.withdrawn_by, gone.facts) == (bench.technician, typed.deposit.facts)


def test_what_somebody_wrote_since_stays_and_what_was_replaced_is_there_again(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "first.json", machines.lshw(memory=8, drives=())))
    record(bench, device, deposit(bench, "second.json", machines.lshw(memory=16, drives=())))
    second = HardwareReport.objects.order_by("-pk")[0]
    describe_device(actor=bench.technician, device=device, model="Tapé à la main")
    again(bench.technician, second)
    assert (fresh(device).memory_gb, fresh(device).model) == (8, "Tapé à la main")


def test_a_drive_that_it_alone_tells_of_was_inventoried_by_mistake_and_the_manager_says_so(bench: Bench) -> None:
    wrong, right = blank(bench), blank(bench)
    report = written(bench, wrong)
    drive = Drive.objects.get()
    with pytest.raises(Refused) as refused:
        again(bench.technician, report)
    assert codes(refused) == {"drive_first"}
    assert fresh(wrong).processor, "nothing is half taken back"
    again(bench.manager, report)
    assert drive.removals.get().destination == RemovalDestination.MISTAKE
    hardware.record_files(actor=bench.technician, device=right, deposits=[report.deposit])
    assert Drive.objects.in_place().get().device == right


def test_a_drive_that_another_file_tells_of_too_stays(bench: Bench) -> None:
    device = blank(bench)
    report = written(bench, device)
    record(bench, device, deposit(bench, "same.json", machines.lshw(memory=32)))
    again(bench.technician, report)
    assert Drive.objects.in_place().get().device == device


def test_no_proof_goes_with_the_log_that_wrote_it(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "lshw.json", machines.lshw()), deposit(bench, "nwipe.log", nwipe()))
    proof, drive = Erasure.objects.get(), Drive.objects.get()
    again(bench.technician, HardwareReport.objects.get(kind="lshw"))
    assert list(Drive.objects.in_place()) == [drive], "its log tells of it as well"
    report = HardwareReport.objects.get(kind="nwipe")
    with pytest.raises(Refused) as refused:
        again(bench.manager, report)
    assert codes(refused) == {"proof_first"}
    evidence.remove_drive(actor=bench.manager, drive=drive, destination=RemovalDestination.MISTAKE)
    again(bench.manager, report)
    assert list(Erasure.objects.current()) == [proof], "it is told where it was recorded"


def test_what_was_reconditioned_by_it_is_opened_first(bench: Bench) -> None:
    device = bench.prepared()
    record(bench, device, deposit(bench, "a.json", machines.lshw(drives=())))
    ready = bench.recondition(device)
    with pytest.raises(Refused) as refused:
        again(bench.manager, HardwareReport.objects.get(device=ready))
    assert codes(refused) == {"open_first"}


def test_a_reading_is_withdrawn_once_and_never_rewritten(bench: Bench) -> None:
    report = written(bench, blank(bench), drives=())
    again(bench.technician, report)
    later = {"withdrawn_at": timezone.now(), "withdrawn_by": bench.manager}
    for change in (later, {"facts": {}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            HardwareReport.objects.filter(pk=report.pk).update(**change)


def test_a_technician_says_it_from_the_bench_sheet(bench: Bench) -> None:
    device, browser = blank(bench), acting(bench.technician)
    report = written(bench, device, drives=())
    page = page_of(device, "device_resort_files")
    assert page in read(browser, page_of(device, "device_evidence"))
    assert "Cochez au moins un fichier" in browser.post(page, {}).content.decode()
    for wrong in ("9" * 4400, "x", "0"):
        assert browser.post(page, {"reports": wrong}).status_code == 200
    assert done(browser, page, reports=report.pk) == reverse("refurb:hardware_sort")
    sheet = read(browser, page_of(device, "device_evidence"))
    assert "il est d’une autre machine" in sheet
    assert page not in sheet
    assert acting(bench.stranger).post(page, {"reports": report.pk}).status_code == 404


# --- the clock of the computer, where files are sorted


def test_the_clock_is_said_where_files_are_sorted_and_shown_before_it_is_written(bench: Bench) -> None:
    """The computer ran on universal time: the log seems to end before the machine came, until somebody says so."""
    device = bench.in_process(at=timezone.now() - timedelta(minutes=30), **BLANK)
    end = timezone.now().astimezone(UTC).replace(tzinfo=None, microsecond=0)
    content = log(machines.DRIVE, end=end, lasting=0, method="Secure Erase", size=machines.SIZE)
    file = deposit(bench, f"{device.tag}.log", content)
    browser, sort = acting(bench.technician), reverse("refurb:hardware_sort")
    page = read(browser, sort)
    assert "ne prouve rien" in page
    assert f"L’horloge du poste n’était pas à l’heure ({device.tag}.log)" in page
    clock = f"horloge{file.pk}"
    said = {f"{clock}-clock": "utc", f"{clock}-clock_reason": "live_system", f"vu-{file.pk}": device.reference}

    shown = browser.post(sort, said | {"enregistrer": "1"}).content.decode()
    assert "vérifiez ce qui a changé" in shown
    assert "ne prouve rien" not in shown
    assert not Erasure.objects.exists(), "what the clock changes is shown first"

    fields = Fields()
    fields.feed(shown)
    assert browser.post(sort, fields.sent | {"enregistrer": "1"}).status_code == 200
    erasure = Erasure.objects.get()
    assert (erasure.outcome, erasure.clock, erasure.clock_reason) == ("accepted", "utc", "live_system")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"clock": "utc"}, "Dites pourquoi l’horloge"),
        ({"clock": "wrong", "clock_reason": "battery"}, "Dites quand l’effacement s’est terminé"),
        ({"clock": "wrong", "clock_reason": "battery", "really": "0001-01-01T00:00:00"}, ""),
        ({"clock": "wrong", "clock_reason": "battery", "really": "9" * 4400}, ""),
        ({"clock": "\x00", "clock_reason": "9" * 4400}, ""),
    ],
)
def test_a_clock_that_is_half_said_writes_nothing(bench: Bench, told: dict[str, str], sentence: str) -> None:
    device = blank(bench)
    file = deposit(bench, f"{device.tag}.log", nwipe())
    said = {f"horloge{file.pk}-{name}": value for name, value in told.items()} | {f"vu-{file.pk}": device.reference}
    browser, sort = acting(bench.technician), reverse("refurb:hardware_sort")
    page = browser.post(sort, said | {"enregistrer": "1"})
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not HardwareReport.objects.exists()


# --- what stays true of the machine it leaves


@pytest.mark.parametrize("read_again", ["", machines.DRIVE], ids=["without_number", "with_its_number"])
def test_a_drive_without_number_that_another_file_tells_of_too_stays(bench: Bench, read_again: str) -> None:
    """Taken for a mistake, it would be in no list: the machine would leave with a disk that nobody erased."""
    device = blank(bench)
    report = written(bench, device, drives=(machines.drive_node(serial=""),))
    record(bench, device, deposit(bench, "same.json", machines.lshw(drives=(machines.drive_node(serial=read_again),))))
    drive = Drive.objects.in_place().get()
    again(bench.manager, report)
    assert list(Drive.objects.in_place()) == [drive]


def test_the_log_that_proves_a_drive_on_the_shelf_stays_where_it_proves_it(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "nwipe.log", nwipe()))
    drive, report = Drive.objects.get(), HardwareReport.objects.get()
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK)
    with pytest.raises(Refused) as refused:
        again(bench.manager, report)
    assert codes(refused) == {"proof_first"}


def test_a_drive_that_was_destroyed_is_settled_by_a_person_first(bench: Bench) -> None:
    report = written(bench, blank(bench))
    evidence.record_destruction(
        actor=bench.technician, drive=Drive.objects.get(), method="drill", destroyed_at=timezone.now()
    )
    with pytest.raises(Refused) as refused:
        again(bench.manager, report)
    assert codes(refused) == {"proof_first"}


def test_a_log_of_two_machines_that_left_one_of_them_is_written_there_again(bench: Bench) -> None:
    one, other = blank(bench), blank(bench)
    file = deposit(bench, "nwipe.log", nwipe())
    for device in (one, other):
        HardwareReport.objects.create(
            device=device, stay=1, recorded_at=timezone.now(), deposit=file, kind=file.kind, sha256=file.file.sha256
        )
    again(bench.technician, HardwareReport.objects.get(device=one))
    record(bench, one, file)
    assert HardwareReport.objects.standing().filter(device=one).exists()


def test_a_log_that_is_cited_by_an_erasure_is_set_aside_without_being_forgotten(bench: Bench) -> None:
    device = blank(bench)
    file = deposit(bench, "nwipe.log", nwipe())
    record(bench, device, file)
    evidence.remove_drive(actor=bench.manager, drive=Drive.objects.get(), destination=RemovalDestination.MISTAKE)
    again(bench.manager, HardwareReport.objects.get())
    assert depositing.set_aside(actor=bench.technician, deposits=[file], reason="useless") == 1
    proof = Erasure.objects.get()
    assert proof.report is not None
    assert not proof.report.is_forgotten


def test_what_another_file_says_as_well_stays_written(bench: Bench) -> None:
    device = blank(bench)
    report = written(bench, device, drives=())
    record(bench, device, deposit(bench, "same.json", machines.lshw(drives=(), description="Notebook PC")))
    again(bench.technician, report)
    assert (fresh(device).memory_gb, fresh(device).serial) == (8, machines.SERIAL)


def test_what_a_file_said_never_comes_back_once_it_is_withdrawn(bench: Bench) -> None:
    """The second replaced what the first had written: that is not what the machine was before."""
    device = blank(bench)
    first = written(bench, device, memory=8, drives=())
    record(bench, device, deposit(bench, "second.json", machines.lshw(memory=16, drives=())))
    again(bench.technician, first)
    assert fresh(device).memory_gb == 16
    again(bench.technician, HardwareReport.objects.standing().get())
    assert fresh(device).memory_gb is None


def test_a_file_leaves_a_machine_that_will_not_serve(bench: Bench) -> None:
    device = bench.unusable(blank(bench))
    report = written(bench, device, drives=())
    again(bench.technician, report)
    assert fresh(device).processor == ""


# --- a drive that a person had inventoried, and of which the file only said the capacity


def by_hand(bench: Bench, serial: str = machines.DRIVE) -> tuple[Device, Drive]:
    device = blank(bench)
    return device, bench.drive(device, serial=serial, capacity=None)


def test_a_drive_that_a_person_inventoried_stays_and_its_capacity_is_unknown_again(bench: Bench) -> None:
    device, _ = by_hand(bench)
    record(bench, device, deposit(bench, f"{device.tag}.json", machines.smartctl()))
    filled = Drive.objects.in_place().get()
    assert filled.capacity
    assert again(bench.technician, HardwareReport.objects.get()) == [f"capacité du disque {filled}"]
    now = Drive.objects.in_place().get()
    assert (now.serial, now.capacity, now.arrived_at) == (machines.DRIVE, None, filled.arrived_at)
    assert list(Drive.objects.unproven()) == [now], "it is still to be erased"


def test_what_proved_it_is_judged_once_more_as_before_the_file(bench: Bench) -> None:
    """The file of another machine said a larger drive: the erasure then proved only a part of it."""
    device, drive = by_hand(bench)
    size = machines.SIZE // 2
    record(bench, device, deposit(bench, "nwipe.log", nwipe(size=size)))
    assert Erasure.objects.accepted().get().drive == drive
    record(bench, device, deposit(bench, f"{device.tag}.json", machines.smartctl()))
    assert not Erasure.objects.accepted().exists()
    again(bench.technician, HardwareReport.objects.get(kind="smartctl"))
    now = Drive.objects.in_place().get()
    assert now.capacity is None
    assert Erasure.objects.accepted().get().drive == now
    assert not Drive.objects.unproven().exists()


def test_a_capacity_that_another_file_of_the_machine_tells_too_stays(bench: Bench) -> None:
    device, _ = by_hand(bench)
    record(bench, device, deposit(bench, f"{device.tag}.json", machines.smartctl()))
    record(bench, device, deposit(bench, "lshw.json", machines.lshw(drives=(machines.drive_node(),))))
    again(bench.technician, HardwareReport.objects.get(kind="smartctl"))
    assert Drive.objects.in_place().get().capacity


def test_a_drive_that_a_person_corrected_between_two_files_stays_as_she_wrote_it(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "nwipe.log", nwipe(status="FAILED", errors=(3, 0, 0))))
    drive = Drive.objects.get()
    evidence.record_drive(actor=bench.technician, device=device, kind="hdd", serial=drive.serial, supersedes=drive)
    record(bench, device, deposit(bench, f"{device.tag}.json", machines.smartctl()))
    again(bench.manager, HardwareReport.objects.get(kind="smartctl"))
    now = Drive.objects.in_place().get()
    assert now.capacity is None


def test_a_destroyed_drive_is_never_completed_and_stays_destroyed(bench: Bench) -> None:
    device, drive = by_hand(bench)
    evidence.record_destruction(actor=bench.technician, drive=drive, method="drill", destroyed_at=timezone.now())
    told = record(bench, device, deposit(bench, f"{device.tag}.json", machines.smartctl()))
    assert not Drive.objects.unproven().exists()
    assert Drive.objects.current().get() == drive
    assert "remplit sa capacité" not in told.drives[0].how
