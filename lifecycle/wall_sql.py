"""The functions and triggers of the wall, as SQL.

Whoever may make temporary tables must not put his own in the place of a journal, of a closed period or of a proof. Each
function fixes the path on which names are looked up, temporary objects last; the three that run for each row of a set
say ``public.`` before their one table instead, which costs nothing (fixing the path took a fifth of a set's time), and
cast to no type but those that SQL itself names. Functions and operators are never looked up among temporary objects.
"""

from collections.abc import Iterable, Mapping

PATH = "pg_catalog, public, pg_temp"
"""Where a function of the wall looks names up; temporary objects, which anyone may make, come last."""


def is_qualified(name: str) -> bool:
    """Whether this function of the wall runs for each row, and qualifies its table instead of fixing the path."""
    return name.endswith(("_wall_move", "_wall_birth", "_wall_moved"))


def creation(name: str, body: str) -> str:
    """The statement that creates or replaces a trigger function of the wall."""
    fixed = "" if is_qualified(name) else f" SET search_path = {PATH}"
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql{fixed} AS $${body}$$"


SHARED = {
    "lifecycle_refuse_truncate": """
BEGIN
    IF current_database() NOT LIKE 'test\\_%' THEN
        RAISE EXCEPTION 'La table % ne se vide pas.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END """,
    "lifecycle_refuse_change": """
BEGIN
    RAISE EXCEPTION 'La table % ne se complète que par ajout.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END """,
    "lifecycle_refuse_closed": """
DECLARE first timestamptz; last timestamptz;
BEGIN
    SELECT min(at), max(at) INTO first, last FROM added;
    IF EXISTS (SELECT 1 FROM lifecycle_closedperiod c WHERE c.starts_at <= last AND c.ends_at > first)
       AND EXISTS (SELECT 1 FROM added a JOIN lifecycle_closedperiod c ON a.at >= c.starts_at AND a.at < c.ends_at)
    THEN
        RAISE EXCEPTION 'Cette période est close\u00a0: rien ne s’y inscrit plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lifecycle_closed_period';
    END IF;
    RETURN NULL;
END """,
}
"""What every wall leans on: the same functions for all tables."""

APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE {events} ON {quoted} FOR EACH ROW {when}
    EXECUTE FUNCTION lifecycle_refuse_change();
{delete}
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {quoted} FOR EACH STATEMENT
    EXECUTE FUNCTION lifecycle_refuse_truncate();
"""

_MOVE = """
BEGIN
    IF NEW.id <> OLD.id OR NEW.reference <> OLD.reference OR NEW.seq <> OLD.seq + 1 OR NOT EXISTS (
        SELECT 1 FROM public.{journal} j
        WHERE j.object_id = NEW.id AND j.seq = NEW.seq AND j.source = OLD.state AND j.target = NEW.state
          AND j.hash = NEW.head AND j.at = NEW.moved_at{said})
    THEN
        RAISE EXCEPTION 'Aucun mouvement de % sans sa ligne au journal.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_wall';
    END IF;
    RETURN NEW;
END """
_BIRTH = """
BEGIN
    IF NEW.seq <> 1 OR NOT EXISTS (
        SELECT 1 FROM public.{journal} j
        WHERE j.object_id = NEW.id AND j.seq = 1 AND j.source = '' AND j.target = NEW.state
          AND j.hash = NEW.head AND j.at = NEW.moved_at{said})
    THEN
        RAISE EXCEPTION 'Aucune création de % sans sa ligne au journal.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_wall';
    END IF;
    RETURN NEW;
END """
_MOVED = """
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.{table} o WHERE o.id = NEW.object_id AND o.seq >= NEW.seq) THEN
        RAISE EXCEPTION 'Ligne de % sans mouvement de son objet.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{journal}_wall';
    END IF;
    RETURN NULL;
END """
_EDGES = """
DECLARE odd record;
BEGIN
    SELECT verb, source, target INTO odd FROM added
    WHERE verb || ' ' || source || ' ' || target <> ALL (ARRAY[
        {edges}
    ]::text[]) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Aucun verbe «\u00a0%\u00a0» ne mène de «\u00a0%\u00a0» à «\u00a0%\u00a0» dans %.',
            odd.verb, odd.source, odd.target, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{journal}_edges';
    END IF;
    RETURN NULL;
END """

WALL_TRIGGERS = """
DROP TRIGGER IF EXISTS {table}_wall_move ON {table};
CREATE TRIGGER {table}_wall_move BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN ({changed}) EXECUTE FUNCTION {table}_wall_move();
COMMENT ON TRIGGER {table}_wall_move ON {table} IS '{watched}';
DROP TRIGGER IF EXISTS {table}_wall_birth ON {table};
CREATE TRIGGER {table}_wall_birth BEFORE INSERT ON {table} FOR EACH ROW
    EXECUTE FUNCTION {table}_wall_birth();
DROP TRIGGER IF EXISTS {journal}_wall_moved ON {journal};
CREATE CONSTRAINT TRIGGER {journal}_wall_moved AFTER INSERT ON {journal} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION {journal}_wall_moved();
DROP TRIGGER IF EXISTS {journal}_closed ON {journal};
CREATE TRIGGER {journal}_closed AFTER INSERT ON {journal} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_closed();
"""
EDGES_TRIGGER = """
CREATE OR REPLACE TRIGGER {journal}_edges AFTER INSERT ON {journal} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {journal}_wall_edges();
"""

UNWALL = """
DROP FUNCTION IF EXISTS {table}_wall_move() CASCADE;
DROP FUNCTION IF EXISTS {table}_wall_birth() CASCADE;
DROP FUNCTION IF EXISTS {journal}_wall_moved() CASCADE;
DROP FUNCTION IF EXISTS {journal}_wall_edges() CASCADE;
DROP TRIGGER IF EXISTS {journal}_closed ON {journal};
"""

_SAID = "(j.\"values\"->'stamps'->>'{name}')::{kind} IS NOT DISTINCT FROM NEW.\"{column}\""


def wall_bodies(
    table: str,
    journal: str,
    edges: Iterable[tuple[str, str, str]] = (),
    kept: Mapping[str, tuple[str, str]] | None = None,
) -> dict[str, str]:
    """``{function: body}`` of the wall of one machine.

    ``edges`` are the legal moves (verb, source, target): with them a journal row of any other is refused. ``kept``
    gives ``{name: (column, type)}`` of the stamps that each journal row which sets them says: no other is written.
    """
    names = {"table": table, "journal": journal}
    moved, born = "", ""
    for name, (column, kind) in (kept or {}).items():
        said = _SAID.format(name=name, column=column, kind=kind)
        moved += f"\n          AND CASE WHEN j.\"values\"->'stamps'?'{name}' THEN {said}"
        moved += f'\n              ELSE NEW."{column}" IS NOT DISTINCT FROM OLD."{column}" END'
        born += f"\n          AND {said}"
    bodies = {
        f"{table}_wall_move": _MOVE.format(**names, said=moved),
        f"{table}_wall_birth": _BIRTH.format(**names, said=born),
        f"{journal}_wall_moved": _MOVED.format(**names),
    }
    written = sorted(f"'{' '.join(edge)}'" for edge in edges)
    if written:
        bodies[f"{journal}_wall_edges"] = _EDGES.format(**names, edges=",\n        ".join(written))
    return bodies
