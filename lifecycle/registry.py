"""The one extension point: what an upper app registers, in ``AppConfig.ready()``, on an app below it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from lifecycle.actors import Actor


class Moved(NamedTuple):
    """One row that moved, with its journal row."""

    pk: int
    source: str
    target: str
    entry_pk: int


@dataclass(frozen=True)
class Move:
    """What a follower receives: the verb that was done and the rows it moved."""

    machine: str
    verb: str
    actor: Actor
    at: datetime
    cause: "Move | None"
    values: dict[str, Any]
    rows: list[Moved] = field(default_factory=list)
    per_row: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def pks(self) -> list[int]:
        return [row.pk for row in self.rows]

    @property
    def name(self) -> str:
        return f"{self.machine}.{self.verb}"


type Follower = Callable[[Move], None]


class Panel(TypedDict):
    """A part of a page that an upper app shows under its own title: what ``template`` makes of ``context``.

    The template is given ``row``, ``request`` and what ``context`` holds; it writes no title of its own.
    """

    title: str
    template: str
    context: dict[str, Any]


type PanelMaker = Callable[[Any, Actor], Panel | None]


@dataclass
class Registry:
    """All registrations of the process, filled once at start-up."""

    followers: dict[tuple[str, str], list[Follower]] = field(default_factory=dict)
    forgetters: list[Callable[[Any], None]] = field(default_factory=list)
    panels: dict[str, list[PanelMaker]] = field(default_factory=dict)
    finders: list[Callable[..., Iterable[Any]]] = field(default_factory=list)


registry = Registry()


def follow(machine: str, verb: str, function: Follower) -> None:
    """Run ``function(move)`` in the gate's transaction each time ``verb`` has moved rows of ``machine``.

    Followers of one verb run in the order of their registration, which follows the order of locks.
    """
    functions = registry.followers.setdefault((machine, verb), [])
    if function not in functions:
        functions.append(function)


def followers(machine: str, verb: str) -> list[Follower]:
    """The followers of a verb, in the order they run."""
    return registry.followers.get((machine, verb), [])


def forget(function: Callable[[Any], None]) -> None:
    """Call ``function(user)`` when a person is forgotten, so that its app erases what it holds of them.

    ``user`` is the row of ``AUTH_USER_MODEL``, whose name, addresses and memberships are still there; the service that
    forgets people calls it once, in its transaction, before it erases them. What counts (dates, numbers, hashes, the
    journal) stays; an exception undoes the whole forgetting.
    """
    if function not in registry.forgetters:
        registry.forgetters.append(function)


def panel(model: str, function: PanelMaker) -> None:
    """Add a panel to the detail page of ``model`` ("app.Model"), where ``{% panels row %}`` is.

    ``function(row, actor)`` returns a ``Panel``, a plain dict with ``title`` (French), ``template`` and ``context``,
    or None when this actor has nothing to read there: what he may see is the upper app's own to judge. Panels are
    shown in the order of their registration.
    """
    functions = registry.panels.setdefault(model.lower(), [])
    if function not in functions:
        functions.append(function)


def find(function: Callable[..., Iterable[Any]]) -> None:
    """Answer the search box: ``function(text, actor)`` returns the rows it finds among those the actor may see."""
    registry.finders.append(function)
