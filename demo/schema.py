"""The tables of the demonstration, made anew. No model is imported here: ``make demo`` asks before there is any."""

from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from lifecycle.roles import grant_rights, serving_roles


def recreate_schema() -> None:
    """Empty the database of the demonstration and make it again: tables, territory, reference data.

    Its tables refuse to be emptied, so their schema goes; the rights on it are given back to those who serve. Raises
    RuntimeError outside the demonstration.
    """
    if not settings.DEMO:
        raise RuntimeError("Only the database of the demonstration is ever dropped.")
    serving = serving_roles()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)
    for command in ("load_territory", "load_reference"):
        call_command(command, stdout=StringIO())
    for role in serving:
        grant_rights(role)
