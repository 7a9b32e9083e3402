"""Real connections at once on the same convention: one wins, the other gets a sentence, nothing is half done."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from conventions.enums import ConventionState, DraftAbandonReason, Party, SuspendReason
from conventions.models import Quota, Review, Signature
from conventions.services.conventions import (
    answer_review,
    edit_convention,
    sign_signature,
)
from conventions.services.drafting import DraftTerms, Plan
from conventions.services.endings import terminate_convention
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from tests import races
from tests.conventions.conventions import Treaty, again, noticed

pytestmark = pytest.mark.django_db(transaction=True)
at_once = partial(races.at_once, returned=(Refused, PermissionDenied))
S = ConventionState


def refusals(answers: list[Any]) -> list[set[str]]:
    return [{reason.code for reason in one.all} for one in answers if isinstance(one, Refused)]


def test_the_last_signature_given_twice_completes_once() -> None:
    scene = Treaty()
    convention = scene.signing()
    scene.sign(convention, Party.EPCI)
    scene.sign(convention, Party.RECONDITIONER)
    last = scene.signature(convention, Party.DISTRIBUTOR)
    sha256, signatory = last.document.rendered.sha256, last.signatory  # type: ignore[union-attr]

    answers = at_once(*[lambda: sign_signature(actor=signatory, signature=last, sha256=sha256)] * 4)

    assert sum(isinstance(answer, Signature) for answer in answers) == 1
    assert all("state" in codes for codes in refusals(answers))
    assert again(convention).state == S.SIGNED
    assert convention.journal.filter(verb="complete_signature").count() == 1
    assert convention.papers.count() == 2


@pytest.mark.parametrize("turn", range(2))
def test_three_parties_sign_at_once_and_the_convention_is_signed(turn: int) -> None:
    scene = Treaty()
    convention = scene.signing()
    asked = [scene.signature(convention, of) for of in Party]
    sha256 = asked[0].document.rendered.sha256  # type: ignore[union-attr]

    def sign(signature: Signature) -> Callable[[], Any]:
        return lambda: sign_signature(actor=signature.signatory, signature=signature, sha256=sha256)

    answers = at_once(*(sign(signature) for signature in asked))

    assert all(isinstance(answer, Signature) for answer in answers)
    assert again(convention).state == S.SIGNED
    assert convention.journal.filter(verb="complete_signature").count() == 1


@pytest.mark.parametrize("against", [0, 1, 3])
def test_the_last_reviewers_answer_at_once_and_the_text_goes_one_way(against: int) -> None:
    scene = Treaty()
    convention = scene.in_review()
    asked = scene.reviews(convention)

    def answer(rank: int, review: Review) -> Callable[[], Any]:
        actor = scene.reviewer_of(review)
        favourable = rank >= against
        points = [] if favourable else [("warranty", "À préciser.")]
        return lambda: answer_review(actor=actor, review=review, favourable=favourable, points=points)

    answers = at_once(*(answer(rank, review) for rank, review in enumerate(asked)))

    assert all(isinstance(answer, Review) for answer in answers)
    assert again(convention).state == (S.CHANGES_REQUESTED if against else S.APPROVED)
    assert convention.journal.filter(verb__in=("approve", "request_changes")).count() == 1


def test_one_review_answered_both_ways_is_answered_once() -> None:
    scene = Treaty()
    convention = scene.in_review()
    review = scene.reviews(convention)[0]
    lawyer, manager = scene.lawyer, scene.manager

    answers = at_once(
        lambda: answer_review(actor=lawyer, review=review, favourable=True),
        lambda: answer_review(actor=manager, review=review, favourable=False, points=[("", "Non.")]),
    )

    assert sum(isinstance(answer, Review) for answer in answers) == 1
    won = Review.objects.get(pk=review.pk)
    assert won.points.count() == (1 if won.state == "unfavourable" else 0)


def test_a_text_is_reopened_or_signed_and_never_both() -> None:
    scene = Treaty()
    convention = scene.signing()
    scene.sign(convention, Party.EPCI)
    scene.sign(convention, Party.RECONDITIONER)
    last = scene.signature(convention, Party.DISTRIBUTOR)
    sha256, signatory, manager = last.document.rendered.sha256, last.signatory, scene.manager  # type: ignore[union-attr]

    answers = at_once(
        lambda: sign_signature(actor=signatory, signature=last, sha256=sha256),
        lambda: gate.apply(convention, "reopen", actor=manager, reason="mistake"),
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    states = set(convention.signatures.values_list("state", flat=True))
    assert (again(convention).state, states) in ((S.SIGNED, {"signed"}), (S.CHANGES_REQUESTED, {"void"}))


def test_a_draft_is_submitted_abandoned_or_edited_and_its_terms_hold_together() -> None:
    scene = Treaty()
    convention = scene.draft()
    manager = scene.manager
    terms = DraftTerms(quotas=[Plan("laptop", 1, 33)])

    at_once(
        lambda: gate.apply(convention, "submit", actor=manager),
        lambda: gate.apply(convention, "abandon", actor=manager, reason=DraftAbandonReason.DUPLICATE),
        lambda: edit_convention(actor=manager, convention=convention, title="Autre", terms=terms),
    )

    ended = again(convention)
    assert ended.state in (S.ABANDONED, S.IN_REVIEW)
    edited = ended.title == "Autre"
    assert list(convention.planned_quotas.values_list("total", flat=True)) == [33 if edited else 20]
    asked = convention.reviews.filter(state="asked").count()
    assert asked == (3 if ended.state == S.IN_REVIEW else 0)


def test_the_clock_and_a_manager_put_it_into_force_once() -> None:
    scene = Treaty()
    convention = scene.signed()
    manager = scene.manager

    at_once(lambda: gate.apply(convention, "activate", actor=manager), run_clock, run_clock)

    assert again(convention).state == S.ACTIVE
    assert convention.journal.filter(verb="activate").count() == 1
    assert Quota.objects.filter(convention=convention).count() == 1
    told = Mail.objects.about("convention", convention.pk).filter(subject__startswith="En vigueur")
    assert told.count() == len({tuple(mail.to) for mail in told})


def test_two_amendments_and_an_end_at_once_leave_nothing_half_done() -> None:
    scene = Treaty()
    convention = scene.active()
    first = scene.carry(scene.amendment(convention, DraftTerms(quotas=[Plan("laptop", 1, 30)])))
    second = scene.carry(scene.amendment(convention, DraftTerms(quotas=[Plan("laptop", 1, 40)])))
    manager, signatory = scene.manager, scene.signatories[Party.DISTRIBUTOR]
    held = noticed(convention, signatory)

    at_once(
        lambda: gate.apply(first, "activate", actor=manager),
        lambda: gate.apply(second, "activate", actor=manager),
        lambda: gate.apply(convention, "suspend", actor=manager, reason=SuspendReason.SUPPLY),
        lambda: terminate_convention(actor=signatory, convention=held),
    )

    assert again(convention).state == S.TERMINATED
    assert {again(first).state, again(second).state} == {S.TERMINATED}
    applied = [row for row in (first, second) if again(row).activated_at]
    assert convention.journal.filter(verb="amend").count() == len(applied)
    assert convention.quotas.get().changes.exclude(before=None).count() == len(applied)
