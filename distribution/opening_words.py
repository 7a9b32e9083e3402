"""What the words of a point's opening say of days and hours, held against those at which appointments are offered.

The words are printed on the sheets of households; they are anybody's. What is not plainly understood says nothing, and
nothing is refused: whoever keeps the point is told where the two do not agree.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from itertools import pairwise

from distribution.enums import Weekday
from distribution.models import PointOpening
from refurb.models import DistributionPoint
from typography.french import HARD, in_a_sentence

DAYS = {str(day.label).lower(): int(day) for day in Weekday}
EVERY_DAY = set(DAYS.values())
NOT_UNDERSTOOD = re.compile(r"\b(sauf|ferm\w*|hors|ni|except\w*|semaines?|impair\w*|pair\w*|1er|2e|3e|4e|dernier)\b")
"""Words that take away, or that speak of some weeks: a person reads them."""
_DAY = "|".join(DAYS)
_TOKENS = re.compile(
    rf"(?P<from>{_DAY})s?\s*(?:au|a|-)\s*(?P<to>{_DAY})s?\b|(?P<day>{_DAY})s?\b|(?P<every>tous les jours)"
    r"|\b(?P<hour>[01]?[0-9]|2[0-4])\s*(?:h|:)\s*(?P<minute>[0-5][0-9])?|(?<!s[ -])\b(?P<noon>midi)\b"
)


@dataclass
class Said:
    """Some days, and the hours that are said of them; no hour: at any."""

    days: set[int]
    marks: list[time] = field(default_factory=list)

    def allows(self, opening: PointOpening) -> bool:
        """Whether these hours are within what is said of that day."""
        if len(self.marks) % 2:
            return True
        spans = list(zip(self.marks[::2], self.marks[1::2], strict=True))
        return not spans or any(first <= opening.starts_at and opening.ends_at <= last for first, last in spans)


def at_odds(point: DistributionPoint, today: date) -> str:
    """At which hours appointments are offered against what is written; empty when nothing says so. One query."""
    if not (said := understood(point.opening)):
        return ""
    openings = PointOpening.objects.filter(point=point).exclude(valid_to__lt=today)
    other = [in_a_sentence(_words(one)) for one in openings if not _is_said(one, said)]
    if not other:
        return ""
    return (
        f"Les feuilles des foyers disent «\u00a0{point.opening}\u00a0», mais des rendez-vous se prennent aussi"
        f" {', '.join(other)}\u00a0: corrigez l’un ou l’autre."
    )


def understood(words: str) -> list[Said]:
    """What is said of which days; nothing where it is not plain."""
    text = unicodedata.normalize("NFKC", words).lower().replace("à", "a").replace("–", "-").replace("—", "-")
    if NOT_UNDERSTOOD.search(text):
        return []
    said: list[Said] = []
    for token in _TOKENS.finditer(text):
        if days := _days_of(token):
            if not said or said[-1].marks:
                said.append(Said(set()))
            said[-1].days |= days
        else:
            if not said:
                said.append(Said(set(EVERY_DAY)))
            said[-1].marks.append(_hour_of(token))
    is_plain = all(first <= last for one in said for first, last in pairwise(one.marks))
    return said if is_plain else []


def _is_said(opening: PointOpening, said: Iterable[Said]) -> bool:
    return any(opening.weekday in one.days and one.allows(opening) for one in said)


def _days_of(token: re.Match[str]) -> set[int]:
    if token["every"]:
        return set(EVERY_DAY)
    if token["from"]:
        first, last = DAYS[token["from"]], DAYS[token["to"]]
        return {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    return {DAYS[token["day"]]} if token["day"] else set()


def _hour_of(token: re.Match[str]) -> time:
    if token["noon"]:
        return time(12)
    return time.max if token["hour"] == "24" else time(int(token["hour"]), int(token["minute"] or 0))


def _words(opening: PointOpening) -> str:
    return f"{opening.get_weekday_display()} de {_clock(opening.starts_at)} à {_clock(opening.ends_at)}"


def _clock(at: time) -> str:
    """« 9 h », « 12 h 30 »."""
    return f"{at.hour}{HARD}h{HARD}{at:%M}" if at.minute else f"{at.hour}{HARD}h"
