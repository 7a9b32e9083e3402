"""What the name of a person who has an account may be: it is printed on what she signs."""

import unicodedata
from collections.abc import Callable

from django.core.exceptions import ValidationError

type Judge = Callable[[str], None]
_judges: list[Judge] = []
UNSEEN = "CZ"
"""The categories of signs that nobody sees, or that turn what follows them around; a plain space is none."""


def judges(judge: Judge) -> None:
    """Say what else no name may hold, as an upper app knows it: the judge raises ValidationError."""
    if judge not in _judges:
        _judges.append(judge)


def validate_person_name(name: str) -> None:
    """Refuse what is no part of a name: signs that are not seen, markup, no letter. Raises ValidationError."""
    if any(sign != " " and unicodedata.category(sign)[0] in UNSEEN for sign in name):
        raise ValidationError("Ce nom porte un signe qui ne se voit pas\u00a0: tapez-le de nouveau.", code="unseen")
    if set("<>{}") & set(name):
        raise ValidationError("Un nom ne porte ni chevron ni accolade.", code="markup")
    if name and not any(sign.isalpha() for sign in name):
        raise ValidationError("Un nom s’écrit avec des lettres.", code="letters")
    for judge in _judges:
        judge(name)
