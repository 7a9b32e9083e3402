"""The eyes of the visitors: what is wrong in a page is seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.cast import Cast
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = (
    '<!doctype html><html lang="fr"><head><title>Essai</title></head><body><main><h1>Essai</h1>{}</main></body></html>'
)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ('<img src="data:,">', "image-alt"),
        ('<p style="color: #aaa; background: #fff">Pâle</p>', "color-contrast"),
        ("<input>", "label"),
        ('<div style="width: 600px">Large</div>', "scrolls sideways: 6"),
    ],
)
def test_a_fault_of_a_page_is_seen(cast: Cast, open_page: Callable[..., Page], fault: str, told: str) -> None:
    page = open_page()
    visitor = Visitor(page, cast.pilot)
    page.set_content(PAGE.format("<p>Rien à redire.</p>"))
    visitor.reads("Essai")
    page.set_content(PAGE.format(fault))
    with pytest.raises(AssertionError, match=told):
        visitor.reads("Essai")
