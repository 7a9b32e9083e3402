"""Another document is no proof: what a report says is looked for in it, whatever its format."""

import pytest
from weasyprint import HTML

from documents.readers.apart import NotRead
from documents.services import store_file
from refurb import report_words
from refurb.enums import ErasureOutcome, ErasureRefusal
from refurb.report_words import names_drive
from tests.refurb.devices import Bench

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
