"""Whether a free text says who a person is: a title before a name, a mail, a telephone number. Pure.

It is a warning, never a proof: a name without a title is a word like another.
"""

import re

TITLED = re.compile(r"(?i:\b(?:mme|mlle|madame|mademoiselle|monsieur)\b)\.?\s+[^\W\d_]{2}")
"""« mme martin »: after these, any word is a name."""
ABRIDGED = re.compile(r"\b(?:M\.|MM\.|Mr|MR|Dr|DR|Pr|Me)\.?\s*[A-ZÀ-ÖØ-Þ][^\W\d_]+")
"""« M. Martin », and neither « M.2 » nor « M. le maire »: after these, a name takes a capital."""
MAIL = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+\.[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w-])(?:\+33\s?|0)[1-9](?:[\s.-]?\d{2}){4}(?![\w-])")


def names_somebody(text: str) -> bool:
    """Whether it says who a person is, or how to reach him, as far as signs tell."""
    return any(sign.search(text) for sign in (TITLED, ABRIDGED, MAIL, PHONE))
