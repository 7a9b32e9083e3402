"""What a step answered is kept as it was, and whoever puts it back finds its own rows in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from network.models import Membership, Organisation
from tests.kept import Kept
from tests.network.factories import make_membership, make_organisation
from tests.places import KEPT, KEPT_FOR_LONG, Place
from tests.remembered import Steps, remembered
from tests.test_remembered import alone, opened, undone
from tests.test_remembered import steps as steps  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.django_db


def kept(given: list[Any], act: Callable[[], Any], *, exactly: bool = True) -> Kept:
    """What is kept of an act that these rows are given to."""
    step = Kept(given, exactly=exactly)
    step.end(given, act())
    return step


def twice() -> tuple[Membership, Membership]:
    """One row held twice, as two tests hold it."""
    pk = make_membership("contact", "donor").pk
    first, second = (Membership.objects.select_related("organisation").get(pk=pk) for _ in range(2))
    return first, second


@pytest.mark.parametrize("beside", ["a word", lambda: None])
def test_the_rows_that_another_test_gives_are_those_of_the_answer(beside: Any) -> None:
    first, second = twice()
    answer = kept([first], lambda: {"held": first, "its own": first.organisation, "beside": beside}).put_back([second])
    assert answer["held"] is second
    assert answer["its own"] is second.organisation
    assert answer["beside"] == beside


@pytest.mark.parametrize("beside", ["a word", lambda: None])
def test_what_the_step_made_of_a_row_and_of_one_that_it_leans_on_is_in_both(beside: Any) -> None:
    first, second = twice()

    def act() -> Any:
        first.role = "manager"
        first.organisation.name = "Autre nom"
        return beside

    assert kept([first], act).put_back([second]) == beside
    assert (second.role, second.organisation.name) == ("manager", "Autre nom")
    assert second.organisation is not first.organisation


def test_a_row_that_another_test_does_not_hold_yet_is_made_as_it_was() -> None:
    first, second = twice()
    second = Membership.objects.get(pk=second.pk)
    step = kept([first], lambda: (first, first.organisation), exactly=False)
    member, organisation = step.put_back([second])
    assert member is second
    assert organisation == first.organisation
    assert organisation is not first.organisation
    assert vars(organisation).keys() == vars(first.organisation).keys()


def test_a_row_that_leans_on_another_one_now_is_not_taken_for_it() -> None:
    first, second = twice()
    second.organisation = make_organisation()
    _, organisation = kept([first], lambda: (first, first.organisation), exactly=False).put_back([second])
    assert organisation == first.organisation
    assert second.organisation != first.organisation


def test_what_a_row_holds_now_and_what_is_answered_are_one_thing() -> None:
    first, second = twice()

    def act() -> Organisation:
        first.organisation = make_organisation()
        return first.organisation

    answer = kept([first], act).put_back([second])
    assert answer is second.organisation


def test_a_row_that_another_test_does_not_hold_may_be_a_key_of_the_answer() -> None:
    first, second = twice()
    second = Membership.objects.get(pk=second.pk)
    step = kept([first], lambda: {first.organisation: "a word"}, exactly=False)
    ((organisation, word),) = step.put_back([second]).items()
    assert (organisation.name, word) == (first.organisation.name, "a word")


def test_a_question_is_asked_again_by_whoever_puts_it_back() -> None:
    step = kept([], lambda: Organisation.objects.filter(name="Une autre"))
    made = make_organisation(name="Une autre")
    assert list(step.put_back([])) == [made]


def test_what_was_put_back_is_no_part_of_what_is_kept() -> None:
    step = kept([], lambda: {"words": ["a"]})
    step.put_back([])["words"].append("b")
    assert step.put_back([]) == {"words": ["a"]}


@pytest.mark.parametrize(("files", "others"), [(1, KEPT), (2, KEPT_FOR_LONG)])
def test_a_step_that_no_file_of_tests_takes_for_long_is_done_again(steps: Steps, files: int, others: int) -> None:
    known = set()
    for number in range(files):
        steps.come_to(Path(f"own/{number}"))
        known.add(undone(steps, lambda: alone("A").pk))
    assert len(known) == 1
    for number in range(others):
        steps.come_to(Path(f"other/{number}"))
    assert {undone(steps, lambda: alone("A").pk)} == known
    for number in range(KEPT_FOR_LONG + 1):
        steps.come_to(Path(f"long/{number}"))
    assert steps.start.steps == {}
    assert undone(steps, lambda: alone("A").pk) not in known


def test_a_place_says_what_is_held_there_whatever_led_to_it(steps: Steps) -> None:
    sign_in = remembered()(opened)

    @remembered()
    def write(key: str) -> None:
        Session.objects.filter(pk=key).update(session_data="written")

    @remembered()
    def sign_out(key: str) -> None:
        Session.objects.filter(pk=key).delete()

    def live() -> Place:
        for key in ("a", "b", "c"):
            sign_in(key)
        write("b")
        sign_out("a")
        assert steps.place is not None
        return steps.place

    place = undone(steps, live)
    assert list(place.rows("django_session")) == ["c", "b"]
    assert "'written'" in place.rows("django_session")["b"]
    assert [change.gone["django_session"] for change in place.changes()] == [[], [], [], ["b"], ["a"]]
