"""Declaring a machine: a model that has a state, and beside it the verbs that move its rows.

The model is built on ``Stateful`` and knows nothing of its verbs. The machine is declared above it, in the module
``machine`` of its app, which is imported once all models are there: each verb is one statement, and is registered as a
transition of django-fsm on the model. Nothing here moves a row: that is ``lifecycle.gate``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, ClassVar, Final, cast

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django_fsm import FSMModelMixin, transition

from lifecycle.actors import Actor
from lifecycle.exceptions import OutsideTheGate
from lifecycle.fields import StateField
from lifecycle.requirements import (
    Capacity,
    Computed,
    Condition,
    Context,
    Given,
    Marker,
    PerRow,
    Place,
    Reason,
    Requirement,
    Rule,
)
from typography.french import in_a_sentence

__all__ = [
    "ACTOR",
    "AT",
    "CREATION",
    "SAME",
    "Capacity",
    "Computed",
    "Context",
    "Given",
    "GivenRow",
    "Machine",
    "PerRow",
    "Place",
    "Reason",
    "Requirement",
    "Stateful",
    "Verb",
    "field_of",
    "given_reason",
    "machine_named",
    "machines",
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
    """A row of ``model`` that is given to a verb under ``name``, and on which the verb leans.

    ``through``: links of that row whose rows are locked with it.
    """

    name: str
    model: type[models.Model]
    through: tuple[str, ...] = ()


type Permission = Callable[[Actor], Q | None]


@dataclass(frozen=True)
class Verb:
    """One verb of a machine, and everything it says of itself."""

    label: str
    """What it is called, in French: an infinitive."""
    _: KW_ONLY
    source: str | Sequence[str]
    """The state or states it starts from, or CREATION."""
    target: str | None
    """The state it leads to, or SAME."""
    who: Permission | Sequence[Permission] = ()
    """The permissions, any of which is enough."""
    follows: Collection[str] = ()
    """The causes ("machine.verb") on which a follower may do it, with the same actor."""
    requires: Sequence[Rule] = ()
    share_locks: Sequence[str | GivenRow] = ()
    """The links of the row, and the given rows, that are locked with it to be read."""
    update_locks: Sequence[str | GivenRow] = ()
    """The same, to be written."""
    stamps: Mapping[str, Any] = field(default_factory=dict)
    """Column ← AT, ACTOR, Given, Computed, a function of the context, an ORM expression or a plain value."""
    journal: Sequence[str] = ()
    """The given values (codes, numbers, keys) that the journal keeps."""
    done: str = ""
    """What the timeline says of it; its label when nothing else is said."""
    recalls: str | Callable[[Mapping[str, Any]], str] = ""
    """What the timeline adds to ``done``: with values of ``journal`` in braces, or a function of them."""
    again: str = ""
    """Its label on a row that is already in its target, when that is one of its sources."""
    due: Callable[[Context], Condition] | None = None
    """The clock does it when this condition holds."""
    due_most: int | None = None
    """How many rows a run of the clock moves; the others wait for the next ones. None: all of them, at once."""
    due_at: Any = None
    irreversible: bool = False
    undoes: Sequence[str] = ()
    """The verbs whose last act on the row it takes back."""
    varies: bool = False
    """It sets right or follows (a correction, a move of what the row depends on), and is not counted as done."""
    why: str = ""
    """What a developer should know of it."""
    name: str = ""
    """Given by the machine: the name it is declared under."""
    app: str = ""
    """Given by the machine: the label of the app that adds it, and has its page."""

    sources: tuple[str, ...] = field(init=False)
    permissions: tuple[Permission, ...] = field(init=False)

    def __post_init__(self) -> None:
        said: dict[str, Any] = {
            name: tuple(getattr(self, name))
            for name in ("follows", "requires", "share_locks", "update_locks", "journal", "undoes")
        }
        said["done"] = self.done or self.label
        said["sources"] = (self.source,) if isinstance(self.source, str) else tuple(self.source)
        said["permissions"] = (self.who,) if callable(self.who) else tuple(self.who)
        for name, value in said.items():
            object.__setattr__(self, name, value)

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
        scopes = [scope for permission in self.permissions if (scope := permission(actor)) is not None]
        if not scopes:
            return None
        if not all(scopes):
            return Q()
        united = scopes[0]
        for scope in scopes[1:]:
            united |= scope
        return united


class Stateful(FSMModelMixin, models.Model):
    """The base of every row with a life: its public reference, and the head of its journal.

    All four columns are written by the gate and watched by the database. A subclass adds ``state``, a ``StateField``,
    and has a journal; its machine is declared beside it.
    """

    machine: "ClassVar[type[Machine]]"
    """What may happen to its rows: there once the app's module ``machine`` is imported."""

    state: Any

    reference = models.CharField("référence", max_length=16, unique=True, editable=False)
    seq = models.PositiveIntegerField("rang au journal", editable=False, default=0)
    head = models.CharField("empreinte", max_length=64, editable=False, default="")
    moved_at = models.DateTimeField("dernier mouvement", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference


def given_reason(reasons: type[models.TextChoices]) -> Callable[[Mapping[str, Any]], str]:
    """For ``Verb.recalls``: the coded reason that was given, by its word; nothing for a code that is no more."""
    words = {str(value): in_a_sentence(str(label)) for value, label in reasons.choices}
    return lambda values: words.get(str(values.get("reason")), "")


class Machine:
    """What may happen to the rows of a model: ``class DeviceMachine(Machine, of=Device)``, and a ``Verb`` per line.

    The order of declaration is that of a file's life: screens, journals and drawings keep it.
    """

    name: ClassVar[str]
    reference_prefix: ClassVar[str]
    dimensions: ClassVar[Sequence[str]] = ()
    kept: ClassVar[Sequence[str]] = ()
    """The stamps of which each journal row that sets them, and that of the birth, says the value: codes, numbers, keys.

    The wall compares them with the row, and so does ``verify_journal``."""
    tones: ClassVar[Mapping[str, str]] = {}
    """How a badge shows a state that needs more than "under way" or "ended": todo, done or danger."""
    through_a_link: ClassVar[str] = "Une personne, par un lien signé"
    """Who acts by a signed link, as a timeline says it."""

    model: ClassVar[type[Stateful]]
    verbs: ClassVar[dict[str, Verb]]

    def __init_subclass__(cls, *, of: type[Stateful]) -> None:
        super().__init_subclass__()
        if "machine" in vars(of):
            raise ImproperlyConfigured(f"{of._meta.label} a déjà une machine\u00a0: {of.machine.__name__}")
        declared = {name: one for name, one in vars(cls).items() if isinstance(one, Verb)}
        cls.model, cls.verbs = of, {}
        of.machine = cls
        cls.extend(**declared)

    @classmethod
    def extend(cls, app: str = "", /, **verbs: Verb) -> None:
        """Add verbs after those that are there: what an upper app makes happen to the rows of a lower model.

        ``app``: the label of the app that adds them, whose addresses lead to their pages; that of the model by default.
        Raises ImproperlyConfigured when the machine, or its model, already has something of that name.
        """
        for name, declared in verbs.items():
            if name in Machine.__annotations__ or hasattr(Machine, name) or hasattr(cls.model, name):
                raise ImproperlyConfigured(f"«\u00a0{name}\u00a0» est déjà pris sur {cls.model._meta.label}")
            cls.verbs[name] = replace(declared, name=name, app=app or cls.model._meta.app_label)
            setattr(cls, name, cls.verbs[name])
            setattr(cls.model, name, _transition(cls.model, cls.verbs[name]))
        cast(StateField, field_of(cls.model, "state")).collect(cls.model)

    @classmethod
    def page_name(cls, verb: str) -> str:
        """The name of the page of a verb: ``refurb:device_reopen``; raises KeyError when there is no such verb."""
        return f"{cls.verbs[verb].app}:{cls.name}_{verb}"

    @classmethod
    def has_page(cls, name: str) -> bool:
        """Whether the page of this name is about a row of the machine, in an app that has verbs of it."""
        app, _, page = name.partition(":")
        apps_of_it = {cls.model._meta.app_label} | {declared.app for declared in cls.verbs.values()}
        return app in apps_of_it and page.startswith(f"{cls.name}_")


def _transition(model: type[Stateful], declared: Verb) -> Callable[..., None]:
    """The transition that django-fsm knows: the same sources, target and permission. Called, it says where it is done.

    Raises OutsideTheGate, or django-fsm's TransitionNotAllowed from a state it does not start from.
    """

    def closed(row: Stateful, *args: Any, **kwargs: Any) -> None:
        raise OutsideTheGate(f"«\u00a0{declared.name}\u00a0» se fait par lifecycle.gate, jamais en appelant la méthode")

    def may(row: Any, actor: Any) -> bool:
        scope = declared.scope(actor)
        return scope is not None and model._base_manager.filter(scope, pk=row.pk).exists()

    closed.__name__, closed.__doc__ = declared.name, declared.why or None
    closed.__qualname__ = f"{model.__qualname__}.{declared.name}"
    method: Callable[..., None] = closed
    for source in declared.sources:
        method = transition(
            field=cast(StateField, field_of(model, "state")),
            source=source,
            target=declared.target_from(source),
            permission=may,
            custom={"label": declared.label, "verb": declared},
        )(method)
    return method


def verbs_of(model: type[Stateful]) -> dict[str, Verb]:
    """The verbs of a model by name, in the order of declaration: the order of a file's life."""
    return model.machine.verbs


def machines() -> dict[str, type[Stateful]]:
    """Every model that has a machine, by the machine's name. Raises ImproperlyConfigured when two have the same."""
    found: dict[str, type[Stateful]] = {}
    for model in apps.get_models():
        if issubclass(model, Stateful) and "machine" in vars(model):
            if model.machine.name in found:
                raise ImproperlyConfigured(f"deux machines s’appellent «\u00a0{model.machine.name}\u00a0»")
            found[model.machine.name] = model
    return found


def machine_named(name: str) -> type[Stateful]:
    """The model of a machine; raises KeyError when there is none of that name."""
    return machines()[name]


def state_label(model: type[Stateful], code: str) -> str:
    """The French label of a state code."""
    return str(dict(field_of(model, "state").flatchoices).get(code, code))


def field_of(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """A concrete field of a model by its name or column name; raises FieldDoesNotExist."""
    return cast("models.Field[Any, Any]", model._meta.get_field(name))
