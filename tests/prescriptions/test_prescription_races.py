"""Real connections act on the same file at the same time: one wins, the other has a sentence."""

from functools import partial
from typing import Any

import pytest

from lifecycle.exceptions import Refused
from prescriptions.enums import (
    LIVE_STATES,
    OPEN_NEED_STATES,
    DropReason,
    LinkAnswer,
    NeedKind,
    NeedState,
    NeedUse,
    PrescriptionState,
)
from prescriptions.models import ConfirmationLink, Household, Need
from prescriptions.models.reminder import digest_of
from prescriptions.services.confirmation import answer_link
from prescriptions.services.households import attach_household
from prescriptions.services.needs import ask_need, drop_need, meet_need, start_need, unmeet_need
from prescriptions.services.prescriptions import (
    refuse_prescription,
    remind_prescription,
    submit_prescription,
    withdraw_prescription,
)
from tests.prescriptions.files import SKILLS, Circle, again
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(ends: list[Any]) -> list[Refused]:
    return [end for end in ends if isinstance(end, Refused)]


def test_accepted_and_refused_at_once() -> None:
    circle = Circle()
    prescription = circle.submitted()
    ends = at_once(
        lambda: circle.accept(prescription),
        lambda: refuse_prescription(actor=circle.pilot, prescription=prescription, reason="already_served"),
    )
    assert len(refusals(ends)) == 1
    done = again(prescription)
    need = done.needs.get()
    assert (done.state, need.state) in {
        (PrescriptionState.ACCEPTED, NeedState.WAITING),
        (PrescriptionState.REFUSED, NeedState.UNMET),
    }
    assert done.decisions.count() == 1


def test_given_up_while_it_is_accepted() -> None:
    circle = Circle()
    prescription = circle.submitted()
    assert circle.adviser
    ends = at_once(
        lambda: circle.accept(prescription),
        lambda: withdraw_prescription(actor=circle.worker, prescription=prescription, reason="unreachable"),
    )
    done = again(prescription)
    assert (done.state, done.needs.get().state) == (PrescriptionState.WITHDRAWN, NeedState.UNMET)
    assert len(refusals(ends)) <= 1


def test_given_up_while_a_need_is_met() -> None:
    circle = Circle()
    prescription = circle.accepted(SKILLS)
    need = start_need(actor=circle.worker, need=prescription.needs.get(), mediation=circle.mediation)
    ends = at_once(
        lambda: meet_need(actor=circle.worker, need=need),
        lambda: withdraw_prescription(actor=circle.worker, prescription=prescription, reason="unreachable"),
    )
    assert len(refusals(ends)) == 1
    done = again(prescription)
    assert (done.state, done.needs.get().state) in {
        (PrescriptionState.FULFILLED, NeedState.MET),
        (PrescriptionState.WITHDRAWN, NeedState.UNMET),
    }


def test_the_last_two_needs_settled_at_once_close_it_once() -> None:
    circle = Circle()
    prescription = circle.accepted([(NeedKind.COMPUTER, NeedUse.WORK), (NeedKind.TABLET, NeedUse.SOCIAL)])
    one, two = prescription.needs.all()
    ends = at_once(
        lambda: drop_need(actor=circle.worker, need=one, reason=DropReason.UNREACHABLE),
        lambda: drop_need(actor=circle.worker, need=two, reason=DropReason.UNREACHABLE),
    )
    assert not refusals(ends)
    assert again(prescription).state == PrescriptionState.CLOSED_UNMET
    assert prescription.journal.filter(verb="close_unmet").count() == 1


def test_submitted_twice_at_once() -> None:
    circle = Circle()
    prescription = circle.draft()
    assert circle.worker

    def submit() -> Any:
        return submit_prescription(actor=circle.worker, prescription=prescription, distributor=circle.distributor)

    assert len(refusals(at_once(submit, submit))) == 1
    assert prescription.papers.count() == 1


def test_a_need_added_while_it_is_submitted_is_in_it_or_refused() -> None:
    circle = Circle()
    prescription = circle.draft()
    ends = at_once(
        lambda: circle.submit(prescription),
        lambda: ask_need(actor=circle.worker, prescription=prescription, kind="tablet", use="social"),
    )
    assert again(prescription).needs.count() == 2 - len(refusals(ends))


def test_one_page_answered_twice_at_once() -> None:
    circle = Circle()
    prescription = circle.accepted(household=circle.household(email="foyer@exemple.test"))
    remind_prescription(actor=circle.worker, prescription=prescription)
    ConfirmationLink.objects.update(token_digest=digest_of("jeton"))

    def answer() -> Any:
        return answer_link(token="jeton", answer=LinkAnswer.STILL_CURRENT)

    ends = at_once(answer, answer)
    assert len(refusals(ends)) == 1
    assert again(prescription).journal.filter(verb="confirm").count() == 1


def test_two_files_attached_to_each_other_at_once() -> None:
    circle = Circle()
    one, two = circle.household(), circle.household()
    assert circle.worker
    ends = at_once(
        lambda: attach_household(actor=circle.worker, household=one, same_as=two),
        lambda: attach_household(actor=circle.worker, household=two, same_as=one),
    )
    assert len(refusals(ends)) == 1
    assert [again(one).same_as, again(two).same_as].count(None) == 1


def linked(circle: Circle) -> tuple[Household, Household]:
    """Two files of one household, both attached to a third."""
    one, two, lead = circle.household(), circle.household(), circle.household()
    for file in (one, two):
        attach_household(actor=circle.worker, household=file, same_as=lead)
    return one, two


def test_one_need_submitted_at_once_in_two_files_of_a_household_is_submitted_once() -> None:
    circle = Circle()
    drafts = [circle.draft(household=file) for file in linked(circle)]
    assert circle.distributor
    ends = at_once(*(partial(circle.submit, draft) for draft in drafts))
    (refused,) = refusals(ends)
    assert [reason.code for reason in refused.all] == ["need_stands"]
    assert sorted(again(draft).state for draft in drafts) == [PrescriptionState.DRAFT, PrescriptionState.SUBMITTED]


def test_one_need_accepted_at_once_in_two_files_of_a_household_waits_once() -> None:
    circle = Circle()
    one, two = circle.household(), circle.household()
    filed = [circle.submitted(household=file) for file in (one, two)]
    attach_household(actor=circle.worker, household=two, same_as=one)
    assert circle.adviser
    (refused,) = refusals(at_once(*(partial(circle.accept, row) for row in filed)))
    assert [reason.code for reason in refused.all] == ["need_stands"]
    assert sorted(again(row).state for row in filed) == [PrescriptionState.ACCEPTED, PrescriptionState.SUBMITTED]
    assert Need.objects.waiting().count() == 1


def test_a_need_said_not_met_while_the_same_one_is_submitted_elsewhere_stands_once_or_comes_after() -> None:
    """What was said by mistake is always taken back; the request is refused unless it came before."""
    circle = Circle()
    met = meet_need(actor=circle.worker, need=circle.started())
    draft = circle.draft([(met.kind, NeedUse.PAPERWORK)], household=met.prescription.household)
    assert circle.distributor
    ends = at_once(lambda: unmeet_need(actor=circle.worker, need=met), lambda: circle.submit(draft))
    assert again(met).state == NeedState.IN_PROGRESS
    live = Need.objects.filter(kind=met.kind, state__in=OPEN_NEED_STATES, prescription__state__in=LIVE_STATES)
    assert live.exclude(prescription__state=PrescriptionState.DRAFT).count() == 2 - len(refusals(ends))


def test_a_file_attached_while_its_need_is_submitted_is_seen_or_comes_after() -> None:
    circle = Circle()
    standing, draft = circle.accepted(), circle.draft()
    assert circle.distributor
    ends = at_once(
        lambda: circle.submit(draft),
        lambda: attach_household(actor=circle.worker, household=draft.household, same_as=standing.household),
    )
    attached = again(draft.household)
    assert attached.same_as_id == standing.household_id
    stopped = again(draft).state == PrescriptionState.DRAFT
    assert stopped == bool(refusals(ends))
    filed, linked_at = again(draft).submitted_at, attached.journal.get(verb="attach").at
    assert stopped or filed <= linked_at
