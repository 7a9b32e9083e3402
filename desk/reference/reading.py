"""What the pages of administration show of the families: how many rows hold, what ends, what was not checked lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from desk.models import ReferenceChange
from network.forms.communes import folded
from reference.dated import Dated
from reference.families import STATES, Family, families, state_of
from reference.models import Parameter, number_in_french, unit_in_french
from reference.registry import REGISTRY, Declaration


@dataclass(frozen=True)
class Card:
    """One family on the first page."""

    family: Family
    counts: dict[str, int]

    @property
    def in_force(self) -> int:
        return self.counts["en-vigueur"]

    @property
    def to_come(self) -> int:
        return self.counts["a-venir"]

    @property
    def ending(self) -> int:
        return self.counts["bientot"]

    @property
    def expired(self) -> int:
        return self.counts["finie"]

    @property
    def unconfirmed(self) -> int:
        return self.counts["a-confirmer"]

    @property
    def unchecked(self) -> int:
        return self.counts["a-relire"]


def cards(today: date) -> list[Card]:
    """Every family with its counts, in one query; those without a row count nothing."""
    every = families()
    first, *others = [family.counts(today) for family in every]
    counted = {
        slug: dict(zip(STATES, counts, strict=True)) for slug, *counts in first.union(*others, all=True).order_by()
    }
    none = dict.fromkeys(STATES, 0)
    return [Card(family, counted.get(family.slug, none)) for family in every]


def family_of_change(change: ReferenceChange) -> Family | None:
    """The family of the row that was changed; None of a kind that is no more."""
    own = [family for family in families() if family.model._meta.label_lower == change.model]
    if change.model == Parameter._meta.label_lower:
        prefix = change.code.partition(".")[0]
        return next((family for family in own if family.prefix == prefix), None)
    return next(iter(own), None)


def by_group(found: Iterable[Card]) -> list[tuple[str, list[Card]]]:
    """The families under the subject they are about, in the order of their declaration."""
    groups: dict[str, list[Card]] = {}
    for card in found:
        groups.setdefault(card.family.group, []).append(card)
    return list(groups.items())


def named_like(family: Family, typed: str, rows: Any) -> Any:
    """Those of the rows one of whose names has what was typed in it, whatever the accents, capitals and signs."""
    wanted = folded(typed)
    if not wanted or not family.sought:
        return rows
    known = rows.values_list("pk", *family.sought)
    return rows.filter(pk__in=[pk for pk, *names in known if any(wanted in folded(str(name)) for name in names)])


@dataclass(frozen=True)
class ParameterLine:
    """One parameter on the page of all of them. ``history``: its values, the newest first, with their days."""

    declared: Declaration
    in_force: str
    unit: str
    since: date | None
    source: str
    following: Parameter | None
    history: list[Parameter]

    @property
    def is_usual(self) -> bool:
        """Whether no row says what holds today."""
        return self.since is None


def parameter_lines(today: date) -> list[tuple[Family, list[ParameterLine]]]:
    """Every parameter under its family, as it stands on ``today``; one query."""
    stored: dict[str, list[Parameter]] = {}
    for row in Parameter.objects.order_by("-valid_from"):
        stored.setdefault(row.code, []).append(row)
    found: dict[str, list[ParameterLine]] = {}
    for code, declared in REGISTRY.parameters.items():
        found.setdefault(declared.family, []).append(_line(declared, stored.get(code, []), today))
    return [(family, found[family.prefix]) for family in families() if family.prefix]


def lines_named_like(
    found: list[tuple[Family, list[ParameterLine]]], typed: str
) -> list[tuple[Family, list[ParameterLine]]]:
    """The lines whose label, or whole chapter whose title, has what was typed in it; all of them when nothing was."""
    wanted = folded(typed)
    if not wanted:
        return found
    kept = [
        (
            family,
            lines if wanted in folded(family.title) else [one for one in lines if wanted in folded(one.declared.label)],
        )
        for family, lines in found
    ]
    return [(family, lines) for family, lines in kept if lines]


def _line(declared: Declaration, rows: list[Parameter], today: date) -> ParameterLine:
    in_force = next((row for row in rows if state_of(row, today) == "en-vigueur"), None)
    following = next((row for row in reversed(rows) if row.valid_from > today), None)
    value = Decimal(declared.usual) if in_force is None else in_force.value
    since, source = (None, declared.source) if in_force is None else (in_force.valid_from, in_force.source)
    unit = unit_in_french(value, declared.unit)
    return ParameterLine(declared, number_in_french(value), unit, since, source, following, rows)


def counts_of(family: Family, today: date) -> dict[str, int]:
    """How many rows of one family in each state."""
    for _, *counts in family.counts(today):
        return dict(zip(STATES, counts, strict=True))
    return dict.fromkeys(STATES, 0)


@dataclass(frozen=True)
class Trace:
    """One change as the pages tell it."""

    change: ReferenceChange
    title: str
    url: str
    name: str
    said: list[str]


def traces(changes: Iterable[ReferenceChange]) -> list[Trace]:
    """Changes with the family they are in, what the row is called and what changed, line by line."""
    found = []
    for change in changes:
        family = family_of_change(change)
        name, *said = change.said.splitlines() or [""]
        url = reverse("desk:reference_list", args=[family.slug]) if family else ""
        found.append(Trace(change, family.title if family else change.model, url, name, said))
    return found


def leaning(row: Dated) -> list[tuple[str, int]]:
    """What leans on a row: ``(« classements », 12)`` for each kind that does."""
    found: list[tuple[str, int]] = []
    for key in row.keys_to_it():
        model: Any = key.model
        count = model._base_manager.filter(**{key.name: row.pk}).count()
        if count:
            label = model._meta.verbose_name_plural if count > 1 else model._meta.verbose_name
            found.append((str(label), count))
    return found
