"""Whether a database was made by this version of the code, and its server shows the wall all that a statement changes.

Migrations begin again at 0001 as long as nothing runs.
"""

import sysconfig
from pathlib import Path

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from lifecycle.servers import blind_server

THIRD_PARTY = Path(sysconfig.get_path("purelib"))


def project_apps() -> list[AppConfig]:
    """The apps of the project: those that are not installed from elsewhere."""
    return [config for config in apps.get_app_configs() if not Path(config.path).is_relative_to(THIRD_PARTY)]


def unknown_migrations(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The migrations of the project that a database has had and that the code does not hold: « app.name », sorted.

    One whose name the code holds, but which it applies after another that the database has not had, is another one too.
    """
    ours = {config.label for config in project_apps()}
    applied = MigrationRecorder(connections[using]).applied_migrations()
    loader = MigrationLoader(None)

    def is_known(migration: tuple[str, str]) -> bool:
        parents = loader.graph.node_map[migration].parents if migration in loader.disk_migrations else None
        return parents is not None and all(parent.key in applied for parent in parents if parent.key[0] in ours)

    return sorted(f"{label}.{name}" for label, name in applied if label in ours and not is_known((label, name)))


def check_history(*, databases: list[str] | None = None, **_: object) -> list[CheckMessage]:
    """Before ``migrate``, and when ``check`` is given a database: one of another version is left as it is."""
    return [
        Error(
            "Cette base a été faite par une autre version de Maillon, que celle-ci ne sait pas reprendre"
            f"\u00a0: {len(found)} de ses migrations lui sont inconnues, dont {found[0]}.",
            hint="Remettez la version qui l’a faite, ou migrez une base vide.",
            id="lifecycle.E021",
        )
        for alias in databases or []
        if (found := unknown_migrations(alias))
    ]


def refuse_blind_server(connection: BaseDatabaseWrapper) -> None:
    """Raises ImproperlyConfigured, with a sentence, when the wall does not stand on the server of this connection."""
    sentence = blind_server(_version(connection))
    if sentence is not None:
        raise ImproperlyConfigured(sentence)


def check_server(*, databases: list[str] | None = None, **_: object) -> list[CheckMessage]:
    """Before ``migrate``, and when ``check`` is given a database: a server where the wall does not stand is refused."""
    sentences = [blind_server(_version(connections[alias])) for alias in databases or []]
    return [Error(sentence, id="lifecycle.E022") for sentence in sentences if sentence is not None]


def _version(connection: BaseDatabaseWrapper) -> int:
    return int(connection.pg_version)  # type: ignore[attr-defined]
