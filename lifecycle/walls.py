"""What the wall in the database must be, as the code draws it; raised again after each migration, and read back.

Migrations create the triggers (``operations``). What follows from the verbs is compiled, when ``migrate`` ends and by
the owner, into the functions behind them: the columns that are watched, the legal moves of each machine, and which
stamps the journal says. Triggers of an older wall, which looked at each row, give way to those of today. Nobody who
only reads and writes rows can change a function. Every other function of the project gets a fixed path of names.

``<app>/wall.json`` holds a digest of every function, trigger and constraint of an app, as ``manage.py draw_wall`` found
them in a database made from nothing: ``verify_wall`` tells what is no longer so.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

from lifecycle.journal import canonical, journal_of
from lifecycle.machine import ACTOR, AT, Stateful, field_of, machines, verbs_of
from lifecycle.operations import watched_columns
from lifecycle.versions import project_apps
from lifecycle.wall_sql import EDGES_TRIGGER, PATH, SHARED, WALL_TRIGGERS, Verbs, creation, settings_of, wall_bodies

DRAWING = "wall.json"

_FUNCTIONS = """
SELECT p.oid::regprocedure::text, p.proname, p.prosrc, coalesce(p.proconfig, '{}'), p.provolatile::text, l.lanname,
       p.prosecdef, p.prorettype::regtype::text
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'public'::regnamespace AND starts_with(p.proname, %s)
  AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1
"""
_TRIGGERS = """
SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, %s) AND NOT t.tgisinternal
ORDER BY 1, 2
"""
_BY_ROW = """
SELECT tgname, tgtype & 1 = 1 FROM pg_trigger
WHERE tgrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) name) AND NOT tgisinternal
"""
_CONSTRAINTS = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, %(label)s)
  AND k.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT c.relname, i.relname, pg_get_indexdef(i.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, %(label)s) AND x.indisunique
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT c.relname, 'not null', string_agg(a.attname, ', ' ORDER BY a.attname)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, %(label)s) AND c.relkind IN ('r', 'p')
  AND a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY c.relname
ORDER BY 1, 2
"""
"""What every row of a table obeys whoever writes it: keys, links, conditions, unique indexes, columns never null."""

_CODE = r"'(?:[^']|'')*'::character varying"
_CODE_CAST = re.compile(rf"\(({_CODE})\)::text(?!\[)")
_ARRAY_CAST = re.compile(rf"\(ARRAY\[({_CODE}(?:, {_CODE})*)\]\)::text\[\]")


def edges_of(model: type[Stateful]) -> list[tuple[str, str, str]]:
    """The legal moves of a machine: (verb, source, target)."""
    return [
        (declared.name, str(source), str(declared.target_from(source)))
        for declared in verbs_of(model).values()
        for source in declared.sources
    ]


def kept_of(model: type[Stateful]) -> dict[str, tuple[str, str]]:
    """``{name: (column, type)}`` of the stamps that the journal of a machine says; the type without its length."""
    connection = connections[DEFAULT_DB_ALIAS]
    fields = {name: field_of(model, name) for name in model.machine.kept}
    return {
        name: (str(field.column), str(field.db_type(connection)).partition("(")[0]) for name, field in fields.items()
    }


def writes_of(model: type[Stateful]) -> dict[str, dict[str, str | None]]:
    """``{verb: {column: value}}`` of what each verb of a machine stamps; the value as SQL when it is known before."""
    return {
        declared.name: {
            str(field_of(model, name).column): _value(field_of(model, name), value)
            for name, value in declared.stamps.items()
        }
        for declared in verbs_of(model).values()
    }


def _value(field: "models.Field[Any, Any]", value: Any) -> str | None:
    """What a stamp writes, as SQL over its journal row ``j``; None when that depends on what is given or computed."""
    if value is AT:
        return "j.at" if isinstance(field, models.DateTimeField) else None
    if value is ACTOR:
        return "j.actor_id"
    if value is None:
        return "NULL"
    if isinstance(value, bool) and isinstance(field, models.BooleanField):
        return str(value).lower()
    if isinstance(value, int) and isinstance(field, models.IntegerField):
        return str(int(value))
    if isinstance(value, str) and isinstance(field, models.CharField | models.TextField):
        return "'" + str(value).replace("'", "''") + "'"
    return None


def _unborn(model: type[Stateful], writes: dict[str, dict[str, str | None]]) -> list[str]:
    """The columns that verbs only write with the instant of a move or with who moves, or empty again."""
    acts = {"j.at", "j.actor_id", "NULL"}
    values: dict[str, set[str | None]] = {}
    for columns in writes.values():
        for column, value in columns.items():
            values.setdefault(column, set()).add(value)
    return sorted(column for column, found in values.items() if found <= acts and field_of(model, column).null)


def wall_of(model: type[Stateful]) -> dict[str, str]:
    """``{function: body}`` of the wall of a machine, from its verbs."""
    table, journal = model._meta.db_table, journal_of(model)._meta.db_table
    writes = writes_of(model)
    verbs = Verbs(
        edges=edges_of(model),
        writes=writes,
        kept=kept_of(model),
        dimensions=[str(field_of(model, name).column) for name in model.machine.dimensions],
        unborn=_unborn(model, writes),
    )
    return wall_bodies(table, journal, watched_columns(model), verbs)


def raise_walls(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """After ``migrate``: compile what the code of an app says into its wall. What is right already is not touched."""
    if connections[using].vendor != "postgresql" or sender not in project_apps():
        return
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(_FUNCTIONS, [f"{sender.label}_"])
        there = {name: (source, config) for _, name, source, config, *_ in cursor.fetchall()}
        for name, body in SHARED.items():
            if name in there and there[name] != (body, settings_of(name)):
                cursor.execute(creation(name, body))
        for model in machines().values():
            if model._meta.app_label == sender.label and f"{model._meta.db_table}_wall_move" in there:
                _raise(cursor, model, there)
        for signature in _open_functions(cursor, sender.label):
            cursor.execute(f"ALTER FUNCTION {signature} SET search_path = {PATH}")


def _raise(cursor: Any, model: type[Stateful], there: dict[str, tuple[str, list[str]]]) -> None:
    table, journal = model._meta.db_table, journal_of(model)._meta.db_table
    for name, body in wall_of(model).items():
        if there.get(name) != (body, settings_of(name)):
            cursor.execute(creation(name, body))
    cursor.execute(_BY_ROW, [[table, journal]])
    found = dict(cursor.fetchall())
    wanted = dict.fromkeys(
        (f"{table}_wall_move", f"{table}_wall_birth", f"{journal}_wall_moved", f"{journal}_closed"), False
    )
    if not (wanted | {f"{table}_wall_kept": True}).items() <= found.items():
        for name, body in SHARED.items():
            cursor.execute(creation(name, body))
        watched = ",".join(watched_columns(model))
        cursor.execute(WALL_TRIGGERS.format(table=table, journal=journal, watched=watched))
    if f"{journal}_edges" not in found:
        cursor.execute(EDGES_TRIGGER.format(journal=journal))


def _open_functions(cursor: Any, label: str) -> Iterator[str]:
    cursor.execute(_FUNCTIONS, [f"{label}_"])
    for signature, _, _, config, *_ in cursor.fetchall():
        if not any(setting.startswith("search_path=") for setting in config):
            yield signature


# --- the drawing of the wall, and what stands


def standing(label: str, using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """``{function, table.trigger or table.constraint: digest}`` of what stands in the database for one app."""
    with connections[using].cursor() as cursor:
        cursor.execute(_FUNCTIONS, [f"{label}_"])
        found = {signature: _digest(columns) for signature, *columns in cursor.fetchall()}
        cursor.execute(_TRIGGERS, [f"{label}_"])
        found |= {f"{table}.{name}": _digest([one_way(told)]) for table, name, told in cursor.fetchall()}
        cursor.execute(_CONSTRAINTS, {"label": f"{label}_"})
        found |= {f"{table} ({name})": _digest([one_way(told)]) for table, name, told in cursor.fetchall()}
    return found


def one_way(told: str) -> str:
    """A condition in one of the two ways in which PostgreSQL tells it: once dumped and put back, it is told otherwise.

    A list of codes is cast as a whole (``(ARRAY['a'::character varying])::text[]``), then each code by itself
    (``ARRAY[('a'::character varying)::text]``). Nothing but these casts is taken away.
    """
    return _ARRAY_CAST.sub(r"ARRAY[\1]", _CODE_CAST.sub(r"\1", told))


def _digest(columns: list[Any]) -> str:
    return hashlib.sha256(canonical(columns).encode()).hexdigest()


def drawing_of(config: AppConfig) -> Path:
    """The file that holds the drawing of an app's wall."""
    return Path(config.path) / DRAWING


def drawn(config: AppConfig) -> dict[str, str]:
    """The drawing of an app's wall; empty when it has none."""
    path = drawing_of(config)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def written(found: dict[str, str]) -> str:
    """A drawing as its file holds it: one line for each thing."""
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
