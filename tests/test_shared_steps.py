"""What one test did is put back in the next: as long as nothing sets them apart, which no result would show."""

import pytest

from tests.network.factories import make_organisation
from tests.remembered import STEPS

pytestmark = pytest.mark.django_db
NAME = "Une organisation que deux tests font"


@pytest.mark.parametrize("turn", ["the first", "the next"])
def test_a_test_that_sets_nothing_apart_takes_the_steps_of_the_others(turn: str) -> None:
    assert (STEPS.doubles, STEPS.overridden, STEPS.alone, STEPS.allowed) == ([], {}, True, True)
    make_organisation(name=NAME)
    assert STEPS.place is not None, "what follows is known too"
    (step,) = [step for step in STEPS.start.steps.values() if step.leads_to is STEPS.place]
    assert step.files == {STEPS.path}
    assert sum(NAME in repr(key) for key in STEPS.start.steps) == 1, "the next does not take it for another step"
