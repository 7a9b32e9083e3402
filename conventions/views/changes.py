"""What changed in a text since the round before, for whoever has read it once already."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from conventions.models import Article, Convention, TextVersion, version_of
from lifecycle.actors import Actor
from lifecycle.typed import with_plain_breaks

type Piece = tuple[str, str]
"""("same", "gone" or "new"; words)"""


@dataclass(frozen=True)
class Changes:
    """Since version ``since``: articles rewritten or added by their code, titles gone or changed, order, terms."""

    since: int
    articles: dict[str, list[Piece]]
    taken_away: list[str]
    renamed: list[tuple[str, str]]
    is_reordered: bool
    terms_gone: list[str]
    terms_new: list[str]

    def __bool__(self) -> bool:
        articles = self.articles or self.taken_away or self.renamed or self.is_reordered
        return bool(articles or self.terms_gone or self.terms_new)


def changes_since(convention: Convention, articles: Sequence[Article], actor: Actor) -> Changes | None:
    """None in the first round, and when the round before was not kept; two queries, and those of the terms."""
    before = TextVersion.objects.visible_to(actor).filter(convention=convention, round=convention.round - 1).first()
    if before is None:
        return None
    held = {code: text for code, _, text in before.articles}
    titles = {code: title for code, title, _ in before.articles}
    now = {article.code: article.text for article in articles}
    terms = version_of(convention).terms
    return Changes(
        since=before.round,
        articles={
            code: list(compared(held.get(code, ""), text))
            for code, text in now.items()
            if code not in held or not same_words(held[code], text)
        },
        taken_away=[title for code, title, _ in before.articles if code not in now],
        renamed=[
            (titles[article.code], article.title)
            for article in articles
            if article.code in titles and titles[article.code] != article.title
        ],
        is_reordered=[code for code in held if code in now] != [code for code in now if code in held],
        terms_gone=[term for term in before.terms if term not in terms],
        terms_new=[term for term in terms if term not in before.terms],
    )


def same_words(before: str, after: str) -> bool:
    """Whether two texts say the same: where their lines break, and how far their words stand apart, says nothing."""
    return before.split() == after.split()


def compared(before: str, after: str) -> Iterable[Piece]:
    """Word by word: what stays, what is gone, what is new, in reading order; what stays, as it is written now."""
    old, new = _words(before), _words(after)
    for kind, i, j, k, m in SequenceMatcher(None, _said(old), _said(new), autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(new[k:m])
            continue
        if i < j:
            yield "gone", "".join(old[i:j])
        if k < m:
            yield "new", "".join(new[k:m])


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", with_plain_breaks(text).strip())


def _said(words: Iterable[str]) -> list[str]:
    """The words and what stands between them, whatever it is."""
    return [" " if word.isspace() else word for word in words]
