"""A page is looked at well: what is wrong in it is found, also where the like of it was seen before and was right."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests import screens

RIGHT = (
    '<nav><a href="#c">Aller au contenu</a></nav>'
    '<main id="c"><h1>Lot</h1><p class="a">Un mot</p><p><label for="n">Nom</label><input id="n"></p>'
    "<ul><li>Un</li></ul><button>Faire</button>"
    '<section class="light"><p class="a">Un autre mot</p><div class="veil"><p class="a">Clair</p></div></section>'
    '<section class="dark"><div class="veil"><p class="b">Sombre</p></div></section></main>'
)
STYLE = (
    ".light { background-color: white } .dark { background-color: black } .a { color: #222 } .b { color: #ddd }"
    ".veil { background-color: rgb(128 128 128 / 10%) }"
)


@pytest.fixture
def look(page: Page, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """What is found in a page that has this in its body, by somebody who has seen nothing before."""
    monkeypatch.setattr(screens, "SEEN", set())

    def found(body: str) -> str:
        page.set_content(
            f'<!doctype html><html lang="fr"><head><title>Lot</title><style>{STYLE}</style></head><body>{body}'
        )
        return "\n".join(screens.flaws(page))

    return found


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('class="light"', 'class="dark"', "color-contrast"),
        ('<section class="light">', '<section class="light" style="background-color: #333">', "color-contrast"),
        ('<p class="a">Un mot', '<p class="a" style="color: #ddd">Un mot', "color-contrast"),
        ('<p class="b">', '<p class="a">', "color-contrast"),
        ('<label for="n">', '<label for="z">', "label"),
        ("<h1>Lot</h1>", '<h1>Lot</h1><a href="/"></a>', "link-name"),
        ("<h1>Lot</h1>", "<h1>Lot</h1><button></button>", "button-name"),
        ('<p class="a">Un mot', '<p class="a" aria-hidden="oui">Un mot', "aria-valid-attr-value"),
        ("<h1>Lot</h1>", '<h1>Lot</h1><p style="width: 700px">Un mot</p>', "scrolls sideways"),
        ("<h1>Lot</h1>", '<h1>Lot</h1><img src="data:,">', "image-alt"),
        ("<li>Un</li>", "<li>Un</li><p>Deux</p>", "not allowed: p"),
        ("<button>Faire", '<button><a href="#c">Faire</a>', "nested-interactive"),
    ],
)
def test_what_is_wrong_in_a_page_like_one_that_was_right_is_found(
    look: Callable[[str], str], right: str, wrong: str, told: str
) -> None:
    assert look(RIGHT) == ""
    assert RIGHT.count(right) == 1
    assert told in look(RIGHT.replace(right, wrong))


def test_what_is_wrong_is_found_again_in_the_next_page(look: Callable[[str], str]) -> None:
    wrong = RIGHT.replace('class="light"', 'class="dark"')
    assert "color-contrast" in look(wrong)
    assert "color-contrast" in look(wrong)


def test_what_was_right_is_right_again(look: Callable[[str], str]) -> None:
    assert look(RIGHT) == look(RIGHT) == ""
