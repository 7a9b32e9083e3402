"""What the database knows of the parameters: which codes are declared, the least and the largest value of each.

Compiled when ``migrate`` ends from what the apps declare, so that a new parameter needs no migration. Rows written
under a code that nobody declares any more stay where they are; no new one comes.
"""

import hashlib
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from reference.models import Parameter
from reference.registry import declared_parameters

NAME = "reference_parameter_known"
_COMMENT = "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = %s"


def condition() -> str:
    """The condition of the constraint, in SQL."""
    cases = []
    for code, declared in sorted(declared_parameters().items()):
        whole = " AND value = trunc(value)" if declared.is_whole else ""
        most = "" if declared.highest is None else f" AND value <= {declared.highest}"
        cases.append(f"WHEN '{code}' THEN value >= {declared.least}{most}{whole}")
    return f"CASE code {' '.join(cases)} ELSE false END" if cases else "false"


def digest() -> str:
    """What the constraint is recognised by: the SHA-256 of its condition, in hexadecimal."""
    return hashlib.sha256(condition().encode()).hexdigest()


def standing(using: str = DEFAULT_DB_ALIAS) -> str | None:
    """The digest of the constraint that stands in the database; None when there is none."""
    with connections[using].cursor() as cursor:
        cursor.execute(_COMMENT, [NAME])
        found = cursor.fetchone()
    return found[0] if found else None


def raise_known(sender: AppConfig | None = None, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Make the constraint say what is declared; one that says so already is not touched. By the owner."""
    table = Parameter._meta.db_table
    if connections[using].vendor != "postgresql" or table not in connections[using].introspection.table_names():
        return
    if standing(using) == digest():
        return
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {NAME}")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {NAME} CHECK ({condition()}) NOT VALID")
        cursor.execute(f"COMMENT ON CONSTRAINT {NAME} ON {table} IS '{digest()}'")
