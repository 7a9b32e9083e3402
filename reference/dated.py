"""Rows that are true for a time: ceilings, scales, texts, offers, and the one table of dated numbers."""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import date, timedelta
from functools import wraps
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from calendars.expressions import DayOf

DAY = timedelta(days=1)
_unchanging: ContextVar[dict[Any, Any] | None] = ContextVar("reference_unchanging", default=None)


def fingerprint(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal: what a text that people agree to is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def dated_rows_unchanging() -> Iterator[None]:
    """For a long writing of history, in which nobody rewrites these rows: what they say is read once."""
    token = _unchanging.set({})
    try:
        yield
    finally:
        _unchanging.reset(token)


def read_once[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """A reading that depends on its arguments alone, of all the rows of a kind or of one row with its lines.

    Inside ``dated_rows_unchanging`` it is made once for all the days between two changes of the rows of its kind.
    """

    @wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        known, about = _unchanging.get(), args[0]
        if known is None or kwargs or (isinstance(about, models.QuerySet) and about.query.where):
            return function(*args, **kwargs)
        model = about.model if isinstance(about, models.QuerySet) else type(about)
        key = (model, function.__name__, getattr(about, "pk", None), *(_era(one, model, known) for one in args[1:]))
        if key not in known:
            known[key] = function(*args, **kwargs)
        return copy(known[key])

    return read


def _era(value: Any, model: type[models.Model], known: dict[Any, Any]) -> Any:
    """A day is as good as any other between the same two changes of the rows of ``model``."""
    if not isinstance(value, date):
        return value
    if model not in known:
        spans = model._default_manager.values_list("valid_from", "valid_to")
        known[model] = sorted({day for start, end in spans for day in (start, end and end + timedelta(days=1)) if day})
    return bisect_right(known[model], value)


def gaps_between(spans: Iterable[tuple[date, date | None]], since: date) -> list[tuple[date, date | None]]:
    """The days from ``since`` on that are in none of the spans: ``(first, last)``, last None when it never ends.

    Ends are included; None is no end. Days before the first span are no gap.
    """
    found: list[tuple[date, date | None]] = []
    free = since
    for begins, ends in sorted(spans, key=lambda span: span[0]):
        if begins > free:
            found.append((free, begins - DAY))
        if ends is None:
            return found
        free = max(free, ends + DAY)
    return [*found, (free, None)]


class DatedQuerySet[M: "Dated"](models.QuerySet[M]):
    """Reads of rows that are true for a time."""

    def on(self, day: date | DayOf) -> Self:
        """The rows in force on ``day``, the newest first; the last day of validity is included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day).order_by("-valid_from", "-pk")


class Dated(models.Model):
    """What every dated row says of itself: since when, until when, who says so, and who looked last."""

    valid_from = models.DateField("valable du")
    valid_to = models.DateField(
        "au", null=True, blank=True, help_text="Dernier jour inclus\u00a0; vide si toujours en vigueur."
    )
    source = models.CharField("source", max_length=250)
    checked_on = models.DateField("vérifié le")

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="%(app_label)s_%(class)s_dates"
            ),
        )

    def is_on(self, day: date) -> bool:
        """Whether it is in force on ``day``, as ``DatedQuerySet.on`` says."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @classmethod
    def keys_to_it(cls) -> list[Any]:
        """The foreign keys by which other rows lean on these: what was decided, signed, graded or tested by them.

        The lines a row is made of go with it; they are no use of it.
        """
        found = cls._meta.get_fields(include_hidden=True)
        keys = [relation for relation in found if relation.auto_created and not relation.concrete]
        return [relation.field for relation in keys if relation.on_delete is models.PROTECT]

    def is_leaned_on(self) -> bool:
        """Whether a row leans on this one: what it says may never be rewritten. One query per kind that may."""
        return any(
            key.model._base_manager.filter(**{key.name: self.pk}).exists() for key in self.keys_to_it() if self.pk
        )
