"""In what two files look like one household's (machines §4.3): signs that are added up, and never a certainty.

A surname is written in many ways: Nédellec, NEDELEC; Vandewale, Vandewalle; De Smet, Desmet; D’Hondt, Dhondt; one of
two. A day and a month change places. Nothing here reads the database.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from rapidfuzz.distance import JaroWinkler

from prescriptions.enums import DoubleSign
from typography.persons import words_in

SMALL = "ait al aux bel ben bent da das de del della den der des di do dos du el la las le les los st ste van von"
PARTICLES = frozenset(SMALL.split())
"""Words of a surname that make no surname alone."""
NEAR = 0.9
"""From this Jaro-Winkler likeness on, from 0 to 1, two words are near: one letter doubled, left out or mistaken."""
SHORTEST = 4
"""A word with fewer letters is near itself only: Li is not Le."""


def words_of(text: str) -> str:
    """The words of a text in alphabetical order: what is written in another order is the same."""
    return " ".join(sorted(words_in(text)))


class Described(Protocol):
    """What is compared of a file."""

    last_name: Any
    first_name: Any
    birth_date: Any
    phone_key: Any
    email: Any
    address_key: Any


@dataclass(frozen=True)
class Name:
    """A surname, or a first name: written without a gap, and the words that count alone."""

    whole: str
    parts: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Name":
        """The name that a text writes."""
        words = words_in(text)
        return cls("".join(words), frozenset(words) - PARTICLES or frozenset(words))

    def is_near(self, other: "Name") -> bool:
        """Whether both may be one name: spelt otherwise, or one word of several."""
        if not self.whole or not other.whole:
            return False
        few, many = sorted((self.parts, other.parts), key=len)
        return _near(self.whole, other.whole) or all(any(_near(one, word) for word in many) for one in few)


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    return min(len(one), len(other)) >= SHORTEST and JaroWinkler.similarity(one, other) >= NEAR


@dataclass(frozen=True)
class Traits:
    """A file as it is compared, worked out once for all its comparisons."""

    last: Name
    first: Name
    words: str
    birth_date: date | None
    phone: str
    email: str
    address: str

    @classmethod
    def of(cls, file: Described) -> "Traits":
        """Those of a file whose keys are set."""
        return cls(
            Name.of(file.last_name),
            Name.of(file.first_name),
            words_of(f"{file.first_name} {file.last_name}"),
            file.birth_date,
            file.phone_key,
            file.email,
            file.address_key,
        )

    def in_common(self, other: "Traits") -> tuple[DoubleSign, ...]:
        """The signs that both are of one household, in the order of ``DoubleSign``."""
        found: list[DoubleSign | None] = [
            self._name(other),
            self._birth(other),
            DoubleSign.PHONE if self.phone and self.phone == other.phone else None,
            DoubleSign.EMAIL if self.email and self.email == other.email else None,
            DoubleSign.ADDRESS if self.address and self.address == other.address else None,
        ]
        return tuple(sign for sign in found if sign is not None)

    def _name(self, other: "Traits") -> DoubleSign | None:
        if not self.words or not other.words:
            return None
        if self.words == other.words or (self.last.whole, self.first.whole) == (other.last.whole, other.first.whole):
            return DoubleSign.NAME
        if not self.last.is_near(other.last):
            return None
        return DoubleSign.NEAR_NAME if self.first.is_near(other.first) else DoubleSign.SURNAME

    def _birth(self, other: "Traits") -> DoubleSign | None:
        if self.birth_date is None or other.birth_date is None:
            return None
        if self.birth_date == other.birth_date:
            return DoubleSign.BIRTH_DATE
        return DoubleSign.BIRTH_SWAPPED if swapped(self.birth_date) == other.birth_date else None


def swapped(day: date) -> date | None:
    """The date whose day and month have changed places; None when there is none, or when it is the same."""
    if day.day > 12 or day.day == day.month:
        return None
    return day.replace(month=day.day, day=day.month)


def birth_dates(known: Collection[date | None]) -> set[date]:
    """The dates at which someone of these may have been written: those known, and each with day and month swapped."""
    told = {day for day in known if day is not None}
    return told | {other for day in told if (other := swapped(day)) is not None}
