"""Real connections at once on the same circuit: it ends where the rows end, and no deadlock reaches anyone."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from viewflow.workflow.models import Process, Task

from conventions.asked import asked_of, claim_task
from conventions.enums import ConventionState, Party
from conventions.models import Convention
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.models import Membership
from tests import races
from tests.conventions.conventions import Treaty, again

pytestmark = pytest.mark.django_db(transaction=True)
at_once = partial(races.at_once, returned=(Refused, Unknown))


def waiting(convention: Convention) -> list[str]:
    tasks = Task.objects.filter(process__artifact_object_id=convention.pk, flow_task_type="HUMAN")
    return sorted(task.flow_task.name for task in tasks.filter(finished=None))


def test_the_last_reviewers_at_once_lead_the_circuit_on_once() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    reviews = treaty.reviews(convention)
    people = [treaty.reviewer_of(review) for review in reviews]

    def answer(rank: int) -> Callable[[], Any]:
        return lambda: treaty.answer(reviews[rank], favourable=rank != 0)

    assert len(people) == len(at_once(*(answer(rank) for rank in range(len(reviews)))))

    assert again(convention).state == ConventionState.CHANGES_REQUESTED
    assert waiting(convention) == ["revise"]
    assert Task.objects.filter(flow_task_type="JOIN").count() == 1


def test_the_three_signatures_at_once_end_the_circuit_once() -> None:
    treaty = Treaty()
    convention = treaty.signing()

    answers = at_once(*[lambda party=party: treaty.sign(convention, party) for party in Party] * 2)

    assert sum(isinstance(one, Refused) for one in answers) == 3
    assert again(convention).state == ConventionState.SIGNED
    assert Process.objects.get(artifact_object_id=convention.pk).status == "DONE"
    assert waiting(convention) == []


@pytest.mark.parametrize("turn", range(2))
def test_a_task_is_claimed_by_one(turn: int) -> None:
    treaty = Treaty()
    treaty.in_review()
    task = asked_of(treaty.lawyer).get()

    def claim(member: Membership) -> Callable[[], Any]:
        return lambda: claim_task(actor=member, pk=task.pk)

    answers = at_once(*(claim(member) for member in (treaty.lawyer, treaty.manager) * 2))

    owner = Task.objects.get(pk=task.pk).owner
    assert owner in (treaty.lawyer.user, treaty.manager.user)
    assert sum(isinstance(one, Refused) for one in answers) == 2


def test_claiming_answering_and_abandoning_at_once_leave_nothing_half_done() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    reviews, task = treaty.reviews(convention), asked_of(treaty.lawyer).get()
    acts = [lambda review=review: treaty.answer(review) for review in reviews]
    acts += [
        lambda: claim_task(actor=treaty.lawyer, pk=task.pk),
        lambda: gate.apply(convention, "abandon", actor=treaty.manager, reason="party_left"),
    ]
    treaty.workshop_reviewer, treaty.distributor_reviewer  # noqa: B018

    at_once(*acts)

    abandoned = again(convention).state == ConventionState.ABANDONED
    assert waiting(convention) == ([] if abandoned else ["open_signature"])


def test_signing_while_the_text_is_reopened_is_one_or_the_other() -> None:
    treaty = Treaty()
    convention = treaty.signing()

    at_once(
        lambda: treaty.sign(convention, Party.EPCI),
        lambda: gate.apply(convention, "reopen", actor=treaty.manager, reason="terms"),
        lambda: treaty.sign(convention, Party.DISTRIBUTOR),
    )

    assert again(convention).state == ConventionState.CHANGES_REQUESTED
    assert waiting(convention) == ["revise"]
