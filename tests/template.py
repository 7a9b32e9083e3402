"""The database from which each process of the tests copies its own: made once, by migrations, then kept.

A copy takes a second where migrations take many. Its name is a digest of what migrations are made of: once one of them
is another, another template is made. Whatever else Django does after migrations, it does again on each copy.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg import sql

from tests.unguarded import let_rows_be_put_back

PREFIX = "test_template_"
LOCK = 5_920_261
"""Of all the processes that want the template, one makes it and the others wait."""


def ready_template() -> str:
    """The name of the template, made unless it is there."""
    name = PREFIX + _digest()
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        there = {row[0] for row in cursor.fetchall()}
        if name not in there:
            for former in there:
                cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(former)))
            making = f"{PREFIX}in_the_making"
            _make(making)
            cursor.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name))
            )
    return name


def _make(name: str) -> None:
    with _named(name):
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        let_rows_be_put_back()
        connection.close()


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Django names the test database after its settings, then the settings after it."""
    kept, kept_test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        yield
    finally:
        connection.settings_dict["TEST"]["NAME"] = kept_test
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = kept


def _digest() -> str:
    """Of the migrations of the installed apps, of what writes the walls, and of the versions of the libraries."""
    known: Any = hashlib.sha256()
    for path in sorted(_sources()):
        known.update(path.read_bytes())
    return str(known.hexdigest()[:16])


def _sources() -> Iterator[Path]:
    project = Path(settings.BASE_DIR)
    yield project / "requirements-dev.txt"
    yield from (project / "tests" / name for name in ("template.py", "unguarded.py"))
    yield from (project / "lifecycle").glob("*.py")
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.is_relative_to(project):
            yield from (folder / "migrations").glob("*.py")


if __name__ == "__main__":
    django.setup()
    ready_template()
