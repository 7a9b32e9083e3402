"""Declaring a machine: states in a protected field, verbs as methods whose body stays empty.

A machine is an abstract model built on ``Machine``; each verb is declared with ``@verb`` on top of django-fsm's own
``transition``, which keeps sources and targets. Nothing here moves a row: that is ``lifecycle.gate``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, ClassVar, Final, cast

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django_fsm import FSMModelMixin, transition

from lifecycle.actors import Actor
from lifecycle.exceptions import OutsideTheGate
from lifecycle.requirements import Capacity, Condition, Context, Given, Marker, PerRow, Place, Reason, Requirement, Rule

__all__ = [
    "ACTOR",
    "AT",
    "CREATION",
    "SAME",
    "Capacity",
    "Context",
    "Given",
    "GivenRow",
    "Machine",
    "PerRow",
    "Place",
    "Reason",
    "Requirement",
    "Verb",
    "field_of",
    "machine_named",
    "machines",
    "verb",
    "verbs_of",
]

CREATION: Final = ""
"""The source of a creation: the row does not exist yet."""
SAME: Final = None
"""The target of a same-state verb: the journal takes a row, the state stays."""


AT: Final = Marker("AT")
"""Stamp: the instant of the move."""
ACTOR: Final = Marker("ACTOR")
"""Stamp: the membership that acts (null for the system)."""


@dataclass(frozen=True)
class GivenRow:
    """A row that is given to a verb under ``name``, of ``model`` ("app.Model"), which the verb leans on.

    ``through``: links of that row whose rows are locked with it.
    """

    name: str
    model: str
    through: tuple[str, ...] = ()


type Permission = Callable[[Actor], Q | None]


@dataclass(frozen=True)
class Verb:
    """Everything one transition says of itself."""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str | None
    done: str = ""
    recalls: str = ""
    who: tuple[Permission, ...] = ()
    follows: frozenset[str] = frozenset()
    requires: tuple[Rule, ...] = ()
    leans: "tuple[str | GivenRow, ...]" = ()
    leans_write: "tuple[str | GivenRow, ...]" = ()
    stamps: Mapping[str, Any] = field(default_factory=dict)
    journal: tuple[str, ...] = ()
    due: Callable[[Context], Condition] | None = None
    due_at: Any = None
    irreversible: bool = False
    again: str = ""
    undoes: tuple[str, ...] = ()
    varies: bool = False

    @property
    def is_act(self) -> bool:
        """Whether what it does is counted as done in its month: neither an undoing nor a variation."""
        return not self.undoes and not self.varies

    @property
    def creates(self) -> bool:
        return self.sources == (CREATION,)

    def target_from(self, source: str) -> str:
        return source if self.target is None else self.target

    def label_from(self, state: str) -> str:
        """What it is called on a row in this state: a verb that has been done once may have another name."""
        return self.again if self.again and state == self.target else self.label

    def scope(self, actor: Actor) -> Q | None:
        """Where this actor may do this verb: None when nowhere (wrong role or kind), else the rows."""
        scopes = [scope for permission in self.who if (scope := permission(actor)) is not None]
        if not scopes:
            return None
        if not all(scopes):
            return Q()
        united = scopes[0]
        for scope in scopes[1:]:
            united |= scope
        return united


class Machine(FSMModelMixin, models.Model):
    """The base of every row with a life: its public reference, and the head of its journal.

    All four columns are written by the gate and watched by the database. A subclass adds ``state``.
    """

    machine_name: ClassVar[str]
    reference_prefix: ClassVar[str]
    dimensions: ClassVar[Sequence[str]] = ()
    kept: ClassVar[Sequence[str]] = ()
    """The stamps of which each journal row that sets them, and that of the birth, says the value: codes, numbers, keys.

    The wall compares them with the row, and so does ``verify_journal``."""
    state_tones: ClassVar[Mapping[str, str]] = {}
    """How a badge shows a state that needs more than "under way" or "ended": todo, done or danger."""

    reference = models.CharField("référence", max_length=16, unique=True, editable=False)
    seq = models.PositiveIntegerField("rang au journal", editable=False, default=0)
    head = models.CharField("empreinte", max_length=64, editable=False, default="")
    moved_at = models.DateTimeField("dernier mouvement", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference


def verb(
    label: str,
    *,
    source: str | Sequence[str],
    target: str | None,
    done: str = "",
    recalls: str = "",
    who: Permission | Iterable[Permission] = (),
    follows: Iterable[str] = (),
    requires: Iterable[Rule] = (),
    leans: "Iterable[str | GivenRow]" = (),
    leans_write: "Iterable[str | GivenRow]" = (),
    stamps: Mapping[str, Any] | None = None,
    journal: Iterable[str] = (),
    due: Callable[[Context], Condition] | None = None,
    due_at: Any = None,
    irreversible: bool = False,
    again: str = "",
    undoes: Iterable[str] = (),
    varies: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare one verb: label (French infinitive), sources, target, who may, what is required, what is stamped.

    ``who``: permission functions, any of which is enough. ``follows``: "machine.verb" causes on which a follower may do
    it with the same actor. ``leans``: links whose rows are locked with it, or a GivenRow (``leans_write`` when they are
    written).
    ``stamps``: column ← AT, ACTOR, Given, a function of the context, an ORM expression or a plain value. ``journal``:
    the given values (codes, numbers, keys) the journal keeps. ``due``: the clock does it when the condition holds.
    ``recalls``: what the timeline adds to ``done``, with values of ``journal`` in braces. ``again``: its label on a row
    that is already there, for a verb whose target is among its sources.
    ``undoes``: the verbs whose last act on the row it takes back. ``varies``: it sets right or follows (a correction, a
    move of what the row depends on), and nothing that is counted as done.
    """
    sources = (source,) if isinstance(source, str) else tuple(source)

    def declare(method: Callable[..., None]) -> Callable[..., None]:
        declared = Verb(
            name=method.__name__,
            label=label,
            sources=sources,
            target=target,
            done=done or label,
            recalls=recalls,
            who=(who,) if callable(who) else tuple(who),
            follows=frozenset(follows),
            requires=tuple(requires),
            leans=tuple(leans),
            leans_write=tuple(leans_write),
            stamps=dict(stamps or {}),
            journal=tuple(journal),
            due=due,
            due_at=due_at,
            irreversible=irreversible,
            again=again,
            undoes=tuple(undoes),
            varies=varies,
        )

        return _closed(method, declared)

    return declare


def _closed(method: Callable[..., None], declared: Verb) -> Callable[..., None]:
    """What stands in the place of the method of a verb: whoever calls it is told where it is done."""

    @wraps(method)
    def closed(*args: Any, **kwargs: Any) -> None:
        raise OutsideTheGate(
            f"«\u00a0{method.__name__}\u00a0» se fait par lifecycle.gate, jamais en appelant la méthode"
        )

    closed.lifecycle_verb = declared  # type: ignore[attr-defined]
    moving: Callable[..., None] = transition(field="state", source=list(declared.sources), target=declared.target)(
        closed
    )
    return moving


@cache
def verbs_of(model: type[Machine]) -> dict[str, Verb]:
    """The verbs of a machine by name, in the order of declaration: the order of a file's life."""
    found: dict[str, Verb] = {}
    for owner in reversed(model.__mro__):
        for name, attribute in vars(owner).items():
            declared = getattr(attribute, "lifecycle_verb", None)
            if isinstance(declared, Verb):
                found[name] = declared
    return found


@cache
def machines() -> dict[str, type[Machine]]:
    """Every machine of the project by name."""
    found: dict[str, type[Machine]] = {}
    for model in apps.get_models():
        if issubclass(model, Machine) and not model._meta.proxy:
            if model.machine_name in found:
                raise ImproperlyConfigured(f"deux machines s’appellent «\u00a0{model.machine_name}\u00a0»")
            found[model.machine_name] = model
    return found


def machine_named(name: str) -> type[Machine]:
    """The model of a machine; raises KeyError when there is none of that name."""
    return machines()[name]


def state_label(model: type[Machine], code: str) -> str:
    """The French label of a state code."""
    return str(dict(field_of(model, "state").flatchoices).get(code, code))


def field_of(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """A concrete field of a model by its name or column name; raises FieldDoesNotExist."""
    return cast("models.Field[Any, Any]", model._meta.get_field(name))
