"""Of a move that follows another: which journal row of that other one each of its objects follows."""

from collections.abc import Mapping, Sequence

from lifecycle.evaluation import Row, keys
from lifecycle.machine import Stateful, machine_named
from lifecycle.registry import Move
from lifecycle.writing import NO_CAUSE, Cause


def cause_of(
    model: type[Stateful], rows: Sequence[Row], cause: Move | None, instances: Sequence[Stateful] | None = None
) -> Cause:
    """Which journal row each object follows: the only one, its own, or that of the cause's object it is linked to."""
    if cause is None:
        return NO_CAUSE
    if len(cause.rows) == 1:
        return Cause(cause.machine, common=cause.rows[0].entry_pk)
    origin = machine_named(cause.machine)
    entries = {row.pk: row.entry_pk for row in cause.rows}
    pks = [row.pk for row in rows]
    if origin is model:
        return Cause(cause.machine, entries | _by_links(model, model, [pk for pk in pks if pk not in entries], entries))
    links = [f.attname for f in model._meta.concrete_fields if f.related_model is origin]
    back = [f.attname for f in origin._meta.concrete_fields if f.related_model is model]
    if len(links) == 1 and instances is not None:
        parents = {instance.pk: getattr(instance, links[0]) for instance in instances}
        return Cause(cause.machine, {pk: entries[parent] for pk, parent in parents.items() if parent in entries})
    if len(links) == 1:
        return Cause(cause.machine, _by_links(model, origin, pks, entries))
    if not links and len(back) == 1:
        led = origin._base_manager.filter(pk__in=keys(entries)).order_by("pk").values_list(back[0], "pk")
        return Cause(cause.machine, {target: entries[pk] for target, pk in led})
    raise TypeError(f"{model.__name__} n’a pas un lien et un seul avec {origin.__name__}")


def _by_links(
    model: type[Stateful], origin: type[Stateful], pks: Sequence[int], entries: Mapping[int, int]
) -> dict[int, int]:
    """``{pk: journal row}``: that of the first row of the cause that each object is linked to."""
    links = [f.attname for f in model._meta.concrete_fields if f.related_model is origin]
    if not pks or not links:
        return {}
    found = {}
    for pk, *parents in model._base_manager.filter(pk__in=keys(pks)).values_list("pk", *links):
        parent = next((parent for parent in parents if parent in entries), None)
        if parent is not None:
            found[pk] = entries[parent]
    return found
