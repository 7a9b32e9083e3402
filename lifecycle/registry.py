"""The one extension point: what an upper app registers, in ``AppConfig.ready()``, on an app below it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypedDict

from lifecycle.actors import Actor
from lifecycle.history import Past


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


type Follower = Callable[[Move], object]


class Panel(TypedDict):
    """A part of a page that an upper app shows under its own title: what ``template`` makes of ``context``.

    The template is given ``row``, ``request`` and what ``context`` holds; it writes no title of its own, unless
    ``title`` is empty: then it writes its sections whole.
    """

    title: str
    template: str
    context: dict[str, Any]


type PanelMaker = Callable[[Any, Actor], Panel | None]


@dataclass(frozen=True)
class ChainLink:
    """One link of the chain of a page: how far it is (``code``), what that means, and who or what holds it.

    ``code``: done, now (it stands there), ahead, none (not part of its way) or stopped (it will not come further).
    ``name`` is told to whoever may read it only, ``url`` leads to its page; both may be empty.
    """

    label: str
    code: Literal["done", "now", "ahead", "none", "stopped"]
    said: str
    name: str = ""
    url: str = ""

    @property
    def in_words(self) -> str:
        """The link inside a sentence."""
        name = f" ({self.name})" if self.name else ""
        is_said = self.code != "now" or self.said.startswith("étape en cours")
        return f"{self.label}{name}{'' if is_said else ', étape en cours'}, {self.said}"


@dataclass(frozen=True)
class Chain:
    """The five links of a thing, in order; ``about`` names it, ``missing`` is what is awaited before the next link."""

    about: str
    links: tuple[ChainLink, ...]
    missing: str = ""

    @property
    def sentence(self) -> str:
        """What the drawing says, in one sentence."""
        return f"{self.about}, maillon par maillon\u00a0: {'\u00a0; '.join(link.in_words for link in self.links)}."


type ChainMaker = Callable[[Any, Actor], Chain | None]


SHOWN_OF_A_KIND = 12
"""How many things of one kind an answer of the search box shows: the reports of a year."""
LOOKED_FOR = SHOWN_OF_A_KIND + 1
"""How many a finder gives at most: one more than is shown says that there are others."""


@dataclass(frozen=True)
class Found:
    """One thing that the search box found, already checked to be visible to whoever searches.

    ``kind`` is the heading it is listed under, ``row`` the one whose state badge is shown, if it has one; ``is_exact``:
    what was typed is its reference, its label, its serial number or its number, so that one may go straight to it.
    """

    kind: str
    title: str
    said: str
    url: str
    row: Any = None
    is_exact: bool = False


type Finder = Callable[[str, Actor], Iterable[Found]]
type Verifier = Callable[[Callable[[Any], None]], int]
type CommentJudge = Callable[[Actor, list[int], dict[str, Any], str], None]
type CommentHusher = Callable[[Any, Actor], Iterable[str]]
type MoveHusher = Callable[[Sequence[Any], Actor], Iterable[int]]
type ChangeTeller = Callable[[Sequence[Any]], Mapping[int, str]]
type BesideTeller = Callable[[Any, Sequence[Any], Actor], Iterable[Past]]


@dataclass
class Registry:
    """All registrations of the process, filled once at start-up."""

    followers: dict[tuple[str, str], list[Follower]] = field(default_factory=dict)
    forgetters: list[Callable[[Any], None]] = field(default_factory=list)
    put_back: list[Callable[[], str]] = field(default_factory=list)
    panels: dict[str, list[PanelMaker]] = field(default_factory=dict)
    chains: dict[str, ChainMaker] = field(default_factory=dict)
    finders: dict[str, Finder] = field(default_factory=dict)
    verifiers: list[Verifier] = field(default_factory=list)
    comment_judges: dict[str, CommentJudge] = field(default_factory=dict)
    comment_hushers: dict[str, CommentHusher] = field(default_factory=dict)
    place_hushers: dict[str, MoveHusher] = field(default_factory=dict)
    move_hushers: dict[str, MoveHusher] = field(default_factory=dict)
    change_tellers: dict[str, ChangeTeller] = field(default_factory=dict)
    beside_tellers: dict[str, list[BesideTeller]] = field(default_factory=dict)


registry = Registry()


def on_transition(machine: str, verb: str, function: Follower) -> None:
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


def on_put_back(function: Callable[[], str]) -> None:
    """Call ``function()`` once a backup was put back, so that its app erases again what no clock erases.

    It returns what came of it, in a French sentence, and may be called on a database that lost nothing.
    """
    if function not in registry.put_back:
        registry.put_back.append(function)


def panel(model: str, function: PanelMaker) -> None:
    """Add a panel to the detail page of ``model`` ("app.Model"), where ``{% panels row %}`` is.

    ``function(row, actor)`` returns a ``Panel``, a plain dict with ``title`` (French), ``template`` and ``context``,
    or None when this actor has nothing to read there: what he may see is the upper app's own to judge. Panels are
    shown in the order of their registration.
    """
    functions = registry.panels.setdefault(model.lower(), [])
    if function not in functions:
        functions.append(function)


def register_chain(model: str, function: ChainMaker) -> None:
    """Draw the chain of ``model`` ("app.Model") where ``{% state_chain row %}`` is: one per model, the last one.

    ``function(row, actor)`` returns a ``Chain``, or None where there is nothing to draw; in a constant number of
    queries, and without a name that the actor may not read.
    """
    registry.chains[model.lower()] = function


def find(name: str, function: Finder) -> None:
    """Answer the search box, under a name of its own: ``function(text, actor)`` returns what it finds, a few at most.

    It reads through ``visible_to(actor)`` only, in a constant number of queries; ``text`` is never empty.
    """
    registry.finders[name] = function


def judge_comments(machine: str, function: CommentJudge) -> None:
    """Read each comment written with a verb of ``machine`` before it is kept, one function per machine.

    ``function(actor, pks, values, comment)`` raises ValidationError for one that may not be kept; nothing then moves.
    """
    registry.comment_judges[machine] = function


def hush_comments(machine: str, function: CommentHusher) -> None:
    """Keep from the timeline of ``machine`` what other organisations wrote with some verbs, one function per machine.

    ``function(row, actor)`` returns those verbs: of which the comments may name somebody who is not named to the actor.
    """
    registry.comment_hushers[machine] = function


def hush_places(machine: str, function: MoveHusher) -> None:
    """Keep from the timeline of ``machine`` which organisation acted, and at what hour, one function per machine.

    ``function(entries, actor)`` is given all the rows of the journal of one object, newest first, and returns the keys
    of those of which the place would tell how few were done there.
    """
    registry.place_hushers[machine] = function


def hush_moves(machine: str, function: MoveHusher) -> None:
    """Keep moves from the timeline of ``machine`` whose very day would tell what is not for the actor, as above."""
    registry.move_hushers[machine] = function


def tell_changes(machine: str, function: ChangeTeller) -> None:
    """Say in the timeline of ``machine`` what a move changed beside the state, one function per machine.

    ``function(entries)`` is given all the rows of the journal of one object, newest first, and returns the sentence of
    those that changed something, by key: of what the page of the object tells to whoever opens it.
    """
    registry.change_tellers[machine] = function


def tell_beside(machine: str, function: BesideTeller) -> None:
    """Tell in the timeline of ``machine`` what happened to an object that is no move of it, and belongs to its life.

    ``function(row, entries, actor)`` is given its journal, newest first, and returns what ``actor`` may read, each with
    its date; in a constant number of queries.
    """
    tellers = registry.beside_tellers.setdefault(machine, [])
    if function not in tellers:
        tellers.append(function)


def verify(function: Verifier) -> None:
    """Verify each night what an app counts from its own rows: ``function(report)`` returns how many were compared.

    Each fault is handed to ``report``; in a constant number of queries.
    """
    if function not in registry.verifiers:
        registry.verifiers.append(function)
