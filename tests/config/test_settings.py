"""Production's settings, read by a process of their own; and what the log leaves out."""

import logging
import logging.config
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.core.management import call_command
from django.db import connection

from config import database
from config.database import SERVING_ROLE
from config.logs import DiscreetFormatter, RefusedInOneLine
from network.shared_cache import hidden

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "maillon-" + "abcdefghijklmnopqrstuvwxyz" * 3,
    "ALLOWED_HOSTS": "maillon.example",
    "DATABASE_URL": "postgresql://maillon@localhost/maillon",
    "MEDIA_ROOT": "/srv/maillon/media",
    "SEAL_DIR": "/srv/maillon/seals",
    "MAIL_HOST": "mail.example",
}


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", *words, **environment)


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=database.PROJECT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_processes_share_one_cache_that_names_nobody() -> None:
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    key = hidden("allauth:rl:login:ip:192.0.2.7", "", 1)
    assert "192.0.2.7" not in key
    assert key == hidden("allauth:rl:login:ip:192.0.2.7", "", 1) != hidden("allauth:rl:login:ip:192.0.2.8", "", 1)


@pytest.mark.parametrize("hosts", ["*", "maillon.example,*", " , ", ".maillon.example"])
def test_production_answers_to_its_own_names_alone(hosts: str) -> None:
    result = manage("check", "--deploy", **ENVIRONMENT | {"ALLOWED_HOSTS": hosts})
    assert result.returncode != 0
    assert "ALLOWED_HOSTS nomme les adresses du site" in result.stderr


def test_behind_a_proxy_limits_of_rate_count_the_addresses_of_people() -> None:
    assert "ALLAUTH_TRUSTED_PROXY_COUNT = 1" in manage("diffsettings", **ENVIRONMENT | {"BEHIND_PROXY": "1"}).stdout
    assert "ALLAUTH_TRUSTED_PROXY_COUNT" not in manage("diffsettings", **ENVIRONMENT).stdout


@pytest.mark.django_db
def test_production_neither_starts_nor_passes_as_the_owner_of_the_tables() -> None:
    """A process of its own, which really signs in to the database of the tests as its owner."""
    owner = connection.settings_dict
    url = f"postgresql://{owner['USER']}:{owner['PASSWORD']}@/{owner['NAME']}?host={owner['HOST']}&port={owner['PORT']}"
    environment = ENVIRONMENT | {"DATABASE_URL": url}
    checked = manage("check", "--deploy", **environment)
    assert checked.returncode != 0
    for said in (checked, run("-c", "import config.wsgi", **environment), manage("work", **environment)):
        assert said.returncode != 0
        assert "Maillon ne sert pas avec le rôle" in said.stderr


@pytest.mark.django_db
def test_production_passes_the_checks_of_a_deployment_as_the_role_that_serves(serving_role: None) -> None:
    """The checks ask the version of the server: it is there."""
    server = connection.settings_dict
    if server["PASSWORD"]:
        pytest.skip("the password of that role is not the tests' to know")
    url = f"postgresql://{SERVING_ROLE}@/{server['NAME']}?host={server['HOST']}&port={server['PORT']}"
    environment = ENVIRONMENT | {"DATABASE_URL": url}
    assert run("-c", "import config.wsgi", **environment).returncode == 0
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **environment)
    assert checked.returncode == 0, checked.stderr


def test_production_starts_while_its_database_is_away() -> None:
    environment = ENVIRONMENT | {"DATABASE_URL": "postgresql://maillon@localhost:1/maillon"}
    assert run("-c", "import config.wsgi", **environment).returncode == 0


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "MEDIA_ROOT", "SEAL_DIR", "MAIL_HOST"])
def test_production_says_which_variable_is_missing(name: str) -> None:
    result = manage("check", **ENVIRONMENT | {name: ""})
    assert result.returncode != 0
    assert f"La variable {name} est absente." in result.stderr


def test_each_database_of_a_tree_keeps_its_own_seals() -> None:
    dev = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATABASE_URL": "postgresql://maillon@localhost/other"}
    assert "var/seals/other')" in manage("diffsettings", **dev).stdout


def test_every_static_file_names_files_that_exist(settings: object, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    manifest = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()


def test_the_log_leaves_out_the_values_of_rows() -> None:
    message = "duplicate key\nDETAIL:  Key (email)=(camille@exemple.example) already exists.\nHINT:  none"
    record = logging.LogRecord("maillon", logging.ERROR, "file.py", 1, message, None, None)
    said = DiscreetFormatter("{message}", style="{").format(record)
    assert said == "duplicate key\nDETAIL: […]\nHINT:  none"


def logged(logger: str, status: int, error: Exception) -> str:
    """What a handler of the site writes of an answer, said by Django as it says it."""
    declared = settings.LOGGING["handlers"]["console"]
    made = {"class": declared["class"], "stream": (written := StringIO())}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": settings.LOGGING["formatters"],
            "filters": settings.LOGGING["filters"],
            "handlers": {"tried": declared | made},
            "loggers": {"tried": {"handlers": ["tried"], "propagate": False}},
        }
    )
    try:
        raise error
    except type(error) as raised:
        logging.getLogger(logger).exception("Said: %s", "/page/", exc_info=raised, extra={"status_code": status})
    return written.getvalue()


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, PermissionDenied("Camille Exemple")), (404, LookupError("Camille")), (400, DisallowedHost("camille.test"))],
)
def test_a_request_that_is_refused_leaves_one_line_in_the_log(status: int, error: Exception) -> None:
    said = logged("tried.request", status, error)
    assert said.endswith("ERROR tried.request: Said: /page/\n")
    assert said.count("\n") == 1
    assert "amille" not in said


def test_a_fault_of_ours_leaves_its_whole_traceback_in_the_log() -> None:
    said = logged("tried.request", 500, ZeroDivisionError("nothing"))
    assert "Traceback" in said
    assert "ZeroDivisionError: nothing" in said


def test_a_line_made_short_for_one_handler_is_whole_for_the_next() -> None:
    error = PermissionDenied()
    raised = (type(error), error, None)
    record = logging.LogRecord("django.request", logging.WARNING, "file.py", 1, "said", None, raised)
    record.status_code = 403
    shortened = RefusedInOneLine().filter(record)
    assert isinstance(shortened, logging.LogRecord)
    assert shortened.exc_info is None
    assert record.exc_info is not None
