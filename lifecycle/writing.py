"""Writing a move: its journal rows and its objects in one statement, whatever the size of the set."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import F

from lifecycle.actors import SYSTEM, Actor, SignedLink
from lifecycle.evaluation import Row, counters_of, stamps_of
from lifecycle.journal import ChainHasher, canonical, digest_comment, journal_of
from lifecycle.locking import Clock
from lifecycle.machine import Stateful, Verb, field_of
from lifecycle.models import Comment
from lifecycle.registry import Moved, registry
from lifecycle.requirements import Capacity, Context, PerRowValues

WHOLE = {"smallint", "integer", "bigint"}
CODE = re.compile(r"[\w.:/+@-]{0,64}")


@dataclass(frozen=True)
class Cause:
    """The journal rows a set follows: the machine they are of, and which one for each object."""

    machine: str = ""
    entries: Mapping[int, int] | None = None
    common: int | None = None

    def entry_of(self, pk: int) -> int | None:
        return self.common if self.entries is None else self.entries.get(pk)


NO_CAUSE = Cause()


@dataclass(frozen=True)
class Stamped:
    """One row ready to be written: its new state, its columns and its journal row."""

    row: Row
    target: str
    written: dict[str, Any]
    entry: dict[str, Any]


def journal_value(value: Any) -> Any:
    """Only codes, numbers, keys and dates enter the journal; raises ValueError for a free text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {journal_value(key): journal_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [journal_value(item) for item in value]
    if isinstance(value, str) and CODE.fullmatch(value):
        return str(value)
    raise ValueError("le journal ne reçoit que des codes, des nombres et des clés")


def record_comment(
    text: str,
    model: type[Stateful],
    rows: Iterable[Row] = (),
    actor: Actor = SYSTEM,
    values: Mapping[str, Any] | None = None,
) -> str:
    """Store a free comment apart and return the digest the journal holds ("" when there is none).

    Raises ValidationError for one that this actor may not leave on these rows.
    """
    if not text.strip():
        return ""
    judged = registry.comment_judges.get(model.machine.name)
    if judged is not None:
        judged(actor, [row.pk for row in rows], dict(values or {}), text)
    salt = secrets.token_hex(16)
    comment = Comment.objects.create(salt=salt, text=text.strip(), digest=digest_comment(salt, text.strip()))
    return comment.digest


def stamp(
    model: type[Stateful],
    verb: Verb,
    rows: Sequence[Row],
    ctx: Context,
    per_row: PerRowValues,
    *,
    recorded_at: datetime,
    cause: Cause,
    comment_digest: str,
) -> list[Stamped]:
    """Work out, for each row, the columns it takes and the journal row that says so, hash included."""
    common = {
        "verb": verb.name,
        "at": ctx.at,
        "recorded_at": recorded_at,
        "due_at": None,
        "cause_machine": cause.machine,
        "actor_id": ctx.actor.pk,
        "role": ctx.actor.role,
        "organisation": ctx.actor.organisation_id,
        "via": ctx.actor.link_id if isinstance(ctx.actor, SignedLink) else "",
        "comment_digest": comment_digest,
    }
    sheet: ChainHasher | None = None
    for_all = dict(ctx.values)
    shared = _journaled(verb, for_all)
    says = _Said(model, shared)
    stamped = []
    for row in rows:
        given = for_all | per_row[row.pk] if row.pk in per_row else for_all
        written = stamps_of(model, verb, row, ctx, given)
        target = verb.target_from(row.state)
        dimensions = {name: written.get(name, value) for name, value in row.dimensions.items()}
        own = dimensions | {
            "object_id": row.pk,
            "seq": row.seq + 1,
            "source": row.state,
            "target": target,
            "cause_entry": cause.entry_of(row.pk),
            "values": says.of(row, written, shared if given is for_all else _journaled(verb, given)),
        }
        if "gate_due_at" in row.computed:
            own["due_at"] = row.computed["gate_due_at"]
        entry = common | own
        sheet = sheet or ChainHasher(common, own)
        entry["hash"] = sheet.chained_hash(row.head, own)
        stamped.append(Stamped(row, target, written, entry))
    return stamped


def _journaled(verb: Verb, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: journal_value(given[name]) for name in verb.journal if name in given}


class _Said:
    """The values of journal rows, with the stamps that the journal says; one for the rows that say the same."""

    def __init__(self, model: type[Stateful], shared: dict[str, Any]) -> None:
        self.fields = {name: field_of(model, name) for name in model.machine.kept}
        self.shared = shared
        self.known: dict[tuple[Any, ...], dict[str, Any]] = {}

    def of(self, row: Row, written: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        stamps = {
            name: _stored(field, written.get(field.attname, row.born.get(name)))
            for name, field in self.fields.items()
            if field.attname in written or name in row.born
        }
        if not stamps:
            return values
        if values is not self.shared:
            return values | {"stamps": stamps}
        return self.known.setdefault(tuple(stamps.values()), values | {"stamps": stamps})


def _stored(field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value as its column gives it back, in the words of the journal."""
    if isinstance(field, models.DecimalField) and value is not None:
        exact = Decimal(value)
        return str(exact.quantize(Decimal(1).scaleb(-field.decimal_places), ROUND_HALF_UP))
    return journal_value(value)


class Drawn(NamedTuple):
    """The keys of objects to come, which of the references thought of are taken, and the clock then."""

    keys: list[int]
    taken: set[str]
    clock: Clock


def draw_keys(model: type[Stateful], count: int, references: Sequence[str]) -> Drawn:
    """Draw primary keys from the table's sequence, and look for references, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array(SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)), "  # noqa: S608
            f"array(SELECT reference FROM {_table(model)} WHERE reference = ANY(%s::text[])), "
            "clock_timestamp(), transaction_timestamp()",
            [model._meta.db_table, count, list(references)],
        )
        keys, taken, *clock = cursor.fetchone()
    return Drawn(keys, set(taken), (clock[0], clock[1]))


def write_moves(
    model: type[Stateful], stamped: Sequence[Stamped], *, returning: bool = False
) -> tuple[list[int], Stateful | None]:
    """Insert the journal rows and move their objects, in one statement.

    Each object takes its rank, its head, its instant and its state from its journal row, so that they are the same.
    Returns the keys of the journal rows, in order; and, ``returning``, the only object as it is then.
    """
    said, stamps = _journal_columns(model, stamped), _stamps(model, stamped)
    with connection.cursor() as cursor:
        cursor.execute(
            _move_sql(model, said.names, stamps.names, returning),
            [*said.given(journal_of(model)), *stamps.given(model)],
        )
        rows = cursor.fetchall()
    keys = {pk: key for pk, key, *_ in rows}
    if len(keys) != len(stamped):
        raise RuntimeError(f"{len(keys)} lignes déplacées sur {len(stamped)}")
    return [keys[item.row.pk] for item in stamped], _instance(model, rows[0][2:]) if returning else None


def write_births(model: type[Stateful], stamped: Sequence[Stamped]) -> list[int]:
    """Insert the journal rows of objects that are about to be born, and return their keys in order."""
    said = _journal_columns(model, stamped)
    with connection.cursor() as cursor:
        cursor.execute(_entries_sql(model, said.names), said.given(journal_of(model)))
        keys = {pk: key for key, pk, *_ in cursor.fetchall()}
    return [keys[item.row.pk] for item in stamped]


type Names = tuple[tuple[str, ...], tuple[str, ...]]
"""The columns that are the same for all, and the others."""


class _Columns:
    """What a set writes in a table, by attribute: the same for all as a parameter, the rest as arrays (``unnest``)."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.common: dict[str, Any] = {}
        self.apart: dict[str, list[Any]] = {}

    def add(self, attname: str, values: list[Any]) -> None:
        if self.count == 1 or values.count(values[0]) == self.count:
            self.common[attname] = values[0]
        else:
            self.apart[attname] = values

    def given(self, model: type[models.Model]) -> list[Any]:
        """The parameters; whole numbers and hashes, which need no quote, as the text of their array."""
        arrays = [
            f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"
            if name == "hash" or _kind(model, name) in WHOLE
            else values
            for name, values in self.apart.items()
        ]
        return [*self.common.values(), *arrays]

    @property
    def names(self) -> Names:
        return tuple(self.common), tuple(self.apart)


def _journal_columns(model: type[Stateful], stamped: Sequence[Stamped]) -> _Columns:
    """The columns of the journal rows."""
    said, texts = _Columns(len(stamped)), dict[int, str]()
    json_columns = _json_columns(model)
    for name in stamped[0].entry:
        values = [item.entry[name] for item in stamped]
        said.add(name, [_json(value, texts) for value in values] if name in json_columns else values)
    return said


def _stamps(model: type[Stateful], stamped: Sequence[Stamped]) -> _Columns:
    """The columns that the verb stamps on the objects; their key with them when some are not the same for all."""
    stamps = _Columns(len(stamped))
    for attname in stamped[0].written:
        field = field_of(model, attname)
        stamps.add(attname, [field.get_db_prep_save(item.written[attname], connection) for item in stamped])
    if stamps.apart:
        stamps.apart["id"] = [item.row.pk for item in stamped]
    return stamps


@cache
def _json_columns(model: type[Stateful]) -> frozenset[str]:
    return frozenset(f.attname for f in journal_of(model)._meta.concrete_fields if isinstance(f, models.JSONField))


@lru_cache(maxsize=1000)
def _entries_sql(model: type[Stateful], said: Names) -> str:
    journal, (common, apart) = journal_of(model), said
    columns = ", ".join(_column(journal, name) for name in (*common, *apart))
    values = [f"%s::{_kind(journal, name)}" for name in common] + [f"v.{_column(journal, name)}" for name in apart]
    return (
        f"INSERT INTO {_table(journal)} ({columns}) SELECT {', '.join(values)} {_source('FROM', journal, apart)}"
        "RETURNING id, object_id, seq, hash, at, target"
    )


@lru_cache(maxsize=1000)
def _move_sql(model: type[Stateful], said: Names, stamps: Names, returning: bool) -> str:
    common, apart = stamps
    settings = ["seq = j.seq", "head = j.hash", "moved_at = j.at", "state = j.target"]
    settings += [f"{_column(model, name)} = %s::{_kind(model, name)}" for name in common]
    settings += [f"{_column(model, name)} = v.{_column(model, name)}" for name in apart if name != "id"]
    told = ["o.id", "j.id"]
    told += [f"o.{_column(model, field.attname)}" for field in model._meta.concrete_fields] if returning else []
    source = _source("JOIN", model, apart) + ("ON v.id = j.object_id " if apart else "")
    return (
        f"WITH j AS ({_entries_sql(model, said)}) "  # noqa: S608
        f"UPDATE {_table(model)} AS o SET {', '.join(settings)} FROM j {source}"
        f"WHERE o.id = j.object_id RETURNING {', '.join(told)}"
    )


def _source(word: str, model: type[models.Model], apart: tuple[str, ...]) -> str:
    """The rows of the arrays, as a table ``v``; nothing when there is none."""
    if not apart:
        return ""
    arrays = ", ".join(f"%s::{_kind(model, name)}[]" for name in apart)
    return f"{word} unnest({arrays}) AS v({', '.join(_column(model, name) for name in apart)}) "


@cache
def _kind(model: type[models.Model], attname: str) -> str:
    """The type of a column, without its length: a cast would silently cut what is too long."""
    return re.sub(r"\(.*\)", "", str(field_of(model, attname).db_type(connection)))


def _column(model: type[models.Model], attname: str) -> str:
    return connection.ops.quote_name(str(field_of(model, attname).column))


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _instance(model: type[Stateful], columns: Sequence[Any]) -> Stateful:
    """The row behind columns that a statement returned, as the ORM would have read it."""
    fields, values = model._meta.concrete_fields, list(columns)
    for i, field in enumerate(fields):
        for convert in field.get_db_converters(connection):
            values[i] = convert(values[i], field.cached_col, connection)
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def _json(value: Any, texts: dict[int, str]) -> str:
    """The text of a JSON value, written once for the rows that share it."""
    if id(value) not in texts:
        texts[id(value)] = canonical(value)
    return texts[id(value)]


def count_capacities(verb: Verb, rows: Sequence[Row], ctx: Context, per_row: PerRowValues) -> None:
    """Take (or give back) the places counted by the verb's capacities, one UPDATE per capacity and amount."""
    for capacity in verb.requires:
        if not isinstance(capacity, Capacity):
            continue
        taken: dict[int, int] = {}
        for counter in counters_of(capacity, rows, ctx, per_row).values():
            if counter is not None:
                taken[counter] = taken.get(counter, 0) + capacity.amount
        _add(capacity.counter, capacity.used, taken)


def _add(model: type[models.Model], column: str, amounts: Mapping[int, int]) -> None:
    if len(amounts) == 1:
        ((pk, amount),) = amounts.items()
        model._base_manager.filter(pk=pk).update(**{column: F(column) + amount})
    elif amounts:
        table, name = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(column)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} AS c SET {name} = c.{name} + v.amount "  # noqa: S608
                "FROM unnest(%s::bigint[], %s::integer[]) AS v(pk, amount) WHERE c.id = v.pk",
                [list(amounts), list(amounts.values())],
            )


def moved(stamped: Iterable[Stamped], keys: Iterable[int]) -> list[Moved]:
    """The rows as followers see them."""
    return [Moved(item.row.pk, item.row.state, item.target, key) for item, key in zip(stamped, keys, strict=True)]
