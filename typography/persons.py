"""Whether a free text says who a person is: a title before a name, a mail, a number, a name one looks for. Pure.

It is a sign, never a proof: a name without a title is a word like another, unless one knows whom to look for.
"""

import re
import unicodedata

TITLE = r"(?i:\b(?:mme|mlle|madame|mademoiselle|monsieur)\b)\.?\s+"
TITLED = re.compile(TITLE + r"[^\W\d_]{2}")
"""« mme martin »: after these, any word is a name."""
PLAINLY_TITLED = re.compile(TITLE + r"(?!(?:la|le|les|et|ou|de|du|des|un|une|votre|notre|vos|nos)\b|l[’'])[^\W\d_]{2}")
"""The same without « madame la directrice », « madame votre conseillère », nor « madame ou monsieur »."""
ABRIDGED = re.compile(r"\b(?:M\.|MM\.|Mr|MR|Dr|DR|Pr|Me)\.?\s*[A-ZÀ-ÖØ-Þ][^\W\d_]+")
"""« M. Martin », and neither « M.2 » nor « M. le maire »: after these, a name takes a capital."""
MAIL = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+\.[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w-])(?:\+33\s?|0)[1-9](?:[\s.-]?\d{2}){4}(?![\w-])")
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "þ": "th"})
"""The letters that have no accent to take away."""
APOSTROPHES = re.compile("['’ʼ`´‘]")


def names_somebody(text: str) -> bool:
    """Whether it says who a person is, or how to reach him, as far as signs tell."""
    return any(sign.search(text) for sign in (TITLED, ABRIDGED, MAIL, PHONE))


def is_titled(text: str) -> bool:
    """Whether a name plainly follows a title: what is surely one is refused, what may be one is told."""
    return any(sign.search(text) for sign in (PLAINLY_TITLED, ABRIDGED))


def words_in(text: str) -> list[str]:
    """The words of a text as they are compared: no accent, no case, no sign; an apostrophe parts no word."""
    lower = APOSTROPHES.sub("", text.lower()).translate(LETTERS)
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain)


def says(text: str, first_name: str, last_name: str) -> bool:
    """Whether a text holds a whole name, in either order, however it is written."""
    plain = f" {' '.join(words_in(text))} "
    first, last = words_in(first_name), words_in(last_name)
    return bool(first and last) and any(f" {' '.join(one)} " in plain for one in ([*first, *last], [*last, *first]))
