"""Days as people and spreadsheets write them, whole or not. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from imports.readers.names import plain

EPOCH = date(1899, 12, 30)
"""Day 0 of the spreadsheets that count from 1900 (ECMA-376, part 1, 18.17.4.1), as all of them do by default."""
SERIAL = re.compile(r"[2-6]\d{4}(?:[.,]\d+)?")
"""1954 to 2091: no year looks like it."""
ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ]\d{1,2}:\d{2}.*)?")
FRENCH = re.compile(r"(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{2}|\d{4})(?:[T ]+\d{1,2}[:hH]\d{2}.*)?")
YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?")
MONTH_ONLY = re.compile(r"(\d{1,2})[/\-. ](\d{4})")
YEAR_ONLY = re.compile(r"(\d{4})(?:[.,]0+)?")
SHAPES = ((ISO, "ymd"), (YEAR_ONLY, "y"), (YEAR_FIRST, "ymd"), (FRENCH, "dmy"), (MONTH_ONLY, "my"))
IN_LETTERS = re.compile(r"(?:(?:[a-z]+ )?(\d{1,2})(?:er)? )?([a-z]{3,}) (\d{2}|\d{4})")
COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
MONTHS = (
    ("janvier", "jan", "janv", "january"),
    ("fevrier", "fev", "fevr", "feb", "february"),
    ("mars", "mar", "march"),
    ("avril", "avr", "apr", "april"),
    ("mai", "may"),
    ("juin", "jun", "june"),
    ("juillet", "juil", "jul", "july"),
    ("aout", "aou", "aug", "august"),
    ("septembre", "sep", "sept", "september"),
    ("octobre", "oct", "october"),
    ("novembre", "nov", "november"),
    ("decembre", "dec", "december"),
)
MONTH_OF = {word: rank for rank, words in enumerate(MONTHS, 1) for word in words}


@dataclass(frozen=True)
class Period:
    """A day, or a month or a year when no more is said."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def date(self) -> date | None:
        """The day, when it is whole."""
        return None if self.month is None or self.day is None else date(self.year, self.month, self.day)


def period_of(text: str, *, today: date) -> Period | None:
    """What a cell says of a day, a month or a year; None when it says none, or one that does not exist.

    « 3/2/2021 », « 03-02-21 », « 2021-02-03 », « 3 février 2021 », « février 2021 », « 02/2021 », « 2021 » and the
    serial number of a spreadsheet (44230) are understood. The day comes first, as in France, unless that is no month.
    A year of two figures is the last one that is not after ``today``.
    """
    said = " ".join(text.split())
    if SERIAL.fullmatch(said):
        day = EPOCH + timedelta(days=int(re.split("[.,]", said)[0]))
        return Period(day.year, day.month, day.day)
    for shape, order in SHAPES:
        if found := shape.fullmatch(said):
            return _known(dict(zip(order, found.groups(), strict=True)), today)
    if found := COMPACT.fullmatch(said):
        return _known(dict(zip("ymd", found.groups(), strict=True)), today)
    if (found := IN_LETTERS.fullmatch(plain(said))) and found[2] in MONTH_OF:
        return _known({"d": found[1], "m": str(MONTH_OF[found[2]]), "y": found[3]}, today)
    return None


def _known(parts: dict[str, str | None], today: date) -> Period | None:
    year, month, day = (int(part) if (part := parts.get(name)) else None for name in "ymd")
    assert year is not None
    if len(parts["y"] or "") == 2:
        century = today.year // 100 * 100
        year += century if year <= today.year % 100 else century - 100
    if month is not None and month > 12 and day is not None and day <= 12:
        month, day = day, month
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    return Period(year, month, day)
