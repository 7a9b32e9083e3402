"""What every thread of the story shares: the cast, the catalogue, chance, and the agenda."""

from collections import Counter, defaultdict
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from random import Random
from typing import Any

from calendars.working_days import is_working_day
from conventions.models import Convention
from demo.agenda import Agenda
from demo.calendar import local, working_day
from demo.cast import Cast
from demo.catalogue import Catalogue
from demo.drawing import Drawing, Press
from demo.tags import Rolls
from documents.models import Document
from donations.services.donations import Ruling
from refurb.models import Checklist

MORNING = (8 * 60 + 40, 12 * 60)
AFTERNOON = (13 * 60 + 30, 16 * 60 + 50)
"""When people act, in minutes of the day."""
SLOWNESS = {"lille": 1.0, "sambre": 1.6, "littoral": 2.6}
"""How long devices wait for their turn in each workshop, beside the quickest."""


class StoryPart(StrEnum):
    """What is told beside the rest of a story, each by itself (``demo.apart``)."""

    BENCH = "bench"
    FILES = "files"


@dataclass
class Story:
    """The story runs from ``first`` to the eve of ``last``; ``rng`` is the only source of chance."""

    cast: Cast
    catalogue: Catalogue
    rng: Random
    agenda: Agenda
    first: date
    last: date
    press: Press = field(default_factory=Press)
    """What other processes do."""
    papers: Drawing | None = None
    """Who draws the papers of the story: the press, unless another is named."""
    doomed: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The devices each workshop keeps for its recycler, by key."""
    offered: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The reconditioned devices each workshop may allot, by key."""
    sent: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The devices each workshop allotted last week, which it sends next."""
    boxes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The devices that the weekly deliveries brought to each point, by key."""
    leaving: list[Any] = field(default_factory=list)
    """The devices that left the bench for a way of their own (``demo.handed.Leaving``)."""
    tabled: dict[int, list[Ruling]] = field(default_factory=dict)
    """What the plan decides of each lot that is announced, by key: a committee that sits before the pilot says it."""
    examined: list[Any] = field(default_factory=list)
    """The requests that the distributor has looked at and found in order."""
    effects: set[date] = field(default_factory=set)
    """The days on which a convention takes effect."""
    conventions: dict[str, Convention] = field(default_factory=dict)
    """Those that came into force, by the codes of ``demo.conventions``."""
    _numbers: Counter[str] = field(default_factory=Counter)

    def draw(self, document: Document) -> Future[bytes]:
        """The PDF of a paper, as soon as it is drawn."""
        return (self.papers or self.press).draw(document)

    @cached_property
    def worked(self) -> list[date]:
        """The working days of the story."""
        days = (self.first + timedelta(days=rank) for rank in range((self.last - self.first).days))
        return [day for day in days if is_working_day(day)]

    def back(self, days: int) -> date:
        """The day that many working days before the end."""
        return working_day(self.last, -days)

    def moment(self, day: date) -> datetime:
        """An instant of the working hours of a day."""
        low, high = self.rng.choice((MORNING, AFTERNOON))
        minute = self.rng.randint(low, high)
        return local(day, minute // 60, minute % 60, self.rng.randint(0, 59))

    def number(self, series: str) -> int:
        """The next number of a series."""
        self._numbers[series] += 1
        return self._numbers[series]

    @cached_property
    def labels(self) -> Rolls:
        """What the workshops stick on devices."""
        return Rolls(self.cast)

    @cached_property
    def functions(self) -> dict[str, list[tuple[str, bool]]]:
        """For each type of device, the functions to test, and whether a device may do without."""
        found: dict[str, list[tuple[str, bool]]] = {}
        for checklist in Checklist.objects.order_by("type", "version").prefetch_related("functions"):
            found[checklist.type] = [(one.code, bool(one.not_applicable_when)) for one in checklist.functions.all()]
        return found
