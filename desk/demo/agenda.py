"""The order of time: each thread of the story says when it acts next, and they act one after the other."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime

type Thread = Iterator[datetime]
"""A generator that yields the instant of its next act, acts when it is resumed, and yields again."""


class Agenda:
    """Threads resumed in the order of time, up to ``horizon``, at which nothing happens any more.

    At the same instant the first written down acts first: the same threads always act in the same order.
    """

    def __init__(self, horizon: datetime) -> None:
        self.horizon = horizon
        self.now: datetime | None = None
        self._waiting: list[tuple[datetime, int, Thread]] = []
        self._rank = itertools.count()

    def add(self, thread: Thread) -> None:
        """Write down the next act of a thread; one that has none before the horizon is left there.

        Raises ValueError when it would act before the present instant of the story.
        """
        instant = next(thread, None)
        if instant is None:
            return
        if self.now is not None and instant < self.now:
            raise ValueError(f"an act on {instant} is asked for on {self.now}")
        if instant < self.horizon:
            heapq.heappush(self._waiting, (instant, next(self._rank), thread))

    def run(self, tell: Callable[[datetime], None]) -> None:
        """Play everything; ``tell`` is given each instant as the story reaches it."""
        while self._waiting:
            self.now, _, thread = heapq.heappop(self._waiting)
            tell(self.now)
            self.add(thread)
