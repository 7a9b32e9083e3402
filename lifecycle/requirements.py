"""What must be true before a verb, as objects: the same one answers for a row, a set, a preview or a filter."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, Model, Q, Value
from django.db.models.expressions import BaseExpression, Combinable
from django.utils import timezone

from lifecycle.actors import Actor

type Condition = Q | BaseExpression | Combinable | bool
type PerRowValues = dict[int, dict[str, Any]]

EXPLAINED_IN_COMMENT = "Ce motif ne dit rien seul\u00a0: écrivez en commentaire pourquoi, sans nommer personne."


@dataclass(frozen=True)
class Place:
    """Where something is solved: the URL name of a page (given the row's reference), and the id of a spot on it.

    ``can`` says who may solve it there, as for a verb; the others read ``who`` must, with the organisation to which
    ``whose``, a link of the row, leads.
    """

    page: str
    can: Callable[[Actor], Q | None]
    who: str
    whose: str = ""
    anchor: str = ""

    def at(self, anchor: str) -> "Place":
        """The same page, at this spot."""
        return replace(self, anchor=anchor)


@dataclass(frozen=True)
class Reason:
    """One thing that is missing: code, French sentence, who can lift it, where, and the field it concerns."""

    code: str
    sentence: str
    lifted_by: str = ""
    where: Place | None = None
    field: str = ""

    def __str__(self) -> str:
        return self.sentence


class SetValues(dict[str, Any]):
    """The values common to a set. A rule that reads one given row by row is an error: it would judge blindly."""

    def __init__(self, values: Mapping[str, Any], per_row: PerRowValues) -> None:
        super().__init__(values)
        self.apart = {name for given in per_row.values() for name in given}

    def _own(self, name: object) -> None:
        if name in self.apart:
            raise TypeError(f"«\u00a0{name}\u00a0» est donné ligne par ligne\u00a0: cette règle doit être une PerRow")

    def __getitem__(self, name: str) -> Any:
        self._own(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._own(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As a dict's, but for a name that is given row by row: TypeError."""
        self._own(name)
        return super().get(name, default)


@dataclass(frozen=True)
class Context:
    """What a rule may know: the instant, who acts, what was given and written. Never the machine's own clock."""

    at: datetime
    actor: Actor
    values: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    _known: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def once[R](self, key: Hashable, read: Callable[[], R]) -> R:
        """What several rules of one judgement read, read for the first of them: nothing moves in between."""
        if key not in self._known:
            self._known[key] = read()
        found: R = self._known[key]
        return found

    @property
    def day(self) -> date:
        """The local day of the act: what dated rows are read for."""
        return timezone.localdate(self.at)

    def has(self, name: str) -> bool:
        """True when the value was given: without it a rule asks whether any value would do."""
        return self.values.get(name) not in (None, "")


@dataclass(frozen=True)
class Requirement:
    """A condition on the row with the sentence that says what is missing.

    ``condition(ctx)`` yields one ORM condition, true when the requirement is met: it depends on nothing but what it
    reads of ``ctx``, and joins no link that leads to many rows (``Exists``). ``needs`` names the values
    without which the verb is refused. ``constraint`` is the database constraint that says the same: its violation
    becomes this sentence. ``where`` is the place where it is solved. ``says`` tells more precisely, to whoever is
    refused, what holds on the day of the act.
    """

    code: str
    sentence: str
    condition: Callable[[Context], Condition] = lambda ctx: True
    needs: tuple[str, ...] = ()
    constraint: str = ""
    lifted_by: str = ""
    where: Place | None = None
    field: str = ""
    says: Callable[[Context], str] | None = None

    @property
    def reason(self) -> Reason:
        return Reason(self.code, self.sentence, self.lifted_by, self.where, self.field)

    def reason_in(self, ctx: Context) -> Reason:
        """The reason as it is told on the day of the act."""
        return self.reason if self.says is None else replace(self.reason, sentence=self.says(ctx))


@dataclass(frozen=True)
class PerRow:
    """A rule on values that differ per row of a set (a tag, a grade), answered for the whole set at once.

    ``check(ctx, per_row)`` receives ``{pk: {column: value}}`` and returns the rows it refuses, each with a Reason or
    a sentence, in a constant number of queries. ``of_rows``: it reads the rows and no value, so that the action bar and
    the chain ask it as well.
    """

    code: str
    sentence: str
    check: Callable[[Context, PerRowValues], Mapping[int, Reason | str]]
    needs: tuple[str, ...] = ()
    constraint: str = ""
    lifted_by: str = ""
    where: Place | None = None
    field: str = ""
    of_rows: bool = False

    @property
    def reason(self) -> Reason:
        return Reason(self.code, self.sentence, self.lifted_by, self.where, self.field)

    def refusals(self, ctx: Context, per_row: PerRowValues) -> dict[int, Reason]:
        refused = self.check(ctx, per_row)
        return {
            pk: said if isinstance(said, Reason) else Reason(self.code, said, self.lifted_by, self.where, self.field)
            for pk, said in refused.items()
        }


def explained_in_comment(*reasons: str) -> PerRow:
    """A rule for the coded reasons that say nothing by themselves: a comment says what they do not."""

    def unexplained(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
        silent = {} if ctx.comment.strip() else per_row
        return {pk: EXPLAINED_IN_COMMENT for pk, given in silent.items() if given.get("reason") in reasons}

    return PerRow("other_explained", EXPLAINED_IN_COMMENT, unexplained, field="comment")


@dataclass(frozen=True)
class Marker:
    """A constant with a name."""

    name: str

    def __repr__(self) -> str:
        return self.name


_REQUIRED: Final = Marker("REQUIRED")


@dataclass(frozen=True)
class Given:
    """Stamp: a value given to the gate, for the row (``per_row``) or for the whole set."""

    name: str
    default: Any = _REQUIRED

    def pick(self, values: Mapping[str, Any]) -> Any:
        """The value given; raises TypeError when it is missing and has no default."""
        if self.name in values:
            return values[self.name]
        if self.default is _REQUIRED:
            raise TypeError(f"valeur manquante pour la porte\u00a0: {self.name}")
        return self.default


@dataclass(frozen=True)
class Computed:
    """Stamp: an ORM expression over the row, made for the context: a day of its own with the day of the move."""

    of: Callable[[Context], Any]


@dataclass(frozen=True)
class Capacity:
    """A counted place (a quota): one counter row, locked, with a check constraint behind it.

    ``counter`` is its model. ``key``: the link of the row that leads to its counter; or the value given, for
    the set or row by row (none given takes no place). ``amount`` is +1 to take a place, -1 to give it back.
    The surplus of a set is refused by rank, in the order of primary keys. ``told`` says more of counters that are full,
    in one query whatever their number: ``{counter: sentence}``, of those that the actor may read.
    """

    code: str
    sentence: str
    counter: type[Model]
    key: str | Given
    used: str = "used"
    limit: str = "total"
    amount: int = 1
    constraint: str = ""
    lifted_by: str = ""
    where: Place | None = None
    field: str = ""
    told: Callable[[Context, Collection[int]], Mapping[int, str]] | None = None

    @property
    def reason(self) -> Reason:
        return Reason(self.code, self.sentence, self.lifted_by, self.where, self.field)

    def reasons_of(self, ctx: Context, full: Collection[int]) -> dict[int, Reason]:
        """``{counter: why it takes no more}`` of counters that are full; no query when none is."""
        said = self.told(ctx, full) if self.told is not None and full else {}
        return {pk: replace(self.reason, sentence=said.get(pk, self.sentence)) for pk in full}


type Rule = Requirement | PerRow | Capacity


def as_expression(condition: Condition) -> BaseExpression:
    """Turn what a condition yields into a boolean column of a query."""
    if isinstance(condition, bool):
        return Value(condition, output_field=BooleanField())
    if isinstance(condition, Q):
        if not condition:
            return Value(True, output_field=BooleanField())
        return ExpressionWrapper(condition, output_field=BooleanField())
    if isinstance(condition, BaseExpression):
        return condition
    raise TypeError(f"une condition rend un Q, une expression ou un booléen, pas {type(condition).__name__}")
