"""Hands on the keyboard: nothing is clicked, each thing is reached with Tab and shows that it is."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.visitor import Visitor

FURTHEST = 120
"""How many times one presses Tab before giving up."""
IS_FOCUSED = "element => element === document.activeElement"
FITS = "document.documentElement.scrollWidth <= window.innerWidth"
IS_SHOWN = """element => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


KEY, POINTING, MENTAL, SCREEN = 0.5, 1.1, 1.35, 1.0
"""Seconds: a key of somebody who types slowly, a finger that finds its place, a thing to think of before it is said,
a page that comes. Source: Card, Moran and Newell, The keystroke-level model, Communications of the ACM 23 (7), 1980."""


class Counted:
    """What hands do, counted: things said, links and buttons pressed, keys and touches."""

    answers = screens = keys = touches = 0

    def counts_from_here(self) -> None:
        self.answers = self.screens = self.keys = self.touches = 0

    @property
    def seconds(self) -> float:
        """What it takes whoever has everything in mind, by the keystroke-level model; talking is not counted."""
        moved = self.keys * KEY + self.touches * POINTING
        return moved + self.answers * MENTAL + self.screens * SCREEN


class Finger(Counted):
    """What a visitor does on a telephone, where nothing leaves the page's width: touches, and letters typed."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def _touches(self, wanted: Locator) -> None:
        assert self.page.evaluate(FITS), "the page is wider than the telephone"
        self.touches += 1
        wanted.tap()

    def presses(self, role: str, name: str | re.Pattern[str]) -> None:
        self.screens += 1
        self._touches(self.visitor.within_main().get_by_role(role, name=name))

    def ticks(self, label: str) -> None:
        self.answers += 1
        field = self.visitor.field(label)
        self._touches(field)
        expect(field).to_be_checked()

    def types(self, label: str, text: str, within: Locator | None = None) -> None:
        self.answers += 1
        self.keys += len(text)
        self._touches(self.visitor.field(label, within))
        self.page.keyboard.type(text)

    def chooses(self, label: str, option: str, within: Locator | None = None) -> None:
        """The list opens over the page, then one of its lines is touched."""
        self.answers += 1
        self.touches += 2
        self.visitor.field(label, within).select_option(label=option)


class Keyboard(Counted):
    """What a visitor does without a mouse."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def _hits(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def reaches(self, wanted: Locator) -> None:
        """Press Tab until it has the focus, and see that it does."""
        expect(wanted).to_be_visible()
        for _ in range(FURTHEST):
            if wanted.evaluate(IS_FOCUSED):
                break
            self._hits("Tab")
        expect(wanted).to_be_focused()
        assert wanted.evaluate(IS_SHOWN), f"Nothing shows the focus on {wanted}"

    def skips_to_content(self) -> None:
        """The first thing Tab meets leads past the header."""
        self._hits("Tab")
        expect(self.page.get_by_role("link", name="Aller au contenu")).to_be_focused()
        self._hits("Enter")
        expect(self.page.get_by_role("main")).to_be_focused()

    def presses(self, role: str, name: str | re.Pattern[str]) -> None:
        """A link or a button, by Enter."""
        self.screens += 1
        self.reaches(self.visitor.within_main().get_by_role(role, name=name))
        self._hits("Enter")

    def follows_navigation(self, entry: str) -> None:
        """An entry of the main navigation, by Enter."""
        bar = self.page.get_by_role("navigation", name="Navigation principale")
        self.reaches(bar.get_by_role("link", name=entry, exact=True))
        self._hits("Enter")

    def ticks(self, label: str) -> None:
        """A box, or the choice of a list of choices, by the space bar; Tab reaches the first choice only."""
        field = self.visitor.field(label)
        self.answers += 1
        self.reaches(field)
        self._hits("Space")
        expect(field).to_be_checked()

    def types(self, label: str, text: str, within: Locator | None = None) -> None:
        self.answers += 1
        self.keys += len(text)
        self.reaches(self.visitor.field(label, within))
        self.page.keyboard.type(text)

    def chooses(self, label: str, option: str, within: Locator | None = None) -> None:
        """Down the list, to the option."""
        field = self.visitor.field(label, within)
        self.answers += 1
        self.reaches(field)
        for _ in range(field.locator("option").count()):
            if field.evaluate("element => element.selectedOptions[0].text") == option:
                break
            self._hits("ArrowDown")
        assert field.evaluate("element => element.selectedOptions[0].text") == option

    def waits_for_a_scan(self) -> None:
        """The box of the tags has the focus and is empty, before anything is pressed."""
        box = self.visitor.field("Étiquette")
        expect(box).to_be_focused()
        expect(box).to_be_empty()

    def scans(self, tag: str) -> None:
        """What a scanner does: it types and presses Enter, wherever the focus is."""
        self.waits_for_a_scan()
        self.page.keyboard.type(tag)
        self._hits("Enter")
