"""The public page of a paper: authentic or unknown, without personal data; and what a paper shows of it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from documents.addresses import address_of, typed_code
from documents.authenticity import ISSUED_BY_A_COMPANY, ISSUED_BY_MAILLON, proof_of
from documents.models import Document
from documents.services import Draft, forget_document, freeze_document, freeze_documents, render_document
from network.enums import LegalNature, OrganisationKind, Role
from network.models import Membership
from tests.network.factories import make_membership, make_organisation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 3, 13, 5, tzinfo=UTC)
NONCE = re.compile(r'nonce="[^"]*"')
NOBODY_S_CODE = "2222-3333-4444-5555"


def a_document(kind: str, by: Membership | None = None, **fields: Any) -> Document:
    values = {"name": "Camille Exemple", "rows": []}
    given = {"owner": ("device", 12), "values": values, "by": by, "at": AT, "title": "Fiche de Camille Exemple"}
    return freeze_document(kind=kind, **given | fields)


def page(client: Client, code: str, *, status: int = 200, **query: str) -> str:
    response = client.get(reverse("documents:authenticity", args=[code]), query)
    assert response.status_code == status
    return response.content.decode()


# --- the page


def test_an_anonymous_reads_that_a_paper_is_authentic(client: Client, paper_kind: str, technician: Membership) -> None:
    document = render_document(a_document(paper_kind, technician))
    told = page(client, document.public_code)
    assert "<h1>Document authentique</h1>" in told
    assert "Fiche d’essai" in told
    assert "3\u00a0nov. 2026 à 14\u00a0h\u00a005" in told
    assert technician.organisation.name in told
    assert document.sha256 in told
    assert document.rendered is not None
    assert document.rendered.sha256 in told


def test_the_page_holds_no_personal_data(client: Client, paper_kind: str, technician: Membership) -> None:
    document = a_document(paper_kind, technician)
    told = page(client, document.public_code)
    for name in ("Camille", "Exemple", technician.user.last_name, technician.user.email):
        assert name not in told


def test_an_unknown_code_a_forgotten_paper_and_an_altered_one_have_the_same_answer(
    client: Client, paper_kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    forgotten, altered = a_document(paper_kind), a_document(paper_kind)
    forget_document(document=forgotten)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE documents_document DISABLE TRIGGER USER")
        cursor.execute('UPDATE documents_document SET values = \'{"name": "Autre"}\' WHERE id = %s', [altered.pk])
        cursor.execute("ALTER TABLE documents_document ENABLE TRIGGER USER")
    codes = (NOBODY_S_CODE, forgotten.public_code, altered.public_code, "pas-un-code")
    answers = {NONCE.sub("", page(client, code, status=404)) for code in codes}
    assert len(answers) == 1
    assert "<h1>Document inconnu</h1>" in answers.pop()
    assert [record.getMessage() for record in caplog.records if record.name == "documents.authenticity"] == [
        f"Document {altered.pk} does not match its fingerprint."
    ]


@pytest.mark.parametrize("status", [200, 404])
def test_no_search_engine_nor_cache_keeps_the_page(client: Client, paper_kind: str, status: int) -> None:
    code = a_document(paper_kind).public_code if status == 200 else NOBODY_S_CODE
    for url in (reverse("documents:authenticity", args=[code]), reverse("documents:authenticity_form")):
        response = client.get(url)
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in response["Cache-Control"]


def test_a_person_without_any_open_role_reads_the_page_too(client: Client, paper_kind: str, pilot: Membership) -> None:
    client.force_login(pilot.user)
    assert "Document authentique" in page(client, a_document(paper_kind).public_code)


def test_the_page_costs_one_query(client: Client, paper_kind: str, django_assert_num_queries: Any) -> None:
    code = a_document(paper_kind).public_code
    with django_assert_num_queries(1):
        page(client, code)


# --- the code as it is typed


@pytest.mark.parametrize("typed", ["{code}", "{lower}", " {spaced} ", "{joined}"])
def test_a_code_is_typed_as_one_likes(client: Client, paper_kind: str, typed: str) -> None:
    code = a_document(paper_kind).public_code
    ways = {"code": code, "lower": code.lower(), "spaced": code.replace("-", " "), "joined": code.replace("-", "")}
    response = client.get(reverse("documents:authenticity_form"), {"code": typed.format(**ways)})
    assert (response.status_code, response["Location"]) == (302, reverse("documents:authenticity", args=[code]))


@pytest.mark.parametrize("typed", ["", "7K3M", "0000-1111-LLLL-OOOO", "7K3M-2QXZ-9TBD-4WNV-2"])
def test_what_is_not_a_code_is_said_at_its_field(client: Client, typed: str) -> None:
    assert typed_code(typed) == ""
    told = client.get(reverse("documents:authenticity_form"), {"code": typed}).content.decode()
    assert "<title>Erreur" in told
    assert 'href="#id_code"' in told


# --- the fingerprint


def test_a_typed_fingerprint_is_compared_with_those_of_the_paper(client: Client, paper_kind: str) -> None:
    document = render_document(a_document(paper_kind))
    assert document.rendered is not None
    code = document.public_code
    assert "exactement celui" in page(client, code, fingerprint=f" {document.rendered.sha256.upper()} ")
    assert "l’empreinte des valeurs" in page(client, code, fingerprint=document.sha256)
    assert "Différente" in page(client, code, fingerprint="0" * 64)
    assert 'href="#id_fingerprint"' in page(client, code, fingerprint="abc")


def test_a_paper_not_drawn_yet_has_no_fingerprint_of_its_file(client: Client, paper_kind: str) -> None:
    document = a_document(paper_kind)
    assert "pas encore dessiné" in page(client, document.public_code)
    proof = proof_of(document.public_code)
    assert proof is not None
    assert proof.same_as("") == ""


# --- who made it


@pytest.mark.parametrize(
    ("nature", "form", "named"),
    [
        (LegalNature.PUBLIC, "", True),
        (LegalNature.ASSOCIATION, "", True),
        (LegalNature.PRIVATE, "SAS", True),
        (LegalNature.PRIVATE, "", False),
        (LegalNature.PRIVATE, "Entrepreneur individuel", False),
        (LegalNature.PRIVATE, "EI", False),
        (LegalNature.PRIVATE, "Micro-entreprise", False),
    ],
)
def test_the_issuer_is_named_unless_its_name_may_be_that_of_a_person(
    paper_kind: str, nature: LegalNature, form: str, named: bool
) -> None:
    organisation = make_organisation(OrganisationKind.DONOR, legal_nature=nature, legal_form=form)
    by = make_membership(Role.CONTACT, OrganisationKind.DONOR, organisation)
    proof = proof_of(a_document(paper_kind, by).public_code)
    assert proof is not None
    assert proof.issuer == (organisation.name if named else ISSUED_BY_A_COMPANY)


def test_a_paper_that_maillon_made_by_itself_says_so(paper_kind: str) -> None:
    proof = proof_of(a_document(paper_kind).public_code)
    assert proof is not None
    assert proof.issuer == ISSUED_BY_MAILLON


# --- what a paper shows


def test_a_paper_shows_where_it_is_verified(settings: Any) -> None:
    settings.SITE_URL = "https://maillon.exemple.test"
    address = address_of(NOBODY_S_CODE)
    assert address.url == f"https://maillon.exemple.test/verifier/{NOBODY_S_CODE}/"
    assert address.site == "maillon.exemple.test/verifier"
    assert f'alt="Code QR de la page qui dit si ce document est authentique\u00a0: {address.url}"' in address.qr


# --- sets


def test_a_set_is_frozen_in_as_many_queries_as_one_paper(
    paper_kind: str, django_assert_num_queries: Any, technician: Membership
) -> None:
    for count in (1, 40):
        drafts = [Draft(paper_kind, ("device", rank), {"rank": rank}) for rank in range(count)]
        with django_assert_num_queries(2):
            documents = freeze_documents(drafts, by=technician, at=AT, priority=-10)
        assert [document.owner_pk for document in documents] == list(range(count))
        assert len({document.public_code for document in documents}) == count


def test_no_paper_asks_for_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert freeze_documents([], by=None) == []
