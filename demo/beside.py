"""Each part that is told apart, beside the rest of a story: by a process of its own."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from types import TracebackType
from typing import Any, Protocol, Self

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from demo.agenda import Agenda
from demo.apart import Plans, Told, ToldApart
from demo.calendar import local
from demo.cast import Cast
from demo.catalogue import Catalogue
from demo.context import Story, StoryPart
from demo.drawing import Drawing, DrawnHere
from demo.processes import processes
from demo.telling import in_one_go
from lifecycle.instants import telling_history

OVERRIDDEN = ("DEMO", "MEDIA_ROOT", "LIFECYCLE_SEAL_DIR")
"""The settings that a test or a sweep changes."""
HERE = DrawnHere()


class BesideStory(Protocol):
    """What ``demo.agenda.ToldBeside`` asks, and what opens and ends it."""

    def open(self, story: Story, plans: Plans) -> None: ...
    def go(self, until: datetime) -> None: ...
    def meet(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


type TellBeside = Callable[[StoryPart], BesideStory]


@dataclass(frozen=True)
class Briefing:
    """What another process needs to tell a part of a story: the plans, where to write, how papers are drawn."""

    part: StoryPart
    cast: Cast
    plans: Plans
    first: date
    last: date
    horizon: datetime
    papers: Drawing
    database: dict[str, Any]
    settings: dict[str, Any]


class InAnotherProcess:
    """By a process of its own, which takes some seconds to know Maillon: it begins before there is anything to tell.

    ``papers`` draws the papers there.
    """

    def __init__(self, part: StoryPart, *, papers: Drawing = HERE) -> None:
        self._part, self._papers = part, papers

    def __enter__(self) -> Self:
        self._pool = processes(1)
        self._pool.submit(int)
        return self

    def open(self, story: Story, plans: Plans) -> None:
        self._story, self._plans, self._first = story, plans, local(story.first, 0)
        given = Briefing(
            part=self._part,
            cast=story.cast,
            plans=plans.without_follows,
            first=story.first,
            last=story.last,
            horizon=story.agenda.horizon,
            papers=self._papers,
            database=dict(connection.settings_dict),
            settings={name: getattr(settings, name) for name in OVERRIDDEN},
        )
        self._opened = self._pool.submit(_opened, given)

    def go(self, until: datetime) -> None:
        self._telling = self._pool.submit(_told, until) if until > self._first else None

    def meet(self) -> None:
        """Raises what the other process does."""
        if self._telling is not None:
            self._opened.result()
            self._telling.result().hand_over(self._story, self._plans)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Once all is told, leave its work to the workers; nothing of it is written any more."""
        try:
            if error is None:
                self._pool.submit(_closed).result()
        finally:
            self._pool.shutdown(cancel_futures=True)


class Teller:
    """What the other process does, from one call to the next."""

    _apart: ToldApart

    def __init__(self) -> None:
        self._open = ExitStack()

    def open(self, given: Briefing) -> None:
        connection.settings_dict.update(given.database)
        self._open.callback(connection.close)
        self._open.enter_context(override_settings(**given.settings))
        self._open.enter_context(telling_history(until=given.horizon))
        self._open.enter_context(in_one_go())
        rng, agenda = Random(), Agenda(given.horizon)  # noqa: S311 nothing is drawn from it
        story = Story(given.cast, Catalogue(), rng, agenda, given.first, given.last, papers=given.papers)
        self._apart = ToldApart(story, given.plans, given.part)

    def tell(self, until: datetime) -> Told:
        """What comes before an instant, with errors that another process can read."""
        told = self._apart.tell(until)
        return replace(told, refusals=[one.elsewhere for one in told.refusals])

    def close(self) -> None:
        self._open.close()


TELLER = Teller()
"""That of this process."""


def _opened(given: Briefing) -> None:
    TELLER.open(given)


def _told(until: datetime) -> Told:
    return TELLER.tell(until)


def _closed() -> None:
    TELLER.close()
