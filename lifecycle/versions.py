"""Whether a database was made by this version of the code, and its server shows the wall all that a statement changes.

Migrations begin again at 0001 as long as nothing runs, and one may be changed in place: what each said when it was
applied is kept beside its name.
"""

import hashlib
import inspect
import io
import json
import sysconfig
import tokenize
from collections.abc import Mapping
from pathlib import Path

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.recorder import MigrationRecorder

from lifecycle.servers import blind_server

THIRD_PARTY = Path(sysconfig.get_path("purelib"))
_TOLD = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"
"""Where what migrations said is kept: in the comment of their table, which no row of the product can change."""
_TO_TELL = "SELECT format('COMMENT ON TABLE django_migrations IS %%L', %s::text)"
_MEANS_NOTHING = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def project_apps() -> list[AppConfig]:
    """The apps of the project: those that are not installed from elsewhere."""
    return [config for config in apps.get_app_configs() if not Path(config.path).is_relative_to(THIRD_PARTY)]


def unknown_migrations(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The migrations of the project that a database has had and that the code does not hold: « app.name », sorted.

    One whose name the code holds, but which it applies after another that the database has not had, is another one too,
    and so is one that said something else when it was applied.
    """
    ours = {config.label for config in project_apps()}
    applied = MigrationRecorder(connections[using]).applied_migrations()
    loader = MigrationLoader(None)
    told = _told(using)

    def is_known(migration: tuple[str, str]) -> bool:
        if migration not in loader.disk_migrations:
            return False
        said = print_of(loader.disk_migrations[migration])
        parents = loader.graph.node_map[migration].parents
        return told.get(".".join(migration), said) == said and all(
            parent.key in applied for parent in parents if parent.key[0] in ours
        )

    return sorted(f"{label}.{name}" for label, name in applied if label in ours and not is_known((label, name)))


def keep_what_was_said(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """After ``migrate``: keep what each migration of an app says that the database has had since."""
    if sender not in project_apps():
        return
    told = _told(using)
    applied = MigrationRecorder(connections[using]).applied_migrations()
    loader = MigrationLoader(None)
    new = {
        f"{label}.{name}": print_of(loader.disk_migrations[label, name])
        for label, name in applied
        if label == sender.label and f"{label}.{name}" not in told and (label, name) in loader.disk_migrations
    }
    if new:
        with connections[using].cursor() as cursor:
            cursor.execute(_TO_TELL, [json.dumps(dict(sorted({**told, **new}.items())))])
            cursor.execute(cursor.fetchone()[0])


def print_of(migration: Migration) -> str:
    """A digest of what the file of a migration says: another one as soon as a word changes that is no comment.

    What it imports is not read: the wall is drawn apart (``walls``), and fields say in the file what they are.
    """
    source = inspect.getsource(inspect.getmodule(migration))  # type: ignore[arg-type]
    said = (
        word.string
        for word in tokenize.generate_tokens(io.StringIO(source).readline)
        if word.type not in _MEANS_NOTHING
    )
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


def _told(using: str) -> Mapping[str, str]:
    """What migrations said when they were applied: ``{« app.name »: digest}``; nothing of an older database."""
    with connections[using].cursor() as cursor:
        cursor.execute(_TOLD)
        kept = cursor.fetchone()[0]
    found: dict[str, str] = json.loads(kept) if kept else {}
    return found


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
