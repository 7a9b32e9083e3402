"""The cast of the journeys, and a browser for each of its people."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from network.models import Membership
from tests.browser import PATIENCE
from tests.journeys.cast import Cast
from tests.journeys.keyboard import Keyboard
from tests.journeys.visitor import Visitor
from tests.network.factories import PASSWORD

expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def _no_rate_limit_left_over() -> None:
    """Limits of rate are counted in the cache: each journey starts with none."""
    cache.clear()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


@pytest.fixture
def visit(open_page: Callable[..., Page]) -> Callable[..., Visitor]:
    """Somebody at their first page, in a browser of their own; takes what ``open_page`` takes.

    ``stranger``: the browser does not know this person, who signs in by the form.
    """

    def come(membership: Membership, *, careful: bool = True, stranger: bool = False, **options: object) -> Visitor:
        visitor = Visitor(open_page(**options), membership, careful=careful)
        return visitor.signs_in() if stranger else visitor.comes_back()

    return come


@pytest.fixture
def hands_on(open_page: Callable[..., Page]) -> Callable[[Membership], tuple[Visitor, Keyboard]]:
    """Sign in by the keyboard alone."""

    def sign_in(membership: Membership) -> tuple[Visitor, Keyboard]:
        visitor = Visitor(open_page(), membership, careful=False)
        keys = Keyboard(visitor)
        visitor.page.goto("/")
        keys.presses("link", "Se connecter")
        visitor.reads("Se connecter")
        keys.types("Adresse électronique", membership.user.email)
        keys.types("Mot de passe", PASSWORD)
        keys.page.keyboard.press("Enter")
        expect(visitor.page.get_by_role("navigation", name="Navigation principale")).to_be_visible()
        return visitor, keys

    return sign_in
