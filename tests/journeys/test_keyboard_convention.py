"""Without a mouse: a lawyer reads what is asked of her and gives her opinion; a signatory signs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from conventions.enums import Party, SignatureState
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


def test_a_convention_is_signed_by_the_keyboard_alone(
    transactional_db: None, hands_on: Callable[[Membership], tuple[Visitor, Keyboard]]
) -> None:
    treaty = Treaty(draw=True)
    convention = treaty.signing()
    signatory = treaty.signatories[Party.EPCI]
    awa, keys = hands_on(signatory)
    keys.skips_to_content()
    keys.presses("link", "Signer la convention")
    awa.reads("Lire et signer")
    keys.reaches(awa.within_main().get_by_role("link", name="Ouvrir la convention (PDF)"))
    keys.presses("button", "Signer la convention")
    expect(awa.within_main().get_by_role("alert").first).to_contain_text("Cochez la case pour signer.")
    keys.ticks("J’ai lu le document et je le signe au nom de la partie que je représente")
    keys.types("Votre nom, comme signature", signatory.user.get_full_name())
    keys.page.keyboard.press("Enter")
    awa.is_told("Convention signée. Les autres parties le voient.")
    assert treaty.signature(convention, Party.EPCI).state == SignatureState.SIGNED
