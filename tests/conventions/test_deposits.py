"""A document signed elsewhere carries the very text, signed, or it is refused with what it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from calendars.working_days import add_working_days
from conventions.asked import unknown_to
from conventions.enums import (
    ConventionState,
    FoundOnDeposit,
    Party,
    RefuseDepositReason,
    SignatureMethod,
    SignatureState,
)
from conventions.machine import deposit_rules
from conventions.models import Convention, SignatureDeposit
from conventions.parameters import SIGNATURE_DAYS
from conventions.services.conventions import open_signature_convention
from conventions.services.signatures import (
    contest_signature,
    deposit_signature,
    refuse_deposit_signature,
    sign_signature,
)
from conventions.views.inbox import items_of
from documents.models import Document, Mail
from documents.services import freeze_document, open_file, store_file
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from tests.conventions.conventions import Treaty, again, drawn
from tests.conventions.pages import acting, page_of, read
from tests.documents.pdfs import photo_of, rewritten_pdf, scan_of, scan_with, signed_pdf, small_pdf
from tests.network.factories import make_membership
from typography.french import full_day

pytestmark = pytest.mark.django_db
BOOK, PAPER = SignatureMethod.SIGNATURE_BOOK, SignatureMethod.PAPER


def frozen(convention: Convention) -> bytes:
    """The document under signature, as Maillon drew it."""
    document = drawn(convention.document)
    assert document.rendered is not None
    return open_file(document.rendered).read()


def report_of_the_month() -> Document:
    """A paper of Maillon that is no convention."""
    return drawn(freeze_document(kind="monthly_report", owner=("report", 1), values={}, by=None))


def content_of(document: Document) -> bytes:
    assert document.rendered is not None
    return open_file(document.rendered).read()


def refusal(scene: Treaty, convention: Convention, method: str, content: bytes, name: str = "signe.pdf") -> str:
    """The one sentence with which a deposit is refused; nothing is kept of it."""
    with pytest.raises(Refused) as refused:
        scene.deposit(convention, Party.EPCI, method, content=content, name=name)
    (reason,) = refused.value.all
    assert reason.field == "deposit"
    assert not SignatureDeposit.objects.exists()
    return reason.sentence


@pytest.mark.parametrize("method", [BOOK, PAPER])
def test_the_monthly_report_is_not_the_signed_convention(method: str) -> None:
    scene = Treaty()
    convention, report = scene.signing(), report_of_the_month()

    told = refusal(scene, convention, method, content_of(report))

    assert report.declared_kind.label in told
    assert "un autre papier de Maillon" in told


def test_nor_is_it_once_it_is_signed_or_scanned() -> None:
    scene = Treaty()
    convention, report = scene.signing(), report_of_the_month()

    for method, content in ((BOOK, signed_pdf(content_of(report))), (PAPER, scan_of(report))):
        assert report.declared_kind.label in refusal(scene, convention, method, content)


@pytest.mark.parametrize("method", [BOOK, PAPER])
def test_the_convention_of_another_epci_is_not_this_one(method: str) -> None:
    scene, other = Treaty(), Treaty()
    convention, elsewhere = scene.signing(), other.signing()
    content = signed_pdf(frozen(elsewhere)) if method == BOOK else scan_of(drawn(elsewhere.document))

    told = refusal(scene, convention, method, content)

    assert "un autre papier de Maillon" in told
    assert elsewhere.title not in told


@pytest.mark.parametrize("method", [BOOK, PAPER])
def test_the_version_before_is_named_as_such(method: str) -> None:
    scene = Treaty()
    convention = scene.signing()
    content = signed_pdf(frozen(convention)) if method == BOOK else scan_of(drawn(convention.document))
    scene.reopen(convention)
    convention = scene.open_signature(scene.approve(scene.submit(again(convention))))

    assert "version précédente" in refusal(scene, convention, method, content)


@pytest.mark.parametrize("method", [BOOK, PAPER])
def test_the_document_as_it_was_drawn_is_not_signed(method: str) -> None:
    scene = Treaty()
    convention = scene.signing()

    assert "personne ne l’a signé" in refusal(scene, convention, method, frozen(convention))


def test_a_signed_document_that_was_changed_is_refused_before_and_after_the_signature() -> None:
    scene = Treaty()
    convention = scene.signing()
    held = frozen(convention)

    for content in (rewritten_pdf(signed_pdf(held)), signed_pdf(rewritten_pdf(held))):
        assert "autre chose y a été ajouté ou changé" in refusal(scene, convention, BOOK, content)


def test_a_signature_on_another_text_or_on_none_is_told_apart() -> None:
    scene = Treaty()
    convention = scene.signing()

    assert "pas sur le document" in refusal(scene, convention, BOOK, signed_pdf(small_pdf("Bail")))
    assert "Aucune signature électronique" in refusal(scene, convention, BOOK, small_pdf("Bail"))
    assert "n’a pas pu être lu" in refusal(scene, convention, BOOK, b"%PDF-1.7\nrien\n%%EOF\n")
    assert "n’a pas pu être lu" in refusal(scene, convention, PAPER, b"%PDF-1.7\nrien\n%%EOF\n")


def several_pages(convention: Convention, count: int) -> Document:
    """The document of a convention, drawn with so many pages."""
    document = convention.document
    assert document is not None
    content = scan_with(pages=count)
    document.rendered = store_file(content=content, name="document.pdf", by=None, at=document.created_at)
    document.save(update_fields=["rendered"])
    return document


def test_a_scan_that_lacks_pages_is_not_the_document_and_it_says_what_to_do() -> None:
    scene = Treaty()
    convention = open_signature_convention(actor=scene.manager, convention=scene.approved(), **scene.act())
    document = several_pages(convention, 6)

    for content in (photo_of(document), scan_of(document), scan_with(pages=5)):
        told = refusal(
            scene, convention, PAPER, content, name="signe.jpg" if content[:2] == b"\xff\xd8" else "signe.pdf"
        )
        assert "le document en a 6" in told
        assert "dans un seul PDF" in told
    assert scene.deposit(convention, Party.EPCI, content=scan_of(document, pages=6)).found == FoundOnDeposit.CODE
    assert scene.deposit(convention, Party.DISTRIBUTOR, content=scan_of(document, pages=7)).found == FoundOnDeposit.CODE


def test_a_code_that_a_person_typed_again_is_told_for_ever_with_her_name() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER, content=scan_with(pages=1))
    her = scene.signatories[Party.EPCI]
    scene.confirm(deposit, code=drawn(convention.document).public_code)
    for of in (Party.EPCI, Party.DISTRIBUTOR):
        scene.sign(convention, of)

    said = f"Code non lu par Maillon, retapé par {her.user}"
    page = read(acting(scene.manager), page_of(convention, "convention_detail"))
    assert page.count(said) == 1, "of this signature alone"
    paper = again(convention).signature_page
    assert paper is not None
    told = {one["party"]: one["read"] for one in paper.values["signatures"]}
    assert f"retapé par {her.user.get_full_name()}" in told["Reconditionneur"]
    assert told["EPCI"] == ""


def test_a_scan_of_hundreds_of_pages_is_not_read() -> None:
    scene = Treaty()
    convention = scene.signing()

    assert "plus de 80 pages" in refusal(scene, convention, PAPER, scan_with(pages=81))


def test_a_file_that_serves_elsewhere_is_not_a_signature() -> None:
    scene = Treaty()
    convention = scene.signing()
    content = scan_of(drawn(convention.document))
    file = store_file(content=content, name="recu.pdf", by=scene.manager)
    Document.objects.create(
        kind="monthly_report",
        version=1,
        title="Reçu",
        values={},
        sha256="0" * 64,
        public_code="ZZZZ-ZZZZ-ZZZZ-ZZZZ",
        owner_machine="report",
        owner_pk=1,
        created_at=timezone.now(),
        rendered=file,
    )

    with pytest.raises(Refused):
        scene.deposit(convention, Party.EPCI, content=content)


def test_an_electronic_signature_is_verified_and_its_signer_named() -> None:
    scene = Treaty()
    convention = scene.signing()
    content = signed_pdf(signed_pdf(frozen(convention), "Jeanne Martin"), "Ali Saadi", field="Signature2")

    deposit = scene.deposit(convention, Party.RECONDITIONER, BOOK, content=content)

    assert deposit.found == FoundOnDeposit.SIGNATURE
    assert [signer["name"] for signer in deposit.reading["signers"]] == ["Jeanne Martin", "Ali Saadi"]
    assert all(signer["self_signed"] and signer["was_valid"] for signer in deposit.reading["signers"])
    scene.deposit(convention, Party.DISTRIBUTOR, BOOK, content=content)
    for held in SignatureDeposit.objects.all():
        assert scene.confirm(held).state == SignatureState.SIGNED
    scene.sign(convention, Party.EPCI)
    page = again(convention).signature_page
    assert page is not None
    assert any("Ali Saadi" in one["read"] for one in page.values["signatures"])


def test_the_code_is_read_on_a_scan_and_on_a_photo() -> None:
    scene = Treaty()
    convention = scene.signing()
    document = drawn(convention.document)

    scanned = scene.deposit(convention, Party.RECONDITIONER, content=scan_of(document, pages=3))
    taken = scene.deposit(convention, Party.DISTRIBUTOR, content=photo_of(document), name="signe.jpg")

    assert (scanned.found, scanned.reading) == (
        FoundOnDeposit.CODE,
        {"pages": 3, "frozen_pages": 1, "sizes": [[825, 1100]] * 3, "frozen_sizes": [[777, 1100]]},
    )
    assert taken.found == FoundOnDeposit.CODE
    assert scene.confirm(taken).state == SignatureState.SIGNED


def test_a_scan_without_a_code_counts_once_whoever_confirms_types_it() -> None:
    scene = Treaty()
    convention = scene.signing()
    document = drawn(convention.document)
    deposit = scene.deposit(convention, Party.RECONDITIONER, content=scan_with(pages=2))
    assert deposit.found == FoundOnDeposit.NOTHING

    for code in ("", "7K3M-2QXZ-9TBD-4WNV"):
        with pytest.raises(Refused) as refused:
            scene.confirm(deposit, code=code)
        assert [reason.sentence for reason in refused.value.all] == [deposit_rules.SAME_TEXT.sentence]

    assert scene.confirm(deposit, code=document.public_code.lower().replace("-", " ")).state == SignatureState.SIGNED


def test_the_page_does_not_say_read_when_no_code_was_read() -> None:
    scene = Treaty()
    convention = scene.signing()
    drawn(convention.document)
    signature = scene.signature(convention, Party.RECONDITIONER)
    client, signed_on = acting(signature.signatory), timezone.localdate().isoformat()
    file = SimpleUploadedFile("signe.pdf", scan_with(pages=2), content_type="application/pdf")
    given = {"method": "paper", "signed_on": signed_on, "deposit": file}

    page = client.post(page_of(signature, "signature_deposit"), given, follow=True).content.decode()

    assert "aucun code n’y a été lu" in page
    assert "Document lu et déposé" not in page


# --- refused by whoever confirms


def test_another_party_refuses_what_was_deposited_and_its_party_is_told_why() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER)
    signature = deposit.signature
    given: dict[str, Any] = {"signature": signature, "deposit": deposit, "reason": RefuseDepositReason.UNSIGNED}
    colleague = make_membership(Role.SIGNATORY, OrganisationKind.RECONDITIONER, scene.workshop)

    for actor in (colleague, scene.pilot, scene.lawyer):
        with pytest.raises((PermissionDenied, Refused)):
            refuse_deposit_signature(actor=actor, **given)
    with pytest.raises(Refused):
        refuse_deposit_signature(actor=scene.signatories[Party.EPCI], **given | {"reason": "bof"})
    refuse_deposit_signature(actor=scene.signatories[Party.EPCI], **given)

    told = Mail.objects.get(subject__startswith="Le document déposé est refusé")
    assert "Le document n’est pas signé" in told.body
    assert signature.signatory.user.email in told.to
    with pytest.raises(Refused) as refused:
        scene.confirm(deposit)
    assert deposit_rules.DEPOSITED.sentence in {reason.sentence for reason in refused.value.all}
    with pytest.raises(Refused):
        refuse_deposit_signature(actor=scene.signatories[Party.EPCI], **given)
    assert signature.journal.get(verb="refuse_deposit").values["reason"] == "unsigned"
    another = scene.deposit(convention, Party.RECONDITIONER)
    assert scene.confirm(another).state == SignatureState.SIGNED


# --- the named signatory


def deposited_by_another(scene: Treaty, convention: Convention) -> SignatureDeposit:
    """The manager of the workshop deposits what is said to be signed by its signatory."""
    manager = make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER, scene.workshop)
    deposit: SignatureDeposit = scene.deposit(convention, Party.RECONDITIONER, actor=manager)
    return deposit


def names(scene: Treaty, of: Party) -> list[str]:
    return [item.name for item in items_of(scene.signatories[of])]


def test_the_named_signatory_is_told_at_once_and_asked_until_she_knows() -> None:
    scene = Treaty()
    convention = scene.signing()
    her = scene.signatories[Party.RECONDITIONER]
    deposit = deposited_by_another(scene, convention)

    told = Mail.objects.get(subject__startswith="Un document signé en votre nom est déposé")
    assert told.to == [her.user.email]
    assert names(scene, Party.RECONDITIONER) == ["Un document signé est déposé en votre nom"]
    scene.confirm(deposit)
    assert names(scene, Party.RECONDITIONER) == ["Un document signé est déposé en votre nom"]
    assert Mail.objects.filter(subject__startswith="Votre signature est enregistrée", to=[her.user.email]).exists()

    gate.apply(deposit.signature, "acknowledge", actor=her)

    assert names(scene, Party.RECONDITIONER) == []
    assert not unknown_to(her).exists()


def test_one_who_deposits_her_own_signature_knows() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER)

    assert names(scene, Party.RECONDITIONER) == []
    with pytest.raises(Refused):
        gate.apply(deposit.signature, "acknowledge", actor=scene.signatories[Party.RECONDITIONER])


@pytest.mark.usefixtures("days_to_come")
def test_a_convention_waits_for_the_signatory_to_know_or_for_the_days_to_contest() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = deposited_by_another(scene, convention)
    scene.confirm(deposit)
    for of in (Party.EPCI, Party.DISTRIBUTOR):
        scene.sign(convention, of)
    assert again(convention).state == ConventionState.SIGNED

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "activate", actor=scene.manager)
    assert [reason.sentence for reason in refused.value.all] == [deposit_rules.SIGNATORIES_KNOW.sentence]
    later = timezone.now() + timedelta(days=3, minutes=1)
    assert gate.apply(convention, "activate", actor=scene.manager, at=later).state == ConventionState.ACTIVE


def test_she_contests_before_it_is_in_force_and_her_signature_is_asked_again() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = deposited_by_another(scene, convention)
    scene.confirm(deposit)
    for of in (Party.EPCI, Party.DISTRIBUTOR):
        scene.sign(convention, of)
    first_page = again(convention).signature_page
    her, signature = scene.signatories[Party.RECONDITIONER], scene.signature(convention, Party.RECONDITIONER)

    for actor in (scene.signatories[Party.EPCI], scene.manager, scene.pilot):
        with pytest.raises(PermissionDenied):
            contest_signature(actor=actor, signature=signature)
    contested = contest_signature(actor=her, signature=signature)

    today = timezone.localdate()
    assert contested.due_on == add_working_days(today, int(SIGNATURE_DAYS.on(today))), "a new deadline"
    mails = Mail.objects.filter(subject__startswith="Une signature est contestée")
    assert all(full_day(contested.due_on) in mail.body for mail in mails)
    confirming = Mail.objects.filter(subject__startswith="Une signature est à confirmer")
    assert all("attendue pour le" in mail.body for mail in confirming)
    assert confirming.exists()
    assert (contested.state, contested.scan, contested.confirmed_by) == (SignatureState.ASKED, None, None)
    assert again(convention).state == ConventionState.SIGNING
    assert again(convention).journal.filter(verb="await_signature", actor=her).exists()
    assert again(convention).signature_page is None
    assert deposit.refusal.reason == RefuseDepositReason.NOT_MINE
    assert names(scene, Party.RECONDITIONER) == ["Signer la convention"]
    assert Mail.objects.filter(subject__startswith="Une signature est contestée").count() == 4
    scene.sign(convention, Party.RECONDITIONER)
    assert again(convention).state == ConventionState.SIGNED
    assert again(convention).signature_page != first_page
    with pytest.raises(Refused) as refused:
        contest_signature(actor=her, signature=signature)
    assert deposit_rules.NOT_ON_SCREEN.sentence in {reason.sentence for reason in refused.value.all}


def test_what_is_in_force_is_contested_elsewhere() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = deposited_by_another(scene, convention)
    signature = scene.confirm(deposit)
    for of in (Party.EPCI, Party.DISTRIBUTOR):
        scene.sign(convention, of)
    gate.apply(signature, "acknowledge", actor=signature.signatory)
    gate.apply(again(convention), "activate", actor=scene.manager)

    with pytest.raises(Refused) as refused:
        contest_signature(actor=signature.signatory, signature=signature)

    assert [reason.sentence for reason in refused.value.all] == [deposit_rules.NOT_IN_FORCE.sentence]


def test_what_is_signed_meanwhile_is_neither_deposited_nor_signed_again() -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.EPCI)
    scene.sign(convention, Party.EPCI)

    with pytest.raises(Refused):
        deposit_signature(
            actor=signature.signatory,
            signature=signature,
            method=PAPER,
            content=scan_of(drawn(convention.document)),
            name="signe.pdf",
            signed_on=timezone.localdate(),
        )
    with pytest.raises(Refused) as refused:
        sign_signature(actor=signature.signatory, signature=signature, sha256="0" * 64)
    assert "state" in {reason.code for reason in refused.value.all}


# --- on screen, while what was deposited waits


def test_one_does_not_sign_on_screen_while_a_deposit_waits_and_the_page_says_who_is_awaited() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER)
    signature, her = deposit.signature, scene.signatories[Party.RECONDITIONER]

    with pytest.raises(Refused) as refused:
        scene.sign(convention, Party.RECONDITIONER)
    assert [reason.sentence for reason in refused.value.all] == [deposit_rules.NOTHING_WAITS.sentence]
    client = acting(her)
    page = client.get(page_of(signature, "signature_sign")).content.decode()

    assert "attend d’être confirmé" in page
    assert str(scene.epci_party) in page
    assert str(scene.distributor) in page
    assert "J’ai lu le document et je le signe" not in page
    sheet = client.get(page_of(convention, "convention_detail")).content.decode()
    assert f'href="{page_of(signature, "signature_sign")}"' not in sheet
    refuse = client.get(page_of(signature, "signature_refuse_deposit")).content.decode()
    assert "il signera autrement" in refuse

    refuse_deposit_signature(actor=her, signature=signature, deposit=deposit, reason=RefuseDepositReason.WITHDRAWN)
    assert "J’ai lu le document et je le signe" in client.get(page_of(signature, "signature_sign")).content.decode()
    assert scene.sign(convention, Party.RECONDITIONER).method == SignatureMethod.SCREEN


def test_whoever_confirms_is_not_kept_from_it_by_what_waits() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER)

    page = acting(scene.signatories[Party.EPCI]).get(page_of(deposit.signature, "signature_confirm")).content.decode()

    assert deposit_rules.NOTHING_WAITS.sentence not in page
    assert scene.confirm(deposit).state == SignatureState.SIGNED


def test_the_place_of_each_page_is_kept_before_its_picture_comes() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER, content=scan_of(drawn(convention.document), pages=2))

    page = acting(scene.signatories[Party.EPCI]).get(page_of(deposit.signature, "signature_confirm")).content.decode()

    assert page.count('<img loading="lazy" width="825" height="1100"') == 2
    assert page.count('<img loading="lazy" width="777" height="1100"') == 1
