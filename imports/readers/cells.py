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
EURO = r"(?:€|EUR(?:OS?)?)"
CENTS = re.compile(rf"([0-9][0-9\s]*){EURO}\s*([0-9]{{2}})", re.IGNORECASE)
"""« 12 € 50 »."""
AMOUNT = re.compile(rf"(?:{EURO}\s*)?([0-9][0-9.,\s]*?)(?:[.,]-)?\s*{EURO}?", re.IGNORECASE)
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")
AS_SHOWN = re.compile(r'="([^"]*)"')
"""The whole of a cell: how the file of the lines left out writes a code that a spreadsheet would take for a number."""
HARMLESS = re.compile(r"'(?=[\t\r]|\s*[=+\-@])")
"""What the file of the lines left out puts before a text that a spreadsheet would take for a formula."""

type Reader = Callable[[str], object]


class Unread(ValueError):
    """A cell that does not say what is asked; its message is the sentence to show."""


def cell_text(text: str) -> str:
    """What a cell says, on one line; empty when it says that there is nothing."""
    flat = " ".join((text[1:] if HARMLESS.match(text) else text).split())
    if shown := AS_SHOWN.fullmatch(flat):
        flat = shown[1].strip()
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
    """An amount in euros, with the signs of France or not; one that may be read two ways is refused."""
    if cents := CENTS.fullmatch(text):
        bare = f"{re.sub(r'\s', '', cents[1])}.{cents[2]}"
    elif found := AMOUNT.fullmatch(text):
        bare = re.sub(r"\s", "", found[1])
    else:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un montant possible.")
    if THOUSANDS.fullmatch(bare) and bare.count(".") + bare.count(",") == 1:
        raise Unread(
            f"«\u00a0{text}\u00a0» se lit de deux façons, milliers ou décimales\u00a0: écrivez-le sans séparateur de"
            " milliers, avec deux décimales au plus."
        )
    if bare.count(",") and bare.count("."):
        decimal = max(bare.rfind(","), bare.rfind("."))
        bare = re.sub("[,.]", "", bare[:decimal]) + "." + bare[decimal + 1 :]
    elif THOUSANDS.fullmatch(bare) and (bare.count(".") + bare.count(",") > 1):
        bare = re.sub("[,.]", "", bare)
    try:
        value = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un montant en euros.") from None
    if value >= 1_000_000:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un montant possible.")
    return value.quantize(Decimal("0.01"))


def whole(text: str) -> int:
    """A whole number, from 1; « 1.000 » may be one or a thousand, and is refused."""
    bare = re.sub(r"\s", "", text)
    if not (found := re.fullmatch(r"(\d{1,6})(?:[.,]0{1,2})?", bare)) or not int(found[1]):
        raise Unread(
            f"«\u00a0{text}\u00a0» n’est pas un nombre qui va ici\u00a0: écrivez un nombre entier, de 1 à 999\u00a0999."
        )
    return int(found[1])


def period(text: str, *, today: date) -> Period:
    """A day, a month or a year."""
    found = period_of(text, today=today)
    if found is None:
        raise Unread(f"«\u00a0{text}\u00a0» n’est ni une date ni une année.")
    return found
