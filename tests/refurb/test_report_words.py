"""Another document is no proof: what a report says is looked for in it, whatever its format."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from weasyprint import HTML

from documents.readers.apart import NotRead
from documents.services import store_file
from lifecycle.exceptions import Refused
from refurb import report_words
from refurb.enums import ErasureOutcome, ErasureRefusal, ReportDifference, ReportSays
from refurb.forms.evidence import DestructionForm, ErasureForm
from refurb.models import Erasure
from refurb.report_words import names_drive, says_of_erasing
from refurb.services import erasures, locked_devices
from refurb.services.certifying import FAILURE_WORDS
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import deposit, record
from tests.refurb.pages import acting, page_of, read

pytestmark = pytest.mark.django_db
LIST = "liste de courses : lait, pain"


def kept(bench: Bench, content: bytes, kind: str) -> object:
    return store_file(content=content, name="rapport", content_type=kind, by=bench.technician)


def test_a_shopping_list_proves_no_drive_empty() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process())
    for said in (LIST, f"{LIST} {drive.serial[:-1]}"):
        erasure = bench.erase(drive, report=kept(bench, said.encode(), "text/plain"), tool="Blancco")
        assert (erasure.outcome, erasure.refusals) == (ErasureOutcome.REFUSED, [ErasureRefusal.SERIAL_MISSING])
    proof = kept(bench, f"Serial: {drive.serial.lower()}\nErased".encode(), "text/plain")
    assert bench.erase(drive, report=proof, tool="Blancco").outcome == ErasureOutcome.ACCEPTED


def test_a_shopping_list_proves_no_drive_without_number_either() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process(), serial="", model="PM981")
    refused = bench.erase(drive, report=kept(bench, LIST.encode(), "text/plain"), tool="Blancco")
    assert refused.refusals == [ErasureRefusal.SERIAL_MISSING]
    for said in ("Blancco Drive Eraser 7: erased", "Samsung pm981, no serial, erased"):
        proof = kept(bench, said.encode(), "text/plain")
        assert bench.erase(drive, report=proof, tool="Blancco").outcome == ErasureOutcome.ACCEPTED


def test_the_words_of_a_pdf_are_read_and_a_picture_has_none() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process(), serial="WD-WCAV1234")
    printed = [HTML(string=f"<p>{words}</p>").write_pdf() for words in (LIST, "Disk S/N WD-WCAV1234, erased", "")]
    told = [names_drive(kept(bench, content, "application/pdf"), drive.serial) for content in printed]
    assert told == [False, True, None]
    assert names_drive(kept(bench, LIST.encode(), "text/plain"), "") is None


@pytest.mark.parametrize(
    ("printed", "named"),
    [
        ("S/N: 6XNHX6Z9", True),
        ("serial 6xnhx-6z9", True),
        ("6XNH X6\nZ9", True),
        ("16XNHX6Z9", False),
        ("6XNHX6Z91", False),
        ("6XNHX...6Z9", False),
    ],
)
def test_a_number_is_found_whole_however_it_is_cut(printed: str, named: bool) -> None:
    bench = Bench()
    assert names_drive(kept(bench, printed.encode(), "text/plain"), "6XNHX6Z9") == named


def test_a_report_that_is_too_long_to_be_read_to_its_end_denies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    pages = "".join(f'<p style="break-after: page">Disk SN{rank:06}</p>' for rank in range(22))
    report = kept(bench, HTML(string=pages).write_pdf(), "application/pdf")
    assert [names_drive(report, serial) for serial in ("SN000003", "SN000021")] == [True, None]


def test_a_report_that_could_not_be_read_once_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    report = kept(bench, HTML(string=f"<p>{LIST}, une autre</p>").write_pdf(), "application/pdf")
    with monkeypatch.context() as patch:
        patch.setattr(report_words, "read_apart", fails)
        assert names_drive(report, "SN000003") is None
    assert names_drive(report, "SN000003") is False


def fails(*parts: object) -> dict[str, object]:
    raise NotRead("TimeoutExpired")


@pytest.mark.parametrize("is_read", [True, False])
def test_what_is_judged_again_keeps_the_words_of_its_report_which_is_read_before_the_device_is_locked(
    monkeypatch: pytest.MonkeyPatch, is_read: bool
) -> None:
    bench = Bench()
    device = bench.in_process(at=timezone.now() - timedelta(hours=3))
    drive = bench.drive(device, serial=machines.DRIVE, capacity=None)
    words = f"Disk {machines.DRIVE} erased, first attempt failed"
    report = kept(bench, HTML(string=f"<p>{words}</p>").write_pdf(), "application/pdf")
    size = {"bytes_expected": machines.SIZE, "bytes_erased": machines.SIZE}
    before = bench.erase(drive, report=report, tool="Blancco", confirmed=True, **size)
    assert before.differences == ["failure_words"]
    report_words._kept.clear()
    asked, locked = list[bool](), list[int]()

    def apart(*parts: object) -> dict[str, object]:
        asked.append(bool(locked))
        return {"text": words} if is_read else fails()

    held = locked_devices.held_rows

    def holding(*given: Any, **named: Any) -> Any:
        locked.append(device.pk)
        return held(*given, **named)

    monkeypatch.setattr(locked_devices, "held_rows", holding)
    monkeypatch.setattr(report_words, "read_apart", apart)
    record(bench, device, deposit(bench, f"{device.tag}.json", machines.smartctl()))
    assert asked == [False]
    again = Erasure.objects.current().get()
    assert again.drive.capacity
    assert (again.outcome, again.differences) == (before.outcome, before.differences)


# --- what it says of what was done

SAYS_NOT = (
    "Serial Number: {serial}\nSecure erase FAILED - drive is frozen, NOT erased. Data still present.\nStatus: ECHEC",
    "Disque {serial} : non effacé",
    "{serial}: drive has not been wiped",
    "Le disque {serial} n’a pas été effacé.",
    "{serial} erased? Result: FAILED",
    "Le disque {serial} n’a pas pu être effacé.",
    "Serial: {serial}\nEffacement impossible",
)
RAISES_A_DOUBT = (
    "Disk {serial} erased, first attempt failed",
    "{serial} effacé. 37 erreurs",
    "{serial} erased after an aborted run",
    "Disque {serial} effacé ; un échec au premier essai",
    "{serial} erased\n" + "-" * 500 + "\nAnother disk: not erased",
)
SAYS_NOTHING_WRONG = (
    "Disk {serial} erased, no errors, 0 failed",
    "{serial} effacé, aucun échec, sans erreur",
    "{serial} wiped. Failed: 0. Errors: 0. Sectors not erased: 0",
    "Blancco {serial} Erased. Read errors: none. Failures | 0 |",
    "{serial} effacé. Échecs : aucun. Secteurs non effacés : 0",
    "{serial}: the erasure did not fail. No data still present.",
    "Errors(pass/sync/verify): 0/0/0 {serial} Status: ERASED",
)


@pytest.mark.parametrize("said", SAYS_NOT)
def test_a_report_that_says_that_a_drive_is_not_erased_does_not_prove_it(said: str) -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process())
    report = kept(bench, said.format(serial=drive.serial).encode(), "text/plain")
    erasure = bench.erase(drive, report=report, tool="hdparm", confirmed=True)
    assert erasure.refusals == [ErasureRefusal.SAYS_NOT_ERASED]


@pytest.mark.parametrize("inventoried", [True, False])
@pytest.mark.parametrize("failed", ["non effacé", "n’a pas pu être effacé", "erased? Result: FAILED"])
def test_a_drive_that_failed_refuses_itself_alone_of_those_that_share_its_report(
    failed: str, *, inventoried: bool
) -> None:
    """Its number is known from its inventory, or looks like theirs."""
    bench = Bench()
    device = bench.in_process()
    numbers = ("SN2701", "ZX-81-K" if inventoried else "SN2702", "SN2703")
    drives = [bench.drive(device, serial=number) for rank, number in enumerate(numbers) if inventoried or rank != 1]
    said = "\n".join(f"{number} {'effacé' if rank != 1 else failed}" for rank, number in enumerate(numbers))
    report = kept(bench, said.encode(), "text/plain")
    for drive in (drives[0], drives[-1]):
        with pytest.raises(Refused, match="J’ai relu le rapport"):
            bench.erase(drive, report=report, tool="hdparm")
        assert says_of_erasing(report, drive.serial) == ReportSays.DOUBT
    assert says_of_erasing(report, numbers[1]) == ReportSays.NOT_ERASED
    if inventoried:
        failure = bench.erase(drives[1], report=report, tool="hdparm", confirmed=True)
        assert failure.refusals == [ErasureRefusal.SAYS_NOT_ERASED]
    assert bench.erase(drives[0], report=report, tool="hdparm", confirmed=True).outcome == ErasureOutcome.ACCEPTED


def test_the_model_of_a_drive_is_no_number_of_another() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process(), serial="6XNHX6Z9")
    said = "Serial: 6XNHX6Z9\nDisk: ST500DM002-1BD142\nSize: 500GB\nDate: 2026-12-02\nStatus: FAILED"
    assert says_of_erasing(kept(bench, said.encode(), "text/plain"), drive.serial) == ReportSays.NOT_ERASED


@pytest.mark.parametrize("said", RAISES_A_DOUBT)
def test_words_of_failure_are_confirmed_by_who_records_and_said_with_the_proof(said: str) -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process())
    report = kept(bench, said.format(serial=drive.serial).encode(), "text/plain")
    with pytest.raises(Refused, match="J’ai relu le rapport"):
        bench.erase(drive, report=report, tool="Blancco")
    assert not Erasure.objects.exists()
    erasure = bench.erase(drive, report=report, tool="Blancco", confirmed=True)
    assert (erasure.outcome, erasure.differences) == (ErasureOutcome.ACCEPTED, [ReportDifference.FAILURE_WORDS])


@pytest.mark.parametrize("said", SAYS_NOTHING_WRONG)
def test_what_denies_a_failure_raises_no_doubt(said: str) -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process())
    report = kept(bench, said.format(serial=drive.serial).encode(), "text/plain")
    erasure = bench.erase(drive, report=report, tool="Blancco")
    assert (erasure.outcome, erasure.differences) == (ErasureOutcome.ACCEPTED, [])


def test_a_report_without_a_word_of_erasure_is_confirmed() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process())
    report = kept(bench, f"Facture du disque {drive.serial}".encode(), "text/plain")
    with pytest.raises(Refused, match="est-ce le bon fichier"):
        bench.erase(drive, report=report, tool="Blancco")
    assert bench.erase(drive, report=report, tool="Blancco", confirmed=True).differences == ["no_erasure_word"]


def test_who_ticks_the_box_was_asked_about_each_doubt() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process())
    report = kept(bench, f"Facture du disque {drive.serial}, 3 erreurs".encode(), "text/plain")
    with pytest.raises(Refused) as refused:
        bench.erase(drive, report=report, tool="Blancco")
    assert {reason.code for reason in refused.value.all} == {"failure_words", "no_erasure_word"}
    erasure = bench.erase(drive, report=report, tool="Blancco", confirmed=True)
    assert set(erasure.differences) == {"failure_words", "no_erasure_word"}


@pytest.mark.parametrize(
    "printed",
    [
        machines.smartctl().decode(),
        machines.lshw().decode(),
        f"smartctl 7.4\n=== START OF INFORMATION SECTION ===\nSerial Number: {machines.DRIVE}\nErase_Fail_Count 0",
        f"/dev/sda:\n\nATA device, with non-removable media\nSerial Number: {machines.DRIVE}\n2min for SECURITY ERASE",
    ],
)
def test_what_a_machine_says_of_itself_is_no_report_of_an_erasure(printed: str) -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process(), serial=machines.DRIVE)
    erasure = bench.erase(drive, report=kept(bench, printed.encode(), "text/plain"), tool="smartctl", confirmed=True)
    assert erasure.refusals == [ErasureRefusal.MACHINE_FILE]


def test_each_sentence_that_asks_for_the_box_calls_it_as_its_page_does() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process())
    of_report = ErasureForm(by=bench.technician, drive=drive).fields["confirmed"].label
    of_paper = DestructionForm(by=bench.technician).fields["confirmed"].label
    asked = ((erasures.FAILURE_WORDS, of_report), (erasures.NO_ERASURE_WORD, of_report), (FAILURE_WORDS, of_paper))
    for reason, label in asked:
        assert f"cochez «\u00a0{str(label).split('\u00a0:')[0]}\u00a0»" in reason.sentence


def test_the_box_is_shown_once_it_is_asked_for_and_the_certificate_says_that_it_was_ticked() -> None:
    load_numbers()
    bench = Bench()
    device = bench.identified(bench.in_process(at=timezone.now() - timedelta(hours=2)))
    drive = bench.drive(device)
    browser, page = acting(bench.technician), page_of(device, "device_record_erasure", bench.drive(device).pk)
    assert 'type="checkbox" name="confirmed"' not in read(browser, page)
    page = page_of(device, "device_record_erasure", drive.pk)
    now = timezone.localtime()
    typed = {
        "method": "sanitize",
        "tool": "Outil",
        "started_at": f"{now - timedelta(minutes=9):%Y-%m-%dT%H:%M:%S}",
        "finished_at": f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}",
        "serial_read": drive.serial,
        "passes_asked": "1",
        "passes_done": "1",
        "verification": "last_pass",
        "verification_errors": "0",
        "pass_errors": "0",
        "hidden_sectors": "none",
        "claimed": "erased",
    }
    report = SimpleUploadedFile("rapport.txt", f"{drive.serial} erased, first attempt failed".encode(), "text/plain")
    asked = browser.post(page, typed | {"deposit": report}).content.decode()
    assert "Ce rapport porte des mots d’échec" in asked
    assert re.search(r'<input type="checkbox" name="confirmed"', asked)
    held = dict(re.findall(r'name="(kept|asked)" value="([^"]+)"', asked))
    assert set(held) == {"kept", "asked"}
    unasked = browser.post(page, typed | {"kept": held["kept"], "confirmed": "on"}).content.decode()
    assert "Ce rapport porte des mots d’échec" in unasked, "nobody was asked about this file yet"
    assert browser.post(page, typed | held | {"confirmed": "on"}).status_code == 302
    erasure = Erasure.objects.get()
    assert erasure.outcome == ErasureOutcome.ACCEPTED
    assert any("qui l’a enregistré confirme" in sentence for sentence in erasure.difference_labels)
