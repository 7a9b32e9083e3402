"""The two roles of the database: an owner, who migrates; the one that serves, who reads and writes rows and no more.

The wall holds as long as nobody but its owner can change it: a role that owns a table drops its triggers, one that
may make temporary tables may put another table in the place of ours.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, OperationalError, ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import sql

from lifecycle.versions import refuse_blind_server

READ_ONLY = ("django_migrations",)
"""What the migrations did is for their owner to write."""
ONE_AT_A_TIME = 0x524F4C45  # any number that nobody else uses in this database
GUIDE = "docs/guide/exploitation.md"

_RIGHTS = (
    "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "REVOKE ALL ON DATABASE {database} FROM {role}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON SCHEMA public FROM {role}",
    "REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA public TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON ROUTINES TO {role}",
)
_ROLE = "SELECT 1 FROM pg_roles WHERE rolname = %s"
_SERVING = """
SELECT r.rolname FROM pg_namespace n, aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = 'public' AND a.privilege_type = 'USAGE' AND a.grantee <> n.nspowner ORDER BY 1
"""
_EXCESS = """
SELECT session_user, current_user, r.rolsuper, r.rolcreaterole,
    has_database_privilege(current_user, current_database(), 'TEMPORARY'),
    has_schema_privilege(current_user, 'public', 'CREATE'),
    EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND pg_has_role(current_user, c.relowner, 'MEMBER')),
    has_database_privilege(current_user, current_database(), 'CREATE'),
    coalesce(bool_or(has_table_privilege(current_user, t.oid, 'TRUNCATE')), false),
    coalesce(bool_or(has_table_privilege(current_user, t.oid, 'TRIGGER')), false),
    coalesce(bool_or(has_any_column_privilege(current_user, t.oid, 'REFERENCES')), false),
    has_parameter_privilege(current_user, 'session_replication_role', 'SET'),
    r.rolreplication OR EXISTS (SELECT 1 FROM pg_roles p WHERE p.rolname = 'pg_create_subscription'
            AND pg_has_role(current_user, p.oid, 'MEMBER')),
    EXISTS (SELECT 1 FROM pg_roles p WHERE p.rolname IN ('pg_write_server_files', 'pg_execute_server_program')
            AND pg_has_role(current_user, p.oid, 'MEMBER'))
FROM pg_roles r
LEFT JOIN pg_class t ON t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace
WHERE r.rolname = current_user GROUP BY r.oid, r.rolsuper, r.rolcreaterole, r.rolreplication
"""
_TOO_MUCH = (
    "est superutilisateur",
    "peut créer des rôles",
    "peut créer des tables temporaires",
    "peut créer dans le schéma public",
    "possède des tables de Maillon",
    "peut créer des schémas dans la base",
    "peut vider des tables d’un coup",
    "peut poser des déclencheurs",
    "peut attacher des tables à celles de Maillon",
    "peut faire taire les déclencheurs",
    "peut répliquer des bases",
    "peut écrire sur le disque du serveur",
)


class NoSuchRole(LookupError):
    """There is no role of this name: whoever keeps the server makes it."""


class RoleRefused(PermissionError):
    """Whoever signed in to the database may not make roles."""


def make_role(name: str) -> None:
    """Make a role that may sign in, unless it is there, and whose part whoever makes it may take.

    For a server of one's own, where no password is asked. Raises RoleRefused where one may not make roles.
    """
    role = sql.Identifier(name)
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [name])
        if cursor.fetchone() is not None:
            return
        try:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(role))
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        except (ProgrammingError, IntegrityError) as error:
            if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
                raise RoleRefused(name) from error
            if not isinstance(error.__cause__, psycopg.errors.DuplicateObject | psycopg.errors.UniqueViolation):
                raise  # else it was made by another at the same instant


def grant_rights(name: str) -> None:
    """Give a role the rights on rows, and on those of the tables to come, and take every other right from it.

    To be run as the owner of the database; again, it changes nothing. Raises NoSuchRole.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [name])
        if cursor.fetchone() is None:
            raise NoSuchRole(name)
        database = str(connection.settings_dict["NAME"])
        names = {"database": sql.Identifier(database), "role": sql.Identifier(name)}
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        try:
            cursor.execute(sql.SQL(";\n").join(sql.SQL(one).format(**names) for one in (*_RIGHTS, *_read_only())))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def serving_roles() -> list[str]:
    """The roles that were given rights in this database (``grant_rights``), its owner left out."""
    with connection.cursor() as cursor:
        cursor.execute(_SERVING)
        return [name for (name,) in cursor.fetchall()]


def _read_only() -> Iterator[str]:
    there = connection.introspection.table_names()
    for table in READ_ONLY:
        if table in there:
            yield f"REVOKE INSERT, UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {{role}}"


def excess(database: BaseDatabaseWrapper) -> list[str]:
    """What the role of this connection may do beyond rows, in French; nothing is what is wanted."""
    with database.cursor() as cursor:
        cursor.execute(_EXCESS)
        session, current, *may = cursor.fetchone()
    found = [said for said, true in zip(_TOO_MUCH, may, strict=True) if true]
    return found if session == current else [*found, f"peut redevenir «\u00a0{session}\u00a0»"]


def refuse_excess(database: BaseDatabaseWrapper) -> None:
    """Raises ImproperlyConfigured, with a sentence, when the role of this connection may do more than it should."""
    found = excess(database)
    if found:
        raise ImproperlyConfigured(sentence(str(database.settings_dict["USER"]), found))


def sentence(role: str, found: list[str]) -> str:
    """Why Maillon does not serve as this role, and where it is told what to do."""
    return (
        f"Maillon ne sert pas avec le rôle «\u00a0{role}\u00a0» de la base\u00a0: il {', '.join(found)}. "
        "Servez avec un rôle qui lit et écrit des lignes, rien de plus\u00a0: "
        f"voir {GUIDE}, «\u00a0Les deux rôles de la base\u00a0»."
    )


def watch_connections() -> None:
    """Refuse each connection whose role may do too much, or whose server is too old: the process does not start.

    Where the settings ask for it (``LIFECYCLE_SERVING_ROLE_ONLY``). A database that is away is looked at when it is
    back. Raises ImproperlyConfigured.
    """
    if not settings.LIFECYCLE_SERVING_ROLE_ONLY:
        return
    connection_created.connect(_look, dispatch_uid="lifecycle.roles")
    try:
        connection.ensure_connection()
    except OperationalError:
        return
    connection.close()


def _look(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    try:
        refuse_blind_server(connection)
        refuse_excess(connection)
    except ImproperlyConfigured:
        connection.close()
        raise
