"""A proof proves one drive, once: the same log, the same number, the same file on a second device, by every path."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from documents.models import StoredFile
from documents.services import store_file
from donations.serials import is_placeholder, same_serial
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb import search
from refurb.enums import DriveSource, ErasureEntry, ErasureOutcome, ErasureRefusal, MissingReason, RemovalDestination
from refurb.models import Device, Drive, Erasure
from refurb.services import devices, erasures, evidence
from tests.races import at_once
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.logs import log
from tests.refurb.pages import acting, page_of
from tests.refurb.pages import read as read_page

pytestmark = pytest.mark.django_db
SERIAL = "S3Z8NB0K123456"


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def deposited(bench: Bench, content: bytes, name: str = "nwipe.log") -> StoredFile:
    return store_file(content=content, name=name, content_type="text/plain", by=bench.technician)


def here_now() -> datetime:
    """The hour that a clock of here prints."""
    return timezone.localtime().replace(tzinfo=None, microsecond=0)


def on_the_bench(bench: Bench) -> Device:
    """A laptop that came two hours ago."""
    return bench.in_process(at=timezone.now() - timedelta(hours=2))


def read(bench: Bench, drive: Drive, content: bytes | None = None) -> Erasure:
    content = log(drive.serial, end=here_now()) if content is None else content
    return erasures.record_log(actor=bench.technician, drive=drive, report=deposited(bench, content))


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


def said(refused: pytest.ExceptionInfo[Refused]) -> str:
    return " ".join(reason.sentence for reason in refused.value.all)


# --- one log, two computers


def test_the_drive_of_another_device_is_refused_with_its_reference(bench: Bench) -> None:
    first, second = on_the_bench(bench), on_the_bench(bench)
    read(bench, bench.drive(first, serial=SERIAL))

    with pytest.raises(Refused) as refused:
        bench.drive(second, serial=SERIAL)

    assert codes(refused) == ["serial_elsewhere"]
    assert f"{first.tag} ({first.reference})" in said(refused)
    assert "enregistrez son retrait" in said(refused)


@pytest.mark.parametrize(
    "written", [f" {SERIAL[:4]} {SERIAL[4:]} ", SERIAL.lower(), f"S/N: {SERIAL}", f"{SERIAL[:6]}-{SERIAL[6:]}"]
)
def test_a_number_written_otherwise_is_the_same(bench: Bench, written: str) -> None:
    bench.drive(on_the_bench(bench), serial=SERIAL)

    with pytest.raises(Refused):
        bench.drive(on_the_bench(bench), serial=written)


def test_the_prefix_of_western_digital_is_no_other_number(bench: Bench) -> None:
    bench.drive(on_the_bench(bench), serial="WD-WCAV51234567")

    with pytest.raises(Refused):
        bench.drive(on_the_bench(bench), serial="WCAV5 1234567")


def test_another_workshop_is_told_of_another_device_and_no_more(bench: Bench) -> None:
    first = on_the_bench(bench)
    read(bench, bench.drive(first, serial=SERIAL))
    elsewhere = Bench()

    with pytest.raises(Refused) as refused:
        elsewhere.drive(on_the_bench(elsewhere), serial=SERIAL)

    assert "d’un autre appareil" in said(refused)
    assert first.tag not in said(refused)
    assert first.reference not in said(refused)


@pytest.mark.parametrize(
    "changed",
    [
        lambda content: content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content + b"\n\n   ",
        lambda content: b"sent by the workshop\n" + content,
    ],
    ids=["same", "crlf", "trailing", "leading"],
)
def test_a_log_without_number_proves_no_second_drive_whatever_its_bytes(
    bench: Bench, changed: Callable[[bytes], bytes]
) -> None:
    content = log(SERIAL, end=here_now())
    nameless = bench.drive(on_the_bench(bench), serial="")
    assert read(bench, nameless, content).outcome == ErasureOutcome.ACCEPTED

    with pytest.raises(Refused) as refused:
        read(bench, bench.drive(on_the_bench(bench), serial=""), changed(content))

    assert codes(refused) == ["proof_elsewhere"]
    assert Erasure.objects.count() == 1


def test_a_log_that_was_appended_to_does_not_lend_the_run_of_one_drive_to_the_next(bench: Bench) -> None:
    """The computer that erases keeps one file; the next drive bears the name of the one before, and was only found."""
    erased = log("XDISK00145A", end=here_now()).decode()
    found = f"[{here_now():%Y/%m/%d %H:%M:%S}]  notice: Found /dev/sda, ATA-SSD, PM981,  256 GB, S/N=YDISK00277B"
    content = f"{erased}\n{found}\n[{here_now():%Y/%m/%d %H:%M:%S}] warning: /dev/sda: nothing was done\n".encode()
    first, second = (bench.drive(on_the_bench(bench), serial=serial) for serial in ("XDISK00145A", "YDISK00277B"))
    with pytest.raises(Refused, match="ne parle pas du disque YDISK00277B"):
        read(bench, second, content)
    assert read(bench, first, content).outcome == ErasureOutcome.ACCEPTED


def test_of_two_runs_of_a_drive_in_one_log_the_last_is_judged(bench: Bench) -> None:
    whole, cut = log(SERIAL, end=here_now()), log(SERIAL, end=here_now(), status="aborted", verified=False)
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)
    assert read(bench, drive, whole + b"\n" + cut).outcome == ErasureOutcome.REFUSED
    assert read(bench, drive, cut + b"\n" + whole).outcome == ErasureOutcome.ACCEPTED


def test_a_log_proves_one_drive_of_a_device(bench: Bench) -> None:
    device, content = on_the_bench(bench), log(SERIAL, end=here_now())
    read(bench, bench.drive(device, serial=""), content)

    with pytest.raises(Refused) as refused:
        read(bench, bench.drive(device, serial=""), content)

    assert codes(refused) == ["proof_used"]


def test_a_file_that_maillon_does_not_read_proves_one_device(bench: Bench) -> None:
    first, second = bench.drive(on_the_bench(bench)), bench.drive(on_the_bench(bench))
    report = bench.report(first, second)
    bench.erase(first, report=report)

    with pytest.raises(Refused) as refused:
        bench.erase(second, report=report)

    assert codes(refused) == ["proof_elsewhere"]


def test_a_typed_proof_does_not_bear_the_number_of_the_drive_of_another_device(bench: Bench) -> None:
    report = bench.report(bench.drive(on_the_bench(bench), serial=SERIAL))

    with pytest.raises(Refused) as refused:
        bench.erase(bench.drive(on_the_bench(bench), serial=""), serial_read=SERIAL, report=report)

    assert codes(refused) == ["proof_elsewhere"]


def test_a_refused_erasure_claims_nothing(bench: Bench) -> None:
    content = log(SERIAL, end=here_now(), errors=(3, 0, 0))
    nameless = bench.drive(on_the_bench(bench), serial="")
    assert read(bench, nameless, content).outcome == ErasureOutcome.REFUSED

    assert bench.drive(on_the_bench(bench), serial=SERIAL).serial_key == SERIAL


# --- what is legitimate


def test_a_device_that_comes_back_keeps_its_own_drive(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device, serial=SERIAL)
    read(bench, drive)
    lost = gate.apply(device, "report_missing", actor=bench.technician, reason="theft")
    again = devices.receive_device(actor=bench.technician, device=lost, tag=device.tag)

    assert again.stay == 2
    assert bench.drive(again, serial=SERIAL).stay == 2


def test_a_drive_that_moved_is_removed_there_first_and_its_log_follows_it(bench: Bench) -> None:
    content = log(SERIAL, end=here_now())
    first, second = on_the_bench(bench), on_the_bench(bench)
    drive = bench.drive(first, serial=SERIAL)
    read(bench, drive, content)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.OTHER_DEVICE)

    moved = bench.drive(second, serial=SERIAL)

    assert read(bench, moved, content).outcome == ErasureOutcome.ACCEPTED


def test_what_ran_on_a_drive_before_the_last_device_that_held_it_came_proves_nothing(bench: Bench) -> None:
    """Its donor wiped it before giving it; the workshop had another device for weeks, and moves the drive there."""
    long_here = bench.in_process(at=timezone.now() - timedelta(days=30))
    came = on_the_bench(bench)
    drive = bench.drive(came, serial=SERIAL)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION, place="")
    moved = bench.drive(long_here, serial=SERIAL.lower())
    assert moved.arrived_at == came.received_at
    before = read(bench, moved, log(SERIAL, end=here_now() - timedelta(hours=3)))
    assert before.refusals == [ErasureRefusal.BEFORE_ARRIVAL]
    assert "avant l’arrivée du disque" in before.refusal_labels[0]
    assert read(bench, moved).outcome == ErasureOutcome.ACCEPTED


def test_a_drive_that_was_out_of_the_workshop_is_proven_by_what_ran_since_it_came_back(bench: Bench) -> None:
    day = timedelta(days=1)
    long_here = bench.received(at=timezone.now() - 30 * day)
    device = bench.received(at=timezone.now() - 20 * day)
    drive = bench.drive(device, serial=SERIAL)
    left = {"reason": MissingReason.THEFT, "at": timezone.now() - 9 * day}
    gate.apply(device, "report_missing", actor=bench.technician, **left)
    again = timezone.now() - timedelta(hours=2)
    devices.receive_device(actor=bench.technician, device=device, tag=device.tag, at=again)
    evidence.remove_drive(actor=bench.manager, drive=drive, destination=RemovalDestination.DESTRUCTION, place="")
    moved = bench.drive(long_here, serial=SERIAL)
    assert moved.arrived_at == again
    assert read(bench, moved, log(SERIAL, end=here_now() - 15 * day)).outcome == ErasureOutcome.REFUSED


def test_a_drive_that_was_taken_out_before_its_first_machine_came_back_did_not_come_with_it(bench: Bench) -> None:
    day = timedelta(days=1)
    long_here = bench.received(at=timezone.now() - 30 * day)
    device = bench.received(at=timezone.now() - 20 * day)
    drive = bench.drive(device, serial=SERIAL)
    out = {"destination": RemovalDestination.DESTRUCTION, "place": "", "at": timezone.now() - 12 * day}
    evidence.remove_drive(actor=bench.manager, drive=drive, **out)
    left = {"reason": MissingReason.THEFT, "at": timezone.now() - 9 * day}
    gate.apply(device, "report_missing", actor=bench.technician, **left)
    devices.receive_device(actor=bench.technician, device=device, tag=device.tag, at=timezone.now() - day)

    moved = bench.drive(long_here, serial=SERIAL)

    assert moved.arrived_at == drive.arrived_at
    assert read(bench, moved, log(SERIAL, end=here_now() - 5 * day)).outcome == ErasureOutcome.ACCEPTED


def test_a_drive_without_number_that_its_report_named_arrived_with_the_machine_that_brought_it(bench: Bench) -> None:
    long_here = bench.in_process(at=timezone.now() - timedelta(days=30))
    came = on_the_bench(bench)
    nameless = bench.drive(came, serial="")
    assert read(bench, nameless, log(SERIAL, end=here_now())).outcome == ErasureOutcome.ACCEPTED
    evidence.remove_drive(actor=bench.technician, drive=nameless, destination=RemovalDestination.STOCK)

    moved = bench.drive(long_here, serial=SERIAL)

    assert moved.arrived_at == came.received_at
    assert read(bench, moved, log(SERIAL, end=here_now() - timedelta(hours=3))).outcome == ErasureOutcome.REFUSED


def test_a_removed_drive_is_proven_by_the_log_of_the_device_where_it_went(bench: Bench) -> None:
    content = log(SERIAL, end=here_now())
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK)
    read(bench, bench.drive(on_the_bench(bench), serial=SERIAL), content)

    assert read(bench, drive, content).outcome == ErasureOutcome.ACCEPTED
    assert not Drive.objects.missing_erasures().exists()


def test_the_manager_or_the_pilot_settles_of_a_device_that_left_which_one_holds_the_drive(bench: Bench) -> None:
    gone = bench.ready()
    drive = Drive.objects.get(device=gone)
    gone = gate.apply(gone, "report_missing", actor=bench.technician, reason="theft")
    told = {"drive": drive, "destination": RemovalDestination.MISTAKE}
    with pytest.raises(PermissionDenied):
        evidence.remove_drive(actor=bench.technician, **told)

    evidence.remove_drive(actor=bench.pilot, **told)

    assert bench.drive(on_the_bench(bench), serial=drive.serial)
    assert not Device.objects.proven().filter(pk=gone.pk).exists()


def test_a_drive_corrected_frees_the_number_that_was_misread(bench: Bench) -> None:
    device = on_the_bench(bench)
    misread = bench.drive(device, serial=SERIAL)
    bench.drive(device, serial="AUTRE1", supersedes=misread)

    assert bench.drive(on_the_bench(bench), serial=SERIAL)


def test_the_pilot_finds_a_device_by_the_number_of_its_drive_and_strikes_it_out_there(bench: Bench) -> None:
    gone = gate.apply(bench.ready(), "report_missing", actor=bench.technician, reason="theft")
    drive = Drive.objects.get(device=gone)
    pilot, stranger = acting(bench.pilot), acting(bench.stranger)

    assert gone.reference in [found.row.reference for found in search.devices(f" {drive.serial.lower()}", bench.pilot)]
    assert not list(search.devices(drive.serial, bench.stranger))
    url = page_of(gone, "device_remove_drive", drive.pk)
    assert url in read_page(pilot, page_of(gone, "device_evidence"))
    assert stranger.get(url).status_code == 404
    assert acting(bench.technician).post(url, {"destination": "mistake"}).status_code == 200
    pilot.post(url, {"destination": "mistake"})

    assert not Drive.objects.in_place().filter(pk=drive.pk).exists()


# --- the wall of the database


def copied(row: Any, **changes: Any) -> Any:
    """A row like this one, written by somebody who goes round the services."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.generated}
    return type(row).objects.create(**values | {"id": None, "supersedes_id": None} | changes)


def test_the_database_refuses_the_number_on_a_second_device(bench: Bench) -> None:
    first, second = on_the_bench(bench), on_the_bench(bench)
    drive = bench.drive(first, serial=SERIAL)

    with pytest.raises(IntegrityError, match="déjà celui d’un autre disque"), transaction.atomic():
        copied(drive, device_id=second.pk, serial=SERIAL.lower())
    with pytest.raises(IntegrityError, match="ne remplace que celui du même appareil"), transaction.atomic():
        copied(drive, device_id=second.pk, supersedes_id=drive.pk)
    assert copied(drive, stay=2).serial_key == SERIAL


def test_the_database_refuses_a_drive_that_would_have_come_before_the_last_machine_that_held_it(bench: Bench) -> None:
    long_here = bench.in_process(at=timezone.now() - timedelta(days=30))
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.STOCK)
    moved = {"device_id": long_here.pk, "stay": long_here.stay}
    with pytest.raises(IntegrityError, match="plus tard"), transaction.atomic():
        copied(drive, **moved, arrived_at=long_here.received_at)
    assert copied(drive, **moved).arrived_at == drive.arrived_at


def test_the_database_refuses_the_run_on_a_second_drive(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial="")
    proof = read(bench, drive, log(SERIAL, end=here_now()))
    other = bench.drive(on_the_bench(bench), serial="")
    there = {"drive_id": other.pk, "device_id": other.device_id}

    for changes in ({}, {"serial_read": "", "attribution": "slot"}, {"serial_read": "AUTRE1"}):
        with pytest.raises(IntegrityError, match="autre disque"), transaction.atomic():
            copied(proof, **there, **changes)
    with pytest.raises(IntegrityError, match="un disque de son appareil"), transaction.atomic():
        copied(proof, drive_id=other.pk)


def test_the_database_refuses_the_file_on_a_second_device(bench: Bench) -> None:
    proof = bench.erase(bench.drive(on_the_bench(bench)))
    other = bench.drive(on_the_bench(bench))

    with pytest.raises(IntegrityError, match="prouve déjà un autre disque"), transaction.atomic():
        copied(
            proof,
            drive_id=other.pk,
            device_id=other.device_id,
            serial_read=other.serial,
            recorded_at=timezone.now(),
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(2))
def test_of_two_who_record_the_same_number_at_once_one_passes(turn: int) -> None:
    load_numbers()
    bench, elsewhere = Bench(), Bench()
    first, second = bench.received(), elsewhere.received()

    answers = at_once(
        lambda: evidence.record_drive(actor=bench.technician, device=first, kind="ssd", serial=SERIAL),
        lambda: evidence.record_drive(actor=elsewhere.technician, device=second, kind="ssd", serial=SERIAL),
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Drive", "Refused"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_go_round_the_services_at_once_one_passes() -> None:
    load_numbers()
    bench = Bench()
    first, second, third = bench.received(), bench.received(), bench.received()
    like = bench.drive(third, serial="AUTRE1")

    def write(device: Device) -> Callable[[], Any]:
        return lambda: copied(like, device_id=device.pk, serial=SERIAL)

    answers = at_once(write(first), write(second), returned=(IntegrityError,))

    assert sorted(isinstance(answer, Drive) for answer in answers) == [False, True]


# --- what is no number


@pytest.mark.parametrize(
    "written",
    ["To be filled by O.E.M.", "0000000000", "Default string", "123456789", "xxxx", "N/A", "System Serial Number", ""],
)
def test_what_is_written_where_nobody_wrote_a_number_is_none(bench: Bench, written: str) -> None:
    assert same_serial(written) == ""
    assert is_placeholder(written) == bool(written)
    for _ in range(2):
        assert bench.drive(on_the_bench(bench), serial=written).serial_key == ""


def test_a_placeholder_that_a_log_prints_in_several_words_is_no_number_either(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)

    erasure = read(bench, drive, log("To be filled by O.E.M.", end=here_now()))

    assert erasure.serial_read == "To be filled by O.E.M."
    assert erasure.outcome == ErasureOutcome.REFUSED
    assert ErasureRefusal.SERIAL_MISSING in erasure.refusals


def test_a_log_whose_number_is_too_long_to_be_one_is_no_log_of_nwipe(bench: Bench) -> None:
    device = on_the_bench(bench)
    drive = bench.drive(device, serial=SERIAL)

    with pytest.raises(Refused) as refused:
        read(bench, drive, log("S" * 200, end=here_now()))
    assert "n’est pas un journal" in str(refused.value)


@given(st.text(st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\0"), max_size=24))
def test_the_database_compares_numbers_as_the_code_does(written: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT refurb_serial_key(%s)", [written])
        assert cursor.fetchone() == (same_serial(written),)


# --- where the number comes from


def test_a_drive_inventoried_from_the_log_that_proves_it_is_said_to_be(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL, source=DriveSource.REPORT)
    read_elsewhere = bench.drive(on_the_bench(bench), serial="AUTRE1", source=DriveSource.STICKER)

    assert read(bench, drive).differences == ["self_named"]
    assert read(bench, read_elsewhere).differences == []


def test_how_a_proof_came_is_written_beside_it(bench: Bench) -> None:
    drive = bench.drive(on_the_bench(bench), serial=SERIAL)

    assert read(bench, drive).entry == ErasureEntry.READ
    assert bench.erase(bench.drive(on_the_bench(bench))).entry == ErasureEntry.TYPED
