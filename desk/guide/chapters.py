"""Chapters of the guide: Markdown in ``docs/guide``, where each section says which pages it explains.

Under a title, a comment names what the section is for: ``<!-- roles: technician@reconditioner -->`` under the title of
a chapter, ``<!-- refurb:bench refurb:device_scan -->`` (names of addresses) under that of a section.
A number that is kept in « Administration » is followed by its code: ``21 jours<!-- distribution.reservation_days -->``.
"""

import itertools
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(settings.BASE_DIR) / "docs" / "guide"
GLOSSARY = "glossaire"
ORDER = ("partout", "donateur", "technicien", "atelier", "epci", "relire-et-signer", "prescripteur", "conseiller")
"""The chapters that come first, along the chain; the others follow by name."""
NOTE = re.compile(r"^<!--\s*(.*?)\s*-->\n", re.MULTILINE)
CODE = re.compile(r"<!-- (?P<code>\w+\.\w+) -->")
"""After a number that has a date, which one it is: a test holds the number to it, and nobody reads the code."""
HEADING = re.compile(r"^(#{1,3}) (.+)\n+<!--\s*(.*?)\s*-->", re.MULTILINE)
CHAPTER_LINK = re.compile(r"^(?:\.\./|guide/)?(?P<slug>[a-z-]+)\.md(?P<anchor>#.*)?$")


@dataclass(frozen=True)
class Section:
    """One part of a chapter, and the names of the addresses it explains."""

    anchor: str
    title: str
    pages: frozenset[str]


@dataclass(frozen=True)
class Chapter:
    """What one role reads; ``roles`` are « role@kind »."""

    slug: str
    title: str
    roles: frozenset[str]
    sections: tuple[Section, ...]
    html: SafeString

    def section_on(self, page: str) -> Section | None:
        """The section that explains the page of this name."""
        return next((section for section in self.sections if page in section.pages), None)

    @property
    def url(self) -> str:
        return reverse("desk:guide_chapter", args=[self.slug])


@cache
def chapters() -> dict[str, Chapter]:
    """Every chapter by its slug, along the chain; the glossary is the last."""
    paths = [*sorted(FOLDER.glob("*.md"), key=_place), FOLDER.parent / f"{GLOSSARY}.md"]
    return {path.stem: read_chapter(path.stem, path.read_text()) for path in paths}


def read_chapter(slug: str, text: str) -> Chapter:
    """Read one chapter; ValueError when it has no title."""
    notes = {title.strip(): words for _, title, words in HEADING.findall(text)}
    tokens = _markdown().parse(CODE.sub("", NOTE.sub("", text)))
    titles = list(_titles(tokens))
    if not titles or titles[0][0] != "h1":
        raise ValueError(f"{slug}.md n’a pas de titre.")
    name = titles[0][1]
    sections = tuple(Section(slugify(title), title, frozenset(notes.get(title, "").split())) for _, title in titles[1:])
    roles = frozenset(notes.get(name, "").removeprefix("roles:").split())
    body = tokens[3:]
    _dress(body)
    _lead_home(body)
    html = _markdown().renderer.render(body, _markdown().options, {})
    return Chapter(slug, name, roles, sections, mark_safe(html))  # noqa: S308 - our own text


def chapter_of(role: str, kind: str) -> Chapter | None:
    """The chapter written for « role@kind »."""
    wanted = f"{role}@{kind}"
    return next((chapter for chapter in chapters().values() if wanted in chapter.roles), None)


def help_on(page: str, role: str = "", kind: str = "") -> str:
    """Where the guide explains the page of this name: in one's own chapter first, then in any, then at its start."""
    own = chapter_of(role, kind)
    for chapter in [own, *chapters().values()] if own else chapters().values():
        if chapter is not None and (section := chapter.section_on(page)) is not None:
            return f"{chapter.url}#{section.anchor}"
    return own.url if own else reverse("desk:guide")


def _place(path: Path) -> tuple[int, str]:
    return (ORDER.index(path.stem) if path.stem in ORDER else len(ORDER)), path.stem


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")


def _titles(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open" and opening.tag in {"h1", "h2", "h3"}:
            yield opening.tag, inline.content.strip()


def _dress(tokens: list[Token]) -> None:
    """Let each title be led to; let each row of a table become a card on a narrow screen, its cells named."""
    heads: list[str] = []
    column = 0
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", slugify(inline.content.strip()))
        elif opening.type == "table_open":
            opening.attrSet("class", "table table-cards")
            heads = []
        elif opening.type == "th_open":
            opening.attrSet("scope", "col")
            heads.append(inline.content)
        elif opening.type == "tr_open":
            column = 0
        elif opening.type == "td_open":
            opening.attrSet("data-label", heads[column])
            column += 1


def _lead_home(tokens: list[Token]) -> None:
    """Links to other chapters and pictures, written so that they work in the files too, lead to the pages."""
    for token in (child for inline in tokens for child in inline.children or ()):
        if token.type == "link_open" and (found := CHAPTER_LINK.match(str(token.attrs["href"]))):
            address = reverse("desk:guide_chapter", args=[found["slug"]])
            token.attrSet("href", address + (found["anchor"] or ""))
        elif token.type == "image":
            name = str(token.attrs["src"]).removeprefix("images/")
            token.attrSet("src", static(f"guide/{name}"))
            token.attrSet("loading", "lazy")
            _keep_room(token, FOLDER / "images" / name)


def _keep_room(image: Token, path: Path) -> None:
    """Say how large a picture is, read in its head: the section one is led to does not move when it comes."""
    if path.suffix == ".png" and path.is_file():
        with path.open("rb") as picture:
            head = picture.read(24)
        width, height = struct.unpack(">II", head[16:])
        image.attrSet("width", str(width))
        image.attrSet("height", str(height))
