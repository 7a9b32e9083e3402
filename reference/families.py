"""What a family of dated rows is, declared once: which fields name it and tell it, which file seeds it, when it counts.

An app declares the families of its own tables in its ``families``; those of parameters come from ``parameters``. The
files are read (``files``), written (``loading``), and shown in administration (``desk.reference``) from there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Value
from django.utils.formats import number_format

from reference.dated import Dated
from reference.models import Parameter, counted_in_french
from reference.registry import REGISTRY, ParameterFamily
from typography.french import day as told_day

SOON = timedelta(days=60)
"""How long before its end a row is announced."""
FRESH = timedelta(days=365)
"""How long what was checked counts as checked."""
DATES = ("valid_from", "valid_to", "source", "checked_on")
OF_A_USED_ROW = frozenset({"valid_to", "source", "checked_on"})
"""What may still be written of a row that was used."""
NOTHING: Mapping[str, Any] = MappingProxyType({})
type Told = dict[str, Any]


@dataclass(frozen=True)
class Lines:
    """The lines that a row is made of, in the order they are typed (``numbered``: kept in ``position``)."""

    model: type[models.Model]
    key: str
    title: str
    one: str
    fields: tuple[str, ...]
    unique: str
    numbered: bool = True
    parts: str = ""
    """The name of what each line is made of in its turn, typed one per line in the same form."""
    file: str = ""
    """The file of the lines; those of a row are found by ``of_row``: ``{column of the file: field of the row}``."""
    of_row: Mapping[str, str] = NOTHING
    parts_file: str = ""
    parts_of: Mapping[str, str] = NOTHING
    """How a part finds its line, once its row is found: ``{column of the file: field of the line}``."""
    parts_fields: tuple[str, ...] = ()

    def of(self, row: models.Model) -> Any:
        """The lines of a row, in order; none of a row that is not written yet."""
        return self.model._default_manager.filter(**{self.key: row.pk}).order_by("position" if self.numbered else "pk")


@dataclass(frozen=True)
class Family:
    """One kind of dated rows. ``series``: the fields that say which thing a version is of; versions never overlap.

    ``side_by_side``: several rows of the kind hold at once, and a new one ends the one it replaces and no other.
    ``named``: what a row is called; ``fields``: what a version says; ``adds``: whether a series may be begun here.
    ``frozen``: its words are kept from the first day they are written. ``sought``: the names by which its rows are
    found in the list, ``seek``: what one types there, for a kind that has too many of them to be read through.
    ``falls``: codes whose values go down, each under the one before: a first reminder leaves before the second.
    ``continuous``: from its first day on, a series never stops: no version ends without the next.
    ``only``: which rows of the table are of this family, ``prefix``: how the codes of its parameters begin.
    ``to_confirm``: the rows that are marked as not checked enough. ``checked_since``: the day from which a source
    counts as read, a year ago unless said. ``checked_at``: the field that keeps the instant of it, where the day does
    not tell what was said first.

    ``file``: what seeds it, in ``<app>/data``; a line has the columns ``key``, ``fields`` and dates. ``once``: the key
    alone finds a row, whatever its first day. ``texts``: columns that name a file whose words are the field.
    ``typed``: fields that a file does not have. ``relations``: what the text of a column leads to; a line that leads
    nowhere is left out. ``computed``: fields made of the others, in a file and in a form; ``completed``: what a file
    needs besides.
    """

    slug: str
    group: str
    title: str
    purpose: str
    model: type[Dated]
    series: tuple[str, ...]
    named: tuple[str, ...]
    fields: tuple[str, ...]
    told: tuple[str, ...]
    adds: bool = False
    side_by_side: bool = False
    frozen: bool = False
    numbered: str = ""
    sought: tuple[str, ...] = ()
    seek: str = ""
    unit: str = ""
    continuous: bool = False
    only: Q = field(default_factory=Q)
    prefix: str = ""
    checked_at: str = ""
    to_confirm: Q | None = None
    file: str = ""
    key: tuple[str, ...] = ()
    once: bool = False
    texts: Mapping[str, Callable[[str], str]] = NOTHING
    typed: tuple[str, ...] = ()
    relations: Mapping[str, Callable[[], Mapping[str, models.Model]]] = NOTHING
    computed: Mapping[str, Callable[[Told], Any]] = NOTHING
    completed: Callable[[Told], Told] = field(default=lambda told: told)
    falls: tuple[tuple[str, ...], ...] = ()
    lines: tuple[Lines, ...] = ()
    units: Mapping[str, str] = NOTHING
    labels: Mapping[str, str] = NOTHING
    hints: Mapping[str, str] = NOTHING
    choices: Mapping[str, Callable[[], Any]] = NOTHING
    faults: Callable[[Mapping[str, list[dict[str, Any]]]], list[str]] = field(default=lambda typed: [])
    hints_of: Callable[[Any], Mapping[str, str]] = field(default=lambda row: NOTHING)
    """Hints that depend on which thing a row is a version of, in place of ``hints``."""
    preview: Callable[[Any], list[tuple[str, str]]] | None = None
    """What a row would give, ``(label, text)``: shown to whoever writes it, before it is kept."""
    concerned: Callable[[Any], str] = field(default=lambda row: "")
    """What is under way on a version, and what comes of it, told before another replaces it; empty when nothing is."""
    checked_since: Callable[[date], date] = field(default=lambda today: today - FRESH)

    @property
    def rows(self) -> Any:
        """All the rows of the family."""
        return self.model._default_manager.filter(self.only)

    def prepare(self, row: Dated) -> None:
        """Fill what is made of the rest, before a row is written."""
        for name, made in self.computed.items():
            setattr(row, name, made(vars(row)))

    # --- what a row says

    def name(self, row: Dated) -> str:
        """What the thing is called, whatever its version."""
        return ", ".join(told for name in self.named if (told := shown(row, name)))

    def facts(self, row: Dated) -> list[tuple[str, str]]:
        """``(label, value)`` of what a version says, the long texts included."""
        return [(self.label(name), self.value(row, name)) for name in self.fields]

    def cells(self, row: Dated) -> list[tuple[str, str]]:
        """``(label, value)`` of what a list tells."""
        return [(self.label(name), self.value(row, name)) for name in self.told]

    def label(self, name: str) -> str:
        """What a field is called on the screens."""
        return self.labels.get(name) or label_of(self.model, name)

    def value(self, row: Dated, name: str) -> str:
        """One field in words, with its unit when it has one."""
        if self.unit and name == "value":
            return counted_in_french(row.value, getattr(row, self.unit))  # type: ignore[attr-defined]
        return self.with_unit(shown(row, name), name)

    def with_unit(self, told: str, name: str) -> str:
        """A field that is already in words, with the unit it is always counted in."""
        return f"{told}\u00a0{self.units[name]}" if told and name in self.units else told

    # --- which rows

    def versions(self, row: Dated) -> Any:
        """The versions of the same thing, the newest first; of those that live side by side, all of the kind."""
        same = {} if self.side_by_side else {name: getattr(row, name) for name in self.series}
        return self.rows.filter(**same).order_by("-valid_from", "-pk")

    def beside(self, row: Dated) -> Iterator[tuple[Dated, bool]]:
        """What holds for a part of the time of ``row`` and must stay over (True) or under its value; one query."""
        code = getattr(row, "code", "")
        chain: tuple[str, ...] = next((codes for codes in self.falls if code in codes), ())
        if not chain:
            return
        over, begun = chain[: chain.index(code)], Q() if row.valid_to is None else Q(valid_from__lte=row.valid_to)
        others = self.rows.filter(begun, Q(valid_to=None) | Q(valid_to__gte=row.valid_from))
        for other in others.filter(code__in=set(chain) - {code}).order_by("valid_from", "pk"):
            yield other, other.code in over

    def is_used(self, row: Dated, today: date) -> bool:
        """Whether something may rest on the row: rows that lean on it, or, of a kind that none can, a day in force."""
        return self.frozen or row.is_leaned_on() or (not row.keys_to_it() and row.valid_from < today)

    def among(self, state: str, today: date) -> Any:
        """The rows in one of ``STATES`` on ``today``, in the order of the kind."""
        return self.rows.filter(self.condition(state, today))

    def condition(self, state: str, today: date) -> Q:
        """What puts a row in one of ``STATES``."""
        in_force = Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))
        match state:
            case "a-venir":
                return Q(valid_from__gt=today)
            case "passe":
                return Q(valid_to__lt=today)
            case "bientot":
                return in_force & Q(valid_to__lte=today + SOON) & ~Q(Exists(self._followers()))
            case "finie":
                is_told = Q(valid_to__gte=today - SOON) if self.adds else Q()
                return Q(valid_to__lt=today) & is_told & ~Q(Exists(self._later()))
            case "a-confirmer":
                return self._unconfirmed() & (Q(valid_to=None) | Q(valid_to__gte=today))
            case "a-relire":
                return Q(checked_on__lt=self.checked_since(today)) & (Q(valid_to=None) | Q(valid_to__gte=today))
        return in_force

    def _followers(self) -> Any:
        """The version that begins the day after a row ends."""
        same = {name: OuterRef(name) for name in self.series}
        return self.rows.filter(valid_from=OuterRef("valid_to") + timedelta(days=1), **same)

    def _later(self) -> Any:
        """Any version of the same thing that begins after a row."""
        same = {name: OuterRef(name) for name in self.series}
        return self.rows.filter(valid_from__gt=OuterRef("valid_from"), **same)

    @property
    def confirms(self) -> bool:
        """Whether each row says how far it was checked."""
        return self.to_confirm is not None

    def _unconfirmed(self) -> Q:
        return self.to_confirm if self.to_confirm is not None else Q(pk__in=())

    def counts(self, today: date) -> Any:
        """How many rows in each of ``STATES``: one line, to be united with those of the other families."""
        counted = {state.replace("-", "_"): Count("pk", filter=self.condition(state, today)) for state in STATES}
        rows = self.rows.order_by().annotate(family=Value(self.slug, models.CharField()))
        return rows.values("family").annotate(**counted).values_list("family", *counted)


STATES = {
    "en-vigueur": "En vigueur",
    "a-venir": "À venir",
    "passe": "Passé",
    "bientot": "Finit bientôt",
    "finie": "Finie sans suite",
    "a-confirmer": "À confirmer",
    "a-relire": "Source à relire",
}
"""The lists of a family, by the word in their address. ``finie``: without a later version; of what may end for good,
for as long as it was announced. ``a-confirmer``: marked so. ``a-relire``: its source was read too long ago."""


def state_of(row: Dated, today: date) -> str:
    """« en-vigueur », « a-venir » or « passe »."""
    if row.valid_from > today:
        return "a-venir"
    return "passe" if row.valid_to is not None and row.valid_to < today else "en-vigueur"


def label_of(model: type[models.Model], name: str) -> str:
    """The label of a field, with a capital."""
    label = str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def shown(row: models.Model, name: str) -> str:
    """One field in French words; empty when nothing is known."""
    value = getattr(row, name)
    declared: Any = row._meta.get_field(name)
    if value is None or value == "":
        return ""
    if isinstance(declared, ArrayField):
        labels = dict(declared.base_field.choices or ())
        return ", ".join(str(labels.get(one, one)) for one in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if declared.choices:
        return str(dict(declared.flatchoices).get(value, value))
    if isinstance(value, Decimal):
        return number_format(value.normalize() if value % 1 else int(value))
    if isinstance(value, date):
        return told_day(value)
    return str(value)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """« Plafond TTC : 180 → 190 », one line per field that differs; the long texts are only said to change."""
    told = []
    for label, value in after.items():
        former = before.get(label, "")
        if former == value:
            continue
        short = max(len(former), len(value)) <= SHORT
        told.append(f"{label}\u00a0: {former or '–'} → {value or '–'}" if short else f"{label}\u00a0: réécrit")
    return "\n".join(told)


SHORT = 160
"""Characters that a trace repeats of a field; of a longer one it says that it was written again."""


def snapshot(family: Family, row: Dated) -> dict[str, str]:
    """Everything a row says, by label."""
    return {family.label(name): family.value(row, name) for name in (*family.fields, *DATES)}


def declare(*declared: Family) -> None:
    """Declare the families of the tables of an app, in the order in which they are loaded and shown."""
    REGISTRY.families.extend(one for one in declared if one not in REGISTRY.families)


def _of_parameters(declared: ParameterFamily) -> Family:
    return Family(
        slug=declared.slug,
        group=declared.group,
        title=declared.title,
        purpose=declared.purpose,
        model=Parameter,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        unit="unit",
        continuous=True,
        only=Q(code__startswith=f"{declared.code}."),
        prefix=declared.code,
        falls=declared.falls,
    )


def families() -> list[Family]:
    """Every family: the tables of their own as apps declare them, then those of parameters."""
    return [*REGISTRY.families, *map(_of_parameters, REGISTRY.parameter_families.values())]


def family_of(model: type[Dated]) -> Family:
    """The family of the rows of one table. Raises LookupError."""
    for family in families():
        if family.model is model:
            return family
    raise LookupError(model._meta.label)
