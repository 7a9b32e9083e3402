"""The articles of a text as its document prints them: numbered, with those that are written from the dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from conventions.enums import ALIVE
from conventions.models.convention import Convention
from conventions.models.terms import ConventionClause
from typography.french import written_day

OBJECT, DURATION = "amendment-object", "duration"
"""The articles nobody writes; no clause has these codes."""
WHOLE_TEXT = "L’ensemble du texte"


@dataclass(frozen=True)
class Article:
    """One article, as it is read on a page; ``clause`` is None for the one the dates write."""

    number: int
    code: str
    title: str
    text: str
    clause: ConventionClause | None = None

    @property
    def heading(self) -> str:
        """« Article 9 – Garantie », the same on every page and on the paper."""
        return f"Article {self.number} – {self.title}"

    @property
    def rewritten_by(self) -> Convention | None:
        """The amendment that gives it its wording of today; known where the page marked its clauses."""
        return getattr(self.clause, "rewritten_by", None)


def articles_of(convention: Convention, clauses: Sequence[ConventionClause] | None = None) -> list[Article]:
    """Every article in the order and with the number of the document that is signed."""
    written = list(convention.clauses.all()) if clauses is None else list(clauses)
    rows = [(clause.code, clause.title, clause.text, clause) for clause in written]
    if convention.is_amendment:
        said = [*_amendment_opens(convention), *rows]
    else:
        said = [*rows[:1], *_duration(convention, rows), *rows[1:]]
    return [Article(number, *row) for number, row in enumerate(said, start=1)]


def wording_of_today(convention: Convention) -> dict[str, str]:
    """``{code: words}`` of each article of a convention as it holds now, with its amendments in force."""
    clauses = ConventionClause.objects.filter(
        models.Q(convention=convention) | models.Q(convention__amends=convention, convention__state__in=ALIVE)
    )
    # The convention is older than what amends it.
    return dict(clauses.order_by("convention_id", "pk").values_list("code", "text"))


def _duration(convention: Convention, rows: Sequence[object]) -> list[tuple[str, str, str, None]]:
    if not rows:
        return []
    first, last = written_day(convention.starts_on) or "…", written_day(convention.ends_on) or "…"
    text = f"La convention prend effet le {first} et prend fin le {last}, ces deux jours inclus."
    return [(DURATION, "Durée", f"{text} Elle ne se renouvelle pas tacitement.", None)]


def _amendment_opens(convention: Convention) -> list[tuple[str, str, str, None]]:
    amended = convention.amends
    first = written_day(convention.starts_on) or "…"
    text = f"Le présent avenant modifie la convention {amended} à compter du {first}. Ce qu’il ne modifie pas demeure."
    said: list[tuple[str, str, str, None]] = [(OBJECT, "Objet", text, None)]
    if changes_end(convention):
        last = written_day(convention.ends_on)
        said.append((DURATION, "Durée", f"La convention modifiée prend fin le {last}, ce jour inclus.", None))
    return said


def changes_end(convention: Convention) -> bool:
    """Whether an amendment gives a new last day; once its document is drawn, what it said.

    What it amends may have taken that day since, or another.
    """
    document = convention.document
    if document is not None and "ends_changed" in document.values:
        return bool(document.values["ends_changed"])
    if document is not None and convention.activated_at is not None:
        return True  # its values were forgotten; the day was said, or is the same
    return convention.amends is not None and convention.amends.ends_on != convention.ends_on


def paragraphs_of(text: str) -> list[dict[str, Any]]:
    """The text of an article in paragraphs (``text``, ``items``); lines that begin with a dash are those of a list."""
    found = []
    for block in text.replace("\r", "").split("\n\n"):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        told = [line for line in lines if not line.startswith("- ")]
        items = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
        if told or items:
            found.append({"text": " ".join(told), "items": items})
    return found
