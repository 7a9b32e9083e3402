"""The delivery note and the note a household signs: what they say, frozen, in accessible PDF."""

from decimal import Decimal

import page
import pypdfium2 as pdfium
import pytest

from distribution.enums import UndoHandOverReason
from distribution.models import HandOver, WarrantyText
from distribution.services import hand_overs
from documents.authenticity import proof_of
from documents.models import Document
from documents.services import freeze_document, open_file, render_document
from lifecycle import gate
from refurb.enums import DeviceType
from refurb.models import Device
from tests.distribution.shelves import Shelf, delivery_of
from tests.given import load_reference

pytestmark = pytest.mark.django_db


def drawn(document: Document | None) -> bytes:
    """The PDF, checked against PDF/UA-1."""
    assert document is not None
    rendered = render_document(document).rendered
    assert rendered is not None
    content = open_file(rendered).read()
    report = page.validate_pdf_bytes(content, profile="ua1")
    assert [failure.message for failure in report.failures] == []
    return content


def pages_of(document: Document) -> int:
    with pdfium.PdfDocument(drawn(document)) as pdf:
        return len(pdf)


def text_of(document: Document) -> str:
    with pdfium.PdfDocument(drawn(document)) as pdf:
        return " ".join(sheet.get_textpage().get_text_range() for sheet in pdf)


def test_the_note_of_a_household_is_one_page_however_much_it_has_to_say(shelf: Shelf) -> None:
    load_reference("distribution")
    desktop = shelf.on_the_shelf(shelf.desktop())
    shelf.reserve(desktop, price=Decimal(90), co_funding=Decimal(60), funder=shelf.funder)
    sale = HandOver.objects.get().document
    long = "Un-nom-d-organisation-qui-tient-sur-plus-d-une-ligne " * 2
    for values in (sale.values, sale.values | {"funder": long, "workshop": long}):
        document = freeze_document(kind=sale.kind, owner=("device", desktop.pk), values=values, by=None)
        assert pages_of(document) == 1
    assert WarrantyText.objects.exists()
    assert "SHA-256" not in text_of(sale)
    assert sale.sha256 not in text_of(sale)


@pytest.mark.parametrize(("read", "said"), [("5CG7654XYZ", "5CG7654XYZ"), ("To be filled by O.E.M.", ""), ("", "")])
def test_a_number_that_a_maker_never_wrote_is_not_the_serial_number_of_what_is_sold(
    shelf: Shelf, read: str, said: str
) -> None:
    device = shelf.available()
    device.serial = read
    device.save(update_fields=["serial"])
    shelf.reserve(Device.objects.get(pk=device.pk))
    assert [one["serial"] for one in HandOver.objects.get().document.values["articles"]] == [said]


def test_the_note_of_an_exchange_is_one_page_too(shelf: Shelf) -> None:
    load_reference("distribution")
    back, other = shelf.returned(), shelf.available()
    assert pages_of(hand_overs.prepare_exchange(actor=shelf.adviser, device=other, replaces=back).document) == 1


def test_the_note_a_household_signs_says_what_it_pays_and_what_is_warranted(shelf: Shelf) -> None:
    desktop = shelf.on_the_shelf(shelf.desktop())
    shelf.reserve(desktop, price=Decimal(90), co_funding=Decimal(60), funder=shelf.funder)

    document = HandOver.objects.get().document

    values = document.values
    assert (values["price"], values["co_funding"], values["to_pay"]) == ("90,00\u00a0€", "60,00\u00a0€", "30,00\u00a0€")
    assert values["vat"] == "TVA non applicable, art. 261-7-1° b du CGI"
    assert (values["warranty_months"], values["repair_months"], values["funder"]) == (24, 6, shelf.funder.name)
    assert [article["type"] for article in values["articles"]] == ["Ordinateur fixe", "Écran"]
    assert document.title == f"Fiche d’achat {desktop.reference}"
    assert "comme neuf" not in str(values).lower()
    drawn(document)


def test_the_note_of_an_exchange_names_what_is_replaced_and_no_price(shelf: Shelf) -> None:
    back, other = shelf.returned(), shelf.available()

    note = hand_overs.prepare_exchange(actor=shelf.adviser, device=other, replaces=back)

    assert note.document.title == f"Fiche d’échange {other.reference}"
    assert note.document.values["replaces"]["tag"] == back.tag
    drawn(note.document)


def test_a_delivery_note_lists_labels_and_names_no_household(shelf: Shelf) -> None:
    device = shelf.shipped(shelf.allotted(shelf.ready(DeviceType.TABLET)))

    document = delivery_of(device).document

    assert document is not None
    assert document.values["lines"][0]["tag"] == device.tag
    assert document.values["convention"] == shelf.convention.reference
    assert document.values["point"]["name"] == shelf.point.name
    drawn(document)


def test_whoever_verifies_a_note_reads_whether_its_device_was_handed_over_and_whether_it_still_is(shelf: Shelf) -> None:
    def said(note: HandOver) -> str:
        proof = proof_of(note.document.public_code)
        assert proof is not None
        return proof.standing

    device = shelf.reserved()
    note = HandOver.objects.get()
    assert "n’est pas encore remis" in said(note)
    device = shelf.hand_over(device)
    assert said(note) == ""
    gate.apply(device, "undo_hand_over", actor=shelf.adviser, reason=UndoHandOverReason.ENTRY)
    assert "la remise a été annulée" in said(note)
    second = HandOver.objects.current().get()
    gate.apply(device, "release", actor=shelf.adviser)
    assert "l’appareil n’a pas été remis avec elle" in said(second)

    back = shelf.returned()
    sold = HandOver.objects.get(device=back)
    assert said(sold) == "", "it may be repaired and given back"
    other = shelf.exchange(shelf.available(), back)
    assert "l’appareil est revenu" in said(sold)
    assert said(HandOver.objects.get(device=other)) == ""
    assert back.need is not None
    for one in HandOver.objects.all():
        assert back.need.prescription.household.last_name not in said(one)
