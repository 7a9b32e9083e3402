"""A person in front of a browser, who finds things by what they are called and looks well at each page."""

import re

from playwright.sync_api import FilePayload, Locator, Page, expect

from network.models import Membership
from tests.network.factories import PASSWORD
from tests.screens import flaws, sign_in


def anything(part: str | re.Pattern[str]) -> re.Pattern[str]:
    """Whatever has these words in it, capital or not; a pattern stays what it is."""
    return part if isinstance(part, re.Pattern) else re.compile(_spaced(part), re.IGNORECASE)


def labelled(label: str) -> re.Pattern[str]:
    """The label of a field, with or without the mark of those that must be filled."""
    return re.compile(rf"^\s*{_spaced(label)}\s*\*?\s*$")


def _spaced(words: str) -> str:
    """Any space for a space: pages have non-breaking ones where French asks for them."""
    return r"\s+".join(map(re.escape, words.split()))


class Visitor:
    """``careful``: looks at every page it reads, wide and narrow, with axe; needs scripts in the page."""

    def __init__(self, page: Page, membership: Membership, *, careful: bool = True) -> None:
        self.page = page
        self.membership = membership
        self.careful = careful

    # --- reading

    def reads(self, heading: str | re.Pattern[str]) -> None:
        """Wait for the page that has this title, and look at it."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        if self.careful:
            self.looks()

    def looks(self) -> None:
        """Nothing sticks out at 320 pixels; axe finds nothing, in a page that has something new."""
        found = flaws(self.page)
        assert not found, "\n".join(found)

    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def within_main(self) -> Locator:
        return self.page.get_by_role("main")

    def sees(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.within_main()).to_contain_text(sentence)

    def is_told(self, sentence: str) -> None:
        """What the page says of what was just done."""
        expect(self.within_main().get_by_role("status").first).to_contain_text(sentence)

    def asks_why(self, action: str, *sentences: str) -> None:
        """Open « Pourquoi ? » under an action that is not possible yet, and read what is missing."""
        told = f"{action} : pas encore possible."
        self.unfolds(told)
        greyed = self.page.locator("details", has_text=anything(told)).last
        greyed.get_by_text("Pourquoi ?").click()
        for sentence in sentences:
            expect(greyed.get_by_role("listitem").filter(has_text=anything(sentence))).to_be_visible()
        if self.careful:
            self.looks()

    # --- moving

    def comes_back(self) -> "Visitor":
        """To the first page, in a browser that knows this person already."""
        sign_in(self.page, self.membership)
        self.page.goto("/")
        return self

    def signs_in(self) -> "Visitor":
        """Through the page anyone comes to."""
        self.page.goto("/")
        self.reads(anything("au foyer connecté"))
        self.follows("Se connecter")
        self.reads("Se connecter")
        self.fills({"Adresse électronique": self.membership.user.email, "Mot de passe": PASSWORD})
        self.presses("Se connecter")
        expect(self.page.get_by_role("navigation", name="Navigation principale")).to_be_visible()
        return self

    def goes_to(self, entry: str) -> None:
        """By the main navigation."""
        self.page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name=entry).click()

    def follows(self, link: str | re.Pattern[str]) -> None:
        """A link of the page, wherever it is: the menu of the other actions is opened for those it holds.

        A page on its way is waited for: it has the link, or the menu that holds it.
        """
        found = self.within_main().get_by_role("link", name=link, exact=True)
        expect(found.or_(self._closed_menu(link)).first).to_be_attached()
        if not found.count():
            self.unfolds(link)
        found.click()

    def unfolds(self, action: str | re.Pattern[str]) -> None:
        """Open the menu of the actions that holds this one, unless it is open."""
        menu = self._closed_menu(action)
        if menu.count():
            menu.locator("> summary").click()

    def _closed_menu(self, action: str | re.Pattern[str]) -> Locator:
        return self.within_main().locator("details.menu:not([open])").filter(has_text=anything(action))

    def presses(self, button: str) -> None:
        self.within_main().get_by_role("button", name=button, exact=True).click()

    # --- « À faire »

    def todo(self, block: str) -> Locator:
        """A block of « À faire »; absent when nothing waits in it."""
        heading = self.page.get_by_role("heading", level=2, name=anything(block))
        return self.within_main().locator("section.block").filter(has=heading)

    def waits(self, block: str) -> int:
        """Go to « À faire » and read how many rows of this block wait."""
        self.goes_to("À faire")
        self.reads("À faire")
        shown = self.todo(block)
        return int(shown.locator(".block__count").inner_text()) if shown.count() else 0

    def begins(self, block: str, line: str | re.Pattern[str]) -> None:
        """From « À faire », follow the line of a block."""
        self.goes_to("À faire")
        self.reads("À faire")
        self.todo(block).get_by_role("link", name=line).first.click()

    def carries_on(self) -> None:
        """The one button of the step that is asked of this person."""
        self.within_main().locator(".todo a.btn-primary").click()

    # --- filling in

    def field(self, label: str, within: Locator | None = None) -> Locator:
        return (within or self.within_main()).get_by_label(labelled(label))

    def group(self, legend: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("group", name=legend)

    def fills(self, values: dict[str, str], within: Locator | None = None) -> None:
        for label, value in values.items():
            self.field(label, within).fill(value)

    def chooses(self, values: dict[str, str], within: Locator | None = None) -> None:
        for label, option in values.items():
            self.field(label, within).select_option(label=option)

    def ticks(self, label: str) -> None:
        self.field(label).check()

    def deposits(self, label: str, file: FilePayload) -> None:
        self.field(label).set_input_files(file)
