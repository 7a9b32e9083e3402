"""Labels stuck on devices: what one may be made of, how two spellings compare, and the form a workshop fixes."""

import re

from django.db.models import F, Func, Value
from django.db.models.functions import Upper

LONGEST = 40
MADE_OF = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./_-]*[A-Za-z0-9])?")
"""Letters without accent, figures, and between them spaces, dashes, points, slashes and underscores."""
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_TO_PLAIN = str.maketrans(dict.fromkeys(_DASHES, "-"))
_IGNORED = rf"[\s\u00a0\u202f{_DASHES}-]"
SPELT_OUT = Upper(Func(F("tag"), Value(_IGNORED), Value(""), Value("g"), function="regexp_replace"))
"""``normal``, as the database computes it."""
FIGURE, LETTER, EITHER = "#", "@", "*"
_STANDS_FOR = {FIGURE: "[0-9]", LETTER: "[A-Z]", EITHER: "[A-Z0-9]"}
_APART = " -"
"""The signs of a form that its normal form leaves out."""
SHAPE_MADE_OF = re.compile(r"[A-Za-z0-9#@*](?:[A-Za-z0-9 ./_#@*-]*[A-Za-z0-9#@*])?")


def cleaned(tag: object) -> str:
    """A label as it is kept: dashes are plain ones, spaces single; nothing else changes."""
    return " ".join(str(tag or "").translate(_TO_PLAIN).split())


def normal(tag: object) -> str:
    """The one form by which two labels compare: without case, spaces or dashes."""
    return re.sub(_IGNORED, "", str(tag or "")).upper()


def spelt(tag: object, shape: str) -> str:
    """A label as it is kept: as its workshop's form writes it when it has that form, « lil 00917 » as « LIL-00917 »."""
    kept = cleaned(tag)
    if not shape or not fits(kept, shape):
        return kept
    signs = iter(normal(kept))
    return "".join(sign if sign in _APART else next(signs) for sign in shape)


def is_made_right(tag: str) -> bool:
    """Whether a label is made of what a label may be made of."""
    return len(tag) <= LONGEST and MADE_OF.fullmatch(tag) is not None


def fits(tag: str, shape: str) -> bool:
    """Whether a label has the form a workshop fixed: « PRH-#### »; any has when there is none."""
    return not shape or re.fullmatch(pattern_of(shape), normal(tag)) is not None


def pattern_of(shape: str) -> str:
    """What the normal form of a label of that form matches, for Python as for PostgreSQL."""
    return "".join(_STANDS_FOR.get(sign) or re.escape(sign) for sign in normal(shape))


def is_numbered(shape: str) -> bool:
    """Whether only figures are left open in a form, so that one label follows another."""
    return FIGURE in shape and LETTER not in shape and EITHER not in shape
