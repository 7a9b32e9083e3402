"""Evidence through its pages: storages, erasures with their file and verdict, destructions, removals."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from documents.models import StoredFile
from network.models import Organisation
from refurb.enums import DeviceType, DriveKind, ErasureRefusal
from refurb.models import Destruction, Device, Drive, Erasure, StorageAbsence
from tests.network.factories import make_organisation
from tests.refurb.devices import GIGABYTE, REPORT, Bench, load_numbers
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def typed(instant: datetime) -> str:
    """A moment as a browser sends it."""
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M:%S")


def log(name: str = "nwipe.log", serial: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, REPORT + serial.encode(), content_type="text/plain")


def good_run(drive: Drive, **changes: Any) -> dict[str, Any]:
    """What a technician copies from a report that proves the drive empty."""
    return {
        "method": "overwrite",
        "tool": "nwipe",
        "tool_version": "0.38",
        "started_at": typed(timezone.now() - timedelta(hours=1)),
        "finished_at": typed(timezone.now()),
        "serial_read": drive.serial,
        "bytes_expected": str(drive.capacity),
        "bytes_erased": str(drive.capacity),
        "passes_asked": "1",
        "passes_done": "1",
        "verification": "last_pass",
        "verification_errors": "0",
        "pass_errors": "0",
        "hidden_sectors": "none",
        "claimed": "erased",
        "deposit": log(serial=drive.serial),
    } | changes


def shredded_by(recycler: Organisation) -> dict[str, Any]:
    return {"kind": "recycler", "method": "shred", "destroyed_at": typed(timezone.now()), "recycler": recycler.pk}


def received_this_morning(bench: Bench, type: DeviceType = DeviceType.LAPTOP) -> Device:  # noqa: A002
    """A device that came before what is done to it began."""
    return bench.in_process(type, at=timezone.now() - timedelta(hours=3))


# --- storages


def test_a_storage_is_inventoried_with_its_capacity_in_gigabytes(bench: Bench) -> None:
    device = bench.in_process()
    client = acting(bench.technician)
    done = client.post(
        page_of(device, "device_record_drive"), {"kind": "ssd", "serial": "SN-1", "capacity": "256", "slot": "M.2"}
    )
    assert done.headers["Location"] == page_of(device, "device_evidence")
    drive = Drive.objects.get()
    assert (drive.kind, drive.serial, drive.capacity, drive.slot) == ("ssd", "SN-1", 256 * GIGABYTE, "M.2")
    assert "256\u00a0Go" in read(client, done.headers["Location"])


def test_the_same_serial_twice_is_refused_beside_it(bench: Bench) -> None:
    device = bench.in_process()
    bench.drive(device, serial="DEJA-LA")
    page = answered(acting(bench.technician), page_of(device, "device_record_drive"), kind="ssd", serial="deja-la")
    assert "Ce numéro de série est déjà inventorié" in page
    assert 'value="deja-la"' in page


def test_a_phone_offers_its_internal_storage_only(bench: Bench) -> None:
    device = bench.in_process(DeviceType.SMARTPHONE)
    page = read(acting(bench.technician), page_of(device, "device_record_drive"))
    assert "Stockage interne" in page
    assert "Disque dur" not in page


def test_a_storage_is_corrected_by_a_newer_row(bench: Bench) -> None:
    device = bench.in_process()
    former = bench.drive(device, serial="FAUX")
    client = acting(bench.technician)
    url = f"{page_of(device, 'device_record_drive')}?replace={former.pk}"
    page = read(client, url)
    assert 'value="FAUX"' in page
    assert 'value="256"' in page

    client.post(url, {"kind": "ssd", "serial": "JUSTE", "capacity": "256"})

    assert Drive.objects.current().get().serial == "JUSTE"
    assert client.get(f"{page_of(device, 'device_record_drive')}?replace=rien").status_code == 404


def test_the_absence_of_storage_is_attested_by_a_person(bench: Bench) -> None:
    device = bench.in_process(DeviceType.SCREEN)
    client = acting(bench.technician)
    url = page_of(device, "device_attest_no_storage")
    assert "obligatoire" in answered(client, url, reason="no_storage")
    client.post(url, {"reason": "no_storage", "seen": "on"})
    assert StorageAbsence.objects.get().recorded_by == bench.technician


def test_a_tablet_always_holds_a_storage(bench: Bench) -> None:
    device = bench.in_process(DeviceType.TABLET)
    client = acting(bench.technician)
    url = page_of(device, "device_attest_no_storage")
    assert "a toujours un stockage interne" in read(client, url)
    assert "a toujours un stockage interne" in answered(client, url, reason="no_storage", seen="on")


# --- erasures


def test_an_erasure_is_recorded_with_its_file_and_its_verdict(bench: Bench) -> None:
    device = received_this_morning(bench)
    drive = bench.drive(device)
    client = acting(bench.technician)

    done = client.post(page_of(device, "device_record_erasure", drive.pk), good_run(drive, claimed_duration="0:10:00"))

    erasure = Erasure.objects.get()
    assert (erasure.outcome, erasure.entry) == ("accepted", "typed")
    assert erasure.claimed_seconds == 600
    assert erasure.report_sha256 == erasure.report.sha256
    page = read(client, done.headers["Location"])
    assert "la preuve est acceptée" in page
    assert erasure.report_sha256 in page
    assert "Effacement prouvé" in page
    assert f"Saisi par {bench.technician}" in page


def test_an_erasure_that_proves_nothing_is_recorded_and_says_why_at_once(bench: Bench) -> None:
    device = received_this_morning(bench)
    drive = bench.drive(device)
    client = acting(bench.technician)

    done = client.post(
        page_of(device, "device_record_erasure", drive.pk), good_run(drive, bytes_erased="1000", deposit="")
    )

    page = read(client, done.headers["Location"])
    assert "il ne prouve rien" in page
    assert str(ErasureRefusal.BYTES_SHORT.label) in page
    assert str(ErasureRefusal.NO_REPORT.label) in page
    assert "Effacement non prouvé" in page


def test_a_file_survives_an_error_elsewhere_in_the_form(bench: Bench) -> None:
    device = received_this_morning(bench)
    drive = bench.drive(device)
    client = acting(bench.technician)
    url = page_of(device, "device_record_erasure", drive.pk)

    page = answered(client, url, **good_run(drive, verification=""))
    assert "Déjà déposé\u00a0: nwipe.log" in page
    assert 'value="0.38"' in page
    kept = page.split('name="kept" value="', 1)[1].split('"', 1)[0]

    client.post(url, good_run(drive, deposit="", kept=kept))
    assert Erasure.objects.get().report == StoredFile.objects.get()


def test_a_kept_file_serves_nobody_but_who_deposited_it(bench: Bench) -> None:
    device = received_this_morning(bench)
    drive = bench.drive(device)
    url = page_of(device, "device_record_erasure", drive.pk)
    page = answered(acting(bench.technician), url, **good_run(drive, verification=""))
    kept = page.split('name="kept" value="', 1)[1].split('"', 1)[0]

    for forged in (kept, "1:1:faux"):
        page = answered(acting(bench.manager), url, **good_run(drive, deposit="", kept=forged))
        assert "déposez-le de nouveau" in page
    assert not Erasure.objects.exists()


def test_a_file_that_is_not_one_is_refused_beside_it(bench: Bench) -> None:
    device = received_this_morning(bench)
    drive = bench.drive(device)
    program = SimpleUploadedFile("nwipe.exe", b"MZ\x00\x01")
    page = answered(
        acting(bench.technician),
        page_of(device, "device_record_erasure", drive.pk),
        **good_run(drive, deposit=program),
    )
    assert "nwipe.exe" in page
    assert not StoredFile.objects.exists()


def test_a_phone_opens_with_the_makers_reset(bench: Bench) -> None:
    device = received_this_morning(bench, DeviceType.SMARTPHONE)
    drive = bench.drive(device)
    page = read(acting(bench.technician), page_of(device, "device_record_erasure", drive.pk))
    assert '<option value="reset" selected>' in page
    assert '<option value="first_start" selected>' in page
    assert "<title>Erreur" not in page


def test_an_erasure_is_replaced_by_a_newer_row(bench: Bench) -> None:
    device = received_this_morning(bench)
    drive = bench.drive(device)
    wrong = bench.erase(drive, bytes_erased=1)
    client = acting(bench.technician)
    client.post(f"{page_of(device, 'device_record_erasure', drive.pk)}?replace={wrong.pk}", good_run(drive))
    assert Erasure.objects.current().get().supersedes == wrong
    assert "Remplacé par un plus récent" in read(client, page_of(device, "device_evidence"))


def test_a_donors_certificate_is_kept_and_does_not_count(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    client = acting(bench.technician)
    url = page_of(device, "device_keep_donor_certificate", drive.pk)
    given = {"tool": "Blancco", "finished_at": "2026-01-05T10:00:00"}
    assert "Déposez le certificat du donateur." in answered(client, url, **given)

    page = client.post(url, given | {"deposit": log("certificat.txt")}, follow=True).content.decode()

    assert "gardé pour mémoire" in page
    assert "Effacement non prouvé" in page


def test_a_destruction_by_a_recycler_wants_its_certificate(bench: Bench) -> None:
    device = received_this_morning(bench)
    drive = bench.drive(device)
    client = acting(bench.technician)
    url = page_of(device, "device_record_destruction", drive.pk)
    given = {
        "kind": "recycler",
        "method": "shred",
        "destroyed_at": typed(timezone.now()),
        "recycler": bench.recycler.pk,
    }
    assert "demande son nom et son certificat" in answered(client, url, **given)

    anything = client.post(url, given | {"deposit": log("courses.txt")}, follow=True).content.decode()
    assert "Ce fichier ne nomme ni le disque" in anything
    named = log("certificat.txt", drive.serial)
    page = client.post(url, given | {"deposit": named}, follow=True).content.decode()

    assert Destruction.objects.get().recycler == bench.recycler
    assert "Détruit</span>" in page
    certificate = page_of(device, "destruction_certificate", Destruction.objects.get().pk)
    assert certificate in page
    assert client.get(certificate).status_code == 200
    assert page_of(device, "device_record_erasure", drive.pk) not in page
    assert page_of(device, "device_remove_drive", drive.pk) not in page


def test_a_removed_drive_is_followed_and_a_mistake_is_the_managers_word(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device)
    url = page_of(device, "device_remove_drive", drive.pk)
    assert "mistake" not in read(acting(bench.technician), url)
    assert "mistake" in read(acting(bench.manager), url)
    assert "Effacez le disque avant" in answered(acting(bench.technician), url, destination="other_device")

    page = acting(bench.technician).post(url, {"destination": "destruction", "place": "Bac"}, follow=True)

    assert "Retiré, à effacer ou détruire" in page.content.decode()


def test_a_drive_that_left_with_its_device_is_still_proven_from_its_page(bench: Bench) -> None:
    device = bench.in_process()
    drive = bench.drive(device, kind=DriveKind.HDD)
    bench.recycle(bench.unusable(device), destruction_awaited=True)
    client = acting(bench.technician)
    sheet = read(client, page_of(device, "device_evidence"))
    assert "enregistrez la preuve de chaque disque parti" in sheet
    assert page_of(device, "device_record_destruction", drive.pk) in sheet
    assert page_of(device, "device_test") not in sheet, "there is nothing left to test"
    given = {
        "kind": "recycler",
        "method": "shred",
        "destroyed_at": typed(timezone.now()),
        "recycler": bench.recycler.pk,
    }
    wrong = {"destroyed_at": "2019-01-01T10:00:00", "recycler": make_organisation("recycler").pk}
    page = answered(
        client,
        page_of(device, "device_record_destruction", drive.pk),
        **given | wrong | {"deposit": log("certificat.txt")},
    )
    assert f"L’appareil est parti chez {bench.recycler}\u00a0: lui seul certifie." in page
    assert "son disque n’a pas été détruit avant" in page
    assert "L’appareil a été remis au recycleur le" in page
    named = log("certificat.txt", drive.serial)
    client.post(page_of(device, "device_record_destruction", drive.pk), given | {"deposit": named})
    assert not Drive.objects.missing_erasures().exists()
    assert "Parcours terminé" in read(client, page_of(device, "device_evidence"))


def test_evidence_is_not_taken_on_a_device_that_left(bench: Bench) -> None:
    device = bench.recycle(bench.proven(bench.unusable(bench.in_process())))
    client = acting(bench.technician)
    url = page_of(device, "device_record_drive")
    assert "n’est pas entre les mains de l’atelier" in read(client, url)
    assert "n’est pas entre les mains de l’atelier" in answered(client, url, kind="ssd")
