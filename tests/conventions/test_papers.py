"""The papers of a convention: the document that is signed, the page of signatures, those of an amendment."""

import hashlib
import re
from datetime import date, timedelta
from decimal import Decimal

import page
import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from conventions.documents import draw_project, values_of
from conventions.enums import Party, SignatureMethod
from conventions.models import ClauseText, Convention, ConventionPaper, articles_of
from conventions.services.drafting import DraftArticle, DraftTerms, Plan, Price
from conventions.services.signatures import sign_signature
from documents.models import Document
from documents.services import open_file, render_document
from tests.conventions.conventions import Treaty, again
from tests.network.factories import make_epci

pytestmark = pytest.mark.django_db


def treaty() -> Treaty:
    epci = make_epci(name="Communauté de communes du Pays d’Essai", short_name="Pays d’Essai")
    plans = [Plan("laptop", 1, 60), Plan("laptop", 2, 80), Plan("tablet", 1, 20), Plan("smartphone", 2, 15)]
    return Treaty(epci=epci, quotas=plans, starts_on=date(2027, 1, 1), ends_on=date(2028, 12, 31))


def on_screen(convention: Convention) -> list[str]:
    """The articles as a reviewer and a signatory read them."""
    return [f"{article.number}. {article.title}" for article in articles_of(convention)]


def printed(document: Document | None) -> list[str]:
    """The articles of the paper: they are numbered in their order by the style sheet."""
    assert document is not None
    paper = render_to_string("documents/conventions/_text.html", {"values": document.values})
    return [f"{rank}. {title}" for rank, title in enumerate(re.findall(r'<h2 class="article">(.*?)</h2>', paper), 1)]


def drawn_pdf(document: Document | None) -> bytes:
    assert document is not None
    rendered = render_document(document).rendered
    assert rendered is not None
    return open_file(rendered).read()


def test_the_document_is_accessible_and_says_what_was_agreed() -> None:
    scene = treaty()
    scene.draw = True
    convention = scene.signing()
    document = convention.document
    assert document is not None

    assert page.is_pdf_compliant_bytes(drawn_pdf(document), profile="ua1")
    values = document.values
    assert values["reference"] == convention.reference
    assert values["starts_on"] == "1er\u00a0janvier 2027"
    assert values["act"]["number"] == "2026-118"
    assert [party["called"] for party in values["parties"]] == ["l’EPCI", "le Reconditionneur", "le Distributeur"]
    assert values["quotas"] == {
        "years": [1, 2],
        "lines": [
            {"type": "Ordinateur portable", "totals": [60, 80]},
            {"type": "Tablette", "totals": [20, None]},
            {"type": "Smartphone", "totals": [None, 15]},
        ],
        "totals": [80, 95],
    }
    assert values["max_nonconformity"] == "5\u00a0%"
    assert len(values["clauses"]) == 14
    assert on_screen(convention) == printed(document)


def test_the_page_of_signatures_quotes_the_document_by_its_hash() -> None:
    scene = treaty()
    scene.draw = True
    convention = scene.signing()
    document = Document.objects.get(pk=convention.document.pk)  # type: ignore[union-attr]
    scene.sign(convention, Party.EPCI)
    scene.sign(convention, Party.RECONDITIONER)
    deposit = scene.deposit(convention, Party.DISTRIBUTOR)
    sha256 = document.rendered.sha256  # type: ignore[union-attr]
    sign_signature(actor=scene.signatories[Party.EPCI], signature=deposit.signature, sha256=sha256, deposit=deposit)
    signed = again(convention)

    assert sha256 == hashlib.sha256(drawn_pdf(document)).hexdigest()
    second = signed.signature_page
    assert second is not None
    assert second != document
    assert second.values["sha256"] == sha256
    on_paper = second.values["signatures"][2]
    assert on_paper["method"] == SignatureMethod.PAPER.label
    assert on_paper["scan_sha256"] == deposit.file.sha256
    assert scene.signatories[Party.EPCI].user.get_full_name() in on_paper["confirmed_by"]
    assert page.is_pdf_compliant_bytes(drawn_pdf(second), profile="ua1")


def test_an_amendment_says_what_it_changes_and_nothing_else() -> None:
    scene = Treaty()
    convention = scene.active()
    terms = DraftTerms(prices=[Price("laptop", Decimal(90))], quotas=[Plan("laptop", 1, 30)])
    draft = scene.amendment(convention, terms)
    opened = scene.open_signature(scene.approve(scene.submit(draft)))
    document = opened.document
    assert document is not None

    assert document.title.startswith("Avenant")
    assert document.values["amends"] == convention.reference
    assert document.values["clauses"] == []
    assert document.values["max_nonconformity"] == ""
    assert not document.values["ends_changed"]
    assert on_screen(opened) == printed(document) == ["1. Objet"]


def test_an_amendment_that_changes_the_last_day_and_an_article_numbers_them_alike_on_screen_and_on_paper() -> None:
    scene = Treaty()
    convention = scene.active()
    terms = DraftTerms(articles=[DraftArticle("warranty", "Garantie", "Trente mois.")])
    later = convention.ends_on + timedelta(days=10)  # type: ignore[operator]
    opened = scene.open_signature(scene.approve(scene.submit(scene.amendment(convention, terms, ends_on=later))))

    assert on_screen(opened) == printed(opened.document) == ["1. Objet", "2. Durée", "3. Garantie"]


def test_a_reopened_text_has_no_document_and_the_next_round_a_new_one() -> None:
    scene = Treaty()
    convention = scene.signing()
    first = convention.document
    assert first is not None

    reopened = scene.reopen(convention)
    assert reopened.document is None
    second = scene.open_signature(scene.approve(scene.submit(reopened))).document

    assert second is not None
    assert second.pk != first.pk
    assert list(again(convention).papers.order_by("round").values_list("round", flat=True)) == [1, 2]


def test_a_project_is_printed_with_its_round_and_day_on_each_page_and_nothing_that_makes_it_look_final() -> None:
    scene = treaty()
    convention = scene.in_review()
    at = convention.submitted_at
    assert at is not None

    paper = draw_project(convention, at + timedelta(days=3))

    assert page.is_pdf_compliant_bytes(paper, profile="ua1")
    assert paper == draw_project(convention, at + timedelta(days=9))
    values = values_of(convention)
    context = {"values": values, "reference": convention.reference, "stage": "Projet – tour 1"}
    context |= {"title": "Projet", "identifier": "C", "created": "", "date": at}
    written = render_to_string("documents/conventions/convention_project.html", context)
    assert written.partition("<body")[2].count('<h2 class="article">') == len(on_screen(convention))
    assert "l’acte de l’EPCI, à prendre" in written
    assert "page de signatures" not in written
    assert "code d’authenticité" not in written
    assert not Document.objects.exists()


def test_a_draft_is_printed_as_it_stands_with_what_it_lacks() -> None:
    draft = Treaty().draft(workshop=None, workshop_signatory=None, starts_on=None)

    workshop = values_of(draft)["parties"][1]

    assert workshop["name"] == workshop["signatory"] == "à désigner"
    assert draw_project(draft, timezone.now()).startswith(b"%PDF")


def test_a_model_that_is_corrected_leaves_what_is_written_and_signed_as_it_was() -> None:
    scene = Treaty()
    signed, draft = scene.active(), scene.draft()
    before = {one.pk: [(article.code, article.text) for article in articles_of(one)] for one in (signed, draft)}
    paper = ConventionPaper.objects.filter(convention=signed).select_related("document")
    frozen = [(one.document.values, one.document.sha256) for one in paper]
    assert frozen

    ClauseText.objects.filter(code="reporting").update(body="Un autre texte.")

    for one in (signed, draft):
        assert [(article.code, article.text) for article in articles_of(again(one))] == before[one.pk]
    assert [(one.document.values, one.document.sha256) for one in paper.all()] == frozen
    assert scene.draft().clauses.get(code="reporting").text == "Un autre texte."
