"""How a page is looked at in a real browser: wide and narrow, by axe, whole; and how one signs in to see it."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT as AXE
from axe_playwright_python.base import AxeResults
from django.conf import settings
from playwright.sync_api import Page

from network.models import Membership
from tests.browser import WIDE
from tests.pages import acting

NARROW = {"width": 320, "height": 720}
OF_A_WHOLE_PAGE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "rules": {"color-contrast": {"enabled": False}},
    "resultTypes": ["violations"],
}
"""What depends on the elements around, above all: what refers to what, what is in what, what has a name."""
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
"""What depends on the kind of an element alone, and takes five times as long as all the rest."""
KINDS = """() => {
    const grounds = new Map([[document, "white"]]);
    const ground = (element, style) => {
        const own = [style.backgroundColor, style.backgroundImage, style.opacity].join(" ");
        const around = own.startsWith("rgb(") && style.opacity == 1 ? "" : grounds.get(element.parentNode);
        grounds.set(element, own == "rgba(0, 0, 0, 0) none 1" ? around : own + around);
        return grounds.get(element);
    };
    ground(document.documentElement, getComputedStyle(document.documentElement));
    ground(document.body, getComputedStyle(document.body));
    const kind = element => {
        const style = getComputedStyle(element);
        return [
            element.parentElement.tagName, element.parentElement.className, element.tagName, element.className,
            ...element.getAttributeNames().filter(name => !/^(checked|selected|value|data-.*)$/.test(name)),
            element.checkVisibility() ? "" : "hidden", element.textContent.trim() ? "" : "empty",
            element.labels?.length === 0 ? "unlabelled" : "",
            style.color, style.fontSize, style.fontWeight, ground(element, style),
        ].join(" ");
    };
    window.kinds = Map.groupBy(document.body.querySelectorAll("*"), kind);
    return [...window.kinds.keys()];
}"""
"""What a page is made of, whatever its words: the kinds of its elements, and what they are written on."""
PLAN = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(title => title.tagName).join(" ")"""
"""The plan that the titles of a page make."""
STICKING_OUT = """width => [...document.body.querySelectorAll("*")].filter(
    element => element.getBoundingClientRect().right > width
).map(element => `${element.tagName} ${element.className}, up to ${element.getBoundingClientRect().right} px`)"""
CUT_OFF = """() => [...document.querySelectorAll(".table-container")].filter(
    box => box.scrollWidth > box.clientWidth + 1
).map(box => `${box.querySelector("th:last-child")?.innerText}, ${box.scrollWidth} px in ${box.clientWidth}`)"""
"""The last columns that a table hides at its edge, where a wide window has the room."""
LOOKED_AT = f"""() => [
    document.documentElement.scrollWidth, ({CUT_OFF})(), ({KINDS})(), ({PLAN})()
]"""
"""All of these, of a page as wide as it is now, asked at once."""
SEEN: set[str] = set()
"""The kinds of elements that this process looked at, in pages where nothing was found."""


def flaws(page: Page, *, whole: bool = False) -> list[str]:
    """What is wrong in a page, narrow then wide: something sticks out, axe finds something.

    What sticks out comes from the words as well, and is looked for in every page. Axe looks at a page where a kind of
    element is new to this process, for the contrast at these alone; or at the ``whole`` of any page, but for contrast.
    """
    page.wait_for_load_state()  # its title is there before its style sheets are
    size_before = page.viewport_size
    found: list[str] = []
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        width, cut, kinds, plan = page.evaluate(LOOKED_AT)
        if width > size["width"]:
            found.append(
                f"{page.url} scrolls sideways: {width} px\n{'\n'.join(page.evaluate(STICKING_OUT, size['width']))}"
            )
        if size == WIDE and cut:
            found.append(f"{page.url}: the end of a table is cut off: {cut}")
        new = [kind for kind in kinds if kind not in SEEN]
        told = [axe(page, CONTRAST, new)] if new else []
        if new or plan not in SEEN or (whole and size == NARROW):
            told.append(axe(page, OF_A_WHOLE_PAGE))
        faults = [f"{page.url}, {size['width']} px\n{one.generate_report()}" for one in told if one.violations_count]
        found += faults
        if not faults:
            SEEN.update(new, [plan])
    if size_before is not None and size_before != page.viewport_size:
        page.set_viewport_size(size_before)
    return found


def axe(page: Page, rules: Mapping[str, Any], kinds: Collection[str] | None = None) -> AxeResults:
    """What axe says of a page, or of its elements of some kinds and of what is in them."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    among = "document" if kinds is None else "{include: kinds.flatMap(kind => window.kinds.get(kind))}"
    return AxeResults(page.evaluate(f"([rules, kinds]) => axe.run({among}, rules)", [rules, list(kinds or ())]))


def sign_in(page: Page, membership: Membership) -> None:
    """Give the browser of this page the session of somebody: the form is the subject of other tests."""
    session = acting(membership).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": session.key, "value": session.value, "domain": "localhost", "path": "/"}])


class Look:
    """Pages looked at one after the other; what a page has in common with those before is looked at once."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def at(self, url: str) -> None:
        """Open this address and look."""
        answer = self.page.goto(url)
        assert answer is not None
        assert answer.status == HTTPStatus.OK, url
        self.again()

    def again(self) -> None:
        """Look at the page as it is now."""
        found = flaws(self.page)
        assert not found, "\n".join(found)
