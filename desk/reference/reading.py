"""What the pages of administration show of the families: how many rows hold, what ends, what was not checked lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from desk.models import ReferenceChange
from desk.reference.declared import BY_MODEL, FAMILIES
from desk.reference.families import STATES, Family
from network.models import Dated


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
    first, *others = [family.counts(today) for family in FAMILIES]
    counted = {
        slug: dict(zip(STATES, counts, strict=True)) for slug, *counts in first.union(*others, all=True).order_by()
    }
    none = dict.fromkeys(STATES, 0)
    return [Card(family, counted.get(family.slug, none)) for family in FAMILIES]


def by_group(found: Iterable[Card]) -> list[tuple[str, list[Card]]]:
    """The families under the subject they are about, in the order of their declaration."""
    groups: dict[str, list[Card]] = {}
    for card in found:
        groups.setdefault(card.family.group, []).append(card)
    return list(groups.items())


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
    told = []
    for change in changes:
        family = BY_MODEL.get(change.model)
        name, *said = change.said.splitlines() or [""]
        url = reverse("desk:reference_list", args=[family.slug]) if family else ""
        told.append(Trace(change, family.title if family else change.model, url, name, said))
    return told


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
