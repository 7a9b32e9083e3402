"""A note that was signed says so: the day of the hand-over, how it was signed, what was drawn."""

from decimal import Decimal

import page
import pypdfium2 as pdfium
import pytest

from distribution.enums import HandOverProof, UndoHandOverReason
from distribution.models import HandOver
from distribution.services import hand_overs
from distribution.signed_notes import draw_signed_note
from documents.services import forget_document, store_file
from lifecycle import gate
from tests.distribution.shelves import Shelf
from tests.documents.samples import png
from tests.given import load_reference
from tests.pages import acting
from tests.refurb.pages import page_of
from typography.french import written_day

pytestmark = pytest.mark.django_db
EMPTY = "Pour le foyer (date, signature)"


def text_of(content: bytes) -> str:
    report = page.validate_pdf_bytes(content, profile="ua1")
    assert [failure.message for failure in report.failures] == []
    with pdfium.PdfDocument(content) as pdf:
        return " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in pdf).split())


def images_of(content: bytes) -> int:
    with pdfium.PdfDocument(content) as pdf:
        return sum(one.type == 3 for sheet in pdf for one in sheet.get_objects())


def opened(shelf: Shelf, note: HandOver) -> bytes:
    answer = acting(shelf.adviser).get(page_of(note.device, "hand_over_note", note.pk))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_note_to_be_signed_has_its_empty_boxes_and_says_no_day_of_hand_over(shelf: Shelf) -> None:
    shelf.reserved()

    told = text_of(opened(shelf, HandOver.objects.get()))

    assert EMPTY in told
    assert "Remis le" not in told


@pytest.mark.parametrize(
    ("proof", "said", "images"),
    [(HandOverProof.DRAWN, "signature tracée à l’écran", 1), (HandOverProof.ATTESTED, "attestée par le conseiller", 0)],
)
def test_a_signed_note_says_the_day_how_it_was_signed_and_shows_what_was_drawn(
    shelf: Shelf, proof: HandOverProof, said: str, images: int
) -> None:
    drawing = store_file(content=png(), name="signature.png", content_type="image/png", by=shelf.adviser)
    signature = drawing if proof == HandOverProof.DRAWN else None
    device = shelf.reserved(price=Decimal(30))
    before = images_of(opened(shelf, HandOver.objects.get()))
    shelf.hand_over(device, proof=proof, signature=signature)
    note = HandOver.objects.get()
    assert note.handed_over_at is not None

    drawn = opened(shelf, note)
    told = text_of(drawn)

    assert EMPTY not in told
    assert f"Remis le {' '.join(str(written_day(note.handed_over_at)).split())}." in told
    assert f"Maillon · {note.document.public_code} page" in told
    assert said in told
    assert note.signed_by is not None
    assert note.signed_by.user.get_full_name() in told
    assert "30,00" in told, "what was agreed on is still there"
    assert images_of(drawn) - before == images


def test_a_signed_note_is_one_page_however_much_it_has_to_say(shelf: Shelf) -> None:
    load_reference("distribution")
    desktop = shelf.reserve(
        shelf.on_the_shelf(shelf.desktop()), price=Decimal(90), co_funding=Decimal(60), funder=shelf.funder
    )
    shelf.hand_over(desktop, proof=HandOverProof.DRAWN, signature=shelf.signature())

    with pdfium.PdfDocument(draw_signed_note(HandOver.objects.get(device=desktop))) as pdf:
        assert len(pdf) == 1


def test_the_note_of_an_exchange_says_its_day_too(shelf: Shelf) -> None:
    back = shelf.returned()
    other = shelf.exchange(shelf.available(), back)

    assert "Remis le" in text_of(opened(shelf, HandOver.objects.get(device=other)))


def test_a_hand_over_that_was_undone_is_not_told_as_one_that_stands(shelf: Shelf) -> None:
    device = shelf.handed_over()
    signed = HandOver.objects.get()
    gate.apply(device, "undo_hand_over", actor=shelf.adviser, reason=UndoHandOverReason.ENTRY)

    told = text_of(opened(shelf, HandOver.objects.get(pk=signed.pk)))

    assert "Remise annulée le" in told
    assert "ne vaut plus" in told
    assert EMPTY in text_of(opened(shelf, HandOver.objects.current().get()))


def test_a_signed_note_that_was_forgotten_is_not_drawn_again(shelf: Shelf) -> None:
    shelf.handed_over()
    note = HandOver.objects.get()
    forget_document(document=note.document)

    answer = acting(shelf.adviser).get(page_of(note.device, "hand_over_note", note.pk))

    assert answer.status_code == 404


def test_a_price_changed_before_it_was_signed_leaves_the_earlier_note_unsigned(shelf: Shelf) -> None:
    device = shelf.reserved(price=Decimal(30))
    first = HandOver.objects.get()
    hand_overs.prepare_hand_over(actor=shelf.adviser, device=device, price=Decimal(20))
    shelf.hand_over(device)

    assert EMPTY in text_of(opened(shelf, HandOver.objects.get(pk=first.pk)))
    assert "20,00" in text_of(opened(shelf, HandOver.objects.current().get()))
