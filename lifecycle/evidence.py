"""Evidence: the rows that a migration made append-only, and the hash by which a seal holds each of them.

The hash of a row is SHA-256 of the canonical JSON (``journal.canonical``) of ``{column: value}``: its key and every
column, except those that its table lets be forgotten or filled later and those that the database computes. Journals and
seals are held by their own chain, comments by their digest; reference data to come may be given up: no evidence.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from lifecycle.journal import Entry, canonical
from lifecycle.models import Comment, Seal
from lifecycle.operations import AppendOnly

CHUNK = 2000


class Table(NamedTuple):
    """A table of evidence, and the columns that its rows are hashed by, with their fields, in alphabetical order."""

    model: type[models.Model]
    fields: dict[str, str]


class Extent(NamedTuple):
    """How far a table is sealed: the greatest key, and how many rows there are up to it."""

    rows: int
    last: int


@cache
def evidence_tables() -> dict[str, Table]:
    """The tables of evidence by name, as migrations declare them."""
    found = {}
    migrations = MigrationLoader(None).disk_migrations
    for (label, _), migration in sorted(migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, AppendOnly) and _exists(label, operation.model_name):
                model = apps.get_model(label, operation.model_name)
                if _is_evidence(model):
                    found[model._meta.db_table] = Table(model, _hashed(model, operation.erasable))
    return dict(sorted(found.items()))


def _exists(label: str, name: str) -> bool:
    return name.lower() in apps.all_models[label]


def _is_evidence(model: type[models.Model]) -> bool:
    names = {field.name for field in model._meta.concrete_fields}
    return not issubclass(model, Entry | Seal | Comment) and "valid_from" not in names


def _hashed(model: type[models.Model], erasable: tuple[str, ...]) -> dict[str, str]:
    fields = {
        str(f.column): f.attname for f in model._meta.concrete_fields if f.name not in erasable and not f.generated
    }
    return dict(sorted(fields.items()))


def hash_of(columns: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of the columns of a row, in hexadecimal."""
    return hashlib.sha256(canonical(columns).encode()).hexdigest()


def hashes(table: Table, columns: list[str], span: range) -> Iterator[tuple[int, str]]:
    """``(key, hash)`` of the rows whose key is in ``span``, in order, over these columns."""
    if not span:  # most nights, for most tables
        return
    names = [table.fields[column] for column in columns]
    rows = table.model._base_manager.filter(pk__gte=span.start, pk__lt=span.stop).order_by("pk")
    for pk, *values in rows.values_list("pk", *names).iterator(CHUNK):
        yield pk, hash_of(dict(zip(columns, values, strict=True)))


def extents() -> dict[str, Extent]:
    """How far each table of evidence goes to whoever looks, in one statement: somebody may still be adding to it."""
    quote = connection.ops.quote_name
    counts = (
        f"SELECT {rank}, count(*), coalesce(max(id), 0) FROM {quote(name)}"  # noqa: S608
        for rank, name in enumerate(evidence_tables())
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        found = {rank: Extent(rows, last) for rank, rows, last in cursor.fetchall()}
    return {name: found[rank] for rank, name in enumerate(evidence_tables())}


def extent_now(name: str) -> Extent:
    """How far a table goes, once whoever is adding to it has ended: no smaller key can come afterwards."""
    quoted = connection.ops.quote_name(name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {quoted} IN SHARE MODE")
        cursor.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {quoted}")  # noqa: S608
        return Extent(*cursor.fetchone())


def rows_up_to(name: str, last: int) -> int:
    """How many rows of a table have a key up to ``last``."""
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {quoted} WHERE id <= %s", [last])  # noqa: S608
        return int(cursor.fetchone()[0])
