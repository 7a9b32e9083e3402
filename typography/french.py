"""Figures, days and telephone numbers as they are written in French, on screens and papers alike."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import dateformat, timezone
from django.utils.formats import number_format

HARD = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
"""As French typography shortens them; Django writes « jan. » and « fév. »."""
UNITS = ((10**12, "To"), (10**9, "Go"), (10**6, "Mo"), (10**3, "ko"))
MINUTE, HOUR = 60, 3600


def euros(amount: Decimal | None, *, cents: bool = False) -> str:
    """An amount: « 180 € », « 49,90 € », with ``cents`` « 180,00 € » as a signed paper says it; empty when none."""
    if amount is None:
        return ""
    decimals = 2 if cents or amount != amount.to_integral_value() else 0
    figures = number_format(amount, decimals, force_grouping=True).replace(HARD, NARROW)
    return f"{figures}{HARD}€"


def percent(rate: Decimal | None) -> str:
    """A rate: « 5 % », « 2,5 % »; empty when there is none."""
    if rate is None:
        return ""
    return f"{number_format(rate, 0 if rate == rate.to_integral_value() else 1)}{HARD}%"


def grouped(figure: int | str | None) -> str:
    """A large whole number with its thousands apart; a word in its place stays."""
    if isinstance(figure, str):
        return figure
    return "" if figure is None else f"{figure:,}".replace(",", NARROW).replace("-", MINUS)


def written_number(figure: Decimal | float) -> str:
    """A number with its comma and its thousands apart, without useless zeros: « 100 000 », « 2,5 », « −2 »."""
    number = Decimal(str(figure)).normalize()
    whole, _, decimals = f"{abs(number):f}".partition(".")
    return f"{MINUS if number < 0 else ''}{grouped(int(whole))}{',' if decimals else ''}{decimals}"


def plural(figure: int, endings: str = ",s") -> str:
    """The ending of a French word: the second one from 2 on; 0 is singular."""
    return endings.split(",")[figure >= 2]


def de(name: object) -> str:
    """« de » before a name, « d’ » before a vowel; what follows is written against it: « d’ » « Aziz »."""
    return "d’" if _begins_with_a_vowel(f"{name}") else "de "


def of(name: object) -> str:
    """A name after « de »: « de Samira », « d’Aziz »."""
    return f"{de(name)}{name}"


def que(name: object) -> str:
    """« que » before a name, « qu’ » before a vowel; what follows is written against it."""
    return "qu’" if _begins_with_a_vowel(f"{name}") else "que "


def _begins_with_a_vowel(name: str) -> bool:
    """A name in H or Y is left whole: only an ear knows whether it elides."""
    first = unicodedata.normalize("NFD", name)[:1].casefold()
    return first != "" and first in "aeiouœæ"


def in_a_sentence(sentence: str) -> str:
    """A sentence inside another: neither its capital nor its full stop; an acronym that begins it stays."""
    begins = sentence[:1] if sentence[1:2].isupper() else sentence[:1].lower()
    return begins + sentence[1:].rstrip(".")


def day(value: date | datetime | None) -> str:
    """A day, Paris time: « 24 nov. 2026 », « 1er déc. 2026 »; empty when there is none."""
    if value is None:
        return ""
    local = timezone.localdate(value) if isinstance(value, datetime) else value
    return f"{'1er' if local.day == 1 else local.day}{HARD}{MONTHS[local.month - 1]} {local.year}"


def moment(instant: datetime) -> str:
    """An instant in full, Paris time: « 24 nov. 2026 à 14 h 05 »."""
    return f"{day(instant)} à {hour(instant)}"


def written_day(value: date | datetime | None) -> str:
    """A day in full, Paris time, as a letter writes it: « 24 novembre 2026 », « 1er janvier 2027 »; empty when none."""
    if value is None:
        return ""
    local = timezone.localdate(value) if isinstance(value, datetime) else value
    return f"{'1er' if local.day == 1 else local.day}{HARD}{dateformat.format(local, 'F Y')}"


def written_moment(instant: datetime) -> str:
    """An instant in full, Paris time, as a paper writes it: « 24 novembre 2026 à 14 h 05 »."""
    return f"{written_day(instant)} à {hour(instant)}"


def hour(instant: datetime) -> str:
    """The hour of an instant, Paris time: « 14 h 05 »."""
    local = timezone.localtime(instant)
    return f"{local.hour}{HARD}h{HARD}{local:%M}"


def to_the_second(instant: datetime | None) -> str:
    """An instant to the second, Paris time, as evidence prints it: « 24 nov. 2026 à 14 h 05 min 09 s »."""
    return f"{moment(instant)}{HARD}min{HARD}{timezone.localtime(instant):%S}{HARD}s" if instant else ""


def lasting(duration: timedelta | None) -> str:
    """How long something took: « 1 h 02 min 05 s », « 0 s »; empty when it is not known."""
    if duration is None:
        return ""
    seconds = int(duration.total_seconds())
    if seconds < MINUTE:
        return f"{seconds}{HARD}s"
    told = f"{seconds % HOUR // MINUTE:02}{HARD}min{HARD}{seconds % MINUTE:02}{HARD}s"
    return told.lstrip("0") if seconds < HOUR else f"{seconds // HOUR}{HARD}h{HARD}{told}"


def storage(size: int | None) -> str:
    """A size in bytes, in the thousands makers count with: « 256 Go »."""
    if size is None:
        return ""
    for unit, name in UNITS:
        if size >= unit:
            figure = Decimal(size) / unit
            return f"{number_format(figure.quantize(Decimal('0.1')).normalize(), None, use_l10n=True)}{HARD}{name}"
    return f"{size}{HARD}octets"


def full_day(value: date | datetime | None) -> str:
    """A day and which of the week it is, Paris time: « mardi 1er décembre 2026 »; empty when there is none."""
    if value is None:
        return ""
    local = timezone.localdate(value) if isinstance(value, datetime) else value
    return f"{dateformat.format(local, 'l')} {written_day(local)}"


def days_ago(instant: datetime | None) -> str:
    """Since when, in whole local days: « aujourd’hui », « hier », « il y a 3 jours »."""
    if instant is None:
        return ""
    days = (timezone.localdate() - timezone.localdate(instant)).days
    return {0: "aujourd’hui", 1: "hier"}.get(days, f"il y a {days}{HARD}jours")


def how_long_ago(instant: datetime | None, now: datetime) -> str:
    """How long before ``now``, to the unit that matters: « à l’instant », « il y a 3 minutes », « il y a 2 jours »."""
    if instant is None:
        return ""
    minutes = int((now - instant).total_seconds() // 60)
    if minutes < 1:
        return "à l’instant"
    for size, unit in ((24 * 60, "jour"), (60, "heure"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"il y a {number}{HARD}{unit}{plural(number)}"
    raise AssertionError


def days_left(value: date | datetime | None) -> str:
    """How far a day is: « dans 3 jours », « demain », « aujourd’hui », « dépassé depuis hier »."""
    if value is None:
        return ""
    until = timezone.localdate(value) if isinstance(value, datetime) else value
    days = (until - timezone.localdate()).days
    if days < 0:
        return "dépassé depuis hier" if days == -1 else f"dépassé depuis {-days}{HARD}jours"
    return {0: "aujourd’hui", 1: "demain"}.get(days, f"dans {days}{HARD}jours")


def by_pairs(number: str) -> str:
    """A French telephone number by pairs: « 06 12 34 56 78 »; another one as it was typed."""
    digits = "".join(character for character in number if character.isdigit())
    if len(digits) != 10 or not digits.startswith("0"):
        return number
    return HARD.join(re.findall("..", digits))


def dialled(number: str) -> str:
    """A telephone number as a link dials it, which holds no space (RFC 3966): « 0612345678 », « +33612345678 »."""
    signs = "".join(sign for sign in number if sign in "+0123456789")
    return signs[:1] + signs[1:].replace("+", "")


@dataclass(frozen=True)
class Noun:
    """What a list counts: « 3 livraisons », « Aucune livraison », « 2 livraisons annulées »."""

    one: str
    many: str
    feminine: bool = False

    @property
    def title(self) -> str:
        """« Livraisons »."""
        return self.many[0].upper() + self.many[1:]

    @property
    def none(self) -> str:
        """« Aucune livraison »."""
        return f"{self.agreed('Aucun', 1)} {self.one}"

    def counted(self, figure: int) -> str:
        """« 3 livraisons »; 0 is singular."""
        return f"{grouped(figure)} {plural(figure, f'{self.one},{self.many}')}"

    def agreed(self, word: str, figure: int) -> str:
        """A word that agrees with so many of them: « changé », « changées »."""
        return f"{word}{'e' if self.feminine else ''}{plural(figure)}"
