"""One household, one need of a kind at a time, whatever its files: what stands stops what is asked again."""

import random
from collections.abc import Callable
from contextlib import suppress
from itertools import combinations
from typing import Any

import pytest
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused
from prescriptions.enums import DropReason, NeedKind, NeedState, NeedUse, PrescriptionState
from prescriptions.models import DoubleAnswer, Household, Prescription
from prescriptions.services.doubles import answer_double
from prescriptions.services.households import attach_household, detach_household
from prescriptions.services.needs import ask_need, drop_need, meet_need, start_need
from prescriptions.services.prescriptions import ask_completion_prescription, withdraw_prescription
from prescriptions.services.sets import accept_prescriptions
from tests.prescriptions.files import COMPUTER, SKILLS, Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read
from typography.french import day

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
    drop_need(actor=circle.adviser, need=two.needs.get(), reason=DropReason.UNREACHABLE)
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
    circle.answer(prescription)


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


# --- declared the same once both needs wait


def test_declared_the_same_once_both_wait_one_is_served_and_not_the_other(circle: Circle) -> None:
    one, two = (circle.accepted(SKILLS) for _ in range(2))
    same(circle, one.household, two.household)
    first, second = one.needs.get(), two.needs.get()
    start_need(actor=circle.worker, need=first, mediation=circle.mediation)
    assert set(why_not(lambda: start_need(actor=circle.worker, need=second, mediation=circle.mediation))) == {
        "served_once"
    }
    meet_need(actor=circle.worker, need=first)
    assert start_need(actor=circle.worker, need=second, mediation=circle.mediation).state == NeedState.IN_PROGRESS


def test_two_needs_of_one_kind_on_one_prescription_are_both_served(circle: Circle) -> None:
    prescription = circle.accepted((*SKILLS, (NeedKind.DIGITAL_SKILLS, NeedUse.WORK)))
    for need in prescription.needs.all():
        assert start_need(actor=circle.worker, need=need, mediation=circle.mediation).state == NeedState.IN_PROGRESS


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
        with suppress(Refused):  # neither is alone: one of them is to be detached first
            answer_double(actor=circle.worker, household=one, other=two, same=said)
            assert (two.pk in together(one)) == said
    for one, two in combinations(files, 2):
        answer = DoubleAnswer.objects.filter(low=one, high=two).first()
        if answer is not None and answer.same:
            assert two.pk in together(one)


def test_two_households_of_several_files_are_not_joined_at_once(circle: Circle) -> None:
    one, two, three, four = (circle.household() for _ in range(4))
    same(circle, one, two)
    same(circle, three, four)
    assert set(why_not(lambda: same(circle, one, three))) == {"nothing_attached"}
    assert not DoubleAnswer.objects.filter(low=one, high=three).exists()


# --- everyone who decides sees it


def test_the_worker_reads_it_in_the_summary_and_is_stopped_there(circle: Circle) -> None:
    standing, draft = circle.accepted(), circle.draft()
    client = acting(circle.worker)
    assert "Même foyer" not in read(client, page_of(draft, "prescription_submit"))
    same(circle, draft.household, standing.household)
    summary = read(client, page_of(draft, "prescription_submit"))
    assert f'Même foyer que <a href="{page_of(standing.household, "household_detail")}">' in summary
    assert page_of(standing.needs.get(), "need_detail") in summary
    assert "Demandé plus d’une fois pour ce foyer" in summary
    assert page_of(draft.household, "household_detach") in summary
    page = answered(client, page_of(draft, "prescription_submit"), distributor=circle.distributor.pk)
    assert standing.reference in page
    assert again(draft).state == PrescriptionState.DRAFT
    assert done(client, page_of(draft.household, "household_detach")) == page_of(draft.household, "household_detail")
    done(client, page_of(draft, "prescription_submit"), distributor=circle.distributor.pk)
    assert again(draft).state == PrescriptionState.SUBMITTED


def test_the_wizard_leads_to_the_needs_when_one_stands(circle: Circle) -> None:
    standing = circle.accepted()
    draft = circle.draft(household=standing.household)
    response = acting(circle.worker).get(page_of(draft, "prescription_edit"))
    assert response["Location"] == page_of(draft, "prescription_needs")


@pytest.mark.parametrize("name", ["prescription_detail", "prescription_accept", "prescription_refuse"])
def test_the_adviser_reads_it_where_he_decides(circle: Circle, name: str) -> None:
    one, two = circle.submitted(), elsewhere(circle).submitted()
    attach_household(actor=circle.adviser, household=one.household, same_as=two.household)
    for row, other in ((one, two), (two, one)):
        page = read(acting(circle.adviser), page_of(row, name))
        assert page_of(other.household, "household_detail") in page
        assert page_of(other, "prescription_detail") in page
        assert page_of(one.household, "household_detach") in page


def test_it_is_read_from_the_household_and_from_the_need_on_both_sides(circle: Circle) -> None:
    one, two = circle.accepted(), circle.accepted()
    same(circle, one.household, two.household)
    for row, other in ((one, two), (two, one)):
        for page in (page_of(row.household, "household_detail"), page_of(row.needs.get(), "need_detail")):
            for actor in (circle.adviser, circle.worker, circle.pilot):
                assert page_of(other.needs.get(), "need_detail") in read(acting(actor), page)


def test_whoever_may_not_see_the_other_file_reads_no_more_than_that_it_is(circle: Circle) -> None:
    other = elsewhere(circle)
    standing, draft = other.accepted(), circle.draft((*COMPUTER, *TABLET))
    attach_household(actor=circle.pilot, household=standing.household, same_as=draft.household)
    client = acting(circle.worker)
    for page in (
        page_of(draft, "prescription_submit"),
        page_of(draft, "prescription_detail"),
        page_of(draft.household, "household_detail"),
    ):
        shown = read(client, page)
        assert "Même foyer qu’un dossier suivi ailleurs" in shown
        for hidden in (
            standing.reference,
            standing.household.reference,
            standing.household.last_name,
            standing.needs.get().reference,
            str(other.prescriber),
        ):
            assert hidden not in shown
    assert "est déjà demandé\u00a0: ordinateur" in read(client, page_of(draft, "prescription_submit"))
    assert "tablette." not in read(client, page_of(draft, "prescription_submit"))


def test_a_file_sent_to_another_distributor_is_followed_elsewhere_for_the_adviser(circle: Circle) -> None:
    far = Circle(prescriber=circle.prescriber, commune=circle.commune)
    standing, filed = far.accepted(), circle.submitted(TABLET)
    attach_household(actor=circle.pilot, household=filed.household, same_as=standing.household)
    shown = read(acting(circle.adviser), page_of(filed, "prescription_detail"))
    assert "Même foyer qu’un dossier suivi ailleurs" in shown
    assert standing.household.last_name not in shown
    assert standing.household.reference not in shown
    assert "déjà demandé" not in shown


def test_another_request_of_one_file_sent_elsewhere_is_told_by_its_kind_alone(circle: Circle) -> None:
    far = Circle(prescriber=circle.prescriber, commune=circle.commune)
    one = circle.submitted()
    draft = far.draft((*COMPUTER, *TABLET), one.household)
    assert set(why_not(lambda: far.submit(draft))) == {STANDS}
    drop_need(actor=circle.worker, need=draft.needs.get(kind=NeedKind.COMPUTER), reason=DropReason.SERVED_ELSEWHERE)
    far.submit(draft)
    client = acting(circle.adviser)
    assert "Le même foyer" not in read(client, page_of(one, "prescription_detail"))
    assert draft.reference not in read(client, page_of(one, "prescription_detail"))


def test_an_adviser_reads_that_the_same_is_asked_of_another_distributor(circle: Circle) -> None:
    far = Circle(prescriber=circle.prescriber, commune=circle.commune)
    one, two = circle.submitted(), far.submitted()
    attach_household(actor=circle.worker, household=one.household, same_as=two.household)
    far.accept(two)
    (said,) = why_not(lambda: circle.accept(one)).values()
    assert "un dossier suivi ailleurs" in said
    assert two.reference not in said
    page = read(acting(circle.adviser), page_of(one, "prescription_accept"))
    assert "où est déjà demandé\u00a0: ordinateur" in page
    for hidden in (two.reference, two.household.reference, two.household.last_name):
        assert hidden not in page


# --- what was given already


@pytest.mark.parametrize("name", ["prescription_detail", "prescription_accept", "prescription_refuse"])
def test_the_adviser_who_decides_reads_what_the_household_was_given_and_when(circle: Circle, name: str) -> None:
    standing = circle.accepted(SKILLS)
    met(circle, standing)
    filed = circle.submitted((*SKILLS, *TABLET), standing.household)
    page = read(acting(circle.adviser), page_of(filed, name))
    assert f"Déjà servi pour ce foyer\u00a0: compétences numériques, le {day(timezone.localdate())}." in page


def test_what_another_file_of_the_household_was_given_elsewhere_is_told_by_its_kind_and_day_alone(
    circle: Circle,
) -> None:
    far = elsewhere(Circle(commune=circle.commune))
    standing = far.accepted(SKILLS)
    met(far, standing)
    filed = circle.submitted(SKILLS)
    attach_household(actor=circle.pilot, household=filed.household, same_as=standing.household)
    page = read(acting(circle.adviser), page_of(filed, "prescription_accept"))
    assert "Déjà servi pour ce foyer\u00a0: compétences numériques, le " in page
    for hidden in (standing.reference, standing.household.reference, standing.household.last_name, str(far.prescriber)):
        assert hidden not in page


def test_what_is_not_asked_again_is_not_told_to_whoever_decides(circle: Circle) -> None:
    standing = circle.accepted(SKILLS)
    met(circle, standing)
    filed = circle.submitted(household=standing.household)
    assert "Déjà servi" not in read(acting(circle.adviser), page_of(filed, "prescription_accept"))


def test_the_worker_reads_it_at_the_needs_and_in_the_summary(circle: Circle) -> None:
    standing = circle.accepted(SKILLS)
    met(circle, standing)
    draft = circle.draft(SKILLS, standing.household)
    for name in ("prescription_needs", "prescription_submit"):
        page = read(acting(circle.worker), page_of(draft, name))
        assert "Déjà servi pour ce foyer\u00a0: compétences numériques" in page
    fresh = circle.draft(SKILLS)
    assert "Déjà servi" not in read(acting(circle.worker), page_of(fresh, "prescription_needs"))
