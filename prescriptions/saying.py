"""A sentence that remembers what it was made of, so that it can be said again in another language.

What is told to a household is written once, in French: ``translatable("{distributor} lit votre demande.",
distributor=…)`` is that French sentence, and nothing else to whoever prints it; ``as_parts`` writes down its parts for
a paper that is frozen, and ``Tongue`` says them again with the translations of a day (domaine §7.8).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any, Self

from django.utils import timezone, translation
from django.utils.formats import date_format

from prescriptions.enums import SheetLanguage
from typography.french import HARD, full_day, hour, written_day

TEMPLATE, VALUES, DAY, WEEKDAY, HOUR = "said", "with", "day", "weekday", "hour"
"""How the parts of a sentence are called once they are kept."""


class TranslatableSentence(str):
    """A sentence in French, with the words it was made from and what was put in them."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, str]


class TranslatableDay(str):
    """A day written in French; ``part``: whether it is told with its day of the week, and how it is kept."""

    __slots__ = ("day", "part")
    day: date
    part: str

    @classmethod
    def of(cls, value: date | datetime | None, part: str = DAY) -> Self:
        """The empty text for no day. An instant is told by its day here."""
        made = cls(full_day(value) if part == WEEKDAY else written_day(value))
        made.day = timezone.localdate(value) if isinstance(value, datetime) else value or date.min
        made.part = part
        return made


class TranslatableHour(str):
    """The hour of an instant written in French, which others write « 14:05 »."""

    __slots__ = ("clock",)
    clock: str

    @classmethod
    def of(cls, instant: datetime) -> Self:
        made = cls(hour(instant))
        made.clock = f"{timezone.localtime(instant):%H:%M}"
        return made


def translatable(template: str, **values: str) -> TranslatableSentence:
    """``template.format(**values)``; the values may be sentences made so themselves."""
    made = TranslatableSentence(template.format(**values))
    made.template, made.values = template, values
    return made


def translatable_moment(instant: datetime) -> TranslatableSentence:
    """« mardi 1er décembre 2026 à 10 h 00 »."""
    return translatable("{day} à {hour}", day=TranslatableDay.of(instant, WEEKDAY), hour=TranslatableHour.of(instant))


def in_other_words(told: str, words: Mapping[str, str]) -> str:
    """The same sentence where some of those that it is made of, ``{as written: as said here}``, are said otherwise."""
    if not isinstance(told, TranslatableSentence):
        return told
    values = {name: in_other_words(value, words) for name, value in told.values.items()}
    return translatable(words.get(told.template, told.template), **values)


def as_parts(told: Any) -> Any:
    """What is told, as JSON keeps it: a text by itself, a sentence by its parts, lists and dictionaries of them."""
    match told:
        case TranslatableSentence():
            return {TEMPLATE: told.template, VALUES: {name: as_parts(value) for name, value in told.values.items()}}
        case TranslatableDay():
            return {told.part: told.day.isoformat()} if told else ""
        case TranslatableHour():
            return {HOUR: told.clock}
        case str():
            return str(told)
        case Mapping():
            return {name: as_parts(value) for name, value in told.items()}
    return [as_parts(one) for one in told]


def from_parts(told: Any) -> Any:
    """What ``as_parts`` wrote down, as it was told: it can be said in French, or again in another language."""
    match told:
        case {"said": template, "with": values}:
            return translatable(template, **{name: from_parts(value) for name, value in values.items()})
        case {"day": written} | {"weekday": written}:
            return TranslatableDay.of(date.fromisoformat(written), next(iter(told)))
        case {"hour": clock}:
            made = TranslatableHour(f"{int(clock[:2])}{HARD}h{HARD}{clock[3:]}")
            made.clock = clock
            return made
        case Mapping():
            return {name: from_parts(value) for name, value in told.items()}
        case list():
            return [from_parts(one) for one in told]
    return told


class Tongue:
    """One language: ``texts`` are the translations of a day, ``{French: text}``, by their words alone."""

    def __init__(self, language: SheetLanguage, texts: Mapping[str, str]) -> None:
        self.language, self.texts = language, {plain(french): text for french, text in texts.items()}

    @property
    def direction(self) -> str:
        """The value of the attribute ``dir`` in HTML."""
        return "rtl" if self.language == SheetLanguage.ARABIC else "ltr"

    def say(self, told: Any) -> Any:
        """The same in this language: a text, a sentence or its parts (``as_parts``). French where nothing is known."""
        match told:
            case TranslatableSentence() | TranslatableDay() | TranslatableHour():
                return self.say(as_parts(told))
            case str():
                return self.texts.get(plain(told), told)
            case {"said": template, "with": values}:
                words = self.texts.get(plain(template), template)
                return words.format(**{name: self.say(value) for name, value in values.items()})
            case {"day": written}:
                return self.written_day(date.fromisoformat(written))
            case {"weekday": written}:
                return self.written_day(date.fromisoformat(written), weekday=True)
            case {"hour": clock}:
                return clock
            case Mapping():
                return {name: self.say(value) for name, value in told.items()}
        return [self.say(one) for one in told]

    def written_day(self, day: date, *, weekday: bool = False) -> str:
        """A day as this language writes it, with its day of the week first if wanted."""
        with translation.override(self.language):
            written = date_format(day, "DATE_FORMAT")
            return f"{date_format(day, 'l')} {written}" if weekday else written


def plain(text: str) -> str:
    """A text by its words: spaces that do not break are as good as any."""
    return " ".join(text.split())


def listed(things: Iterable[str]) -> str:
    """« une pièce d’identité, de quoi payer 40 € »."""
    return reduce(lambda one, other: translatable("{one}, {other}", one=one, other=other), things)
