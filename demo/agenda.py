"""The order of time: each thread of the story says when it acts next, and they act one after the other.

A thread asks what is possible when its turn comes (``may``). One that is refused all the same ends there, is told in
one line that names nobody, and the others go on.

Parts of the story may be told beside it (``ToldBeside``): neither knows of the others, but at the acts of threads that
``meet`` them. These come after all that is told of these parts before their instant, and before all that comes later
there.
"""

import heapq
import itertools
import logging
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Stateful, verbs_of
from lifecycle.previews import Outcome, preview

type Thread = Iterator[datetime]
"""A generator that yields the instant of its next act, acts when it is resumed, and yields again."""

BROKEN_MACHINE = (OperationalError, InterfaceError, OSError, MemoryError, BrokenExecutor)
"""What no other thread would survive either: a database or another process that is away, a full disk."""

logger = logging.getLogger(__name__)


class NotPossible(Exception):
    """What the story asked of a set was refused for some of it; ``codes`` are those of the reasons."""

    def __init__(self, outcome: Outcome) -> None:
        self.codes = sorted({reason.code for reasons in outcome.refused.values() for reason in reasons})
        super().__init__(f"{len(outcome.refused)} × {', '.join(self.codes)}")


class StoryRefused(Exception):
    """A thread of the story was refused, where that is an error: the sentence names it, its object and the day."""


class ToldElsewhere(Exception):
    """An error of another process: its text is where it was raised; ``why``, what ``ThreadRefusal.why`` says of it."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(text, why)
        self.why = why


@dataclass(frozen=True)
class ThreadRefusal:
    """A thread that ended before its time: when, which, about what, and why. Nothing in it names a person."""

    at: datetime
    thread: str
    about: str
    error: Exception

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)

    @property
    def why(self) -> str:
        """The kind of the error and its codes; its words are not ours to repeat."""
        codes: list[str] = []
        if isinstance(self.error, ToldElsewhere):
            return self.error.why
        if isinstance(self.error, Refused):
            codes = sorted({reason.code for reason in self.error.all})
        elif isinstance(self.error, NotPossible):
            codes = self.error.codes
        return " ".join((type(self.error).__name__, *codes))

    @property
    def elsewhere(self) -> "ThreadRefusal":
        """The same, with an error that another process can read."""
        return replace(self, error=ToldElsewhere("".join(traceback.format_exception(self.error)), self.why))

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}, {self.thread} ({self.about or 'rien en main'})\u00a0: {self.why}"


class ToldBeside(Protocol):
    """Part of a story that is told beside the rest of it."""

    def go(self, until: datetime) -> None:
        """Tell what comes before ``until``, perhaps later, or elsewhere; ``meet`` is called before this is again."""

    def meet(self) -> None:
        """Wait until it is told, and hand over what comes of it."""


NOTHING: Mapping[str, ToldBeside] = MappingProxyType({})
type OnRefusal = Callable[[ThreadRefusal], None]


def log_refusal(refusal: ThreadRefusal) -> None:
    """One line of the log: the demonstration goes on without that thread."""
    logger.warning("Le récit laisse là un de ses fils\u00a0: %s", refusal)


def raise_refusal(refusal: ThreadRefusal) -> None:
    """For the tests: what a story is refused is an error. Raises StoryRefused."""
    raise StoryRefused(str(refusal)) from refusal.error


class Agenda:
    """Threads resumed in the order of time, up to ``horizon``, at which nothing happens any more.

    At the same instant the first written down acts first: the same threads always act in the same order.
    """

    def __init__(self, horizon: datetime, refused: OnRefusal = log_refusal) -> None:
        self.horizon, self.refused = horizon, refused
        self.now: datetime | None = None
        self._waiting: list[tuple[datetime, int, Thread, object, Collection[str]]] = []
        self._rank = itertools.count()
        self._told_until: dict[str, datetime] = {}

    def add(self, thread: Thread, about: object = "", *, meets: Collection[str] = ()) -> None:
        """Write down the next act of a thread; one that has none before the horizon is left there.

        ``about`` says, once it is a string, what the thread has in hand: a reference or a code, never a name. A thread
        that fails, or would act before the present instant of the story, or that ``meets`` parts told beside and would
        act before an instant that may be told there already, is told to ``refused``.
        """
        name: str = getattr(thread, "__qualname__", "").replace(".<locals>", "")
        with self.trying(name, about):
            instant = next(thread, None)
            if instant is None:
                return
            told = [self._told_until[part] for part in meets if part in self._told_until]
            earliest = max([*told, self.now or instant])
            if instant < earliest:
                raise ValueError(f"an act on {instant} is asked for on {earliest}")
            if instant < self.horizon:
                heapq.heappush(self._waiting, (instant, next(self._rank), thread, about, meets))

    @contextmanager
    def trying(self, name: str, about: object = "") -> Iterator[None]:
        """One act that does not take with it what comes after: it is told to ``refused`` when it fails."""
        try:
            yield
        except (StoryRefused, *BROKEN_MACHINE):
            raise
        except Exception as error:  # noqa: BLE001 a demonstration with one thread less is better than none
            self.refused(ThreadRefusal(self.now or self.horizon, name, str(about), error))

    def moved(self, outcome: Outcome, name: str, about: object = "") -> list[int]:
        """Those of a set that moved: the others are told to ``refused``, and whoever asked goes on without them."""
        with self.trying(name, about):
            done(outcome)
        return outcome.moved

    def run(
        self,
        tell: Callable[[datetime], None],
        *,
        beside: Mapping[str, ToldBeside] = NOTHING,
        until: datetime | None = None,
    ) -> None:
        """Play what comes before ``until``, everything without it, and each part that is told ``beside``.

        ``tell`` is given each instant as the story reaches it. What is handed over at the end is played too.
        """
        self._go(beside, beside)
        while self._waiting and (until is None or self._waiting[0][0] < until):
            self.now, _, thread, about, meets = heapq.heappop(self._waiting)
            tell(self.now)
            met = [part for part in meets if part in beside]
            for part in met:
                beside[part].meet()
            self.add(thread, about, meets=meets)
            self._go(beside, met)
        if beside:
            self._told_until.clear()  # nothing more is told there: what is handed over now may act at any instant
            for one in beside.values():
                one.meet()
            self.run(tell, until=until)

    def _go(self, beside: Mapping[str, ToldBeside], parts: Collection[str]) -> None:
        """Have told beside what comes, of these parts, before the next act of a thread that meets it."""
        for part in parts:
            meetings = (instant for instant, _, _, _, meets in self._waiting if part in meets)
            self._told_until[part] = min(meetings, default=self.horizon)
            beside[part].go(self._told_until[part])


def may(row: Stateful, verb: str, *, actor: Actor, at: datetime, **values: Any) -> bool:
    """Whether a verb is possible on a row as it stands at ``at``, by this actor, with these values."""
    return bool(possible(type(row), [row.pk], verb, actor=actor, at=at, **values))


def possible(
    model: type[Stateful], pks: list[int], verb: str, *, actor: Actor, at: datetime, **values: Any
) -> list[int]:
    """Those of a set on which a verb is possible at ``at``: what moved later than that is left alone."""
    rows = model._base_manager.filter(pk__in=pks, moved_at__lte=at, state__in=verbs_of(model)[verb].sources)
    try:
        return preview(rows, verb, actor=actor, at=at, **values).moved
    except PermissionDenied:
        return []


def done(outcome: Outcome) -> Outcome:
    """What the story asks of a set is possible for all of it. Raises NotPossible."""
    if outcome.refused:
        raise NotPossible(outcome)
    return outcome


ROWS = ("device", "convention", "donation")


def do(verb: str, act: Mapping[str, Any], **values: Any) -> None:
    """Do a verb that no service does, as ``act`` says: who, when, on which row or set (``devices``).

    Raises NotPossible when the set is not done whole, and as the gate does.
    """
    given = dict(act) | values
    if "devices" in given:
        done(gate.apply_many(given.pop("devices"), verb, **given))
        return
    row = next(given.pop(name) for name in ROWS if name in given)
    gate.apply(row, verb, **given)
