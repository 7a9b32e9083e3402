"""Of two runs on one drive the later one decides, in whatever order, and however its inventory is written since."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.services import store_file
from refurb.models import Drive, Erasure
from refurb.services import erasures, evidence
from tests.distribution.shelves import Shelf
from tests.refurb import machines
from tests.refurb.devices import Bench
from tests.refurb.hardware import deposit, failed, here_now, nwipe, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def written_by_force(row: Erasure, **given: Any) -> Erasure:
    """The same row once more, as no service writes it."""
    values = {field.attname: getattr(row, field.attname) for field in Erasure._meta.concrete_fields}
    return Erasure.objects.create(**values | {"id": None, "supersedes_id": None} | given)


@pytest.mark.parametrize("first", ["the success", "the failure"])
@pytest.mark.parametrize("later", ["the success", "the failure"])
def test_of_two_runs_the_later_one_decides_in_whatever_order_they_are_deposited(
    shelf: Shelf, first: str, later: str
) -> None:
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=8))
    drive = bench.drive(device, serial=machines.DRIVE, kind="ssd")
    hours = {"the success": (2, 4), "the failure": (4, 2)}[later]
    logs = {
        "the success": ("ok.log", nwipe(end=here_now() - timedelta(hours=hours[0]))),
        "the failure": ("ko.log", failed(hours=hours[1])),
    }
    for one in sorted(logs, key=lambda which: which != first):
        record(bench, device, deposit(bench, *logs[one]))
    assert Drive.objects.proven().filter(pk=drive.pk).exists() == (later == "the success")


def test_what_ran_before_a_failure_and_is_written_after_it_says_why_it_proves_nothing(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=8))
    drive = bench.drive(device, serial=machines.DRIVE, kind="ssd")
    record(bench, device, deposit(bench, "ko.log", failed()))
    (told,) = record(bench, device, deposit(bench, "ok.log", nwipe(end=here_now() - timedelta(hours=4)))).runs
    assert "plus récent sur ce disque a échoué" in told.why[0]
    typed = bench.erase(drive, finished_at=timezone.now() - timedelta(hours=3))
    assert typed.refusals == ["later_run_failed"]
    failure = Erasure.objects.current().get(claimed="failed")
    replaced = bench.erase(drive, finished_at=timezone.now() - timedelta(hours=3), supersedes=failure)
    assert replaced.refusals == ["later_run_failed"], "what the tool wrote is not typed away"
    again = bench.erase(drive, finished_at=timezone.now() - timedelta(hours=3))
    assert again.refusals == ["later_run_failed"], "nor in two goes, once a refused row stands in its place"
    assert bench.erase(drive).outcome == "accepted"


def corrected_by_hand(bench: Bench, drive: Drive) -> None:
    evidence.record_drive(
        actor=bench.technician, device=drive.device, kind=drive.kind, serial=drive.serial, slot="M2", supersedes=drive
    )


def filled_by_a_file(bench: Bench, drive: Drive) -> None:
    seen = machines.lshw(serial="", drives=(machines.drive_node(),))
    record(bench, drive.device, deposit(bench, f"{drive.device.tag}-lshw.json", seen))
    assert not Drive.objects.current().filter(pk=drive.pk).exists(), "the file wrote it again, with its capacity"


@pytest.mark.parametrize("rewritten", [corrected_by_hand, filled_by_a_file])
def test_a_failure_stays_that_of_its_drive_once_its_inventory_is_written_again(
    shelf: Shelf, rewritten: Callable[[Bench, Drive], None]
) -> None:
    bench = shelf.bench
    device = bench.identified(bench.in_process(at=timezone.now() - timedelta(hours=8)))
    drive = bench.drive(device, serial=machines.DRIVE, kind="ssd", capacity=None)
    record(bench, device, deposit(bench, "ko.log", failed()))
    rewritten(bench, drive)
    (told,) = record(bench, device, deposit(bench, "ok.log", nwipe(end=here_now() - timedelta(hours=4)))).runs
    assert "plus récent sur ce disque a échoué" in told.why[0]
    refused = Erasure.objects.current().get(refusals=["later_run_failed"])
    with pytest.raises(IntegrityError, match="plus récent"), transaction.atomic():
        written_by_force(refused, outcome="accepted", refusals=[], run_sha256="1" * 64)
    whole = {"bytes_expected": machines.SIZE, "bytes_erased": machines.SIZE}
    assert bench.erase(refused.drive, **whole).outcome == "accepted"


def test_a_failure_dated_ahead_of_time_counts_until_it_was_written_down_and_no_longer(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=8))
    drive = bench.drive(device, serial=machines.DRIVE, kind="ssd")
    record(bench, device, deposit(bench, "ko.log", failed(hours=-24 * 300)))
    assert bench.erase(drive, finished_at=timezone.now() - timedelta(hours=1)).refusals == ["later_run_failed"]
    tomorrow = timezone.now() + timedelta(days=1)
    assert bench.erase(drive, finished_at=tomorrow - timedelta(hours=1), at=tomorrow).outcome == "accepted"


def test_the_database_lets_no_earlier_run_prove_what_failed_later(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=8))
    drive = bench.drive(device, serial=machines.DRIVE, kind="ssd")
    proof = bench.erase(drive, finished_at=timezone.now() - timedelta(hours=4))
    record(bench, device, deposit(bench, "ko.log", failed()))
    with pytest.raises(IntegrityError, match="plus récent"), transaction.atomic():
        written_by_force(proof)


def test_a_log_that_is_deposited_at_the_bench_takes_down_a_proof_as_one_that_is_sorted(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process(at=timezone.now() - timedelta(hours=8))
    drive = bench.drive(device, serial=machines.DRIVE, kind="ssd")
    record(bench, device, deposit(bench, "ok.log", nwipe(end=here_now() - timedelta(hours=4))))
    report = store_file(content=failed(), name="ko.log", content_type="text/plain", by=bench.technician)
    row = erasures.record_log(actor=bench.technician, drive=drive, report=report)
    assert row.supersedes is not None
    assert not Drive.objects.proven().filter(pk=drive.pk).exists()
