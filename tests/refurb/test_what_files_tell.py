"""What logs and files of machines say, pair by pair: one drive or two, which kind, which checks; and what is left."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from refurb.enums import CriterionKind, DeviceType, DriveKind, ErasureVerification, HiddenSectors
from refurb.enums.hardware import FileKind
from refurb.grading import Criterion, GradeLevel, PointsStep, Scale, Unmeasurable, compute
from refurb.models import Device, Drive, HardwareReport
from refurb.readers.facts import HardwareFacts, SeenDrive
from refurb.readers.nwipe import LogRun
from refurb.services import hardware
from refurb.services.devices import describe_device
from refurb.services.fitting import fitted_drives
from refurb.services.nwipe import erasure_told, kind_told
from refurb.services.processors import proposed_score
from refurb.services.sources import sources_of
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.hardware import BLANK, blank, deposit, record

SIZE = 256 * 10**9
KNOWN = SeenDrive(serial="S3Z8NB0K412345", size=SIZE, kind=DriveKind.SSD)


# --- a run of nwipe


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        ({"disk": "nvme0n1"}, DriveKind.NVME),
        ({"disk": "sda", "bus": "NVME"}, DriveKind.NVME),
        ({"disk": "sda", "bus": "ATA-SSD"}, DriveKind.SSD),
        ({"disk": "sda", "bus": "ATA"}, None),
    ],
)
def test_the_kind_of_a_drive_is_what_its_log_tells_or_is_unknown(
    run: Mapping[str, Any], kind: DriveKind | None
) -> None:
    assert kind_told(LogRun(**run)) == kind


@pytest.mark.parametrize(
    ("asked", "done", "verified", "told"),
    [
        (2, {(1, 1), (1, 2)}, {(1, 1), (1, 2)}, ErasureVerification.ALL_PASSES),
        (2, {(1, 1), (1, 2)}, {(1, 2)}, ErasureVerification.LAST_PASS),
        (2, {(1, 1), (1, 2)}, {(1, 1)}, ErasureVerification.NONE),
        (1, {(1, 1)}, {(1, 1)}, ErasureVerification.LAST_PASS),
    ],
)
def test_every_pass_is_said_to_be_read_again_only_when_each_was(
    asked: int, done: set[tuple[int, int]], verified: set[tuple[int, int]], told: ErasureVerification
) -> None:
    run = LogRun(disk="sda", passes_asked=asked, done=done, verified=verified)
    assert erasure_told(run, capacity=None).verification == told


@pytest.mark.parametrize(
    ("disk", "hidden", "told"),
    [
        ("nvme0n1", None, HiddenSectors.NOT_APPLICABLE),
        ("sda", None, HiddenSectors.UNKNOWN),
        ("sda", False, HiddenSectors.NONE),
        ("sda", True, HiddenSectors.PRESENT),
    ],
)
def test_hidden_sectors_that_nobody_looked_for_are_unknown_but_on_an_nvme_which_has_none(
    disk: str, hidden: bool | None, told: HiddenSectors
) -> None:
    assert erasure_told(LogRun(disk=disk, hidden=hidden), capacity=None).hidden_sectors == told


# --- one drive or two


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ({}, 1),
        ({"size": int(SIZE * 1.01)}, 1),
        ({"size": SIZE * 2}, 2),
        ({"size": SIZE, "kind": DriveKind.HDD}, 2),
        ({"size": SIZE, "kind": DriveKind.SSD}, 1),
        ({"serial": "ANOTHER123", "size": SIZE}, 2),
    ],
)
def test_a_drive_without_number_is_another_one_only_when_its_size_or_its_kind_says_so(
    other: Mapping[str, Any], count: int
) -> None:
    found = fitted_drives([(FileKind.LSHW, KNOWN), (FileKind.GLPI, SeenDrive(**other))], [])
    assert len(found) == count
    assert found[0].drive.key == KNOWN.key


# --- a grade


def test_a_measure_below_every_step_is_refused_with_its_number() -> None:
    steps = (PointsStep(Decimal(1), at_least=Decimal(1000)), PointsStep(Decimal(2), at_least=Decimal(3000)))
    scale = Scale(
        "essai",
        [Criterion("cpu", "Processeur", CriterionKind.BANDS, "cpu_mark", steps=steps)],
        [],
        [GradeLevel("A", "A")],
    )
    with pytest.raises(Unmeasurable) as refused:
        compute(scale, {"cpu_mark": 999})
    assert refused.value.measures == {"cpu_mark": "Processeur\u00a0: aucun palier pour 999."}
    assert compute(scale, {"cpu_mark": 1000}).score == 1


# --- what is read and written


def test_what_no_field_holds_is_said_in_words() -> None:
    facts = HardwareFacts(kind=FileKind.GLPI, battery_wear=18, screen_inches=13.9, webcam=False, imeis=("35", "36"))
    assert list(hardware.besides(facts)) == [
        ("Batterie", "usée à 18\u00a0%"),
        ("Écran", "13,9\u00a0pouces"),
        ("Webcam", "aucune vue"),
        ("IMEI", "35, 36"),
    ]
    assert list(hardware.besides(HardwareFacts(kind=FileKind.GLPI))) == []


@pytest.fixture
def bench(db: None) -> Bench:
    load_numbers()
    return Bench()


def test_a_drive_inventoried_without_number_nor_size_is_the_one_that_a_file_sees(bench: Bench) -> None:
    device = blank(bench)
    drive = bench.drive(device, serial="", capacity=None)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert not any(one.is_new for one in told.drives)
    (filled,) = Drive.objects.in_place()
    assert (filled.supersedes, filled.capacity) == (drive, machines.SIZE)


def test_what_is_inside_a_computer_is_not_written_on_a_tablet_whose_drive_is_soldered(bench: Bench) -> None:
    tablet = bench.in_process(DeviceType.TABLET, at=timezone.now() - timedelta(hours=2), **BLANK)
    record(bench, tablet, deposit(bench, "a.json", machines.lshw()))
    now = fresh(tablet)
    assert (now.manufacturer, now.processor, now.memory_gb) == ("HP", "", None)
    assert Drive.objects.get(device=tablet).kind == DriveKind.INTERNAL


def test_a_fact_that_somebody_wrote_since_is_the_file_s_no_more(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "a.json", machines.lshw(memory=8, drives=())))
    record(bench, device, deposit(bench, "b.json", machines.lshw(memory=16, drives=())))
    first, second = HardwareReport.objects.order_by("pk")
    assert {name: one.pk for name, one in sources_of(fresh(device)).items()} == {
        "memory_gb": second.pk,
        **dict.fromkeys(("manufacturer", "model", "serial", "processor"), first.pk),
    }
    describe_device(actor=bench.technician, device=device, memory_gb=4)
    assert "memory_gb" not in sources_of(fresh(device))


def test_the_score_of_another_processor_is_not_proposed(bench: Bench) -> None:
    graded = [bench.in_process(processor=name) for name in ("Intel Core i9-99999X", "Intel Core i9-88888X")]
    for mark, device in enumerate(graded, start=41_000):
        bench.grade(device, cpu_mark=mark)

    def proposed(device: Device) -> int | None:
        score = proposed_score(device, timezone.localdate())
        return score and score.score

    assert [proposed(device) for device in graded] == [41_000, 41_001]
    assert proposed(bench.in_process(processor="Intel Core i9-77777X")) is None
