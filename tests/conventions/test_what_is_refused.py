"""What conventions refuse to whoever does not see them, may not, comes too early: nothing of it is written."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from viewflow.workflow.models import Task

from conventions.asked import asked_of, claim_task
from conventions.enums import ConventionState, Party, SignatureMethod, SignatureState
from conventions.machine import ending_rules
from conventions.models import Convention, EndConsent, Quota, Review, ReviewNotes, ReviewPoint, SignatureDeposit
from conventions.permissions import sees_quotas
from conventions.services.circuit import answer_point, keep_notes
from conventions.services.conventions import open_signature_convention, record_end_convention
from conventions.services.drafting import DraftArticle, DraftTerms, create_convention, edit_convention
from conventions.services.readings import DEPOSITED_ELSEWHERE
from conventions.services.signatures import NOT_DRAWN, contest_signature
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from tests.conventions.conventions import EXTRA, Treaty, again
from tests.conventions.pages import acting, page_of, read
from tests.documents.pdfs import scan_with
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db


def sentences(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.sentence for reason in refused.value.all}


# --- whoever does not see it


def test_a_review_and_its_points_are_unknown_to_whoever_does_not_see_the_convention() -> None:
    scene, other = Treaty(), Treaty()
    convention = scene.changes_requested()
    point = ReviewPoint.objects.get(review__convention=convention)
    review = other.reviews(other.in_review())[0]
    for actor in (scene.lawyer, scene.manager, make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)):
        with pytest.raises(Unknown):
            keep_notes(actor=actor, review=review, notes={"comment": "Rien à dire."})
    for actor in (other.lawyer, other.manager, make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)):
        with pytest.raises(Unknown):
            answer_point(actor=actor, point=point, answer="Précisé.")
    assert not ReviewNotes.objects.exists()
    point.refresh_from_db()
    assert (point.answer, point.answered_at) == ("", None)


def test_without_anybody_no_quota_is_seen_and_the_clock_sees_every_review() -> None:
    scene = Treaty()
    convention = scene.active()
    assert sees_quotas(None) is None
    assert Quota.objects.filter(convention=convention).exists()
    assert not Quota.objects.visible_to(None).exists()
    assert Review.objects.visible_to(SYSTEM).count() == Review.objects.count() > 0
    assert not Review.objects.visible_to(None).exists()


# --- notes


def test_notes_of_which_nothing_is_left_are_kept_no_more() -> None:
    scene = Treaty()
    review = next(one for one in scene.reviews(scene.in_review()) if one.asked_of == scene.lawyer)
    keep_notes(actor=scene.lawyer, review=review, notes={"comment": "À revoir", "warranty": " "})
    assert ReviewNotes.objects.get().said == {"comment": "À revoir"}
    keep_notes(actor=scene.manager, review=review, notes={"comment": "Vu"})
    assert keep_notes(actor=scene.lawyer, review=review, notes={"comment": "  "}) is None
    assert ReviewNotes.objects.get().by == scene.manager, "those of a colleague stay"


# --- a draft


def test_a_draft_takes_the_rate_that_is_given_and_no_column_of_the_machine() -> None:
    scene = Treaty()
    draft = scene.draft(max_nonconformity=Decimal("7.5"))
    assert draft.max_nonconformity == Decimal("7.5")
    with pytest.raises(TypeError, match="approved_at, state"):
        edit_convention(actor=scene.manager, convention=draft, state="approved", approved_at=timezone.now())
    assert scene.epci_party is not None
    with pytest.raises(TypeError, match="state"):
        create_convention(actor=scene.manager, epci_party=scene.epci_party, title="Autre", state="active")
    assert Convention.objects.get().state == ConventionState.DRAFT


def test_an_article_of_the_model_is_rewritten_where_it_stands_and_is_never_taken_away() -> None:
    scene = Treaty()
    draft = scene.draft()
    before = list(draft.clauses.filter(mandatory=True).order_by("position").values_list("code", flat=True))
    for articles in ([DraftArticle("warranty", "Garantie", " Deux ans. "), EXTRA], []):
        edit_convention(actor=scene.manager, convention=draft, terms=DraftTerms(articles=articles))
        extra = [EXTRA.code] if articles else []
        assert list(draft.clauses.order_by("position").values_list("code", flat=True)) == [*before, *extra]
        assert draft.clauses.get(code="warranty").text == "Deux ans."


# --- signatures


def test_nothing_is_deposited_before_the_document_is_drawn() -> None:
    scene = Treaty()
    convention = open_signature_convention(actor=scene.manager, convention=scene.approved(), **scene.act())
    with pytest.raises(Refused) as refused:
        scene.deposit(convention, Party.EPCI, content=scan_with(pages=1))
    assert {reason.code for reason in refused.value.all} == {"rendered"}
    assert not SignatureDeposit.objects.exists()


def test_a_scan_that_was_deposited_for_another_convention_is_not_this_one() -> None:
    scene, other = Treaty(), Treaty()
    convention, content = scene.signing(), scan_with(pages=2)
    other.deposit(other.signing(), Party.EPCI, content=content)
    with pytest.raises(Refused) as refused:
        scene.deposit(convention, Party.EPCI, content=content)
    assert sentences(refused) == {DEPOSITED_ELSEWHERE}
    assert SignatureDeposit.objects.count() == 1


def test_the_code_is_asked_of_whoever_confirms_a_scan_on_which_none_was_read() -> None:
    scene = Treaty()
    convention = scene.signing()
    scene.deposit(convention, Party.RECONDITIONER, content=scan_with(pages=2))
    page = read(
        acting(scene.signatories[Party.EPCI]),
        page_of(scene.signature(convention, Party.RECONDITIONER), "signature_confirm"),
    )
    assert "Code lu sur le document déposé" in page


def test_what_is_contested_while_others_are_still_to_sign_is_asked_again_and_the_convention_goes_on() -> None:
    scene = Treaty()
    convention = scene.signing()
    deposit = scene.deposit(convention, Party.RECONDITIONER, SignatureMethod.PAPER)
    signature = scene.confirm(deposit)
    contested = contest_signature(actor=scene.signatories[Party.RECONDITIONER], signature=signature)
    assert contested.state == SignatureState.ASKED
    assert again(convention).state == ConventionState.SIGNING
    assert not again(convention).journal.filter(verb="await_signature").exists()
    assert signature in [task.seed for task in asked_of(signature.signatory)]


# --- the circuit


def test_a_task_that_was_taken_in_charge_is_free_again_once_somebody_else_is_asked() -> None:
    scene = Treaty()
    assert scene.epci_party is not None
    review = next(one for one in scene.reviews(scene.in_review()) if one.asked_of == scene.lawyer)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.EPCI, scene.epci_party)
    task = asked_of(scene.lawyer).get()
    claim_task(actor=scene.lawyer, pk=task.pk)
    gate.apply(review, "hand_on", actor=scene.lawyer, to=colleague)
    assert Task.objects.get(pk=task.pk).owner is None
    assert claim_task(actor=colleague, pk=task.pk).owner == colleague.user


# --- an end agreed on


def test_no_agreement_is_recorded_when_no_end_is_proposed_nor_before_its_paper_is_drawn() -> None:
    scene = Treaty()
    convention = scene.active()
    given: dict[str, Any] = {"party": Party.EPCI, "content": scan_with(pages=1), "name": "accord.pdf"}
    with pytest.raises(Refused) as refused:
        record_end_convention(actor=scene.pilot, convention=convention, **given)
    assert sentences(refused) == {ending_rules.PROPOSED.sentence}
    assert not EndConsent.objects.exists()
    proposed = gate.apply(convention, "propose_end", actor=scene.signatories[Party.DISTRIBUTOR])
    with pytest.raises(Refused) as refused:
        record_end_convention(actor=scene.pilot, convention=proposed, **given)
    assert sentences(refused) == {NOT_DRAWN.sentence}
    assert EndConsent.objects.get().party == Party.DISTRIBUTOR
    assert again(convention).state == ConventionState.ACTIVE
