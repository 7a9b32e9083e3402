"""Reviews in parallel, rounds, points answered one by one; signatures in any order, on one document."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from calendars.working_days import add_working_days
from conventions.enums import (
    ConventionState,
    DraftAbandonReason,
    Party,
    ReviewState,
    ReviewSubject,
    SignatureMethod,
    SignatureState,
)
from conventions.machine import circuit_rules, deposit_rules, draft_rules
from conventions.models import Review, ReviewPoint, Signature
from conventions.parameters import REVIEW_DAYS
from conventions.services.conventions import (
    answer_point,
    answer_review,
    deposit_signature,
    edit_convention,
    open_signature_convention,
    sign_signature,
)
from conventions.services.drafting import DraftReviewer, DraftTerms
from documents.exceptions import FileRefused
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from tests.conventions.conventions import Treaty, again, brought, drawn, party
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db
S = ConventionState


def sentences(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.sentence for reason in refused.value.all}


# --- reviews


def test_those_the_epci_names_and_each_other_party_are_asked_at_once() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    shared = party(OrganisationKind.EPCI)
    officer = make_membership(Role.REVIEWER, OrganisationKind.EPCI, shared)
    named = [
        DraftReviewer(ReviewSubject.LEGAL, scene.epci_party, scene.lawyer),
        DraftReviewer(ReviewSubject.DIGITAL, scene.epci_party, scene.lawyer),
        DraftReviewer(ReviewSubject.DATA_PROTECTION, shared, officer),
    ]

    convention = scene.submit(scene.draft(scene.terms(reviewers=named)))

    asked = {(review.subject, review.party, review.organisation) for review in scene.reviews(convention)}
    assert asked == {
        ("legal", "epci", scene.epci_party),
        ("digital", "epci", scene.epci_party),
        ("data_protection", "epci", shared),
        ("party", "reconditioner", scene.workshop),
        ("party", "distributor", scene.distributor),
    }
    days = REVIEW_DAYS.on(timezone.localdate())
    due = {review.due_on for review in scene.reviews(convention)}
    assert due == {add_working_days(timezone.localdate(), days)}
    assert scene.approve(convention).state == S.APPROVED


def test_nothing_is_concluded_before_all_have_answered() -> None:
    scene = Treaty()
    convention = scene.in_review()
    first, second, third = scene.reviews(convention)

    scene.answer(first, favourable=False)
    scene.answer(second)
    assert again(convention).state == S.IN_REVIEW
    scene.answer(third)

    assert again(convention).state == S.CHANGES_REQUESTED


def test_an_opinion_against_names_what_must_change() -> None:
    scene = Treaty()
    review = scene.reviews(scene.in_review())[0]

    with pytest.raises(Refused) as refused:
        answer_review(actor=scene.lawyer, review=review, favourable=False, points=[("warranty", "  ")])

    assert sentences(refused) == {circuit_rules.HAS_POINTS.sentence}
    assert not ReviewPoint.objects.exists()


def test_the_author_is_told_the_points_and_answers_each() -> None:
    scene = Treaty()
    convention = scene.changes_requested()
    told = Mail.objects.filter(subject__startswith="Modifications demandées").get()
    assert "Préciser qui paie le transport." in told.body
    assert scene.manager.user.email in told.to

    with pytest.raises(Refused) as refused:
        scene.submit(convention)
    assert sentences(refused) == {draft_rules.POINTS_ANSWERED.sentence}
    point = ReviewPoint.objects.get()
    assert point.review.journal.get(verb="answer_against").values == {"points": 1}
    for actor in (scene.lawyer, scene.workshop_reviewer):
        with pytest.raises(PermissionDenied):
            answer_point(actor=actor, point=point, answer="Fait.")
    with pytest.raises(Refused):
        answer_point(actor=scene.manager, point=point, answer=" ")
    answered = answer_point(actor=scene.manager, point=point, answer="Le Reconditionneur paie.")
    assert answered.answered_by == scene.manager
    assert answered.clause_title == "Garantie"
    edit_convention(actor=scene.manager, convention=convention, terms=DraftTerms(texts={"warranty": "À ses frais."}))

    again_reviewed = scene.submit(again(convention))

    assert again_reviewed.round == 2
    assert len(scene.reviews(again_reviewed)) == 3
    assert scene.approve(again_reviewed).state == S.APPROVED
    with pytest.raises(Refused):
        answer_point(actor=scene.manager, point=point, answer="Trop tard.")


def test_only_the_named_reviewer_or_his_manager_answers() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    legal, workshop, _ = scene.reviews(scene.in_review())

    for actor in (colleague, scene.workshop_reviewer, scene.pilot, scene.signatories[Party.EPCI]):
        with pytest.raises(PermissionDenied):
            answer_review(actor=actor, review=legal, favourable=True)
    with pytest.raises(Unknown):
        answer_review(actor=Treaty().lawyer, review=legal, favourable=True)
    manager = make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER, scene.workshop)

    assert answer_review(actor=scene.manager, review=legal, favourable=True).reviewer == scene.manager
    assert answer_review(actor=manager, review=workshop, favourable=True).state == ReviewState.FAVOURABLE


def test_an_answer_is_given_once() -> None:
    scene = Treaty()
    review = scene.reviews(scene.in_review())[0]
    scene.answer(review)

    with pytest.raises(Refused):
        scene.answer(review, favourable=False)

    assert not ReviewPoint.objects.exists()


def test_the_reviews_of_an_abandoned_draft_are_cancelled() -> None:
    scene = Treaty()
    convention = scene.in_review()
    first, second, third = scene.reviews(convention)
    scene.answer(first)
    gate.apply(convention, "abandon", actor=scene.manager, reason=DraftAbandonReason.PARTY_LEFT)

    assert [review.state for review in scene.reviews(convention)] == ["favourable", "cancelled", "cancelled"]
    with pytest.raises(Refused):
        scene.answer(second)
    cause = third.journal.get(verb="cancel")
    assert (cause.cause_machine, cause.actor) == ("convention", scene.manager)


def test_a_set_of_reviews_is_answered_and_each_text_goes_its_way() -> None:
    scene = Treaty()
    drafts = [scene.in_review() for _ in range(3)]
    for convention in drafts:
        for review in scene.reviews(convention)[1:]:
            scene.answer(review)
    last = Review.objects.filter(convention__in=drafts, state=ReviewState.ASKED)

    outcome = gate.apply_many(last, "answer", actor=scene.lawyer)

    assert len(outcome.moved) == 3
    assert {again(convention).state for convention in drafts} == {S.APPROVED}


# --- signatures


@pytest.mark.parametrize("order", list(permutations(Party)), ids="-".join)
def test_three_signatures_in_any_order_complete_the_convention(order: tuple[Party, ...]) -> None:
    scene = Treaty()
    convention = scene.signing()
    *first, last = order
    for of in first:
        scene.sign(convention, of)
        assert again(convention).state == S.SIGNING

    signature = scene.sign(convention, last)

    assert signature.method == SignatureMethod.SCREEN
    assert signature.quoted_sha256 == convention.document.rendered.sha256  # type: ignore[union-attr]
    assert again(convention).state == S.SIGNED
    assert again(convention).signature_page is not None


def test_a_document_is_signed_once_it_is_drawn() -> None:
    scene = Treaty()
    convention = open_signature_convention(actor=scene.manager, convention=scene.approved(), **scene.act())
    signature = scene.signature(convention, Party.EPCI)

    with pytest.raises(Refused) as refused:
        sign_signature(actor=signature.signatory, signature=signature, sha256="0" * 64)

    assert sentences(refused) == {circuit_rules.RENDERED.sentence}
    drawn(convention.document)
    assert scene.sign(convention, Party.EPCI).state == SignatureState.SIGNED


def test_a_signature_quotes_the_document_by_its_hash() -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.EPCI)

    for sha256 in ("0" * 64, convention.document.sha256, ""):  # type: ignore[union-attr]
        with pytest.raises(Refused) as refused:
            sign_signature(actor=signature.signatory, signature=signature, sha256=sha256)
        assert sentences(refused) == {circuit_rules.HASH_QUOTED.sentence}


def test_only_the_named_signatory_signs_on_screen() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    convention = scene.signing()
    signature = scene.signature(convention, Party.EPCI)
    sha256 = convention.document.rendered.sha256  # type: ignore[union-attr]
    colleague = make_membership(Role.SIGNATORY, OrganisationKind.EPCI, scene.epci_party)

    for actor in (colleague, scene.manager, scene.pilot, scene.workshop_reviewer):
        with pytest.raises(PermissionDenied):
            sign_signature(actor=actor, signature=signature, sha256=sha256)
    with pytest.raises(Refused) as refused:
        sign_signature(actor=scene.signatories[Party.DISTRIBUTOR], signature=signature, sha256=sha256)
    assert sentences(refused) == {circuit_rules.RIGHT_HAND.sentence}


@pytest.mark.parametrize("method", [SignatureMethod.PAPER, SignatureMethod.SIGNATURE_BOOK])
def test_what_is_signed_elsewhere_is_confirmed_by_another_party(method: str) -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER, method)
    sha256 = convention.document.rendered.sha256  # type: ignore[union-attr]
    given: dict[str, Any] = {"signature": deposit.signature, "sha256": sha256, "deposit": deposit}

    with pytest.raises(Refused) as refused:
        sign_signature(actor=scene.signatories[Party.RECONDITIONER], **given)
    assert sentences(refused) == {circuit_rules.RIGHT_HAND.sentence}
    signed = sign_signature(actor=scene.signatories[Party.EPCI], **given)

    assert (signed.method, signed.scan, signed.confirmed_by) == (method, deposit.file, scene.signatories[Party.EPCI])


def test_nobody_confirms_his_own_signature_in_another_role() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER)
    same_person = make_membership(
        Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, scene.distributor, user=deposit.signature.signatory.user
    )
    sha256 = convention.document.rendered.sha256  # type: ignore[union-attr]

    with pytest.raises(Refused) as refused:
        sign_signature(actor=same_person, signature=deposit.signature, sha256=sha256, deposit=deposit)

    assert sentences(refused) == {circuit_rules.RIGHT_HAND.sentence}


def test_a_deposit_of_another_signature_proves_nothing() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER)
    other = scene.signature(convention, Party.DISTRIBUTOR)
    sha256 = convention.document.rendered.sha256  # type: ignore[union-attr]

    with pytest.raises(Refused) as refused:
        sign_signature(actor=scene.signatories[Party.EPCI], signature=other, sha256=sha256, deposit=deposit)

    assert sentences(refused) == {deposit_rules.DEPOSITED.sentence}


@pytest.mark.parametrize("days", [-1, 1])
def test_a_signature_is_dated_between_the_document_and_today(days: int) -> None:
    scene = Treaty()
    convention = scene.signing()
    signed_on = timezone.localdate() + timedelta(days=days)
    deposit = scene.deposit(convention, Party.RECONDITIONER, signed_on=signed_on)
    sha256 = convention.document.rendered.sha256  # type: ignore[union-attr]

    with pytest.raises(Refused) as refused:
        sign_signature(actor=scene.signatories[Party.EPCI], signature=deposit.signature, sha256=sha256, deposit=deposit)

    assert sentences(refused) == {circuit_rules.SIGNED_IN_TIME.sentence}


def test_the_party_itself_deposits_what_it_signed() -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.RECONDITIONER)
    given: dict[str, Any] = {
        "signature": signature,
        "method": SignatureMethod.PAPER,
        "content": brought(signature, SignatureMethod.PAPER),
        "name": "signe.pdf",
        "signed_on": timezone.localdate(),
    }

    for actor in (scene.signatories[Party.EPCI], scene.pilot, scene.workshop_reviewer):
        with pytest.raises(PermissionDenied):
            deposit_signature(actor=actor, **given)
    with pytest.raises(Unknown):
        deposit_signature(actor=Treaty().signatories[Party.EPCI], **given)
    with pytest.raises(FileRefused):
        deposit_signature(actor=signature.signatory, **given | {"content": b"a;b\n1;2\n", "name": "a.csv"})
    with pytest.raises(Refused):
        deposit_signature(actor=signature.signatory, **given | {"method": SignatureMethod.SCREEN})
    scene.sign(convention, Party.RECONDITIONER)
    with pytest.raises(Refused):
        deposit_signature(actor=signature.signatory, **given)


def test_a_void_signature_is_not_given() -> None:
    scene = Treaty()
    convention = scene.signing()
    signature = scene.signature(convention, Party.EPCI)
    sha256 = convention.document.rendered.sha256  # type: ignore[union-attr]
    scene.reopen(convention)

    with pytest.raises(Refused) as refused:
        sign_signature(actor=signature.signatory, signature=signature, sha256=sha256)

    assert "state" in {reason.code for reason in refused.value.all}
    assert {circuit_rules.SIGNING.sentence} <= sentences(refused)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Review, {"state": "unfavourable"}),
        (Review, {"answered_at": timezone.now()}),
        (Review, {"subject": "digital"}),
        (Signature, {"state": "signed"}),
        (Signature, {"quoted_sha256": "0" * 64}),
        (Signature, {"round": 7}),
    ],
)
def test_a_review_and_a_signature_change_through_the_gate_alone(model: Any, change: dict[str, Any]) -> None:
    Treaty().signing()

    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.parametrize("verb", ["ask_review", "ask_signature", "cancel_review", "void_signature"])
def test_nobody_asks_cancels_or_voids_by_hand(verb: str) -> None:
    scene = Treaty()
    convention = scene.signing()
    name, _, machine = verb.partition("_")
    row = scene.reviews(convention)[0] if machine == "review" else scene.signature(convention, Party.EPCI)

    def act() -> Any:
        if name == "ask":
            return gate.create(type(row)(), "ask", actor=scene.manager)
        return gate.apply(row, name, actor=scene.pilot)

    with pytest.raises(PermissionDenied):
        act()
