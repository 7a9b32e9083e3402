"""A signatory who is forgotten is named nowhere in the database any more; what three parties signed is still theirs."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from conventions.enums import Party, SignatureMethod
from conventions.models import ReviewPoint, SignatureDeposit
from documents.authenticity import proof_of
from documents.models import Document, StoredFile
from documents.services import open_file, store_file, verify_document
from lifecycle.evidence import evidence_tables
from lifecycle.verification import verify_journal
from network.enums import OrganisationKind, Role
from network.models import Membership
from network.services.accounts import forget_user
from tests.conventions.conventions import Treaty, again, drawn
from tests.conventions.pages import acting, page_of
from tests.documents.pdfs import signed_pdf
from tests.network.factories import make_membership, make_user

pytestmark = pytest.mark.django_db

HER = ("Zélie", "Effaçable")
HIS = ("Gontran", "Introuvable")
TRACES = ("zélie", "zelie", "effaçable", "effacable", "gontran", "introuvable")


def bare(name: str) -> str:
    return name.lower().translate(str.maketrans("éç", "ec"))


def named(role: Role, scene: Treaty, who: tuple[str, str]) -> Membership:
    """Somebody of the workshop, whom everything below spells in full."""
    user = make_user(email=f"{bare(who[0])}.{bare(who[1])}@exemple.test", first_name=who[0], last_name=who[1])
    return make_membership(role, OrganisationKind.RECONDITIONER, scene.workshop, user)


def traces() -> Iterator[tuple[str, str]]:
    """Each column that holds text or JSON, of each table, where a name can be read."""
    columns = """SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
        AND (data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'bytea'))"""
    with connection.cursor() as cursor:
        cursor.execute(columns)
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE ANY(%s)',
                [[f"%{trace}%" for trace in TRACES]],
            )
            if cursor.fetchone() != (0,):
                yield table, column


def signed_and_named() -> tuple[Treaty, Membership, Membership, SignatureDeposit]:
    """A convention in force whose workshop signed in a signature book: she signed, he deposited."""
    scene = Treaty()
    her, him = named(Role.SIGNATORY, scene, HER), named(Role.MANAGER, scene, HIS)
    scene.signatories[Party.RECONDITIONER] = her
    convention = scene.in_review()
    said = {"text": "Demander à Zélie Effaçable.", "answer": "Introuvable  Gontran s’en charge."}
    ReviewPoint.objects.create(review=scene.reviews(convention)[0], **said)
    convention = scene.open_signature(scene.approve(convention))
    signature = scene.signature(convention, Party.RECONDITIONER)
    content = signed_pdf(brought_frozen(signature.document), "Mme EFFAÇABLE Z.")
    deposit = scene.deposit(
        convention,
        Party.RECONDITIONER,
        SignatureMethod.SIGNATURE_BOOK,
        actor=him,
        content=content,
        name="convention_signée-par_Zélie.EFFAÇABLE.pdf",
    )
    store_file(content=content, name="scan introuvable.pdf", by=him)
    scene.confirm(deposit)
    for of in (Party.EPCI, Party.DISTRIBUTOR):
        scene.sign(convention, of)
    page = again(convention).signature_page
    assert page is not None
    drawn(page)
    return scene, her, him, deposit


def brought_frozen(document: Document) -> bytes:
    rendered = drawn(document).rendered
    assert rendered is not None
    return open_file(rendered).read()


def forget_both(scene: Treaty, her: Membership, him: Membership) -> None:
    for one in (her, him):
        forget_user(user=one.user, by=scene.pilot)


def test_no_column_keeps_the_name_of_a_signatory_nor_of_who_deposited_for_her() -> None:
    scene, her, him, deposit = signed_and_named()
    assert set(traces()) >= {
        ("conventions_signaturedeposit", "reading"),
        ("conventions_reviewpoint", "text"),
        ("conventions_reviewpoint", "answer"),
        ("documents_document", "values"),
        ("documents_storedfile", "name"),
        ("documents_mail", "to"),
        ("network_user", "last_name"),
    }

    forget_both(scene, her, him)

    assert list(traces()) == []
    deposit.refresh_from_db()
    assert (deposit.reading, deposit.found) == ({}, "signature")


def test_what_the_parties_signed_is_still_opened_and_still_authentic() -> None:
    scene, her, him, deposit = signed_and_named()
    convention = again(deposit.signature.convention)
    page, document = convention.signature_page, convention.document
    assert page is not None
    assert document is not None

    forget_both(scene, her, him)

    for paper in (page, document):
        kept = Document.objects.get(pk=paper.pk)
        assert (kept.values, kept.title, kept.is_erased) == ({}, "", False)
        assert verify_document(kept)
        proof = proof_of(kept.public_code)
        assert proof is not None
        assert kept.rendered is not None
        assert proof.pdf == kept.rendered.sha256
    client = acting(scene.manager)
    shown = client.get(page_of(convention, "convention_detail")).content.decode()
    assert "effacé sur demande" not in shown
    for paper in convention.papers.all():
        assert client.get(page_of(convention, "convention_paper", paper.pk)).status_code == 200
    opened = client.get(page_of(deposit.signature, "signature_deposited", deposit.pk))
    assert opened.status_code == 200
    assert deposit.file.sha256[:12] in opened["Content-Disposition"]
    faults: list[object] = []
    verify_journal(type(convention), faults.append)
    assert faults == []


def test_a_reading_is_emptied_never_rewritten_and_a_file_keeps_what_it_is() -> None:
    *_, deposit = signed_and_named()

    with pytest.raises(IntegrityError), transaction.atomic():
        SignatureDeposit.objects.update(reading={"signers": [{"name": "Autre"}]})
    for change in ({"name": "autre.pdf"}, {"name": "", "file": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StoredFile.objects.filter(pk=deposit.file_id).update(**change)
    assert "reading" not in evidence_tables()["conventions_signaturedeposit"].fields
