"""What a list has beside its rows: criteria, named views, whom its rows name, what is done with what is ticked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import ModelChoiceField
from django.http import HttpResponse
from django.utils.choices import flatten_choices

from lifecycle.actors import Actor
from lifecycle.requests import ActingRequest
from typography.french import day


@dataclass(frozen=True)
class Chip:
    """A criterion that narrows the list, and the address of the list without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class View:
    """A named view, its address, and whether it is the one on screen."""

    pk: int
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Named:
    """Where the household that a row names is (``prescription__household``), and who logs that its name was read.

    ``shown`` is called with the keys of those on the page, None where a list of one's own is no opening; ``taken``
    with those of an export.
    """

    path: str
    shown: Callable[[Iterable[int]], object] | None
    taken: Callable[[Iterable[int]], object]

    def households(self, records: Iterable[Any]) -> list[int]:
        """The keys of those that rows name, without a query: rows come with what they are linked to."""
        *links, last = self.path.split("__")
        found = []
        for record in records:
            for link in links:
                record = record and getattr(record, link)  # noqa: PLW2901
            if record is not None:
                found.append(record.pk if last == "pk" else getattr(record, f"{last}_id"))
        return [pk for pk in found if pk is not None]


@dataclass(frozen=True)
class Errand:
    """Something else than a verb that is done with what is ticked: ``open`` answers with its page."""

    name: str
    label: str
    can: Callable[[Actor], object]
    open: Callable[[ActingRequest, Sequence[str]], HttpResponse]


def value_label(field: Any, value: Any) -> str:
    """A chosen value as the form says it."""
    if isinstance(value, date):
        return day(value)
    if isinstance(field, ModelChoiceField) and hasattr(value, "pk"):
        return str(field.label_from_instance(value))
    if hasattr(field, "choices"):
        known: list[Any] = list(flatten_choices(field.choices))
        return next((str(one[1]) for one in known if str(one[0]) == str(value)), str(value))
    return str(value)
