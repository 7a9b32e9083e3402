"""The delivery note and the note a household signs: what they say, frozen, in accessible PDF."""

from decimal import Decimal

import page
import pytest

from distribution.models import HandOver
from distribution.services import hand_overs
from documents.models import Document
from documents.services import open_file, render_document
from refurb.enums import DeviceType
from tests.distribution.shelves import Shelf, delivery_of

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
