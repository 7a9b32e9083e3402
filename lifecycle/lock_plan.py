"""The rows a verb leans on: links of the row, whatever their length, and rows that are given to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models

from lifecycle.locking import Strength
from lifecycle.machine import Given, GivenRow, Stateful, Verb
from lifecycle.requirements import Capacity, Context, PerRowValues

type Group = tuple[type[models.Model], list[int], Strength]


def links_of(verb: Verb) -> list[str]:
    """The link columns of the row that a verb leans on, capacities included: "need_id", "need__prescription_id"."""
    counters = [rule.key for rule in verb.requires if isinstance(rule, Capacity) and isinstance(rule.key, str)]
    paths = [path for path in (*verb.share_locks, *verb.update_locks) if isinstance(path, str)]
    return [f"{path}_id" for path in dict.fromkeys((*paths, *counters))]


def model_at(model: type[models.Model], path: str) -> type[models.Model]:
    """The model a path of links leads to. Raises FieldDoesNotExist, or TypeError when a step is no link."""
    for step in path.split("__"):
        found = model._meta.get_field(step).related_model
        if not isinstance(found, type):
            raise TypeError(f"{model.__name__}.{step} n’est pas un lien")
        model = found
    return model


def link_of(instance: models.Model, name: str) -> int | None:
    """The key at the end of a path of links of a row not saved yet."""
    value: Any = instance
    for step in name.split("__"):
        if value is None:
            return None
        value = getattr(value, step)
    return value  # type: ignore[no-any-return]


def links_as_read(row: models.Model, names: Sequence[str]) -> dict[int, dict[str, Any]] | None:
    """Where one row leaned when it was read, by its key; the lock verifies it. None when the row does not say it."""
    if row.pk is None or row.get_deferred_fields().intersection(names) or any("__" in name for name in names):
        return None
    return {row.pk: {name: getattr(row, name) for name in names}}


def linked(model: type[Stateful], declared: Verb, links: Iterable[Mapping[str, Any]]) -> Iterator[Group]:
    """What is to be locked behind the links of the rows."""
    known = list(links)
    shared = {f"{path}_id" for path in declared.share_locks if isinstance(path, str)}
    for name in links_of(declared):
        pks = sorted({found[name] for found in known if found[name] is not None})
        strength: Strength = "FOR SHARE" if name in shared else "FOR NO KEY UPDATE"
        yield model_at(model, name.removesuffix("_id")), pks, strength


def given(declared: Verb, ctx: Context, per_row: PerRowValues) -> list[Group]:
    """What is to be locked among the rows that are given: for the set or row by row, and behind their links."""
    groups: list[Group] = []
    asked: Sequence[tuple[Any, Strength]] = [
        *((lean, "FOR SHARE") for lean in declared.share_locks),
        *((lean, "FOR NO KEY UPDATE") for lean in declared.update_locks),
    ]
    for lean, strength in asked:
        if not isinstance(lean, GivenRow):
            continue
        model = lean.model
        pks = keys_given(lean.name, ctx, per_row)
        groups.append((model, pks, strength))
        for path in lean.through if pks else ():
            behind = model._base_manager.filter(pk__in=pks).exclude(**{f"{path}_id": None})
            keys = sorted(set(behind.values_list(f"{path}_id", flat=True)))
            groups.append((model_at(model, path), keys, strength))
    counters = [(rule.counter, rule.key) for rule in declared.requires if isinstance(rule, Capacity)]
    return groups + [
        (counter, keys_given(key.name, ctx, per_row), "FOR NO KEY UPDATE")
        for counter, key in counters
        if isinstance(key, Given)
    ]


def keys_given(name: str, ctx: Context, per_row: PerRowValues) -> list[int]:
    """The keys of the rows given under this name, for the set and row by row."""
    values: list[Any] = [dict(ctx.values).get(name), *(row.get(name) for row in per_row.values())]
    return sorted({getattr(value, "pk", value) for value in values if value not in (None, "")})
