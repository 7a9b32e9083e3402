"""The circuit in viewflow: it says who must act, the rows say what is true."""

from datetime import timedelta

import pytest
from django.utils import timezone
from viewflow.workflow.models import Process, Task

from calendars.working_days import working_days_between
from conventions.asked import asked_of, claim_task, release_task
from conventions.circuit import process_of
from conventions.enums import ConventionState, Party, ReviewSubject, SignatureState
from conventions.flows import ConventionFlow
from conventions.models import Convention, Review
from conventions.services.drafting import DraftReviewer
from conventions.services.signatures import contest_signature
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.services.memberships import close_membership
from tests.conventions.conventions import Treaty, again
from tests.network.factories import make_membership, make_organisation

pytestmark = pytest.mark.django_db
FINAL = {"DONE", "CANCELED"}


def waiting(convention: Convention) -> list[str]:
    """The nodes where somebody is waited for, one per task."""
    tasks = Task.objects.filter(process__artifact_object_id=convention.pk, flow_task_type="HUMAN")
    return sorted(task.flow_task.name for task in tasks.exclude(status__in=FINAL))


def circuit(convention: Convention) -> Process:
    """The circuit of a convention, under way or over."""
    return Process.objects.get(flow_class=ConventionFlow, artifact_object_id=convention.pk)


# --- the way through


def test_submitting_opens_one_task_per_review_at_once() -> None:
    treaty = Treaty()
    convention = treaty.in_review()

    tasks = Task.objects.filter(process=circuit(convention), flow_task=ConventionFlow.review)
    assert {task.seed for task in tasks} == set(treaty.reviews(convention))
    assert circuit(convention).artifact == convention
    assert waiting(convention) == ["review"] * 3


def test_a_draft_has_no_circuit() -> None:
    assert process_of(Treaty().draft().pk) is None


def test_the_join_waits_for_every_review() -> None:
    treaty = Treaty()
    convention = treaty.in_review()

    for left, review in zip((2, 1), treaty.reviews(convention), strict=False):
        treaty.answer(review)
        assert waiting(convention) == ["review"] * left
    treaty.answer(treaty.reviews(convention)[-1])

    assert waiting(convention) == ["open_signature"]
    assert again(convention).state == ConventionState.APPROVED


@pytest.mark.parametrize("against", [0, 1, 2])
def test_one_unfavourable_review_leads_to_a_revision_whatever_its_place(against: int) -> None:
    treaty = Treaty()
    convention = treaty.in_review()

    for rank, review in enumerate(treaty.reviews(convention)):
        treaty.answer(review, favourable=rank != against)

    assert waiting(convention) == ["revise"]
    assert again(convention).state == ConventionState.CHANGES_REQUESTED


def test_the_circuit_goes_from_an_unfavourable_review_to_three_signatures() -> None:
    treaty = Treaty()
    convention = treaty.changes_requested()
    treaty.answer_points(convention)

    treaty.submit(convention)
    assert waiting(convention) == ["review"] * 3
    treaty.approve(convention)
    assert waiting(convention) == ["open_signature"]
    treaty.open_signature(again(convention))
    assert waiting(convention) == ["sign"] * 3
    treaty.sign_all(convention)

    assert waiting(convention) == []
    assert circuit(convention).status == "DONE"
    assert again(convention).state == ConventionState.SIGNED


@pytest.mark.parametrize(
    "order",
    [
        (Party.EPCI, Party.RECONDITIONER, Party.DISTRIBUTOR),
        (Party.DISTRIBUTOR, Party.EPCI, Party.RECONDITIONER),
        (Party.RECONDITIONER, Party.DISTRIBUTOR, Party.EPCI),
    ],
)
def test_the_three_sign_in_any_order(order: tuple[Party, ...]) -> None:
    treaty = Treaty()
    convention = treaty.signing()

    for left, party in zip((2, 1, 0), order, strict=True):
        treaty.sign(convention, party)
        assert waiting(convention) == ["sign"] * left

    assert circuit(convention).finished is not None


def test_whoever_did_it_has_the_task_in_the_end() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = treaty.reviews(convention)[0]

    treaty.answer(review)

    task = Task.objects.get(flow_task=ConventionFlow.review, seed_object_id=review.pk)
    assert task.owner == treaty.reviewer_of(review).user
    assert task.status == "DONE"


def test_the_tasks_bear_the_instant_of_the_verb() -> None:
    past = timezone.now() - timedelta(days=40)
    treaty = Treaty(at=past)
    convention = treaty.signed()

    for task in Task.objects.filter(process=circuit(convention)):
        assert task.created == past
        assert task.finished == past
    assert circuit(convention).created == circuit(convention).finished == past


def test_the_names_of_the_nodes_are_stored() -> None:
    assert set(ConventionFlow._nodes_by_name) == {
        "start", "ask_reviews", "review", "reviews_done", "outcome", "revise", "open_signature", "ask_signatures",
        "sign", "signatures_done", "end",
    }  # fmt: skip
    assert str(ConventionFlow) == "conventions/flows.ConventionFlow"


# --- going back, going no further


def test_reopening_an_approved_text_waits_for_it_to_be_submitted_again() -> None:
    treaty = Treaty()
    convention = treaty.approved()

    gate.apply(convention, "reopen", actor=treaty.manager, reason="terms")
    assert waiting(convention) == ["revise"]
    gate.apply(again(convention), "submit", actor=treaty.manager)
    assert waiting(convention) == ["review"] * 3


def test_reopening_between_two_signatures_cancels_the_others_and_the_second_round_goes_to_its_end() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    treaty.sign(convention, Party.EPCI)

    gate.apply(again(convention), "reopen", actor=treaty.manager, reason="mistake")
    assert waiting(convention) == ["revise"]
    treaty.carry(again(convention))

    assert again(convention).state == ConventionState.SIGNED
    assert circuit(convention).status == "DONE"


@pytest.mark.parametrize("stage", ["in_review", "changes_requested", "approved", "signing"])
def test_abandoning_cancels_what_is_asked(stage: str) -> None:
    treaty = Treaty()
    convention = getattr(treaty, stage)()

    gate.apply(convention, "abandon", actor=treaty.manager, reason="party_left")

    assert waiting(convention) == []
    assert circuit(convention).status == "CANCELED"
    assert list(asked_of(treaty.lawyer)) == []


def test_the_rows_go_on_without_their_circuit() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    Process.objects.all().delete()

    assert treaty.approve(convention).state == ConventionState.APPROVED


def test_the_rows_go_on_when_nothing_is_asked_any_more_and_a_reopened_text_is_still_awaited() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    Task.objects.filter(flow_task=ConventionFlow.review).delete()

    assert treaty.approve(convention).state == ConventionState.APPROVED
    assert waiting(convention) == []
    gate.apply(again(convention), "reopen", actor=treaty.manager, reason="terms")
    assert waiting(convention) == ["revise"]


def test_a_signature_is_contested_even_when_its_circuit_never_asked_it() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.confirm(treaty.deposit(convention, Party.RECONDITIONER))
    Task.objects.filter(flow_task=ConventionFlow.sign).delete()

    contested = contest_signature(actor=signature.signatory, signature=signature)

    assert contested.state == SignatureState.ASKED
    assert waiting(convention) == []


def test_an_amendment_has_a_circuit_of_its_own() -> None:
    treaty = Treaty()
    convention = treaty.active()
    amendment = treaty.submit(treaty.amendment(convention, treaty.terms()))

    assert circuit(amendment).pk != circuit(convention).pk
    assert waiting(amendment) == ["review"] * 3


# --- who is asked


def test_each_is_asked_what_is_his_and_sees_no_other_convention() -> None:
    treaty, other = Treaty(), Treaty()
    convention, elsewhere = treaty.in_review(), other.in_review()
    by_party = {review.party: review for review in treaty.reviews(convention)}

    def seeds(member: object) -> set[int]:
        return {task.seed_object_id for task in asked_of(member)}

    assert seeds(treaty.lawyer) == {by_party["epci"].pk}
    assert seeds(treaty.workshop_reviewer) == {by_party["reconditioner"].pk}
    assert seeds(treaty.distributor_reviewer) == {by_party["distributor"].pk}
    assert seeds(treaty.signatories[Party.EPCI]) == set()
    assert seeds(other.lawyer) == {other.reviews(elsewhere)[0].pk}
    assert seeds(make_membership("reviewer", "epci")) == set()
    assert seeds(make_membership("technician", "reconditioner", treaty.workshop)) == set()
    assert seeds(make_membership("worker", "prescriber")) == set()


def test_a_named_reviewer_alone_is_asked_and_her_manager() -> None:
    treaty = Treaty()
    assert treaty.epci_party is not None
    colleague = make_membership("reviewer", "epci", treaty.epci_party)
    treaty.in_review()

    assert len(asked_of(treaty.lawyer)) == 1
    assert len(asked_of(treaty.manager)) == 1
    assert len(asked_of(colleague)) == 0


def test_a_shared_officer_of_another_organisation_is_asked() -> None:
    treaty = Treaty()
    shared = make_membership("reviewer", "epci", make_organisation("epci", siret="81234567800017"))
    named = [DraftReviewer(ReviewSubject.DATA_PROTECTION, shared.organisation, shared)]
    convention = treaty.submit(treaty.draft(terms=treaty.terms(reviewers=named)))

    asked = list(asked_of(shared))

    assert [task.seed.subject for task in asked] == [ReviewSubject.DATA_PROTECTION]
    assert asked[0].process.artifact_object_id == convention.pk


def test_a_review_is_due_in_working_days() -> None:
    treaty = Treaty()
    convention = treaty.in_review()

    for review in treaty.reviews(convention):
        assert working_days_between(timezone.localdate(review.asked_at), review.due_on) > 0


def test_the_signatory_is_asked_then_another_party_to_confirm_what_was_deposited() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    workshop, epci = treaty.signatories[Party.RECONDITIONER], treaty.signatories[Party.EPCI]
    signature = treaty.signature(convention, Party.RECONDITIONER)

    assert [task.seed for task in asked_of(workshop)] == [signature]
    assert signature not in [task.seed for task in asked_of(epci)]

    treaty.deposit(convention, Party.RECONDITIONER)
    assert signature in [task.seed for task in asked_of(epci)]
    assert list(asked_of(workshop)) == []


# --- taking charge


def test_a_task_taken_in_charge_is_known_to_colleagues_and_given_back() -> None:
    treaty = Treaty()
    treaty.in_review()
    task = asked_of(treaty.lawyer).get()

    claim_task(actor=treaty.lawyer, pk=task.pk)
    assert asked_of(treaty.manager).get().owner == treaty.lawyer.user
    with pytest.raises(Refused, match="s’en charge déjà"):
        claim_task(actor=treaty.manager, pk=task.pk)
    with pytest.raises(Refused, match="peut seule y renoncer"):
        release_task(actor=treaty.manager, pk=task.pk)

    release_task(actor=treaty.lawyer, pk=task.pk)
    assert asked_of(treaty.manager).get().owner is None
    assert claim_task(actor=treaty.manager, pk=task.pk).owner == treaty.manager.user


def test_what_two_parties_are_asked_is_not_taken_from_whoever_left_one_of_them_and_acts_for_the_other() -> None:
    treaty = Treaty()
    treaty.deposit(treaty.signing(), Party.EPCI)
    workshop, distributor = treaty.signatories[Party.RECONDITIONER], treaty.signatories[Party.DISTRIBUTOR]
    left = make_membership("technician", "reconditioner", workshop.organisation, distributor.user)
    close_membership(membership=left)
    (task,) = set(asked_of(workshop)) & set(asked_of(distributor))
    claim_task(actor=distributor, pk=task.pk)
    with pytest.raises(Refused, match="s’en charge déjà"):
        claim_task(actor=workshop, pk=task.pk)

    close_membership(membership=distributor)
    assert claim_task(actor=workshop, pk=task.pk).owner == workshop.user


def test_claiming_twice_is_claiming_once() -> None:
    treaty = Treaty()
    treaty.in_review()
    task = asked_of(treaty.lawyer).get()

    claim_task(actor=treaty.lawyer, pk=task.pk)
    claim_task(actor=treaty.lawyer, pk=task.pk)

    assert asked_of(treaty.lawyer).get().owner == treaty.lawyer.user


def test_a_task_of_others_is_unknown() -> None:
    treaty, other = Treaty(), Treaty()
    treaty.in_review()
    task = asked_of(treaty.lawyer).get()

    for stranger in (other.lawyer, other.manager, treaty.workshop_reviewer, make_membership("worker", "prescriber")):
        with pytest.raises(Unknown):
            claim_task(actor=stranger, pk=task.pk)


def test_a_task_in_someone_elses_charge_is_still_done_by_whoever_may() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    task = asked_of(treaty.manager).get()
    claim_task(actor=treaty.manager, pk=task.pk)

    treaty.answer(Review.objects.get(pk=task.seed_object_id))

    assert Task.objects.get(pk=task.pk).owner == treaty.lawyer.user
    assert waiting(convention) == ["review", "review"]
