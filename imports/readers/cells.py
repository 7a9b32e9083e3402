"""What one cell says: an identifier, a number, an amount, a day. Pure; each raises Unread with its French sentence."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from imports.readers.days import Period, period_of

ERROR = re.compile(r"#(?:N/?A|DIV/0|REF|NOM|NAME|VALEUR|VALUE|NUM|NOMBRE|NULL?)[!?]*", re.IGNORECASE)
"""What a formula that failed leaves behind: nothing was said."""
ABSENT = frozenset(("-", "--", "–", "—", "/", "?", "n/a", "na", "nc", "néant", "neant", "null", "none", "vide"))
SPOILT = re.compile(r"[+-]?\d[.,]?\d*E\+\d+|[+-]?\d[.,]\d+E\d+", re.IGNORECASE)
"""A long number that a spreadsheet shows in powers of ten: its last figures are lost."""
TO_THE_POINT = re.compile(r"\d+[.,]0+")
"""A number that was read as a decimal: what stood before its first figure, a zero say, is lost."""
AMOUNT = re.compile(r"[^0-9,.\-]")
THOUSANDS = re.compile(r"-?\d{1,3}(?:[.,]\d{3})+")

type Reader = Callable[[str], object]


class Unread(ValueError):
    """A cell that does not say what is asked; its message is the sentence to show."""


def said(text: str) -> str:
    """What a cell says, on one line; empty when it says that there is nothing."""
    flat = " ".join(text.split())
    return "" if flat.casefold() in ABSENT or ERROR.fullmatch(flat) else flat


def words(text: str) -> str:
    """Any text."""
    return text


def identifier(text: str) -> str:
    """A number that names one thing, as it was typed."""
    if SPOILT.fullmatch(text) or TO_THE_POINT.fullmatch(text):
        raise Unread(
            f"«\u00a0{text}\u00a0» est un numéro abîmé par le tableur\u00a0: mettez la colonne au format Texte,"
            " tapez de nouveau le numéro entier, puis enregistrez."
        )
    return text


def amount(text: str) -> Decimal:
    """An amount in euros, with the signs of France or not."""
    bare = AMOUNT.sub("", text.removesuffix("EUR"))
    if bare.count(",") and bare.count("."):
        decimal = max(bare.rfind(","), bare.rfind("."))
        bare = re.sub("[,.]", "", bare[:decimal]) + "." + bare[decimal + 1 :]
    elif THOUSANDS.fullmatch(bare) and (bare.count(".") + bare.count(",") > 1):
        bare = re.sub("[,.]", "", bare)
    try:
        value = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un montant en euros.") from None
    if not value.is_finite() or value < 0 or value >= 1_000_000 or not re.fullmatch(r"[\d\s.,€$EUReur-]+", text):
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un montant possible.")
    return value.quantize(Decimal("0.01"))


def whole(text: str) -> int:
    """A whole number, from 1."""
    bare = re.sub(r"\s", "", text)
    if not (found := re.fullmatch(r"(\d{1,6})(?:[.,]0+)?", bare)) or not int(found[1]):
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un nombre entier.")
    return int(found[1])


def period(text: str, *, today: date) -> Period:
    """A day, a month or a year."""
    found = period_of(text, today=today)
    if found is None:
        raise Unread(f"«\u00a0{text}\u00a0» n’est ni une date ni une année.")
    return found
