"""A sentence that remembers what it was made of, so that it can be said again in another language.

What is told to a household is written once, in French. ``said("{distributor} lit votre demande.", distributor=…)`` is
that French sentence, and nothing else to whoever prints it; ``kept`` writes down its parts for a paper that is frozen,
and ``Tongue`` says them again with the translations of a day (domaine §7.8).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

from django.utils import timezone, translation
from django.utils.formats import date_format

from prescriptions.enums import SheetLanguage
from typography.french import written_day

TEMPLATE, VALUES, DAY = "said", "with", "day"
"""How the parts of a sentence are called once they are kept."""


class Said(str):
    """A sentence in French, with the words it was made from and what was put in them."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, str]


class SaidDay(str):
    """A day written in French."""

    __slots__ = ("day",)
    day: date

    @classmethod
    def of(cls, value: date | datetime | None) -> Self:
        """The empty text for no day. An instant is told by its day here."""
        made = cls(written_day(value))
        made.day = timezone.localtime(value).date() if isinstance(value, datetime) else value or date.min
        return made


def said(template: str, **values: str) -> Said:
    """``template.format(**values)``; the values may be sentences made so themselves."""
    made = Said(template.format(**values))
    made.template, made.values = template, values
    return made


def kept(told: Any) -> Any:
    """What is told, as JSON keeps it: a text by itself, a sentence by its parts, lists and dictionaries of them."""
    match told:
        case Said():
            return {TEMPLATE: told.template, VALUES: {name: kept(value) for name, value in told.values.items()}}
        case SaidDay():
            return {DAY: told.day.isoformat()} if told else ""
        case str():
            return str(told)
        case Mapping():
            return {name: kept(value) for name, value in told.items()}
    return [kept(one) for one in told]


class Tongue:
    """One language: ``texts`` are the translations of a day, ``{French: text}``, by their words alone."""

    def __init__(self, language: SheetLanguage, texts: Mapping[str, str]) -> None:
        self.language, self.texts = language, {plain(french): text for french, text in texts.items()}

    @property
    def direction(self) -> str:
        """The value of the attribute ``dir`` in HTML."""
        return "rtl" if self.language == SheetLanguage.ARABIC else "ltr"

    def say(self, told: Any) -> Any:
        """The same in this language: a text, a sentence or what ``kept`` made of it. French where nothing is known."""
        match told:
            case Said() | SaidDay():
                return self.say(kept(told))
            case str():
                return self.texts.get(plain(told), told)
            case {"said": template, "with": values}:
                words = self.texts.get(plain(template), template)
                return words.format(**{name: self.say(value) for name, value in values.items()})
            case {"day": written}:
                return self.written_day(date.fromisoformat(written))
            case Mapping():
                return {name: self.say(value) for name, value in told.items()}
        return [self.say(one) for one in told]

    def written_day(self, day: date) -> str:
        """A day as this language writes it."""
        with translation.override(self.language):
            return date_format(day, "DATE_FORMAT")


def plain(text: str) -> str:
    """A text by its words: spaces that do not break are as good as any."""
    return " ".join(text.split())
