"""Names as people write them at the head of a column or in a cell, made comparable. Pure."""

import re
import unicodedata

ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
"""« Date d’achat (jj/mm/aaaa) »: what stands between brackets is no part of the name."""
SIGNS = re.compile(r"[^0-9a-z]+")
NUMBER = frozenset(("n", "no", "nr", "num", "numero"))
SMALL = frozenset(("d", "de", "des", "du", "l", "la", "le", "les", "en"))


def plain(text: str) -> str:
    """A name without accents, case, punctuation nor small words; « N° de série » and « numero serie » are one."""
    flat = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE")).casefold()
    flat = "".join(sign for sign in flat if not unicodedata.combining(sign))
    words = [word for word in SIGNS.split(flat) if word and word not in SMALL]
    return " ".join("numero" if word in NUMBER else word for word in words)


def bare(text: str) -> str:
    """The same, without what stands between brackets."""
    return plain(ASIDE.sub(" ", text))
