"""Files of machines on the bench: deposited many at once, sorted, shown, written; nothing leaves unproven by them."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from weasyprint import HTML

from documents.models import StoredFile
from documents.services.files import forget_abandoned, open_file
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import (
    DeviceType,
    DriveKind,
    DriveSource,
    ErasureEntry,
    ErasureOutcome,
    ErasureRefusal,
    ReportDifference,
)
from refurb.enums.hardware import DismissalReason, FileKind, Unreadable
from refurb.models import DepositedFile, Device, Drive, Erasure, FileDismissal, HardwareReport
from refurb.services import depositing, devices, hardware, stock
from refurb.sorting import Sorting, sort_files
from tests.donations.inventories import machine, picked_up, taken
from tests.donations.scene import Scene, first_line, laptops, load_law
from tests.pages import acting, read
from tests.races import at_once
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, from_lot, given_to, load_numbers, new_tag
from tests.refurb.logs import log

pytestmark = pytest.mark.django_db
BLANK: dict[str, Any] = {"manufacturer": "", "model": "", "processor": "", "memory_gb": None}


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


@pytest.fixture
def browser(bench: Bench) -> Client:
    return acting(bench.technician)


def here_now() -> datetime:
    """The hour that a clock of here prints."""
    return timezone.localtime().replace(tzinfo=None, microsecond=0)


def blank(bench: Bench, **given: Any) -> Device:
    """A laptop that came two hours ago, of which nothing was read yet."""
    return bench.in_process(at=timezone.now() - timedelta(hours=2), **BLANK | given)


def deposit(bench: Bench, name: str, content: bytes) -> DepositedFile:
    done = depositing.deposit_files(actor=bench.technician, files=[(name, content)])
    assert not done.refused
    return done.kept[0]


def record(bench: Bench, device: Device, *deposits: DepositedFile) -> hardware.Recorded:
    return hardware.record_files(actor=bench.technician, device=device, deposits=deposits)


def sorting(bench: Bench, **typed: str) -> list[Sorting]:
    rows = list(DepositedFile.objects.waiting().select_related("file"))
    return sort_files(bench.technician.organisation_id, rows, {row.pk: typed.get("tag", "") for row in rows})  # type: ignore[arg-type]


def nwipe(serial: str = machines.DRIVE, **given: Any) -> bytes:
    return log(serial, **{"end": here_now()} | given)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(browser: Client, *files: tuple[str, bytes]) -> Any:
    return browser.post(reverse("refurb:hardware_deposit"), {"deposit": [upload(*one) for one in files]})


def confirm(browser: Client, *sorted_to: tuple[DepositedFile, Device | None], **typed: str) -> str:
    """What the page answers once it is confirmed as it was shown."""
    seen = {f"vu-{one.pk}": device.reference for one, device in sorted_to if device is not None}
    response = browser.post(reverse("refurb:hardware_sort"), {"enregistrer": "1", **seen, **typed})
    assert response.status_code == 200
    return response.content.decode()


# --- what is blank is filled, what is typed wins


def test_a_file_fills_what_is_blank_and_each_fact_keeps_its_source(bench: Bench, browser: Client) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    now = fresh(device)
    assert (now.manufacturer, now.model, now.serial) == ("HP", "EliteBook 840 G5", machines.SERIAL)
    assert (now.processor, now.memory_gb) == ("Intel Core i5-8350U", 8)
    page = read(browser, reverse("refurb:device_detail", args=[device.reference]))
    assert page.count("lu dans lshw du") == 6  # make and model, number, processor, memory, webcam, drive


def test_what_a_person_typed_wins_and_the_difference_is_shown(bench: Bench, browser: Client) -> None:
    device = blank(bench, memory_gb=8, processor="Intel Core i5-8350U")
    one = deposit(bench, f"{device.tag}.json", machines.lshw(memory=16))
    page = read(browser, reverse("refurb:hardware_sort"))
    assert "saisi\u00a0: 8\u00a0Go, lu\u00a0: 16\u00a0Go" in page
    told = record(bench, device, one)
    assert fresh(device).memory_gb == 8
    assert [(found.label, found.written, found.read) for found in told.differences] == [
        ("Mémoire", "8\u00a0Go", "16\u00a0Go")
    ]
    assert HardwareReport.objects.get().differences == {"memory_gb": [8, 16]}
    assert "processor" not in hardware.sources_of(fresh(device))  # it was typed: the file only agrees


def test_what_a_file_wrote_is_replaced_by_a_later_file(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "a.json", machines.lshw(memory=8)))
    told = record(bench, fresh(device), deposit(bench, "b.json", machines.lshw(memory=16)))
    assert fresh(device).memory_gb == 16
    assert [found.before for found in told.differences] == ["lshw"]


def test_the_model_that_a_donor_announced_is_replaced_by_the_one_that_is_read(bench: Bench) -> None:
    scene = Scene(lines=(laptops(1, model_name="HP 840"),))
    device = from_lot(scene)
    assert device.model == "HP 840"
    told = record(given_to(scene), device, deposit(given_to(scene), "a.json", machines.lshw()))
    assert fresh(device).model == "EliteBook 840 G5"
    assert [(found.label, found.before, found.announced) for found in told.differences] == [("Modèle", "", True)]


def test_what_an_inventory_said_is_replaced_by_what_is_read_and_what_a_person_typed_is_not(bench: Bench) -> None:
    load_law()
    scene = Scene()
    source = taken(scene, [machine("1", model="840", processor="i3 annoncé", memory="8 Go", serial=machines.SERIAL)])
    line, workshop = first_line(picked_up(scene, source)), given_to(scene)
    device = devices.receive_device(actor=workshop.technician, line=line, tag=new_tag(), number="1")
    device = devices.describe_device(actor=workshop.technician, device=device, processor="i7 lu à l’écran")
    one = deposit(workshop, f"{device.tag}.json", machines.lshw(memory=16))
    page = read(acting(workshop.technician), reverse("refurb:hardware_sort"))
    assert "annoncé par le donateur\u00a0: 8\u00a0Go\u00a0; lu\u00a0: 16\u00a0Go (lshw)" in page
    assert "saisi\u00a0: i7 lu à l’écran" in page
    told = record(workshop, device, one)
    now = fresh(device)
    assert (now.memory_gb, now.model, now.processor) == (16, "EliteBook 840 G5", "i7 lu à l’écran")
    assert {found.label: found.announced for found in told.differences} == {
        "Modèle": True,
        "Mémoire": True,
        "Processeur": False,
    }
    assert hardware.sources_of(now).keys() == {"memory_gb", "model"}


def test_a_placeholder_typed_as_a_number_counts_as_blank(bench: Bench) -> None:
    device = blank(bench, serial="To be filled by O.E.M.")
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert fresh(device).serial == machines.SERIAL


def test_the_type_that_the_chassis_tells_is_compared_and_never_written(bench: Bench) -> None:
    device = blank(bench, type=DeviceType.DESKTOP)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert [(found.label, found.written) for found in told.differences] == [("Type", "Ordinateur fixe")]
    assert fresh(device).type == DeviceType.DESKTOP


# --- drives


def test_a_drive_found_fitted_is_inventoried_with_its_source_and_is_to_be_erased(bench: Bench) -> None:
    device = blank(bench)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    drive = Drive.objects.get()
    assert (drive.serial, drive.source, drive.kind) == (machines.DRIVE, DriveSource.SYSTEM, DriveKind.SSD)
    assert drive.capacity == machines.SIZE
    assert Drive.objects.unproven().get() == drive
    assert [one.is_new for one in told.drives] == [True, False]
    assert "SanDisk Cruzer Blade" in told.drives[1].said  # the stick is told, and not inventoried


def test_a_device_whose_drive_came_from_a_file_and_is_unproven_is_not_reconditioned(bench: Bench) -> None:
    device = bench.in_process()
    bench.test(device)
    bench.grade(device)
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    with pytest.raises(Refused) as refused:
        stock.recondition_device(actor=bench.technician, device=device, price=25)  # type: ignore[arg-type]
    assert "drives_proven" in [reason.code for reason in refused.value.all]
    with pytest.raises(IntegrityError, match="prouvé effacé"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(state="ready")


def test_an_absence_that_was_attested_does_not_hide_a_drive_found_later(bench: Bench) -> None:
    device = bench.in_process()
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device)
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    refused = gate.preview(Device.objects.filter(pk=device.pk), "recondition", actor=bench.technician).refused
    assert "drives_proven" in [reason.code for reason in refused[device.pk]]


def test_a_drive_found_in_a_reconditioned_device_keeps_it_from_leaving(bench: Bench) -> None:
    device = bench.ready()
    record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert not Device.objects.filter(pk=device.pk).proven().exists()


def test_the_same_drive_in_several_files_is_one_drive(bench: Bench) -> None:
    device = blank(bench)
    files = [("a.json", machines.lshw()), ("b.json", machines.smartctl()), ("c.json", machines.glpi())]
    record(bench, device, *(deposit(bench, *one) for one in files))
    assert Drive.objects.count() == 1


def test_a_drive_that_is_inventoried_already_is_not_added_again(bench: Bench) -> None:
    device = blank(bench)
    bench.drive(device, serial=machines.DRIVE.lower(), capacity=None)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert Drive.objects.count() == 1
    assert "déjà inventorié" in told.drives[0].how


def test_a_drive_without_a_number_is_the_inventoried_one_of_its_size_and_one_more_beyond(bench: Bench) -> None:
    device = blank(bench)
    bench.drive(device, serial="", capacity=machines.SIZE)
    nameless = machines.drive_node("")
    record(bench, device, deposit(bench, "a.json", machines.lshw(drives=(nameless,))))
    assert Drive.objects.count() == 1
    record(bench, device, deposit(bench, "b.json", machines.lshw(drives=(nameless, nameless))))
    assert Drive.objects.count() == 2


def test_an_inventoried_drive_that_no_tool_saw_is_told_and_stays(bench: Bench) -> None:
    device = blank(bench)
    bench.drive(device, serial="ANOTHER77", capacity=10**12)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()))
    assert [one.how for one in told.drives if "ANOTHER77" in one.said] == [
        "inventorié, mais aucun de ces fichiers ne l’a vu"
    ]
    assert Drive.objects.in_place().count() == 2


# --- one machine, two devices


def test_the_same_file_on_a_second_device_is_refused_with_the_first(bench: Bench) -> None:
    first, second = blank(bench), blank(bench)
    record(bench, first, deposit(bench, "a.json", machines.DMIDECODE.encode()))
    again = deposit(bench, "b.txt", machines.DMIDECODE.encode())
    with pytest.raises(Refused) as refused:
        record(bench, second, again)
    assert first.tag in refused.value.all[0].sentence
    assert fresh(second).processor == ""
    assert list(DepositedFile.objects.waiting()) == [again]


def test_a_drive_that_another_device_holds_refuses_all_the_files_of_the_second(bench: Bench) -> None:
    first, second = blank(bench), blank(bench)
    record(bench, first, deposit(bench, "a.json", machines.lshw()))
    with pytest.raises(Refused) as refused:
        record(bench, second, deposit(bench, "b.json", machines.lshw(memory=16)))
    assert refused.value.all[0].code == "serial_elsewhere"
    assert (fresh(second).processor, HardwareReport.objects.count()) == ("", 1)


def test_a_machine_seen_twice_is_shown_with_both_and_a_person_decides(bench: Bench, browser: Client) -> None:
    first, second = blank(bench, serial=machines.SERIAL), blank(bench, serial=machines.SERIAL)
    one = deposit(bench, "lshw.json", machines.lshw())
    (asked,) = sorting(bench)
    assert asked.device is None
    assert {device for device, _ in asked.among} == {first, second}
    page = read(browser, reverse("refurb:hardware_sort"))
    assert first.tag in page
    assert second.tag in page
    assert "numéro de série" in page
    page = confirm(browser, (one, None), **{f"etiquette-{one.pk}": first.tag})
    assert not HardwareReport.objects.exists()  # it is shown with its device first
    assert "Rien n’est encore enregistré" in page
    assert f"est aussi celui de l’appareil {second.tag}" in page
    page = confirm(browser, (one, first), **{f"etiquette-{one.pk}": first.tag})
    assert HardwareReport.objects.get().device == first


# --- erasures


def test_a_log_proves_the_drive_that_another_file_found(bench: Bench) -> None:
    device = blank(bench)
    told = record(bench, device, deposit(bench, "a.json", machines.lshw()), deposit(bench, "nwipe.log", nwipe()))
    erasure = Erasure.objects.get()
    assert (erasure.outcome, erasure.entry) == (ErasureOutcome.ACCEPTED, ErasureEntry.READ)
    assert [one.is_proof for one in told.runs] == [True]
    assert ReportDifference.SELF_NAMED not in erasure.differences
    assert Drive.objects.get().source == DriveSource.SYSTEM


def test_a_drive_that_only_its_log_tells_is_said_to_be_inventoried_from_it(bench: Bench) -> None:
    record(bench, blank(bench), deposit(bench, "nwipe.log", nwipe()))
    assert Drive.objects.get().source == DriveSource.REPORT
    assert ReportDifference.SELF_NAMED in Erasure.objects.get().differences


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"status": "-FAILED-"}, ErasureRefusal.TOOL_FAILED),
        ({"errors": (0, 3, 0)}, ErasureRefusal.VERIFICATION_ERRORS),
        ({"written": 10}, ErasureRefusal.BYTES_SHORT),
        ({"lasting": 0}, ErasureRefusal.TOO_FAST),
    ],
)
def test_a_log_that_proves_nothing_says_why_before_and_after(
    bench: Bench, browser: Client, given: dict[str, Any], refusal: ErasureRefusal
) -> None:
    device = blank(bench)
    one = deposit(bench, f"{device.tag}.log", nwipe(**given))
    assert "ne prouve rien" in read(browser, reverse("refurb:hardware_sort"))
    assert not Erasure.objects.exists()
    assert "ne prouve rien" in confirm(browser, (one, device))
    erasure = Erasure.objects.get()
    assert refusal in erasure.refusals
    assert Drive.objects.unproven().exists()


def test_one_log_does_not_prove_the_drives_of_two_devices(bench: Bench) -> None:
    first, second = blank(bench), blank(bench)
    content = nwipe()
    record(bench, first, deposit(bench, "a.log", content))
    with pytest.raises(Refused):
        record(bench, second, deposit(bench, "b.log", content))
    assert Drive.objects.count() == Erasure.objects.count() == 1


def of_two(first: str, second: str) -> bytes:
    """One log of a rack: two disks, each with its number, as nwipe writes them one after the other."""
    one, two = nwipe(first).decode(), nwipe(second).decode()
    two = two.replace("/dev/sdb", "/dev/sdz").replace("/dev/sda", "/dev/sdc").replace("      sda ", "      sdc ")
    return f"{one}\n{two}".encode()


def test_a_log_of_a_rack_proves_the_drive_of_each_device_that_it_tells_of(bench: Bench, browser: Client) -> None:
    first, second = blank(bench), blank(bench)
    for device, serial in ((first, "RACK111AA"), (second, "RACK222BB")):
        bench.drive(device, serial=serial, capacity=machines.SIZE)
    one = deposit(bench, "rack.log", of_two("RACK111AA", "RACK222BB"))
    assert {row.device for row in sorting(bench)} == {first, second}
    page = browser.post(
        reverse("refurb:hardware_sort"),
        {"enregistrer": "1", f"vu-{one.pk}": [first.reference, second.reference]},
    ).content.decode()
    assert "2 appareils à jour" in page
    assert "1 autre disque de ce journal" in page
    assert {row.device for row in Erasure.objects.accepted()} == {first, second}
    assert not Drive.objects.unproven().exists()
    assert not DepositedFile.objects.waiting().exists()


def test_a_log_of_several_drives_inventories_none_by_itself(bench: Bench) -> None:
    device = blank(bench)
    told = record(bench, device, deposit(bench, "rack.log", of_two("RACK111AA", "RACK222BB")))
    assert not Drive.objects.exists()
    assert "2 autres disques" in told.notes[0]


def test_a_log_without_a_number_is_attributed_by_a_person(bench: Bench) -> None:
    told = record(bench, blank(bench), deposit(bench, "a.log", nwipe("")))
    assert not Erasure.objects.exists()
    assert "attribuez ce journal" in told.runs[0].why[0]


def test_the_same_run_deposited_again_adds_nothing(bench: Bench) -> None:
    device, content = blank(bench), nwipe()
    record(bench, device, deposit(bench, "a.log", content))
    told = record(bench, device, deposit(bench, "b.log", content))
    assert Erasure.objects.count() == 1
    assert told.runs[0].is_proof


def pdf_of(text: str) -> bytes:
    """A PDF whose one page bears these lines."""
    return HTML(string=f"<pre style='font: 6pt monospace'>{text}</pre>").write_pdf()  # type: ignore[no-any-return]


def test_a_certificate_in_pdf_proves_what_its_log_would_and_no_more(bench: Bench) -> None:
    now = here_now()
    when = {"start": f"{now - timedelta(hours=1):%Y/%m/%d %H:%M:%S}", "end": f"{now:%Y/%m/%d %H:%M:%S}"}
    good, bad = blank(bench), blank(bench)
    read_in_pdf = deposit(bench, "c.pdf", pdf_of(machines.certificate(**when)))
    assert read_in_pdf.kind == FileKind.CERTIFICATE
    assert record(bench, good, read_in_pdf).runs[0].is_proof
    spoilt = pdf_of(machines.certificate("OTHER4321", **when, errors="0/0/7"))
    assert not record(bench, bad, deposit(bench, "d.pdf", spoilt)).runs[0].is_proof
    assert Erasure.objects.get(device=bad).refusals == [ErasureRefusal.VERIFICATION_ERRORS]


def test_a_certificate_of_several_passes_is_refused_and_asks_for_the_log(bench: Bench, browser: Client) -> None:
    now = here_now()
    when = {"start": f"{now - timedelta(hours=1):%Y/%m/%d %H:%M:%S}", "end": f"{now:%Y/%m/%d %H:%M:%S}"}
    three_rounds = deposit(bench, "a.pdf", pdf_of(machines.certificate(**when, rounds="3/3")))
    of_seven = machines.certificate(**when).replace("Fill With Zeros", "DoD 5220.22-M")
    one_round = deposit(bench, "b.pdf", pdf_of(of_seven))
    assert {three_rounds.problem, one_round.problem} == {Unreadable.SEVERAL_PASSES}
    assert not three_rounds.facts
    assert "déposez le journal texte de nwipe" in read(browser, reverse("refurb:hardware_sort"))
    with pytest.raises(Refused):
        record(bench, blank(bench), one_round)


def test_a_pdf_of_pictures_says_that_it_has_no_text(bench: Bench) -> None:
    assert deposit(bench, "scan.pdf", pdf_of("")).problem == Unreadable.NO_TEXT


# --- sorting


@pytest.mark.parametrize("name", ["{}.json", "lshw_{}.json", "2026-11-28 {} lshw.json", "{}__lshw-2026-11-28.json"])
def test_a_label_in_the_name_of_a_file_sorts_it(bench: Bench, name: str) -> None:
    device = blank(bench, tag="PRH-0042")
    blank(bench, tag="2026")
    for spelt in ("PRH-0042", "prh0042", "PRH 0042"):
        deposit(bench, name.format(spelt), machines.lshw(serial=spelt))
    assert {one.device for one in sorting(bench)} == {device}


def test_a_serial_number_and_the_number_of_a_drive_sort_a_file(bench: Bench) -> None:
    first, second = blank(bench, serial=machines.SERIAL), blank(bench)
    bench.drive(second, serial="DRIVE777")
    deposit(bench, "x.json", machines.lshw())
    deposit(bench, "y.json", machines.smartctl("DRIVE777"))
    found = {one.deposit.file.name: (one.device, one.why) for one in sorting(bench)}
    assert found == {"x.json": (first, "numéro de série"), "y.json": (second, "numéro d’un disque")}


def test_files_of_one_machine_follow_the_one_that_is_sorted(bench: Bench) -> None:
    device = blank(bench)
    deposit(bench, "smart.json", machines.smartctl())
    deposit(bench, "nwipe.log", nwipe())
    deposit(bench, f"{device.tag}.json", machines.lshw())
    assert {one.device for one in sorting(bench)} == {device}


def test_a_file_that_points_at_nothing_or_at_two_devices_asks(bench: Bench) -> None:
    named, numbered = blank(bench), blank(bench, serial=machines.SERIAL)
    deposit(bench, "nobody.json", machines.smartctl("NOBODY99"))
    deposit(bench, f"{named.tag}.json", machines.lshw())
    nobody, both = sorting(bench)
    assert (nobody.device, nobody.among, both.device) == (None, [], None)
    assert {device for device, _ in both.among} == {named, numbered}


def test_a_label_in_the_name_does_not_hide_that_the_number_is_another_one(bench: Bench, browser: Client) -> None:
    device = blank(bench, serial="OTHER12345")
    one = deposit(bench, f"{device.tag}.json", machines.lshw())
    (asked,) = sorting(bench)
    assert asked.device is None
    assert "mais son numéro de série est OTHER12345" in read(browser, reverse("refurb:hardware_sort"))
    page = confirm(browser, (one, None), **{f"etiquette-{one.pk}": device.tag})
    assert "est-ce la bonne machine\u00a0?" in page
    assert not Drive.objects.exists()


def test_a_device_of_another_workshop_or_that_left_is_never_found(bench: Bench) -> None:
    other = Bench()
    other.in_process(serial=machines.SERIAL, tag="ZZ-1", **BLANK)
    deposit(bench, "ZZ-1.json", machines.lshw())
    assert [one.device for one in sorting(bench)] == [None]
    assert [one.wrong for one in sorting(bench, tag="ZZ-1")] == [
        "Aucun appareil suivi dans l’atelier ne porte «\u00a0ZZ-1\u00a0»."
    ]


# --- the pages


def test_many_files_go_from_the_page_to_their_devices(bench: Bench, browser: Client) -> None:
    rows = [blank(bench) for _ in range(3)]
    files = []
    for rank, device in enumerate(rows):
        node = machines.drive_node(f"DRIVE{rank}X{rank}")
        files.append((f"{device.tag}.json", machines.lshw(serial=f"PCSN{rank}77", drives=(node,))))
        files.append((f"nwipe-{rank}.log", nwipe(f"DRIVE{rank}X{rank}")))
    response = send(browser, *files)
    assert response.headers["Location"] == reverse("refurb:hardware_sort")
    page = read(browser, reverse("refurb:hardware_sort"))
    assert "Enregistrer pour 3 appareils" in page
    assert not HardwareReport.objects.exists()
    assert not Drive.objects.exists()  # shown, and undone
    page = confirm(browser, *((one.deposit, one.device) for one in sorting(bench)))
    assert "3 appareils à jour" in page
    assert HardwareReport.objects.count() == 6
    assert not Drive.objects.unproven().exists()
    assert not DepositedFile.objects.waiting().exists()


def test_a_file_that_is_no_file_of_a_machine_is_refused_and_the_others_are_kept(bench: Bench, browser: Client) -> None:
    response = send(
        browser, ("photo.jpg", b"\xff\xd8\xff\xe0"), ("../<b>x</b>.exe", b"MZ\x00"), ("a.json", machines.lshw())
    )
    page = response.content.decode()
    assert "<title>Erreur" in page
    assert "2 fichiers non gardés" in page
    assert "<b>x</b>" not in page
    assert DepositedFile.objects.get().kind == FileKind.LSHW


def test_no_file_at_all_is_said_beside_the_box(browser: Client) -> None:
    page = browser.post(reverse("refurb:hardware_deposit"), {}).content.decode()
    assert "Choisissez au moins un fichier." in page


def test_more_files_than_a_deposit_holds_are_told(bench: Bench, browser: Client) -> None:
    send(browser, *((f"{rank}.txt", machines.DMIDECODE.encode() + b"\n" * rank) for rank in range(52)))
    assert DepositedFile.objects.count() == 50
    assert "2 fichiers de plus que 50" in read(browser, reverse("refurb:hardware_sort"))
    assert len(read(browser, reverse("refurb:hardware_sort"))) < 100_000


def test_a_wrong_label_loses_nothing_that_was_typed(bench: Bench, browser: Client) -> None:
    one, two = (deposit(bench, f"{name}.json", machines.smartctl(f"{name}77")) for name in ("LOST", "FOUND"))
    device = blank(bench)
    typed = {f"etiquette-{one.pk}": "NOSUCH", f"etiquette-{two.pk}": device.tag}
    page = confirm(browser, **typed)
    assert 'value="NOSUCH"' in page
    assert f'value="{device.tag}"' in page
    assert "Aucun appareil suivi dans l’atelier ne porte" in page
    assert not HardwareReport.objects.exists()


def test_a_file_that_came_since_the_page_was_shown_waits(bench: Bench, browser: Client) -> None:
    device = blank(bench)
    shown = deposit(bench, f"{device.tag}-a.json", machines.lshw())
    late = deposit(bench, f"{device.tag}-b.json", machines.smartctl())
    confirm(browser, (shown, device))
    assert list(DepositedFile.objects.waiting()) == [late]


def test_a_device_that_is_refused_holds_no_other_back(bench: Bench, browser: Client) -> None:
    holder, wrong, right = blank(bench), blank(bench), blank(bench)
    bench.drive(holder, serial=machines.DRIVE)
    first = deposit(bench, f"{wrong.tag}.json", machines.lshw())
    second = deposit(bench, f"{right.tag}.txt", machines.DMIDECODE.encode())
    page = confirm(browser, (first, wrong), (second, right), **{f"etiquette-{first.pk}": wrong.tag})
    assert "1 appareil à jour" in page
    assert holder.tag in page
    assert list(DepositedFile.objects.waiting()) == [first]


def test_a_file_is_set_aside_with_why(bench: Bench, browser: Client) -> None:
    one = deposit(bench, "x.json", machines.smartctl("NOBODY99"))
    given = {"mettre-de-cote": "1", f"ecarter-{one.pk}": "1", "reason": DismissalReason.USELESS.value}
    browser.post(reverse("refurb:hardware_sort"), given)
    assert FileDismissal.objects.get().deposit == one
    assert StoredFile.objects.get().is_forgotten  # what it held of its users goes with it
    assert not DepositedFile.objects.waiting().exists()


def test_a_file_that_waits_is_not_deposited_twice(bench: Bench) -> None:
    deposit(bench, "x.json", machines.lshw())
    done = depositing.deposit_files(actor=bench.technician, files=[("y.json", machines.lshw())])
    assert done.refused == [("y.json", "Ce fichier attend déjà d’être trié.")]


STRANGER = "Marie-Odile Trinquart"
OF_STRANGERS: dict[str, Any] = {
    "hardware": {
        "chassis_type": "Notebook",
        "memory": 7800,
        "name": f"PC de {STRANGER}",
        "winowner": STRANGER,
        "lastloggeduser": STRANGER,
    },
    "users": [{"login": STRANGER}],
    "local_users": [{"name": STRANGER}],
    "softwares": [{"name": "Photos", "userid": STRANGER}],
    "usbdevices": [{"name": f"iPhone de {STRANGER}"}, {"caption": f"{STRANGER} webcam"}],
    "cameras": [{"model": STRANGER}],
}


def kept_of(one: DepositedFile) -> str:
    with open_file(one.file) as file:
        return file.read().decode()


def test_an_inventory_keeps_nobody_who_used_the_machine(bench: Bench, browser: Client) -> None:
    device = blank(bench)
    whole = machines.glpi(**OF_STRANGERS).replace(b"pc-12-2026", STRANGER.encode())
    one = deposit(bench, f"{device.tag}.json", whole)
    pages = read(browser, reverse("refurb:hardware_sort"))
    told = record(bench, device, one)
    pages += read(browser, reverse("refurb:device_detail", args=[device.reference]))
    row = DepositedFile.objects.get()
    for said in (kept_of(row), str(row.facts), str(HardwareReport.objects.get().facts), pages, str(told)):
        assert "trinquart" not in said.lower()
    assert machines.SERIAL in kept_of(row)
    assert hashlib.sha256(whole).hexdigest() in kept_of(row)
    assert row.hardware_facts.webcam is True


def test_the_same_inventory_deposited_again_is_still_known(bench: Bench) -> None:
    whole, other = machines.glpi(**OF_STRANGERS), machines.glpi()
    deposit(bench, "a.json", whole)
    again = depositing.deposit_files(actor=bench.technician, files=[("b.json", whole), ("c.json", other)])
    assert [name for name, _ in again.refused] == ["b.json"]
    assert len(again.kept) == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        machines.glpi(**OF_STRANGERS)[:-9],
        b"<xml>Trinquart</xml>",
        b'{"Trinquart": 1}',
        pdf_of("Facture de Madame Trinquart"),
    ],
)
def test_of_a_file_that_is_not_read_only_the_hash_is_kept(bench: Bench, spoilt: bytes) -> None:
    one = deposit(bench, "a.pdf" if spoilt.startswith(b"%PDF") else "a.txt", spoilt)
    assert one.problem
    assert "trinquart" not in (kept_of(one) + one.text).lower()
    assert hashlib.sha256(spoilt).hexdigest() in kept_of(one)


def test_the_page_says_what_is_not_kept_of_an_inventory(browser: Client) -> None:
    assert "rien de ce qui nomme une personne n’est gardé" in read(browser, reverse("refurb:hardware_deposit"))


def test_only_those_who_work_in_a_workshop_deposit_and_see_their_own(bench: Bench) -> None:
    deposit(bench, "x.json", machines.lshw())
    with pytest.raises(PermissionDenied):
        depositing.deposit_files(actor=bench.pilot, files=[])
    for page in ("refurb:hardware_deposit", "refurb:hardware_sort"):
        assert acting(bench.pilot).get(reverse(page)).status_code == 403
    assert "1 fichier en attente" in read(acting(bench.manager), reverse("refurb:hardware_deposit"))
    assert "en attente de tri" not in read(acting(bench.stranger), reverse("refurb:hardware_deposit"))


def test_a_file_of_another_workshop_is_not_written_on_ones_device(bench: Bench) -> None:
    other = Bench()
    theirs = deposit(other, "x.json", machines.lshw())
    with pytest.raises(Refused):
        record(bench, blank(bench), theirs)


def test_files_that_were_deposited_are_not_swept_as_abandoned(bench: Bench) -> None:
    deposit(bench, "x.json", machines.lshw())
    forget_abandoned(before=timezone.now() + timedelta(days=400))
    assert not StoredFile.objects.get().is_forgotten


def test_what_was_deposited_and_read_is_never_rewritten(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "x.json", machines.lshw()))
    for rows in (DepositedFile.objects.all(), HardwareReport.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(facts={})


def test_the_bench_says_how_many_files_wait(bench: Bench, browser: Client) -> None:
    deposit(bench, "x.json", machines.lshw())
    assert "1 fichier à trier" in read(browser, reverse("refurb:bench"))


def test_a_reception_is_not_undone_once_a_file_was_written_on_the_device(bench: Bench) -> None:
    device = bench.received(**BLANK)
    record(bench, device, deposit(bench, "x.txt", machines.DMIDECODE.encode()))
    refused = gate.preview(Device.objects.filter(pk=device.pk), "undo_register", actor=bench.technician).refused
    assert "nothing_done" in [reason.code for reason in refused[device.pk]]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_the_same_file_on_two_devices_at_once_one_passes() -> None:
    load_numbers()
    bench = Bench()
    first, second = bench.received(**BLANK), bench.received(**BLANK)
    one = deposit(bench, "x.txt", machines.DMIDECODE.encode())
    answers = at_once(lambda: record(bench, first, one), lambda: record(bench, second, one))
    assert sorted(type(answer).__name__ for answer in answers) == ["Recorded", "Refused"]
    assert HardwareReport.objects.count() == 1


def test_fifty_files_cost_the_page_few_queries_more_for_each_device(
    bench: Bench, browser: Client, django_assert_max_num_queries: Any
) -> None:
    for rank in range(10):
        device = blank(bench)
        node = machines.drive_node(f"MANY{rank}X{rank}")
        deposit(bench, f"{device.tag}.json", machines.lshw(serial=f"PCSN{rank}77", drives=(node,)))
    with django_assert_max_num_queries(15 + 10 * 28):
        read(browser, reverse("refurb:hardware_sort"))


def test_the_fields_that_a_file_fills_are_those_that_may_be_described() -> None:
    assert set(hardware.READ) <= set(devices.FACTS)
