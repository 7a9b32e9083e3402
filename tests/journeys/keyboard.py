"""Hands on the keyboard: nothing is clicked, each thing is reached with Tab and shows that it is."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.visitor import Visitor

FURTHEST = 120
"""How many times one presses Tab before giving up."""
IS_FOCUSED = "element => element === document.activeElement"
IS_SHOWN = """element => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


class Keyboard:
    """What a visitor does without a mouse."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.answers = self.screens = 0
        """How many things were said, and how many links and buttons were pressed, since they were counted from."""

    def counts_from_here(self) -> None:
        self.answers = self.screens = 0

    def reaches(self, wanted: Locator) -> None:
        """Press Tab until it has the focus, and see that it does."""
        expect(wanted).to_be_visible()
        for _ in range(FURTHEST):
            if wanted.evaluate(IS_FOCUSED):
                break
            self.page.keyboard.press("Tab")
        expect(wanted).to_be_focused()
        assert wanted.evaluate(IS_SHOWN), f"Nothing shows the focus on {wanted}"

    def skips_to_content(self) -> None:
        """The first thing Tab meets leads past the header."""
        self.page.keyboard.press("Tab")
        expect(self.page.get_by_role("link", name="Aller au contenu")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("main")).to_be_focused()

    def presses(self, role: str, name: str | re.Pattern[str]) -> None:
        """A link or a button, by Enter."""
        self.screens += 1
        self.reaches(self.visitor.within_main().get_by_role(role, name=name))
        self.page.keyboard.press("Enter")

    def follows_navigation(self, entry: str) -> None:
        """An entry of the main navigation, by Enter."""
        bar = self.page.get_by_role("navigation", name="Navigation principale")
        self.reaches(bar.get_by_role("link", name=entry, exact=True))
        self.page.keyboard.press("Enter")

    def ticks(self, label: str) -> None:
        """A box, or the choice of a list of choices, by the space bar; Tab reaches the first choice only."""
        field = self.visitor.field(label)
        self.answers += 1
        self.reaches(field)
        self.page.keyboard.press("Space")
        expect(field).to_be_checked()

    def types(self, label: str, text: str, within: Locator | None = None) -> None:
        self.answers += 1
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
            self.page.keyboard.press("ArrowDown")
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
        self.page.keyboard.press("Enter")
