"""Writing a move: journal rows first (COPY), then the objects by one UPDATE, whatever the size of the set."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import F

from lifecycle.actors import SignedLink
from lifecycle.journal import canonical, chain, digest_comment, hashed_columns, journal_of, plain_value
from lifecycle.judging import Row, counters_of, stamps_of
from lifecycle.machine import Machine, Verb, field_of
from lifecycle.models import Comment
from lifecycle.registry import Moved
from lifecycle.requirements import Capacity, Context, PerRowValues

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


def record_comment(text: str) -> str:
    """Store a free comment apart and return the digest the journal holds ("" when there is none)."""
    if not text.strip():
        return ""
    salt = secrets.token_hex(16)
    comment = Comment.objects.create(salt=salt, text=text.strip(), digest=digest_comment(salt, text.strip()))
    return comment.digest


def stamp(
    model: type[Machine],
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
    plain = {name: plain_value(value) for name, value in common.items()}
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
        entry["hash"] = chain(row.head, plain | own)
        stamped.append(Stamped(row, target, written, entry))
    return stamped


def _journaled(verb: Verb, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: journal_value(given[name]) for name in verb.journal if name in given}


class _Said:
    """The values of journal rows, with the stamps that the journal says; one for the rows that say the same."""

    def __init__(self, model: type[Machine], shared: dict[str, Any]) -> None:
        self.fields = {name: field_of(model, name) for name in model.kept}
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


def draw_keys(model: type[models.Model], count: int) -> list[int]:
    """Draw primary keys from the table's sequence in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def write_journal(model: type[Machine], stamped: Sequence[Stamped]) -> list[int]:
    """Insert the journal rows, before their objects move, and return their keys in order."""
    journal = journal_of(model)
    columns = [*hashed_columns(journal), "hash"]
    quoted = ", ".join(connection.ops.quote_name(_column(journal, name)) for name in columns)
    table = connection.ops.quote_name(journal._meta.db_table)
    json_columns = {f.attname for f in journal._meta.concrete_fields if isinstance(f, models.JSONField)}

    texts: dict[int, str] = {}

    def line(item: Stamped) -> list[Any]:
        return [_json(item.entry[name], texts) if name in json_columns else item.entry[name] for name in columns]

    if len(stamped) == 1:
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({quoted}) VALUES ({marks}) RETURNING id", line(stamped[0]))  # noqa: S608
            return [cursor.fetchone()[0]]
    keys = draw_keys(journal, len(stamped))
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} (id, {quoted}) FROM STDIN") as copy:
        for key, item in zip(keys, stamped, strict=True):
            copy.write_row([key, *line(item)])
    return keys


def _json(value: Any, texts: dict[int, str]) -> str:
    """The text of a JSON value, written once for the rows that share it."""
    if id(value) not in texts:
        texts[id(value)] = canonical(value)
    return texts[id(value)]


def _column(model: type[models.Model], attname: str) -> str:
    return str(field_of(model, attname).column)


def update_rows(model: type[Machine], verb: Verb, stamped: Sequence[Stamped], at: datetime) -> None:
    """Move every object by one UPDATE; what is the same for all is a parameter, the rest comes through unnest."""
    arrays: list[tuple[str, str, list[Any]]] = [
        ("seq", "integer", [item.entry["seq"] for item in stamped]),
        ("head", "text", [item.entry["hash"] for item in stamped]),
    ]
    common: list[tuple[str, Any]] = [("moved_at", at)]
    if verb.target is not None:
        common.append(("state", verb.target))
    for attname in stamped[0].written:
        field = field_of(model, attname)
        values = [field.get_db_prep_save(item.written[attname], connection) for item in stamped]
        column = str(field.column)
        if len(stamped) == 1 or all(value == values[0] for value in values):
            common.append((column, values[0]))
        else:
            arrays.append((column, str(field.db_type(connection)), values))
    quote = connection.ops.quote_name
    settings = [f"{quote(column)} = v.{quote(column)}" for column, _, _ in arrays]
    settings += [f"{quote(column)} = %s" for column, _ in common]
    sources = ", ".join(["%s::bigint[]", *(f"%s::{kind}[]" for _, kind, _ in arrays)])
    names = ", ".join(["pk", *(quote(column) for column, _, _ in arrays)])
    sql = (
        f"UPDATE {quote(model._meta.db_table)} AS o SET {', '.join(settings)} "  # noqa: S608
        f"FROM unnest({sources}) AS v({names}) WHERE o.id = v.pk"
    )
    pks = [item.row.pk for item in stamped]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(value for _, value in common), pks, *(values for _, _, values in arrays)])
        if cursor.rowcount != len(stamped):
            raise RuntimeError(f"{cursor.rowcount} lignes déplacées sur {len(stamped)}")


def count_capacities(verb: Verb, rows: Sequence[Row], ctx: Context, per_row: PerRowValues) -> None:
    """Take (or give back) the places counted by the verb's capacities, one UPDATE per capacity and amount."""
    for capacity in verb.requires:
        if not isinstance(capacity, Capacity):
            continue
        taken: dict[int, int] = {}
        for counter in counters_of(capacity, rows, ctx, per_row).values():
            if counter is not None:
                taken[counter] = taken.get(counter, 0) + capacity.amount
        _add(apps.get_model(capacity.counter), capacity.used, taken)


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
