"""Days, months and working days in France: what a deadline counted in « jours ouvrés » rests on.

Source: code du travail, art. L. 3133-1, the eleven public holidays of the mainland. Alsace-Moselle and overseas have
others. A working day is a weekday, Monday to Friday, that is not a public holiday.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final

FIXED: Final = {
    (1, 1): "Jour de l’an",
    (5, 1): "Fête du Travail",
    (5, 8): "Victoire de 1945",
    (7, 14): "Fête nationale",
    (8, 15): "Assomption",
    (11, 1): "Toussaint",
    (11, 11): "Armistice de 1918",
    (12, 25): "Noël",
}
"""(month, day) of the holidays that do not move."""
AFTER_EASTER: Final = {1: "Lundi de Pâques", 39: "Ascension", 50: "Lundi de Pentecôte"}
"""Days after Easter Sunday of those that do."""
SATURDAY: Final = 5
DAY: Final = timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar, by the anonymous algorithm of Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    correction = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> dict[date, str]:
    """The public holidays of a year, each with its French name, in order."""
    sunday = easter(year)
    found = {date(year, month, day): name for (month, day), name in FIXED.items()}
    for days, name in AFTER_EASTER.items():
        moving = sunday + days * DAY
        found[moving] = " et ".join(filter(None, (found.get(moving), name)))
    return dict(sorted(found.items()))


def is_working_day(day: date) -> bool:
    """Tell whether ``day`` is a weekday, Monday to Friday, and not a public holiday."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def unworked(day: date) -> str:
    """Why a day is not worked: « est un jour férié (Noël) », « n’est pas un jour ouvré »; empty for one that is."""
    if is_working_day(day):
        return ""
    name = holidays(day.year).get(day)
    return f"est un jour férié ({name})" if name else "n’est pas un jour ouvré"


def add_working_days(day: date, number: int) -> date:
    """The working day that comes ``number`` working days after ``day``, which is not counted; before it if negative.

    With 0: ``day`` itself if it is worked, else the next working day.
    """
    if number == 0:
        return day if is_working_day(day) else add_working_days(day, 1)
    step = DAY if number > 0 else -DAY
    left = abs(number)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def add_months(day: date, number: int) -> date:
    """The same day ``number`` months later, or the last day of that month when it is shorter; earlier if negative."""
    months = day.year * 12 + day.month - 1 + number
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_days_between(start: date, end: date) -> int:
    """How many working days follow ``start``, up to ``end`` included; negative when ``end`` comes before."""
    if end < start:
        return -working_days_between(end - DAY, start - DAY)
    return sum(is_working_day(day) for day in _days(start + DAY, end))


def _days(first: date, last: date) -> Iterator[date]:
    """Each day from the first to the last, both included."""
    for rank in range((last - first).days + 1):
        yield first + rank * DAY
