"""Without a mouse: a lawyer reads what is asked of her and gives her opinion."""

from collections.abc import Callable

import pytest

from network.models import Membership
from tests.conventions.conventions import Treaty
from tests.journeys.convention_steps import ASKED
from tests.journeys.keyboard import Keyboard
from tests.journeys.visitor import Visitor, anything

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_opinion_is_given_by_the_keyboard_alone(
    transactional_db: None, hands_on: Callable[[Membership], tuple[Visitor, Keyboard]]
) -> None:
    treaty = Treaty()
    treaty.in_review()
    lucie, keys = hands_on(treaty.lawyer)
    lucie.reads("À faire")
    keys.presses("link", anything("Relecture juridique"))
    lucie.reads(anything("Relecture juridique"))
    keys.ticks("Favorable : le texte peut être signé")
    keys.presses("button", "Donner cet avis")
    lucie.is_told("Avis enregistré.")
    keys.follows_navigation("À faire")
    lucie.sees("Rien ne vous attend")
    assert not lucie.waits(ASKED)
