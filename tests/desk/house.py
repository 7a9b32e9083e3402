"""What every page keeps, whatever it says and whoever reads it: told of one answer, without a browser."""

from collections import Counter
from html.parser import HTMLParser
from typing import Any

HEAVIEST = 100_000  # bytes
FROM_OUTSIDE = (
    *("/compte/adresse/confirmer/", "/compte/adresse/envoyee/", "/compte/desactive/", "/mot-de-passe-oublie/"),
    *("/connexions/lien/", "/invitation/", "/toujours-d-actualite/"),
)
"""Where one comes from a letter, a mail or the page to sign in: nothing is above these pages."""
ASKS_NOTHING = {"hidden", "submit", "button", "reset", "image"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
Attributes = dict[str, str | None]


class Page(HTMLParser):
    """The parts of a page that the rules look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, Attributes]] = []
        self.elements: list[tuple[str, Attributes, tuple[str, ...]]] = []
        self.titled = ""
        self.crumbs: int | None = None
        self.leads_up = False
        self.entries: set[str | None] = set()
        self.main_buttons = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes, tuple(name for name, _ in self.open)))
        if tag == "nav" and attributes.get("aria-label") == "Fil d’Ariane":
            self.crumbs = 0
        if tag == "li" and self.crumbs is not None and any(one.get("class") == "breadcrumb" for _, one in self.open):
            self.crumbs += 1
        if tag == "a":
            around = {one.get("aria-label") for name, one in self.open if name == "nav"}
            self.leads_up = self.leads_up or "Fil d’Ariane" in around
            self.entries |= {attributes.get("href")} if "Navigation principale" in around else set()
        in_next_step = any("todo" in (one.get("class") or "").split() for _, one in self.open)
        self.main_buttons += in_next_step and "btn-primary" in (attributes.get("class") or "").split()
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        for rank in range(len(self.open) - 1, -1, -1):
            if self.open[rank][0] == tag:
                del self.open[rank:]
                break

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "title" and "svg" not in [name for name, _ in self.open]:
            self.titled += data.strip()


def faults(response: Any) -> list[str]:
    """What the house refuses in an answer; nothing when it is no page of HTML that opened."""
    if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode()
    found = [] if len(content) < HEAVIEST else [f"{len(content)} bytes"]
    if "unsafe-inline" in (policy := response.headers.get("Content-Security-Policy", "")) or not policy:
        found.append(f"the policy of contents is « {policy} »")
    return found + faults_of_text(text, response.request["PATH_INFO"])


def faults_of_text(text: str, path: str = "/") -> list[str]:
    """What the house refuses in the words of a page of this address, whole or a part that htmx asks for."""
    page = Page(text)
    found = _inline(page) + _doubled(page) + _nameless(page)
    if page.main_buttons > 1:
        found.append(f"{page.main_buttons} main buttons in the next step")
    if not text.lstrip().lower().startswith("<!doctype"):
        return found
    counts = Counter(tag for tag, _, _ in page.elements)
    if counts["h1"] != 1:
        found.append(f"{counts['h1']} h1")
    if not page.titled.partition("– Maillon")[0]:
        found.append("no title")
    if next((attributes.get("lang") for tag, attributes, _ in page.elements if tag == "html"), None) != "fr":
        found.append("no language")
    return found + _lost(page, path)


def _lost(page: Page, path: str) -> list[str]:
    """A page below the first level, which no entry of the navigation opens, says what it is under and leads there."""
    if page.crumbs == 0:
        return ["nothing in the breadcrumb"]
    is_first = path.count("/") <= len("//") or path in page.entries
    if is_first or path.startswith(FROM_OUTSIDE) or page.leads_up:
        return []
    return ["no way up in the breadcrumb"]


def _inline(page: Page) -> list[str]:
    """Styles and scripts that the policy of contents would refuse."""
    found = []
    for tag, attributes, _ in page.elements:
        handlers = [name for name in attributes if name == "style" or name.startswith("on")]
        is_code = tag == "script" and "src" not in attributes and attributes.get("type") != "application/json"
        if handlers or is_code or tag == "style":
            found.append(f"inline: <{tag} {' '.join(handlers)}>")
    return found


def _doubled(page: Page) -> list[str]:
    counts = Counter(attributes["id"] for _, attributes, _ in page.elements if attributes.get("id"))
    return [f"id « {key} » {count} times" for key, count in counts.items() if count > 1]


def _nameless(page: Page) -> list[str]:
    """Fields that no label names."""
    named = {attributes.get("for") for tag, attributes, _ in page.elements if tag == "label"}
    found = []
    for tag, attributes, above in page.elements:
        if tag not in {"input", "select", "textarea"} or attributes.get("type") in ASKS_NOTHING:
            continue
        told = attributes.get("aria-label") or attributes.get("aria-labelledby")
        if not told and "label" not in above and (not attributes.get("id") or attributes["id"] not in named):
            found.append(f"no label: <{tag} name={attributes.get('name')}>")
    return found
