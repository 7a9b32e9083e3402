"""How rows are put back past the triggers that saw them come, while PostgreSQL keeps its plans.

``session_replication_role`` silences triggers too, and has PostgreSQL forget each plan of the connection whenever it
changes. In the database of the tests each trigger that sees a row come or go stands as in production, under one more
condition: rows are not being put back. A schema that a test made again has it again before another test
(``tests.emptying``). Another process reads the definitions with that condition: none draws a wall from this database,
and a copy of it is rid of it before its wall is verified.
"""

import re

import psycopg
from django.db import connection, transaction
from psycopg import sql

SETTING = "tests.put_back"
CONDITION = f"current_setting('{SETTING}'::text, true) IS DISTINCT FROM 'on'::text"
TOLD_ALONE = f" WHEN (({CONDITION}))"
TOLD_FIRST = re.compile(rf" WHEN \(\({re.escape(f'({CONDITION})')} AND (.*)\)\) EXECUTE FUNCTION ", re.DOTALL)
"""How PostgreSQL tells it in the definition of a trigger that has no condition of its own, and of one that has."""
BEGIN, END = (f"SELECT set_config('{SETTING}', '{value}', true)" for value in ("on", "off"))
ARE_GUARDED = f"""
    SELECT NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'public'::regnamespace AND (t.tgqual IS NULL
            OR t.tgtype & 12 <> 0 AND NOT t.tgisinternal AND strpos(pg_get_triggerdef(t.oid), '{SETTING}') = 0))
"""
PATTERN = f"""
    CREATE TABLE pattern (id int);
    CREATE FUNCTION pattern() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER pattern AFTER INSERT ON pattern FOR EACH STATEMENT WHEN ({CONDITION}) EXECUTE FUNCTION pattern();
    UPDATE pg_trigger t SET tgqual = p.tgqual FROM pg_trigger p, pg_class c
    WHERE p.tgname = 'pattern' AND t.tgqual IS NULL AND c.oid = t.tgrelid AND c.relnamespace = 'public'::regnamespace;
    DROP TABLE pattern;
    DROP FUNCTION pattern;
    UPDATE pg_class SET relhastriggers = true WHERE relhastriggers AND relnamespace = 'public'::regnamespace;
"""
WITH_A_CONDITION = """
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgqual IS NOT NULL AND t.tgtype & 12 <> 0
"""
GUARDED = f"""
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal AND strpos(pg_get_triggerdef(oid), '{SETTING}') > 0
"""
ITS_OWN = re.compile(r" WHEN \((.*)\) EXECUTE FUNCTION ", re.DOTALL)


def let_rows_be_put_back() -> None:
    """Give every trigger that sees rows come or go the condition, those behind links included, unless it has it.

    The last statement has every connection read the triggers again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ARE_GUARDED)
        if cursor.fetchone()[0]:
            return
        cursor.execute(WITH_A_CONDITION)
        for (told,) in cursor.fetchall():
            if SETTING in told:
                continue
            guarded = ITS_OWN.sub(lambda found: f" WHEN (({CONDITION}) AND {found[1]}) EXECUTE FUNCTION ", told)
            cursor.execute(sql.SQL(guarded.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)))
        cursor.execute(PATTERN)


def as_written(told: str) -> str:
    """The definition of a trigger as the code wrote it."""
    return TOLD_FIRST.sub(r" WHEN (\1) EXECUTE FUNCTION ", told.replace(TOLD_ALONE, ""))


def write_triggers_as_the_code_does(address: str) -> None:
    """In another database, restored from one of the tests': its triggers came with the condition."""
    with psycopg.connect(address) as other, other.cursor() as cursor:
        cursor.execute(GUARDED)
        for table, name, told in cursor.fetchall():
            cursor.execute(sql.SQL(f"DROP TRIGGER {name} ON {table}; {as_written(told)}"))
