"""The manager of an EPCI deposits the wrong PDF, reads what it is, then the right one: another party compares both."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, expect

from conventions.enums import Party
from documents.services import freeze_document, open_file
from tests.conventions.conventions import Treaty, drawn
from tests.documents.pdfs import scan_of
from tests.journeys.visitor import Visitor, anything

pytestmark = pytest.mark.django_db(transaction=True)


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def test_the_wrong_file_is_named_then_the_right_one_is_compared_page_by_page(
    transactional_db: None, visit: Callable[..., Visitor]
) -> None:
    treaty = Treaty()
    convention = treaty.signing()
    report = drawn(freeze_document(kind="monthly_report", owner=("report", 1), values={}, by=None))
    assert report.rendered is not None
    manager, signature = visit(treaty.manager), treaty.signature(convention, Party.EPCI)

    manager.goes_to("Conventions")
    manager.follows(convention.reference)
    manager.within_main().get_by_role("link", name=anything("Déposer un document signé")).first.click()
    manager.reads("Déposer un document signé")
    manager.ticks("Par un parapheur électronique extérieur")
    manager.fills({"Signé le": timezone.localdate().isoformat()})
    manager.deposits("Document signé", file("convention-signee.pdf", open_file(report.rendered).read()))
    manager.presses("Déposer")
    manager.reads("Déposer un document signé")
    manager.sees("Ce n’est pas ce document", report.declared_kind.label, "Déjà déposé")
    manager.ticks("Sur papier, numérisé")
    manager.deposits("Document signé", file("convention-scan.pdf", scan_of(drawn(convention.document), pages=2)))
    manager.presses("Déposer")
    manager.reads(anything("Convention C-"))
    manager.is_told("Document lu et déposé.")

    named = visit(signature.signatory)
    named.begins("Ce qui est attendu de vous", anything("Un document signé est déposé en votre nom"))
    named.reads(anything("Prendre connaissance"))
    other = visit(treaty.signatories[Party.DISTRIBUTOR])
    other.begins("Ce qui est attendu de vous", anything("Confirmer la signature"))
    other.reads(anything("Confirmer la signature d"))
    other.sees("pas le même nombre", "Comparez les pages")
    picture = other.within_main().get_by_role("img", name="Page 1 du document déposé")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    other.within_main().get_by_role("link", name="Refuser ce document").click()
    other.reads("Refuser le document déposé")
    other.chooses({"Motif": "Il est illisible ou il manque des pages"})
    other.presses("Refuser ce document")
    other.is_told("Document refusé")
    manager.page.reload()
    manager.sees("refusé")
