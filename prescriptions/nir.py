"""Telling a social security number (NIR), which may not be held here. Source: décret n° 2019-341 du 19 avril 2019."""

import re

from django.core.exceptions import ValidationError

from network.names import judges

SENTENCE = (
    "Ceci ressemble à un numéro de sécurité sociale\u00a0: il ne s’enregistre pas ici (décret n° 2019-341). Retirez-le."
)
GAP = "[ .\u00a0\u202f-]?"
SHAPE = re.compile(
    rf"(?<!\d)([1-478]){GAP}(\d\d){GAP}(0[1-9]|1[0-2]|[2-9]\d){GAP}(\d\d|2[AB]){GAP}(\d{{3}}){GAP}(\d{{3}})(?:(\d\d)(?!\d)|(?!\d))",
    re.IGNORECASE,
)
"""Sex, year, month, département, commune, order; then the key stuck to it, or no digit at all."""
CORSICA = {"2A": "19", "2B": "18"}


def key_of(thirteen: str) -> int:
    """The key of the thirteen characters of a number: 97 less the rest of its division by 97, Corsica counted apart."""
    figures = thirteen[:5] + CORSICA.get(thirteen[5:7].upper(), thirteen[5:7]) + thirteen[7:]
    return 97 - int(figures) % 97


def holds_nir(text: str) -> bool:
    """Tell whether a text holds 13 digits of that shape, or 15 of which the last two are the right key.

    Spaces, dots and dashes between the groups are read through; a longer run of digits is something else.
    """
    for found in SHAPE.finditer(text):
        key = found[7]
        if key is None or int(key) == key_of("".join(found.groups()[:6])):
            return True
    return False


def validate_no_nir(value: str) -> None:
    """Refuse a text that holds a social security number; raises ``ValidationError``."""
    if value and holds_nir(str(value)):
        raise ValidationError(SENTENCE, code="nir")


def refuse_nir(**texts: str) -> None:
    """Refuse those of these texts, by field, that hold one; raises ``ValidationError`` naming each field."""
    found = {name: ValidationError(SENTENCE, code="nir") for name, text in texts.items() if text and holds_nir(text)}
    if found:
        raise ValidationError(found)


def register() -> None:
    """The name of an account holds none either."""
    judges(validate_no_nir)
