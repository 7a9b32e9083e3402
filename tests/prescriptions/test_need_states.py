"""What is said of every state of a need, so that one that is added is forgotten nowhere."""

from lifecycle.machine import verbs_of
from prescriptions.enums import OPEN_NEED_STATES, NeedState
from prescriptions.models import Need
from prescriptions.views.steps import AWAITED_NEED


def test_a_need_is_open_in_the_states_that_a_verb_still_leads_out_of_other_than_by_undoing() -> None:
    leading_on = [verb for verb in verbs_of(Need).values() if verb.target in set(NeedState) and not verb.undoes]
    left = {str(source) for verb in leading_on for source in verb.sources if source in set(NeedState)}
    assert left == set(OPEN_NEED_STATES)


def test_what_is_awaited_is_told_of_every_state() -> None:
    """Of a need that waits it depends on its kind."""
    assert {*AWAITED_NEED, NeedState.WAITING} == set(NeedState)
