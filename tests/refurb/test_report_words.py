"""Another document is no proof: what a report says is looked for in it, whatever its format."""

import pytest
from weasyprint import HTML

from documents.services import store_file
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
    for rank, said in enumerate((LIST, f"{LIST} {drive.serial[:-1]}")):
        erasure = bench.erase(drive, report=kept(bench, f"{said} {rank}".encode(), "text/plain"), tool="Blancco")
        assert (erasure.outcome, erasure.refusals) == (ErasureOutcome.REFUSED, [ErasureRefusal.SERIAL_MISSING])
    proof = kept(bench, f"Serial: {drive.serial.lower()}\nErased".encode(), "text/plain")
    assert bench.erase(drive, report=proof, tool="Blancco").outcome == ErasureOutcome.ACCEPTED


def test_the_words_of_a_pdf_are_read_and_a_picture_has_none() -> None:
    bench = Bench()
    drive = bench.drive(bench.in_process(), serial="WD-WCAV1234")
    printed = [HTML(string=f"<p>{words}</p>").write_pdf() for words in (LIST, "Disk S/N WD-WCAV1234, erased", "")]
    told = [names_drive(kept(bench, content, "application/pdf"), drive.serial) for content in printed]
    assert told == [False, True, None]
    assert names_drive(kept(bench, LIST.encode(), "text/plain"), "") is None
