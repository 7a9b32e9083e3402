"""The cast of the journeys, and a browser for each of its people."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from network.models import Membership
from tests.browser import PATIENCE
from tests.journeys.cast import Cast
from tests.journeys.visitor import Visitor

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
    """Sign somebody in, in a browser of their own; takes what ``open_page`` takes."""

    shapes: set[str] = set()

    def sign_in(membership: Membership, *, careful: bool = True, **options: object) -> Visitor:
        return Visitor(open_page(**options), membership, careful=careful, shapes=shapes).sign_in()

    return sign_in
