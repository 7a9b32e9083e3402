"""A backup made and put back by the very commands of the guide, and what comes after it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from config import database
from config.database import SERVING_ROLE
from config.postgresql.binaries import PostgresqlError, find
from lifecycle import erased
from lifecycle.actors import SignedLink
from lifecycle.sealing import seal_journals
from prescriptions.enums import HouseholdState
from prescriptions.models import Household, WaitingPicture
from prescriptions.services.photos import send_photo
from prescriptions.services.prescriptions import ask_completion_prescription, withdraw_prescription
from tests.config.test_settings import run
from tests.documents.pictures import a_photo
from tests.prescriptions.files import Circle, again
from tests.prescriptions.test_erased_on_request import erase
from tests.unguarded import write_triggers_as_the_code_does

CHAPTER = database.PROJECT / "docs" / "guide" / "exploitation.md"
RESTORED, OWNER = "test_put_back", "test_put_back_owner"
AFTER = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.LIFECYCLE_SEAL_DIR, settings.MEDIA_ROOT = map(Path, sys.argv[1:])
from django.core.management import call_command
call_command("after_restore")
from prescriptions.models import Household, ProofPhoto, WaitingPicture
print("HOUSEHOLDS", sorted(Household.objects.values_list("reference", "state", "last_name")))
print("PHOTOS", ProofPhoto.objects.count(), WaitingPicture.objects.count())
"""


def commands(title: str, program: str) -> str:
    """The line of the first block of commands of a section that runs this program."""
    section = CHAPTER.read_text().partition(f"## {title}\n")[2].partition("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None, title
    return next(line for line in block[1].splitlines() if line.startswith(program))


def started(unit: str, command: str) -> str:
    """The command of a unit of the guide that is shipped, without its folder."""
    assert f"systemctl start {unit}" in CHAPTER.read_text()
    text = (database.PROJECT / "deploy" / f"{unit}.service").read_text()
    return next(line.partition("/python ")[2] for line in text.splitlines() if command in line)


def address(name: str, role: str = "") -> str:
    """Of a database of the tests' server, for a role; for the tests' own where a password is asked."""
    server = connection.settings_dict
    who = quote(server["USER"]) + (f":{quote(server['PASSWORD'])}" if server["PASSWORD"] else "")
    who = role if role and not server["PASSWORD"] else who
    return f"postgresql://{who}@/{name}?host={quote(server['HOST'], safe='')}&port={server['PORT']}"


def typed(line: str, folder: Path, **environment: str) -> None:
    """A line of the guide, as a shell takes it; ``manage.py`` is the project's, run by this Python."""
    (manage := folder / "manage.py").write_text(f'#!/bin/sh\nexec {sys.executable} {database.PROJECT}/manage.py "$@"\n')
    manage.chmod(0o755)
    around = programs() | environment
    around["PATH"] = f"{folder}:{around['PATH']}"
    subprocess.run(["sh", "-ec", line], cwd=folder, env=around, check=True, timeout=120)


def programs() -> dict[str, str]:
    server = connection.settings_dict
    found = shutil.which("pg_dump")
    try:
        folder = str(find()[0])
    except PostgresqlError:
        folder = str(Path(found).parent) if found else ""
    return {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PGHOST": server["HOST"],
        "PGPORT": server["PORT"],
        "PGUSER": server["USER"],
        "PGPASSWORD": server["PASSWORD"],
    }


@pytest.fixture
def owner() -> Iterator[str]:
    """Who owns the database that is put back: nobody who may all, where no password is asked."""

    def drop() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
            cursor.execute(f"DROP ROLE IF EXISTS {OWNER}")

    drop()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
    yield str(connection.settings_dict["USER"]) if connection.settings_dict["PASSWORD"] else OWNER
    drop()


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_put_back_by_the_guide_erases_again_and_is_whole(
    owner: str, tmp_path: Path, settings: Any
) -> None:
    circle = Circle()
    kept = circle.submitted(household=circle.household(last_name="Inoubliable"))
    ask_completion_prescription(actor=circle.adviser, prescription=kept, missing=["income_seen"])
    link = SignedLink("sheet:1", opens=("prescription", kept.pk))
    send_photo(actor=link, prescription=again(kept), content=a_photo(size=(600, 400)))
    other = circle.submitted(household=circle.household(last_name="Effacée-Demain"))
    withdraw_prescription(actor=circle.worker, prescription=other, reason="no_longer_needed")
    seal_journals(at=again(other).moved_at)
    name = connection.settings_dict["NAME"]

    typed(commands("Sauvegarder", "pg_dump"), tmp_path, DATABASE_URL=address(name, SERVING_ROLE))
    erase(circle, other.household)
    gone = again(other.household)
    assert gone.state == HouseholdState.ANONYMISED
    assert erased.erased("household") == {gone.reference}
    seal_journals(at=gone.moved_at)

    created = commands("Remettre une sauvegarde en place", "sudo -u postgres createdb").removeprefix(
        "sudo -u postgres "
    )
    typed(created.replace("maillon_owner", shlex.quote(owner)).removesuffix(" maillon") + f" {RESTORED}", tmp_path)
    restored = address(RESTORED, owner)
    typed(commands("Remettre une sauvegarde en place", "pg_restore"), tmp_path, OWNER_URL=restored)
    write_triggers_as_the_code_does(restored)
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    typed(started("maillon-migrate", "manage.py grant_rights"), tmp_path, DATABASE_URL=restored, **environment)
    assert started("maillon-after-restore", "manage.py after_restore")
    serves = environment | {"DATABASE_URL": address(RESTORED, SERVING_ROLE)}
    told = run("-c", AFTER, str(settings.LIFECYCLE_SEAL_DIR), str(settings.MEDIA_ROOT), **serves)

    assert told.returncode == 0, told.stderr + told.stdout
    assert "1 foyer effacé de nouveau." in told.stdout
    assert "Tout est vérifié et scellé" in told.stdout
    assert f"household {gone.reference}, ligne n°" in told.stdout, "what was sealed since is told as lost"
    assert "Effacée-Demain" not in told.stdout
    assert str((gone.reference, "anonymised", "")) in told.stdout
    assert str((kept.household.reference, "open", "Inoubliable")) in told.stdout
    assert "PHOTOS 1 0" in told.stdout, "no backup keeps the picture"
    assert WaitingPicture.objects.count() == 1
    assert Household.objects.count() == 2
