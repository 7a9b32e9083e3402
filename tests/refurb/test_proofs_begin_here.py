"""What a proof leans on: it began after the arrival, somebody ties what has no number, and who may remove a drive."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.enums import ContentType
from documents.services import open_file, store_file
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import (
    AttributionReason,
    ClockReason,
    DeviceType,
    DriveKind,
    ErasureEntry,
    ErasureOutcome,
    ErasureRefusal,
    HiddenSectors,
    RemovalDestination,
    ToolClock,
)
from refurb.forms.reconditioning import AttributionForm
from refurb.models import DevicePaper, Drive, Erasure
from refurb.readers.nwipe import read_log
from refurb.services import batches, devices, erasures, evidence
from refurb.services.nwipe import ClockTold
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import pdf_of
from tests.refurb.logs import SIZE, log
from tests.refurb.machines import certificate
from tests.refurb.pages import acting, answered, page_of
from tests.refurb.pages import read as read_page
from tests.refurb.test_proofs_once import SERIAL, copied, deposited, here_now, on_the_bench, read
from typography.french import to_the_second

pytestmark = pytest.mark.django_db
BEGUN_BEFORE = timedelta(hours=3)


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def straddling() -> bytes:
    """It ended a moment ago, and began an hour before the device arrived."""
    return log(SERIAL, end=here_now(), lasting=int(BEGUN_BEFORE.total_seconds() // 60))


# --- it began here


def test_a_log_that_began_before_the_arrival_proves_nothing_and_says_both_dates_and_the_way_out(bench: Bench) -> None:
    device = on_the_bench(bench)

    erasure = read(bench, bench.drive(device, serial=SERIAL), straddling())

    assert erasure.refusals == [ErasureRefusal.BEFORE_ARRIVAL]
    (told,) = erasure.refusal_labels
    assert f"a commencé le {to_the_second(erasure.started_at)}" in told
    assert to_the_second(device.received_at) in told
    assert "en déclarant le décalage de son horloge" in told
    assert "effacez le disque de nouveau" in told
    assert "a commencé le" in read_page(acting(bench.technician), page_of(device, "device_evidence"))


def test_a_clock_that_was_declared_moves_the_beginning_too(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)
    report = deposited(bench, log(SERIAL, end=datetime(2000, 1, 1, 1, 2, 3)))  # noqa: DTZ001
    told = ClockTold(ToolClock.WRONG, ClockReason.BATTERY, timezone.now() - timedelta(minutes=3))

    erasure = erasures.record_log(actor=bench.technician, drive=drive, report=report, clock=told)

    assert (erasure.outcome, erasure.refusals) == (ErasureOutcome.ACCEPTED, [])


def test_a_typed_erasure_that_began_before_the_arrival_proves_nothing_either(bench: Bench) -> None:
    began = timezone.now() - BEGUN_BEFORE

    erasure = bench.erase(bench.drive(on_the_bench(bench)), started_at=began)

    assert erasure.refusals == [ErasureRefusal.BEFORE_ARRIVAL]
    assert "déposez le journal" in erasure.refusal_labels[0]


def test_a_run_begun_in_an_earlier_stay_proves_nothing_in_the_next_one(bench: Bench) -> None:
    """The computer left while its drive was being written, and came back before the end."""
    device = on_the_bench(bench)
    drive = bench.drive(device, serial=SERIAL)
    lost = gate.apply(device, "report_missing", actor=bench.technician, reason="theft")
    again = devices.receive_device(actor=bench.technician, device=lost, tag=device.tag)
    content = log(SERIAL, end=here_now())

    now = read(bench, bench.drive(again, serial=SERIAL), content)

    assert (now.drive.stay, now.refusals) == (drive.stay + 1, [ErasureRefusal.BEFORE_ARRIVAL])
    assert not Drive.objects.unproven().exclude(pk__in=(drive.pk, now.drive_id)).exists()


def test_the_database_refuses_a_proof_that_began_before_the_arrival(bench: Bench) -> None:
    proof = bench.erase(bench.drive(on_the_bench(bench)))

    with pytest.raises(IntegrityError, match="avant l’arrivée"), transaction.atomic():
        copied(proof, started_at=timezone.now() - BEGUN_BEFORE)


# --- no number on either side


def test_two_logs_without_number_cannot_be_swapped_between_two_drives_without_number(bench: Bench) -> None:
    """Nothing ties a log to a drive when neither bears a number: a person says so, or it proves nothing."""
    drives = [bench.drive(on_the_bench(bench), serial="", capacity=SIZE) for _ in range(2)]
    logs = [log("", end=here_now() - timedelta(minutes=rank)) for rank in range(2)]

    for drive, content in zip(drives, reversed(logs), strict=True):
        erasure = read(bench, drive, content)
        assert erasure.refusals == [ErasureRefusal.SERIAL_MISSING]
        assert "Attribuez ce journal au disque" in erasure.refusal_labels[0]
    assert Drive.objects.unproven().count() == len(drives)

    (said,) = batches.attribute_runs(
        actor=bench.technician,
        report=deposited(bench, logs[0]),
        drives={"sda": drives[0]},
        reason=AttributionReason.ALONE,
    )
    assert (said.outcome, said.recorded_by, said.differences) == (
        ErasureOutcome.ACCEPTED,
        bench.technician,
        ["attributed"],
    )


def test_typing_over_a_log_without_number_does_not_go_round_the_attribution(bench: Bench) -> None:
    drive, report = bench.drive(on_the_bench(bench), serial=""), deposited(bench, log("", end=here_now()))
    typed: dict[str, Any] = {"bytes_expected": SIZE, "bytes_erased": SIZE, "started_at": None, "report": report}

    erasure = bench.erase(drive, **typed)

    assert (erasure.entry, erasure.refusals) == (ErasureEntry.CHECKED, [ErasureRefusal.SERIAL_MISSING])


def test_typing_over_the_certificate_of_a_run_without_number_does_not_go_round_it_either(bench: Bench) -> None:
    """The log proves one of two drives without number; its certificate, typed by hand, would prove the other."""
    ended = here_now()
    began = f"{ended - timedelta(hours=1):%Y/%m/%d %H:%M:%S}"
    printed = certificate("", start=began, end=f"{ended:%Y/%m/%d %H:%M:%S}", size=SIZE)
    drive = bench.drive(on_the_bench(bench), serial="", capacity=SIZE)
    report = store_file(content=pdf_of(printed), name="nwipe.pdf", content_type=ContentType.PDF, by=bench.technician)
    typed: dict[str, Any] = {"bytes_expected": SIZE, "bytes_erased": SIZE, "started_at": None, "report": report}
    erasure = bench.erase(drive, **typed)
    assert (erasure.entry, erasure.refusals) == (ErasureEntry.CHECKED, [ErasureRefusal.SERIAL_MISSING])
    told = " ".join(erasure.refusal_labels)
    assert "Il faut le journal texte de nwipe" in told
    assert "Attribuez" not in told
    page = page_of(drive.device, "device_attribute_log")
    with open_file(report) as file:
        given = SimpleUploadedFile("nwipe.pdf", file.read(), "application/pdf")
    asked = acting(bench.technician).post(page, {"deposit": given}).content.decode()
    assert "Un certificat PDF ne s’attribue pas" in asked
    assert "saisissez" not in asked


def test_a_storage_that_hides_no_sectors_is_typed_without_object_over_a_log_that_did_not_look(bench: Bench) -> None:
    """Nwipe looks for none on an eMMC: « inconnu » and « sans objet » are the same."""
    drive = bench.drive(on_the_bench(bench), kind=DriveKind.EMMC, capacity=SIZE)
    report = deposited(
        bench, log(drive.serial, end=here_now(), bus="MMC", hidden="").replace(b"info: \n", b"info: -\n")
    )
    typed: dict[str, Any] = {"bytes_expected": SIZE, "bytes_erased": SIZE, "started_at": None, "report": report}
    erasure = bench.erase(drive, **typed | {"finished_at": None, "hidden_sectors": HiddenSectors.NOT_APPLICABLE})
    assert (erasure.outcome, erasure.hidden_sectors) == (ErasureOutcome.ACCEPTED, HiddenSectors.NOT_APPLICABLE)


def test_a_log_without_number_is_attributed_to_no_drive_of_unknown_capacity(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial="", capacity=None)
    report = deposited(bench, log("", end=here_now(), size=50_000_000))
    with pytest.raises(Refused, match="Dites d’abord la capacité"):
        batches.attribute_runs(
            actor=bench.technician, report=report, drives={"sda": drive}, reason=AttributionReason.ALONE
        )


def test_a_log_appended_over_two_disks_without_number_keeps_the_run_of_each(bench: Bench) -> None:
    sessions = [log("", end=here_now() - timedelta(minutes=rank), lasting=20) for rank in (30, 0)]
    drives = [bench.drive(on_the_bench(bench), serial="", capacity=SIZE) for _ in sessions]
    report = deposited(bench, b"\n".join(sessions))
    runs = read_log(b"\n".join(sessions).decode())
    assert [run.name for run in runs] == ["sda", "sda-2"]
    form = AttributionForm(runs=runs, drives=drives)
    assert "passage 2" in str(form.fields["disk-sda-2"].label)

    said = batches.attribute_runs(
        actor=bench.technician,
        report=report,
        drives={"sda": drives[0], "sda-2": drives[1]},
        reason=AttributionReason.ALONE,
    )

    assert [row.outcome for row in said] == [ErasureOutcome.ACCEPTED] * 2
    assert len({row.run_sha256 for row in said}) == 2
    assert said[0].finished_at < said[1].finished_at


@pytest.mark.parametrize("apart", [False, True])
def test_a_run_without_number_does_not_prove_a_disk_of_which_a_log_tells_by_its_number(
    bench: Bench, *, apart: bool
) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL, capacity=SIZE)
    failed = log(SERIAL, end=here_now(), lasting=20, status="Aborted")
    nameless = log("", end=here_now() - timedelta(minutes=30), lasting=20)
    if apart:
        assert read(bench, drive, failed).outcome == ErasureOutcome.REFUSED
    report = deposited(bench, nameless if apart else nameless + b"\n" + failed)
    with pytest.raises(Refused, match="sous son numéro"):
        batches.attribute_runs(
            actor=bench.technician, report=report, drives={"sda": drive}, reason=AttributionReason.ALONE
        )


def test_a_run_without_number_made_after_one_that_failed_proves_the_disk_that_it_is_said_to_be(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL, capacity=SIZE)
    failed = log(SERIAL, end=here_now() - timedelta(minutes=30), lasting=20, status="Aborted")
    assert read(bench, drive, failed).outcome == ErasureOutcome.REFUSED
    (said,) = batches.attribute_runs(
        actor=bench.technician,
        report=deposited(bench, log("", end=here_now(), lasting=20)),
        drives={"sda": drive},
        reason=AttributionReason.ALONE,
    )
    assert said.outcome == ErasureOutcome.ACCEPTED


def test_two_drives_alike_are_told_apart_by_where_they_are_when_a_log_is_attributed(bench: Bench) -> None:
    device = on_the_bench(bench)
    drives = [bench.drive(device, serial="", capacity=SIZE, slot=f"baie {rank}") for rank in (1, 2)]
    form = AttributionForm(runs=read_log(log("", end=here_now()).decode()), drives=drives)
    offered = [str(label) for _, label in form.fields["disk-sda"].choices]
    assert [label.rpartition(", ")[2] for label in offered[1:]] == ["baie 1", "baie 2"]
    device = on_the_bench(bench)
    alike = [bench.drive(device, serial="", capacity=SIZE) for _ in range(2)]
    form = AttributionForm(runs=read_log(log("", end=here_now()).decode()), drives=alike)
    offered = [str(label) for _, label in form.fields["disk-sda"].choices][1:]
    assert [label.rpartition(", ")[2] for label in offered] == ["rang 1 à l’inventaire", "rang 2 à l’inventaire"]
    assert all("256,1\u00a0Go" in label for label in offered)


def test_the_internal_storage_of_a_phone_is_not_that_of_a_computer(bench: Bench) -> None:
    with pytest.raises(Refused, match="Seul un téléphone ou une tablette"):
        bench.drive(bench.in_process(), kind=DriveKind.INTERNAL, serial="")
    found = [batches.FoundDrive(device=bench.in_process(), kind=DriveKind.INTERNAL)]
    with pytest.raises(Refused, match="Seul un téléphone ou une tablette"):
        batches.record_drives(actor=bench.technician, found=found)
    assert bench.drive(bench.in_process(DeviceType.TABLET)).kind == DriveKind.INTERNAL


def test_the_database_refuses_a_log_without_number_that_nobody_attributes(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial="", capacity=SIZE)
    report = deposited(bench, log("", end=here_now()))
    (said,) = batches.attribute_runs(
        actor=bench.technician, report=report, drives={"sda": drive}, reason=AttributionReason.ALONE
    )

    with pytest.raises(IntegrityError, match="attribué à son disque"), transaction.atomic():
        copied(said, attribution="")


def test_the_certificate_says_that_only_the_typing_ties_a_report_to_a_drive_without_number(bench: Bench) -> None:
    device = on_the_bench(bench)
    bench.erase(bench.drive(device, serial=""))
    bench.test(device)
    bench.grade(device)
    bench.recondition(device)

    (told,) = DevicePaper.objects.get(device=device).document.values["drives"]

    (run,) = told["erasures"]
    assert any("seule la saisie les rattache" in sentence for sentence in run["differences"])


# --- who removes a drive


@pytest.mark.parametrize("where", [RemovalDestination.STOCK, RemovalDestination.DESTRUCTION])
def test_the_pilot_does_not_put_a_drive_on_the_shelf_of_a_workshop(bench: Bench, where: RemovalDestination) -> None:
    drive = bench.drive(on_the_bench(bench))

    with pytest.raises(PermissionDenied):
        evidence.remove_drive(actor=bench.pilot, drive=drive, destination=where)

    page = read_page(acting(bench.pilot), page_of(drive.device, "device_remove_drive", drive.pk))
    assert f'value="{where.value}"' not in page
    assert evidence.remove_drive(actor=bench.technician, drive=drive, destination=where).destination == where


@pytest.mark.parametrize("where", [RemovalDestination.MISTAKE, RemovalDestination.OTHER_DEVICE])
def test_the_pilot_says_that_a_drive_is_elsewhere_or_was_never_there(bench: Bench, where: RemovalDestination) -> None:
    drive = bench.drive(on_the_bench(bench))
    bench.erase(drive)

    assert evidence.remove_drive(actor=bench.pilot, drive=drive, destination=where).recorded_by == bench.pilot


def test_the_manager_keeps_all_the_removals_of_the_workshop(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench))

    removal = evidence.remove_drive(actor=bench.manager, drive=drive, destination=RemovalDestination.STOCK)

    assert removal.recorded_by == bench.manager
    assert not Erasure.objects.exists()


# --- a log is deposited from the sheet of proofs


def test_the_sheet_of_proofs_leads_to_the_deposit_of_a_log_which_is_read_and_judged(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive, client = bench.drive(device, serial=SERIAL), acting(bench.technician)
    url = page_of(device, "device_record_log", drive.pk)
    assert f'href="{url}"' in read_page(client, page_of(device, "device_evidence"))

    assert "Déposez le journal de nwipe." in answered(client, url)
    page = answered(client, url, deposit=SimpleUploadedFile("nwipe.log", b"rien", "text/plain"))
    assert "n’est pas un journal texte de nwipe" in page
    good = SimpleUploadedFile("nwipe.log", log(SERIAL, end=here_now()), "text/plain")
    done = client.post(url, {"deposit": good}, follow=True).content.decode()

    assert "la preuve est acceptée" in done
    assert Erasure.objects.get().entry == ErasureEntry.READ
    assert acting(bench.stranger).get(url).status_code == 404
    assert acting(bench.pilot).get(url).status_code == 403


def test_a_phone_has_no_log_to_deposit(bench: Bench) -> None:
    device = bench.in_process(DeviceType.SMARTPHONE)
    drive = bench.drive(device)

    assert page_of(device, "device_record_log", drive.pk) not in read_page(
        acting(bench.technician), page_of(device, "device_evidence")
    )
