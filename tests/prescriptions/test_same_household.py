"""One household, one need of a kind at a time, whatever its files: what stands stops what is asked again."""

import random
from collections.abc import Callable
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind
from prescriptions.enums import DropReason, NeedKind, NeedState, NeedUse, PrescriptionState
from prescriptions.models import DoubleAnswer, Household, Prescription
from prescriptions.services.households import answer_double, attach_household, detach_household
from prescriptions.services.needs import ask_need, drop_need, meet_need, start_need
from prescriptions.services.prescriptions import ask_completion_prescription, withdraw_prescription
from prescriptions.services.sets import accept_prescriptions
from tests.network.factories import make_organisation
from tests.prescriptions.files import COMPUTER, SKILLS, Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read

pytestmark = pytest.mark.django_db
STANDS = "need_stands"
TABLET = ((NeedKind.TABLET, NeedUse.SOCIAL),)


@pytest.fixture
def circle() -> Circle:
    return Circle()


def elsewhere(circle: Circle) -> Circle:
    """Another prescriber of the same commune, whose files go to the same distributor."""
    return Circle(distributor=circle.distributor, commune=circle.commune)


def why_not(act: Callable[[], Any]) -> dict[str, str]:
    """``{code: sentence}`` of what a refused act lacks."""
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code: reason.sentence for reason in refused.value.all}


def same(circle: Circle, one: Household, two: Household) -> None:
    answer_double(actor=circle.worker, household=one, other=two, same=True)


def not_same(circle: Circle, one: Household, two: Household) -> None:
    answer_double(actor=circle.worker, household=one, other=two, same=False)


# --- at submission


def test_the_need_of_a_file_declared_the_same_household_is_not_filed_again(circle: Circle) -> None:
    standing = circle.accepted()
    draft = circle.draft()
    same(circle, draft.household, standing.household)
    missing = why_not(lambda: circle.submit(draft))
    assert set(missing) == {STANDS}
    assert standing.reference in missing[STANDS]
    assert "Ordinateur" in missing[STANDS]
    assert "Pas le même foyer" in missing[STANDS]
    assert again(draft).state == PrescriptionState.DRAFT


def test_whichever_of_the_two_files_is_attached_to_the_other(circle: Circle) -> None:
    standing = circle.submitted()
    draft = circle.draft()
    attach_household(actor=circle.worker, household=standing.household, same_as=draft.household)
    assert set(why_not(lambda: circle.submit(draft))) == {STANDS}


def test_two_files_attached_to_a_third_are_of_one_household(circle: Circle) -> None:
    third = circle.household()
    standing, draft = circle.accepted(), circle.draft()
    same(circle, standing.household, third)
    same(circle, draft.household, third)
    assert set(why_not(lambda: circle.submit(draft))) == {STANDS}


def test_nor_on_a_second_prescription_of_one_file(circle: Circle) -> None:
    standing = circle.submitted()
    second = circle.draft(household=standing.household)
    missing = why_not(lambda: circle.submit(second))
    assert set(missing) == {STANDS}
    assert standing.reference in missing[STANDS]
    assert "Pas le même foyer" not in missing[STANDS]


def test_another_kind_of_need_is_filed_and_accepted(circle: Circle) -> None:
    standing = circle.accepted()
    draft = circle.draft(TABLET)
    same(circle, draft.household, standing.household)
    assert circle.accept(circle.submit(draft)).state == PrescriptionState.ACCEPTED


def test_each_kind_that_stands_is_told(circle: Circle) -> None:
    both = (*COMPUTER, *TABLET)
    circle_household = circle.household()
    circle.submitted(both, circle_household)
    second = circle.draft((*both, *SKILLS), circle_household)
    (said,) = why_not(lambda: circle.submit(second)).values()
    assert "Ordinateur" in said
    assert "Tablette" in said
    assert "Compétences" not in said


def test_two_needs_of_one_kind_on_one_prescription_are_its_own_affair(circle: Circle) -> None:
    twice = ((NeedKind.COMPUTER, NeedUse.STUDIES), (NeedKind.COMPUTER, NeedUse.WORK))
    assert circle.accepted(twice).state == PrescriptionState.ACCEPTED


def test_a_draft_stops_nobody(circle: Circle) -> None:
    household = circle.household()
    circle.draft(household=household)
    assert circle.submitted(household=household).state == PrescriptionState.SUBMITTED


def test_an_answer_taken_back_lets_it_be_filed(circle: Circle) -> None:
    standing, draft = circle.accepted(), circle.draft()
    same(circle, draft.household, standing.household)
    why_not(lambda: circle.submit(draft))
    not_same(circle, draft.household, standing.household)
    assert circle.submit(draft).state == PrescriptionState.SUBMITTED


def test_detached_it_is_filed(circle: Circle) -> None:
    standing, draft = circle.accepted(), circle.draft()
    attach_household(actor=circle.pilot, household=draft.household, same_as=standing.household)
    detach_household(actor=circle.worker, household=draft.household)
    assert circle.submit(draft).state == PrescriptionState.SUBMITTED


def dropped(circle: Circle, standing: Prescription) -> None:
    drop_need(actor=circle.worker, need=standing.needs.get(), reason=DropReason.NO_LONGER_NEEDED)


def met(circle: Circle, standing: Prescription) -> None:
    start_need(actor=circle.worker, need=standing.needs.get(), mediation=circle.mediation)
    meet_need(actor=circle.worker, need=standing.needs.get())


def withdrawn(circle: Circle, standing: Prescription) -> None:
    withdraw_prescription(actor=circle.worker, prescription=standing, reason="unreachable")


@pytest.mark.parametrize("close", [dropped, met, withdrawn])
def test_once_the_other_need_is_closed_it_is_filed(
    circle: Circle, close: Callable[[Circle, Prescription], None]
) -> None:
    standing = circle.accepted(SKILLS)
    draft = circle.draft(SKILLS)
    same(circle, draft.household, standing.household)
    assert set(why_not(lambda: circle.submit(draft))) == {STANDS}
    close(circle, standing)
    assert circle.accept(circle.submit(draft)).state == PrescriptionState.ACCEPTED


def test_the_need_dropped_here_lets_the_rest_be_filed(circle: Circle) -> None:
    standing = circle.accepted()
    draft = circle.draft((*COMPUTER, *TABLET))
    same(circle, draft.household, standing.household)
    why_not(lambda: circle.submit(draft))
    drop_need(actor=circle.worker, need=draft.needs.get(kind=NeedKind.COMPUTER), reason=DropReason.SERVED_ELSEWHERE)
    assert circle.submit(draft).state == PrescriptionState.SUBMITTED


# --- who may not see what stands is not told what it is


def test_a_file_that_one_may_not_see_is_followed_elsewhere(circle: Circle) -> None:
    other = elsewhere(circle)
    standing, draft = other.accepted(), circle.draft()
    attach_household(actor=circle.pilot, household=draft.household, same_as=standing.household)
    (said,) = why_not(lambda: circle.submit(draft)).values()
    assert "un dossier suivi ailleurs" in said
    for hidden in (standing.reference, standing.household.reference, standing.household.last_name):
        assert hidden not in said
    assert str(other.prescriber) not in said


# --- at acceptance, and while a file is completed


def test_declared_the_same_after_both_were_filed_the_first_accepted_stops_the_other(circle: Circle) -> None:
    one, two = circle.submitted(), circle.submitted()
    same(circle, one.household, two.household)
    circle.accept(two)
    missing = why_not(lambda: circle.accept(one))
    assert set(missing) == {STANDS}
    assert two.reference in missing[STANDS]
    drop_need(actor=circle.adviser, need=two.needs.get(), reason=DropReason.OTHER)
    assert circle.accept(one).state == PrescriptionState.ACCEPTED


def test_a_set_accepts_one_file_of_a_household(circle: Circle) -> None:
    one, two, other = circle.submitted(), circle.submitted(), circle.submitted()
    same(circle, one.household, two.household)
    outcome = accept_prescriptions(actor=circle.adviser, prescriptions=Prescription.objects.all())
    assert set(outcome.moved) == {one.pk, other.pk}
    assert [reason.code for reason in outcome.refused[two.pk]] == [STANDS]
    assert one.reference in outcome.refused[two.pk][0].sentence


def completing(circle: Circle, prescription: Prescription) -> None:
    ask_completion_prescription(actor=circle.adviser, prescription=prescription, words="Une date manque.")


def test_a_file_to_complete_stops_a_new_one(circle: Circle) -> None:
    standing = circle.submitted()
    completing(circle, standing)
    draft = circle.draft(household=standing.household)
    assert set(why_not(lambda: circle.submit(draft))) == {STANDS}


def test_of_two_files_to_complete_the_first_completed_stops_the_other(circle: Circle) -> None:
    one, two = circle.submitted(), circle.submitted()
    same(circle, one.household, two.household)
    completing(circle, one)
    completing(circle, two)
    circle.submit(two)
    assert set(why_not(lambda: circle.submit(one))) == {STANDS}


def test_a_need_added_while_completing_is_asked_as_the_others(circle: Circle) -> None:
    standing = circle.accepted()
    second = circle.submitted(TABLET, standing.household)
    completing(circle, second)
    ask_need(actor=circle.worker, prescription=second, kind=NeedKind.COMPUTER, use=NeedUse.STUDIES)
    assert set(why_not(lambda: circle.submit(second))) == {STANDS}


def test_the_action_bar_says_it_before_anybody_tries(circle: Circle) -> None:
    one, two = circle.submitted(), circle.submitted()
    same(circle, one.household, two.household)
    circle.accept(two)
    (accept,) = [action for action in gate.actions_for(again(one), circle.adviser) if action.verb == "accept"]
    assert not accept.allowed
    assert two.reference in accept.reasons[0].sentence


# --- the files of one household


def test_a_file_that_looks_like_two_others_joins_them(circle: Circle) -> None:
    one, two, new = circle.household(), circle.household(), circle.household()
    same(circle, new, one)
    same(circle, new, two)
    assert together(new) == {one.pk, two.pk, new.pk}


def test_a_file_joins_one_that_its_worker_sees_though_the_first_is_followed_elsewhere(circle: Circle) -> None:
    first = elsewhere(circle).household()
    known, new = circle.household(), circle.household()
    attach_household(actor=circle.pilot, household=known, same_as=first)
    same(circle, new, known)
    assert together(new) == {first.pk, known.pk, new.pk}


def test_not_the_same_as_one_of_three_leaves_all_three(circle: Circle) -> None:
    one, two, three = (circle.household() for _ in range(3))
    same(circle, two, one)
    same(circle, three, one)
    not_same(circle, three, two)
    assert together(three) == {three.pk}
    assert together(two) == {one.pk, two.pk}


def together(household: Household) -> set[int]:
    rows = Household.objects.together_with(again(household))
    return set(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("seed", range(5))
def test_whatever_was_answered_the_last_answers_and_the_links_agree(circle: Circle, seed: int) -> None:
    draw = random.Random(seed)
    files = [circle.household() for _ in range(5)]
    for _ in range(15):
        one, two = draw.sample(files, 2)
        said = draw.random() < 0.6
        try:
            answer_double(actor=circle.worker, household=one, other=two, same=said)
        except Refused as refused:
            assert {reason.code for reason in refused.all} == {"nothing_attached"}
        else:
            assert (two.pk in together(one)) == said
    for one, two in combinations(files, 2):
        answer = DoubleAnswer.objects.filter(low=one, high=two).first()
        if answer is not None and answer.same:
            assert two.pk in together(one)
