"""What the bench says of the storage of a device agrees, or it is not reconditioned: nothing hides behind a word."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdfium2 import PdfDocument

from documents.services import open_file, render_document
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import (
    AbsenceReason,
    DestructionKind,
    DestructionMethod,
    DeviceType,
    DriveKind,
    PartKind,
    RemovalDestination,
)
from refurb.models import Device
from refurb.models.device_paper import DevicePaper
from refurb.services import evidence, parts
from tests.refurb.devices import GIGABYTE, Bench, load_numbers
from tests.refurb.pages import acting, read

pytestmark = pytest.mark.django_db
SAID = "Le grade compte un stockage, mais l’appareil n’en a pas"


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def looked_at(bench: Bench) -> Device:
    device = bench.in_process()
    bench.test(device)
    return bench.identified(device)


def written(content: bytes) -> str:
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in PdfDocument(content)).split())


def refused(bench: Bench, device: Device) -> str:
    with pytest.raises(Refused) as caught:
        bench.recondition(device)
    return str(caught.value)


def test_a_device_that_is_said_to_hold_no_storage_is_not_graded_for_one(bench: Bench) -> None:
    device = looked_at(bench)
    bench.grade(device)
    bench.no_storage(device)
    assert SAID in refused(bench, device)
    bench.grade(device, storage_gb=0)
    assert bench.recondition(device).state == "ready"


def test_a_drive_that_was_taken_out_or_destroyed_is_the_storage_of_nothing(bench: Bench) -> None:
    removed, destroyed = looked_at(bench), looked_at(bench)
    for device in (removed, destroyed):
        bench.grade(device)
    evidence.remove_drive(
        actor=bench.technician, drive=bench.drive(removed), destination=RemovalDestination.STOCK, place="Tiroir"
    )
    evidence.record_destruction(
        actor=bench.technician,
        drive=bench.drive(destroyed),
        kind=DestructionKind.WORKSHOP,
        method=DestructionMethod.DRILL,
        destroyed_at=timezone.now(),
    )
    for device in (removed, destroyed):
        assert SAID in refused(bench, device)
        bench.erase(bench.drive(device))
        assert bench.recondition(device).state == "ready", "another one was put in"


def test_a_tablet_is_graded_for_the_storage_that_it_holds(bench: Bench) -> None:
    assert bench.ready(DeviceType.TABLET).state == "ready"


def test_a_drive_found_in_a_reconditioned_device_sends_it_back_to_the_bench_by_whoever_reads_its_page(
    bench: Bench,
) -> None:
    device = looked_at(bench)
    bench.grade(device, storage_gb=0)
    bench.no_storage(device)
    device = bench.recondition(device)
    page = reverse("refurb:device_detail", args=[device.reference])
    assert "remettez-le en traitement" not in read(acting(bench.technician), page)
    found = bench.drive(device)
    for actor in (bench.technician, bench.manager):
        told = read(acting(actor), page)
        assert "ses preuves d’effacement ne tiennent plus" in told
        assert "remettez-le en traitement" in told
        assert "n’a jamais de stockage" not in told, "it was said, and a drive disproves it"
    assert "contredite" in read(acting(bench.technician), reverse("refurb:device_evidence", args=[device.reference]))
    evidence.remove_drive(actor=bench.manager, drive=found, destination=RemovalDestination.MISTAKE, place="")
    assert "remettez-le en traitement" not in read(acting(bench.technician), page)


def test_a_smaller_disk_put_into_a_reconditioned_device_sends_it_back_to_be_graded(bench: Bench) -> None:
    device = bench.ready()
    drive = device.drives.get()
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION, place="")
    bench.erase(bench.drive(device, capacity=64 * GIGABYTE))
    page = reverse("refurb:device_detail", args=[device.reference])
    assert "remettez-le en traitement" in read(acting(bench.technician), page)
    with pytest.raises(Refused, match="un disque a été découvert, changé ou retiré"):
        gate.apply(device, "cede", actor=bench.manager, recipient="Une école", reason="school")
    gate.apply(device, "reopen", actor=bench.technician, reason="storage")
    with pytest.raises(Refused, match="Le grade dit un autre stockage"):
        bench.recondition(device)
    bench.grade(device, storage_gb=64)
    assert bench.recondition(device).state == "ready"


@pytest.mark.parametrize("kind", [DriveKind.SSD, DriveKind.NVME, DriveKind.EMMC])
def test_what_holds_no_magnet_is_not_destroyed_by_one(bench: Bench, kind: DriveKind) -> None:
    device = bench.in_process()
    with pytest.raises(Refused, match="démagnétise"):
        evidence.record_destruction(
            actor=bench.technician,
            drive=bench.drive(device, kind=kind),
            kind=DestructionKind.WORKSHOP,
            method=DestructionMethod.DEGAUSS,
            destroyed_at=timezone.now(),
        )
    evidence.record_destruction(
        actor=bench.technician,
        drive=bench.drive(device, kind=DriveKind.HDD),
        kind=DestructionKind.WORKSHOP,
        method=DestructionMethod.DEGAUSS,
        destroyed_at=timezone.now(),
    )


def test_a_drive_that_is_destroyed_is_not_erased_afterwards(bench: Bench) -> None:
    drive = bench.drive(bench.in_process())
    evidence.record_destruction(
        actor=bench.technician,
        drive=drive,
        kind=DestructionKind.WORKSHOP,
        method=DestructionMethod.DRILL,
        destroyed_at=timezone.now(),
    )
    with pytest.raises(Refused, match="détruit"):
        bench.erase(drive)


def test_the_certificate_of_a_device_without_storage_says_that_nothing_was_erased(bench: Bench) -> None:
    device = looked_at(bench)
    bench.grade(device, storage_gb=0)
    bench.no_storage(device)
    bench.recondition(device)
    paper = DevicePaper.objects.get(device=device).document
    assert paper.title.startswith("Attestation d’absence de stockage")
    drawn = render_document(paper)
    assert drawn.rendered is not None
    assert "Aucun effacement n’a été fait" in written(open_file(drawn.rendered).read())


def test_nobody_attests_that_there_never_was_a_storage_where_a_drive_was_found(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    evidence.remove_drive(
        actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION, place="Tiroir"
    )
    with pytest.raises(Refused, match="Un disque y a été trouvé"):
        bench.no_storage(device)
    evidence.attest_no_storage(actor=bench.technician, device=device, reason=AbsenceReason.EMPTY_BAY)


def test_a_drive_that_the_workshop_fits_denies_nothing(bench: Bench) -> None:
    device = bench.in_process()
    evidence.attest_no_storage(actor=bench.technician, device=device, reason=AbsenceReason.REMOVED_BY_DONOR)
    part = parts.buy_part(
        actor=bench.technician, kind=PartKind.STORAGE, label="SSD", quantity=1, unit_price=Decimal(24)
    )
    parts.fit_part(
        actor=bench.technician,
        device=device,
        part=part,
        drive={"kind": DriveKind.SSD, "serial": "STOCK-1", "capacity": 256 * GIGABYTE},
    )
    told = read(acting(bench.technician), reverse("refurb:device_evidence", args=[device.reference]))
    assert "Retiré par le donateur avant le don" in told
    assert "contredite" not in told


def test_a_drive_whose_capacity_nobody_said_holds_no_more_than_its_erasure_wrote(bench: Bench) -> None:
    device = looked_at(bench)
    bench.erase(bench.drive(device, capacity=None), bytes_expected=GIGABYTE, bytes_erased=GIGABYTE)
    bench.grade(device)
    assert "Le grade dit un autre stockage" in refused(bench, device)
    bench.grade(device, storage_gb=1)
    assert bench.recondition(device).state == "ready"
