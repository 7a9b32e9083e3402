"""What a step is given: by what it is known, and the rows that are in it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.utils.translation import get_language

from lifecycle import instants, locking, references


class NoKeyError(Exception):
    """A step that is given something of which two are never the same."""


def key_of(value: Any) -> Any:
    """What two equal things that are given have in common; NoKeyError for what is like no other, as the hour it is."""
    match value:
        case datetime() if value.microsecond:
            raise NoKeyError
        case str():
            return str(value)
        case None | bytes() | bool() | int() | float() | Decimal() | date() | time():
            return type(value), value
        case Model() if value.pk is not None and not value._state.adding:
            return value._meta.label, value.pk
        case Mapping():
            return tuple((key_of(name), key_of(one)) for name, one in value.items())
        case list() | tuple() | range():
            return tuple(map(key_of, value))
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), tuple(key_of(getattr(value, one.name)) for one in fields(value))
    raise NoKeyError


def rows_in(value: Any) -> Iterator[Model]:
    """The rows in what is given, in its order."""
    match value:
        case Model():
            yield value
        case Mapping():
            for one in value.values():
                yield from rows_in(one)
        case list() | tuple():
            for one in value:
                yield from rows_in(one)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for one in fields(value):
                yield from rows_in(getattr(value, one.name))


def around() -> tuple[Any, ...]:
    """What a service reads without being given it: the language, and what is said for a block. Raises NoKeyError."""
    if references._source.get() is not None:
        raise NoKeyError  # what it draws comes after what was drawn before
    return get_language(), locking._all_or_nothing.get(), instants._told_until.get()


def digest_of(value: Any) -> bytes:
    """What tells the rows in what is given, and those that they lean on, from the same that hold something else."""
    return sha256(repr([_held_by(row, ()) for row in rows_in(value)]).encode()).digest()


def _held_by(row: Model, before: tuple[int, ...]) -> Any:
    own = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    before = (*before, id(row))
    leans_on = {
        name: _held_by(one, before)
        for name, one in row._state.fields_cache.items()
        if isinstance(one, Model) and id(one) not in before
    }
    return own, leans_on
