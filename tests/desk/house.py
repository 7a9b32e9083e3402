"""What every page keeps, whatever it says and whoever reads it: told of one answer, without a browser."""

from collections import Counter
from typing import Any

from lxml import etree

HEAVIEST = 100_000  # bytes
FROM_OUTSIDE = (
    *("/compte/adresse/confirmer/", "/compte/adresse/envoyee/", "/compte/desactive/", "/mot-de-passe-oublie/"),
    *("/connexions/lien/", "/invitation/", "/toujours-d-actualite/"),
)
"""Where one comes from a letter, a mail or the page to sign in: nothing is above these pages."""
ASKS_NOTHING = {"hidden", "submit", "button", "reset", "image"}
PARSER = etree.HTMLParser(encoding="utf-8", no_network=True)


class Page:
    """The parts of a page that the rules look at."""

    def __init__(self, text: str) -> None:
        self.root = etree.fromstring((text.strip() or "<body>").encode(), PARSER)
        self.elements = list(self.root.iter(etree.Element))
        self.title = (self.root.findtext("head/title") or "").strip()
        self.breadcrumbs = [one for one in self.root.iter("nav") if one.get("aria-label") == "Fil d’Ariane"]
        self.crumbs = [crumb for one in self.breadcrumbs for crumb in one.iterfind(".//*[@class='breadcrumb']//li")]
        self.leads_up = any(one.find(".//a") is not None for one in self.breadcrumbs)
        main = [one for one in self.root.iter("nav") if one.get("aria-label") == "Navigation principale"]
        self.entries = {link.get("href") for one in main for link in one.iter("a")}
        self.main_buttons = sum(
            any("todo" in _classes(around) for around in one.iterancestors())
            for one in self.elements
            if "btn-primary" in _classes(one)
        )


def _classes(element: Any) -> list[str]:
    return list((element.get("class") or "").split())


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
    found = _inline(page) + _doubled(page) + _nameless(page) + _cut(page)
    if page.main_buttons > 1:
        found.append(f"{page.main_buttons} main buttons in the next step")
    if not text.lstrip().lower().startswith("<!doctype"):
        return found
    titles = sum(1 for _ in page.root.iter("h1"))
    if titles != 1:
        found.append(f"{titles} h1")
    if not page.title.partition("– Maillon")[0]:
        found.append("no title")
    if page.root.get("lang") != "fr":
        found.append("no language")
    return found + _lost(page, path)


def _lost(page: Page, path: str) -> list[str]:
    """A page below the first level, which no entry of the navigation opens, says what it is under and leads there."""
    if page.breadcrumbs and not page.crumbs:
        return ["nothing in the breadcrumb"]
    is_first = path.count("/") <= len("//") or path in page.entries
    if is_first or path.startswith(FROM_OUTSIDE) or page.leads_up:
        return []
    return ["no way up in the breadcrumb"]


def _inline(page: Page) -> list[str]:
    """Styles and scripts that the policy of contents would refuse."""
    found = []
    for element in page.elements:
        handlers = [name for name in element.keys() if name == "style" or name.startswith("on")]  # noqa: SIM118
        is_code = element.tag == "script" and "src" not in element.attrib and element.get("type") != "application/json"
        if handlers or is_code or element.tag == "style":
            found.append(f"inline: <{element.tag} {' '.join(handlers)}>")
    return found


def _doubled(page: Page) -> list[str]:
    counts = Counter(key for element in page.elements if (key := element.get("id")))
    return [f"id « {key} » {count} times" for key, count in counts.items() if count > 1]


def _cut(page: Page) -> list[str]:
    """Fields where the browser drops the end of what is pasted, and nobody is told."""
    fields = page.root.iter("input", "textarea")
    return [f"cut: <{field.tag} name={field.get('name')}>" for field in fields if field.get("maxlength")]


def _nameless(page: Page) -> list[str]:
    """Fields that no label names."""
    named = {label.get("for") for label in page.root.iter("label")}
    found = []
    for field in page.root.iter("input", "select", "textarea"):
        told = field.get("aria-label") or field.get("aria-labelledby") or field.get("type") in ASKS_NOTHING
        if not told and field.get("id", "") not in named and next(field.iterancestors("label"), None) is None:
            found.append(f"no label: <{field.tag} name={field.get('name')}>")
    return found
