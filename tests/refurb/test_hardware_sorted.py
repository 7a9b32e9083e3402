"""Files of machines: the erasures that they tell of, and the device that each one is of."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lifecycle.exceptions import Refused
from refurb.enums import (
    DriveSource,
    ErasureEntry,
    ErasureOutcome,
    ErasureRefusal,
    ReportDifference,
)
from refurb.enums.hardware import FileKind, Unreadable
from refurb.models import DepositedFile, Drive, Erasure
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import BLANK, blank, confirm, deposit, here_now, nwipe, pdf_of, record, sorting

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


@pytest.fixture
def browser(bench: Bench) -> Client:
    return acting(bench.technician)


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


# --- a capacity that nobody said


def test_a_capacity_that_a_file_tells_is_filled_and_a_proof_of_less_proves_no_more(
    bench: Bench, browser: Client
) -> None:
    """The proof is of 1 Go; the machine says 256: the page says so before anything is written."""
    device = blank(bench)
    drive = bench.drive(device, serial=machines.DRIVE, capacity=None)
    one = deposit(bench, "effacement.log", nwipe(size=10**9))
    assert record(bench, device, one).runs[0].is_proof
    assert not Drive.objects.unproven().exists()
    seen = deposit(bench, f"{device.tag}-smart.json", machines.smartctl())
    page = read(browser, reverse("refurb:hardware_sort"))
    assert "déjà inventorié, lu dans smartctl, qui remplit sa capacité" in page
    assert "Il n’était prouvé que pour 1\u00a0Go." in page
    assert Drive.objects.current().get() == drive  # nothing is written yet
    confirm(browser, (seen, device))
    filled = Drive.objects.current().get()
    assert (filled.capacity, filled.serial, filled.arrived_at) == (machines.SIZE, drive.serial, drive.arrived_at)
    assert list(Drive.objects.unproven()) == [filled]
    assert "smaller_than_drive" in Erasure.objects.current().get().refusals


def test_a_proof_of_all_that_the_machine_tells_still_proves_once_its_capacity_is_filled(bench: Bench) -> None:
    device = blank(bench)
    bench.drive(device, serial=machines.DRIVE, capacity=None)
    record(bench, device, deposit(bench, "effacement.log", nwipe()))
    before = Erasure.objects.get()
    told = record(bench, device, deposit(bench, "smart.json", machines.smartctl()))
    assert [run.is_proof for run in told.runs] == [True]
    again = Erasure.objects.accepted().get()
    assert (again.supersedes, again.run_sha256, again.entry) == (before, before.run_sha256, before.entry)
    assert not Drive.objects.unproven().exists()


def test_a_capacity_is_not_filled_where_two_drives_without_number_may_be_the_one(bench: Bench) -> None:
    device = blank(bench)
    for slot in ("1", "2"):
        bench.drive(device, serial="", capacity=None, slot=slot)
    record(bench, device, deposit(bench, "smart.json", machines.smartctl()))
    assert not Drive.objects.in_place().exclude(capacity=None).exists()
