"""How a page is looked at in a real browser: wide and narrow, by axe, whole; and how one signs in to see it."""

from http import HTTPStatus

from axe_playwright_python.base import AXE_SCRIPT as AXE
from axe_playwright_python.base import AxeResults
from django.conf import settings
from playwright.sync_api import Page

from network.models import Membership
from tests.browser import WIDE
from tests.pages import acting

NARROW = {"width": 320, "height": 720}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
KINDS = """[...document.body.querySelectorAll("*")].map(element => [
    element.parentElement.tagName, element.parentElement.className, element.tagName, element.className,
    ...element.getAttributeNames().filter(name => !/^(checked|selected|value|data-.*)$/.test(name)),
    element.checkVisibility() ? "" : "hidden", element.textContent.trim() ? "" : "empty",
].join(" ")).concat([...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(title => title.tagName).join(" "))"""
"""What a page is made of, whatever its words: the kinds of its elements, and the plan that its titles make."""
STICKING_OUT = """width => [...document.body.querySelectorAll("*")].filter(
    element => element.getBoundingClientRect().right > width
).map(element => `${element.tagName} ${element.className}, up to ${element.getBoundingClientRect().right} px`)"""
WITHOUT_CONTRAST = RULES | {"rules": {"color-contrast": {"enabled": False}}}
CONTRASTED: set[str] = set()
"""The kinds of elements that this process found in pages whose every contrast is enough."""


def flaws(page: Page, seen: set[str], *, whole: bool = False) -> list[str]:
    """What is wrong in a page, narrow then wide: something sticks out, axe finds something.

    ``seen``: the kinds of elements that were looked at, added to. Without a new one axe does not look again, unless at
    the ``whole`` of every page; then once for both widths where the same things are shown. Contrasts, which are three
    quarters of its work and come from the kind, are looked at where a kind is new to the process of the tests.
    """
    page.wait_for_load_state()  # its title is there before its style sheets are
    size_before = page.viewport_size
    found: list[str] = []
    shown: set[str] = set()
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            found.append(
                f"{page.url} scrolls sideways: {width} px\n{'\n'.join(page.evaluate(STICKING_OUT, size['width']))}"
            )
        kinds = set(page.evaluate(KINDS))
        is_new = not kinds <= seen
        seen |= kinds
        if is_new or (whole and kinds != shown):
            if not page.evaluate("Boolean(window.axe)"):
                page.evaluate(AXE)
            rules = WITHOUT_CONTRAST if kinds <= CONTRASTED else RULES
            told = AxeResults(page.evaluate("rules => axe.run(rules)", rules))
            if told.violations_count:
                found.append(f"{page.url}, {size['width']} px\n{told.generate_report()}")
            else:
                CONTRASTED.update(kinds)
        shown = kinds
    if size_before is not None and size_before != page.viewport_size:
        page.set_viewport_size(size_before)
    return found


def sign_in(page: Page, membership: Membership) -> None:
    """Give the browser of this page the session of somebody: the form is the subject of other tests."""
    session = acting(membership).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": session.key, "value": session.value, "domain": "localhost", "path": "/"}])


class Look:
    """Pages looked at one after the other; what a page has in common with those before is looked at once.

    ``seen``: the kinds of elements looked at by somebody else of the same test, shared with this one.
    """

    def __init__(self, page: Page, seen: set[str] | None = None) -> None:
        self.page = page
        self.seen = set() if seen is None else seen

    def at(self, url: str) -> None:
        """Open this address and look."""
        answer = self.page.goto(url)
        assert answer is not None
        assert answer.status == HTTPStatus.OK, url
        self.again()

    def again(self) -> None:
        """Look at the page as it is now."""
        found = flaws(self.page, self.seen)
        assert not found, "\n".join(found)
