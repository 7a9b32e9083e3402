"""Production's settings, read by a process of their own; and what the log leaves out."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from config import database
from config.logs import DiscreetFormatter

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
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=database.PROJECT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_checks_of_a_deployment() -> None:
    result = manage("check", "--deploy", "--fail-level", "WARNING", **ENVIRONMENT)
    assert result.returncode == 0, result.stderr


def test_the_workers_of_production_share_one_cache() -> None:
    result = manage("diffsettings", **ENVIRONMENT)
    assert "'django.core.cache.backends.db.DatabaseCache'" in result.stdout, result.stderr


def test_behind_a_proxy_limits_of_rate_count_the_addresses_of_people() -> None:
    assert "ALLAUTH_TRUSTED_PROXY_COUNT = 1" in manage("diffsettings", **ENVIRONMENT | {"BEHIND_PROXY": "1"}).stdout
    assert "ALLAUTH_TRUSTED_PROXY_COUNT" not in manage("diffsettings", **ENVIRONMENT).stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "MEDIA_ROOT", "SEAL_DIR"])
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
