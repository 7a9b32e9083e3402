"""The functions and triggers of the wall, as SQL.

A move is one statement: it inserts the journal rows and updates their objects. What it changed is looked at when it
ends, once for all its rows, in what PostgreSQL keeps of them (transition tables): nothing can be between a journal row
and its move, and nothing is left to be checked at COMMIT.

Whoever may make temporary tables must not put his own in the place of a journal, of a closed period or of a proof: each
function fixes the path on which names are looked up, temporary objects last. Functions and operators are never looked
up among temporary objects.

A plan is made once per connection, maybe for one row, and then serves a set of ten thousand: it must stay linear.
Nothing is known of transition tables, so old and new rows meet by FULL JOIN, which is never a nested loop; a journal is
probed row by row, by a scalar subquery and through its index (``enable_seqscan`` is off), whatever its size was then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

PATH = "pg_catalog, public, pg_temp"
"""Where a function of the wall looks names up; temporary objects, which anyone may make, come last."""
PROBES = ("_wall_move", "_wall_birth", "_wall_moved")
"""The functions that look up one row for each row of a statement."""


def settings_of(name: str) -> list[str]:
    """What a function of the wall fixes while it runs, as PostgreSQL keeps it (``pg_proc.proconfig``)."""
    return [f"search_path={PATH}", *(["enable_seqscan=off"] if name.endswith(PROBES) else [])]


def creation(name: str, body: str) -> str:
    """The statement that creates or replaces a trigger function of the wall."""
    fixed = " ".join(f"SET {setting.replace('=', ' = ', 1)}" for setting in settings_of(name))
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {fixed} AS $${body}$$"


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
    "lifecycle_refuse_removal": """
BEGIN
    RAISE EXCEPTION 'Rien ne se retire de %.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_wall';
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
    "lifecycle_refuse_closed_record": """
BEGIN
    IF EXISTS (
        SELECT 1 FROM lifecycle_closedperiod c
        WHERE (to_jsonb(NEW) ->> TG_ARGV[0])::timestamptz >= c.starts_at
          AND (to_jsonb(NEW) ->> TG_ARGV[0])::timestamptz < c.ends_at)
    THEN
        RAISE EXCEPTION 'Cette période est close\u00a0: rien ne s’y inscrit plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lifecycle_closed_period';
    END IF;
    RETURN NEW;
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
    IF EXISTS (
        SELECT 1 FROM gone o FULL JOIN come n ON n.id = o.id
        WHERE ({changed})
          AND (n.id IS NULL OR o.id IS NULL OR n.reference <> o.reference OR n.seq <> o.seq + 1 OR coalesce((
            SELECT j.source = o.state AND j.target = n.state AND j.hash = n.head AND j.at = n.moved_at{said}
            FROM {journal} j WHERE j.object_id = n.id AND j.seq = n.seq), false) IS FALSE))
    THEN
        RAISE EXCEPTION 'Aucun mouvement de % sans sa ligne au journal.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_wall';
    END IF;
    RETURN NULL;
END """
_BIRTH = """
BEGIN
    IF EXISTS (
        SELECT 1 FROM come n
        WHERE n.seq <> 1 OR coalesce((
            SELECT j.source = '' AND j.target = n.state AND j.hash = n.head AND j.at = n.moved_at{said}
            FROM {journal} j WHERE j.object_id = n.id AND j.seq = 1), false) IS FALSE)
    THEN
        RAISE EXCEPTION 'Aucune création de % sans sa ligne au journal.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_wall';
    END IF;
    RETURN NULL;
END """
_MOVED = """
BEGIN
    IF EXISTS (
        SELECT 1 FROM added a
        WHERE a.seq <> 1 AND a.seq IS DISTINCT FROM (SELECT o.seq FROM {table} o WHERE o.id = a.object_id))
    THEN
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
CREATE TRIGGER {table}_wall_move AFTER UPDATE ON {table} REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_wall_move();
COMMENT ON TRIGGER {table}_wall_move ON {table} IS '{watched}';
DROP TRIGGER IF EXISTS {table}_wall_birth ON {table};
CREATE TRIGGER {table}_wall_birth AFTER INSERT ON {table} REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_wall_birth();
DROP TRIGGER IF EXISTS {table}_wall_kept ON {table};
CREATE TRIGGER {table}_wall_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION lifecycle_refuse_removal();
DROP TRIGGER IF EXISTS {journal}_wall_moved ON {journal};
CREATE TRIGGER {journal}_wall_moved AFTER INSERT ON {journal} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {journal}_wall_moved();
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
DROP TRIGGER IF EXISTS {table}_wall_kept ON {table};
DROP TRIGGER IF EXISTS {journal}_closed ON {journal};
"""

_AGREES = 'j."{column}" IS NOT DISTINCT FROM n."{column}"'
_CHANGED = 'o."{column}" IS DISTINCT FROM n."{column}"'
_STAYS = 'n."{column}" IS NOT DISTINCT FROM o."{column}"'
_IS = 'n."{column}" IS NOT DISTINCT FROM {value}'
_STAMPS = "(j.\"values\"->'stamps')"
_SAYS = f"{_STAMPS}?'{{name}}' AND ({_STAMPS}->>'{{name}}')::{{kind}} IS NOT DISTINCT FROM n.\"{{column}}\""
_SILENT = f"({_STAMPS}?'{{name}}') IS NOT TRUE"
_OBJECT = "jsonb_typeof(j.\"values\") = 'object'"
_NO_OTHER = (
    f"CASE jsonb_typeof({_STAMPS}) WHEN 'object' THEN {_STAMPS} - {{names}} = '{{{{}}}}' ELSE {_STAMPS} IS NULL END"
)


@dataclass(frozen=True)
class Verbs:
    """What the verbs of a machine write, by column, as the wall asks it of each move.

    ``edges`` are the legal moves (verb, source, target): a journal row of any other is refused. ``writes`` gives
    ``{verb: {column: value}}``: a move changes no other column; the value is SQL over its journal row ``j``, or None
    when it may be any. ``kept`` gives ``{name: (column, type)}`` of the stamps that each journal row which sets them,
    and that of the birth, says: no other is written. ``dimensions`` are the columns that the journal repeats: both say
    the same. ``unborn`` are the columns that say what was done later: they are null in what is born, unless its
    creation writes them.
    """

    edges: Sequence[tuple[str, str, str]] = ()
    writes: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    kept: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    dimensions: Sequence[str] = ()
    unborn: Sequence[str] = ()

    @property
    def creations(self) -> list[str]:
        return sorted({verb for verb, source, _ in self.edges if not source})

    def writing(self, column: str) -> list[str]:
        """The verbs that write a column."""
        return sorted(verb for verb, columns in self.writes.items() if column in columns)

    def of_moves(self) -> Iterator[str]:
        """What must be true of a move: ``o`` before, ``n`` after, ``j`` its journal row."""
        together: dict[tuple[str, ...], list[str]] = {}
        for column in sorted({*self.dimensions, *(name for columns in self.writes.values() for name in columns)}):
            together.setdefault(tuple(self.writing(column)), []).append(column)
        for verbs, columns in sorted(together.items()):
            stay = " AND ".join(_STAYS.format(column=column) for column in columns)
            yield f"({stay}{f' OR {_is_one_of(verbs)}' if verbs else ''})"
        for name, (column, kind) in self.kept.items():
            says, silent = _SAYS.format(name=name, column=column, kind=kind), _SILENT.format(name=name)
            yield f"CASE WHEN {_is_one_of(self.writing(column))} THEN {says} ELSE {silent} END"
        yield from self._of_rows(verb for verb in self.writes if verb not in self.creations)

    def of_births(self) -> Iterator[str]:
        """What must be true of what is born."""
        for column in self.unborn:
            verbs = [verb for verb in self.writing(column) if verb in self.creations]
            yield f'(n."{column}" IS NULL{f" OR {_is_one_of(verbs)}" if verbs else ""})'
        for name, (column, kind) in self.kept.items():
            yield _SAYS.format(name=name, column=column, kind=kind)
        yield from self._of_rows(self.creations)

    def _of_rows(self, verbs: Iterable[str]) -> Iterator[str]:
        """What the journal row says, and the values that each of these verbs writes."""
        yield from (_AGREES.format(column=column) for column in self.dimensions)
        yield _OBJECT
        yield _NO_OTHER.format(names=f"ARRAY[{', '.join(map(_text, self.kept))}]::text[]")
        cases = []
        for verb in sorted(verbs):
            known = {column: value for column, value in self.writes.get(verb, {}).items() if value is not None}
            if known:
                are = " AND ".join(_IS.format(column=column, value=value) for column, value in sorted(known.items()))
                cases.append(f"WHEN {_text(verb)} THEN {are}")
        if cases:
            separator = "\n                  "
            yield f"CASE j.verb{separator}{separator.join(cases)}{separator}ELSE true END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _is_one_of(verbs: Sequence[str]) -> str:
    return f"j.verb = ANY (ARRAY[{', '.join(map(_text, verbs))}])"


def wall_bodies(table: str, journal: str, watched: Iterable[str], verbs: Verbs | None = None) -> dict[str, str]:
    """``{function: body}`` of the wall of one machine.

    ``watched`` are the columns that only a move changes; ``verbs``: what they write, once the code is known.
    """
    names = {"table": table, "journal": journal}
    changed = "\n            OR ".join(_CHANGED.format(column=column) for column in watched)
    moved, born = (
        "".join(f"\n              AND {condition}" for condition in conditions)
        for conditions in ((verbs.of_moves(), verbs.of_births()) if verbs else ((), ()))
    )
    bodies = {
        f"{table}_wall_move": _MOVE.format(**names, changed=changed, said=moved),
        f"{table}_wall_birth": _BIRTH.format(**names, said=born),
        f"{journal}_wall_moved": _MOVED.format(**names),
    }
    edges = sorted(_text(" ".join(edge)) for edge in verbs.edges) if verbs else []
    if edges:
        bodies[f"{journal}_wall_edges"] = _EDGES.format(**names, edges=",\n        ".join(edges))
    return bodies
