"""The journal: one append-only table per machine, chained by hash, from one abstract model."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When

from lifecycle.machine import Machine, Stateful, verbs_of

GENESIS = ""
"""The hash that comes before the first row of an object."""


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads of a journal."""

    def as_of(self, instant: datetime) -> Self:
        """The last row of each object before ``instant``: the state the world was in, from the journal alone."""
        return self.filter(at__lt=instant).order_by("object_id", "-seq").distinct("object_id")

    def of(self, row: Stateful) -> Self:
        """The rows of one object, newest first, with who acted."""
        return self.filter(object_id=row.pk).select_related("actor__user", "actor__organisation").order_by("-seq")


class Entry(models.Model):
    """One move of one object. A concrete journal adds ``object`` (``related_name="journal"``) and the dimensions."""

    seq = models.PositiveIntegerField("rang")
    verb = models.CharField("verbe", max_length=40)
    source = models.CharField("de", max_length=50, blank=True)
    target = models.CharField("à", max_length=50)
    at = models.DateTimeField("le")
    recorded_at = models.DateTimeField("inscrit le")
    due_at = models.DateTimeField("échu le", null=True, blank=True)
    cause_machine = models.CharField("machine de la cause", max_length=40, blank=True)
    cause_entry = models.BigIntegerField("ligne de la cause", null=True, blank=True)
    actor = models.ForeignKey(
        settings.LIFECYCLE_ACTOR_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    role = models.CharField("rôle", max_length=20)
    organisation = models.BigIntegerField("organisation", null=True, blank=True)
    via = models.CharField("lien signé", max_length=80, blank=True)
    values = models.JSONField("valeurs", default=dict, blank=True)
    comment_digest = models.CharField("empreinte du commentaire", max_length=64, blank=True)
    hash = models.CharField("empreinte", max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("object_id", "seq")
        constraints = (models.UniqueConstraint(fields=("object", "seq"), name="%(app_label)s_%(class)s_once"),)
        indexes = (models.Index(fields=("at", "object"), name="%(app_label)s_%(class)s_at"),)

    def __str__(self) -> str:
        return f"{self.verb} n° {self.seq}"

    def sentence(self) -> str:
        """What happened, as the timeline tells it."""
        model = cast("type[Stateful]", self._meta.get_field("object").related_model)
        declared = verbs_of(model).get(self.verb)
        if declared is None:
            return self.verb
        told = declared.recalls
        recalled = told(self.values) if callable(told) else told.format_map(self.values)
        return f"{declared.done}\u00a0: {recalled}" if recalled else declared.done

    def expected_hash(self, previous: str) -> str:
        """The hash this row must carry after ``previous``."""
        return chained_hash(previous, {name: getattr(self, name) for name in hashed_columns(type(self))})


def journal_of(model: type[Stateful]) -> type[Entry]:
    """The journal of a machine."""
    return cast("type[Entry]", model._meta.get_field("journal").related_model)  # type: ignore[misc]


def machine_of(journal: type[Entry]) -> type[Machine]:
    """The machine of a journal."""
    return cast("type[Stateful]", journal._meta.get_field("object").related_model).machine  # type: ignore[misc]


def last_move(model: type[Stateful]) -> Case:
    """When each row last moved: what the clock did to it without changing its state, as a reminder, is no move."""
    recalls = [verb for verb in verbs_of(model).values() if verb.due is not None and verb.target is None]
    by_the_clock = Q(verb__in=[verb.name for verb in recalls], actor=None, via="")
    journal = journal_of(model).objects.filter(object=OuterRef("pk"))  # type: ignore[misc]
    moves = journal.exclude(by_the_clock).order_by("-seq")
    recalled = Q(state__in={state for verb in recalls for state in verb.sources})
    return Case(When(recalled, then=Subquery(moves.values("at")[:1])), default=F("moved_at"))


def hashed_columns(journal: type[Entry]) -> list[str]:
    """All columns of a journal but its id and its hash, in the alphabetical order of the canonical JSON."""
    return sorted(f.attname for f in journal._meta.concrete_fields if f.attname not in ("id", "hash"))


def plain_value(value: Any) -> Any:
    """A column as the canonical JSON holds it: instants in UTC with microseconds, dates in ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _other(value: Any) -> Any:
    plain = plain_value(value)
    if plain is value:
        raise TypeError(f"valeur impossible au journal\u00a0: {type(value).__name__}")
    return plain


canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_other).encode
"""The canonical JSON of a value: sorted keys, no space, UTF-8."""


def chained_hash(previous: str, columns: dict[str, Any]) -> str:
    """SHA-256 of the previous hash and the canonical JSON of the columns (UTC, microseconds), in hexadecimal."""
    return hashlib.sha256(f"{previous}{canonical(columns)}".encode()).hexdigest()


class ChainHasher:
    """``chained_hash``, faster, of rows of which some columns are the same, and the others have the same names.

    What is shared is written once: the common columns, and each text or mapping that several rows hold.
    """

    def __init__(self, common: dict[str, Any], own: Iterable[str]) -> None:
        self.own = sorted(own)
        shared = {name: canonical(value).replace("%", "%%") for name, value in common.items() if name not in self.own}
        columns = ",".join(f"{canonical(name)}:{shared.get(name, '%s')}" for name in sorted({*shared, *self.own}))
        self.template = f"%s{{{columns}}}"
        self.texts: dict[str, str] = {}
        self.mappings: dict[int, tuple[Any, str]] = {}

    def chained_hash(self, previous: str, own: dict[str, Any]) -> str:
        """SHA-256 of the previous hash and the canonical JSON of the common columns and these."""
        told = self.template % (previous, *[self._text(own[name]) for name in self.own])
        return hashlib.sha256(told.encode()).hexdigest()

    def _text(self, value: Any) -> str:
        kind = type(value)
        if kind is int:
            return str(value)
        if kind is str:
            text = self.texts.get(value)
            if text is None:
                text = self.texts[value] = canonical(value)
            return text
        if kind is dict:
            if id(value) not in self.mappings:
                self.mappings[id(value)] = (value, canonical(value))
            return self.mappings[id(value)][1]
        return "null" if value is None else canonical(value)


def digest_comment(salt: str, text: str) -> str:
    """The salted digest by which a journal row holds a comment that may be erased."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def state_as_of(model: type[Stateful], instant: datetime) -> dict[int, str]:
    """``{pk: state}`` of every object of a machine just before ``instant``, from the journal alone."""
    return dict(journal_of(model).objects.as_of(instant).values_list("object_id", "target"))  # type: ignore[misc]
