"""The nightly seal: what is exported, and how one night is chained to the one before."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lifecycle.models import Seal
from lifecycle.sealing import SealFile, seal_journals
from lifecycle.tasks import verify_and_seal
from tests.lifecycle.parcels.models import Parcel

type Announce = Callable[..., list[Parcel]]


def file_of(settings: object) -> Path:
    return max(Path(settings.LIFECYCLE_SEAL_DIR).glob("parcel-*.jsonl.gz"))


def test_a_seal_exports_every_head_in_order_with_its_digest(announce: Announce, settings: object) -> None:
    parcels = announce(3)
    at = timezone.now()
    (sealed,) = [seal for seal in seal_journals(at=at) if seal.machine == "parcel"]
    content = gzip.decompress(file_of(settings).read_bytes())
    header, *heads = [json.loads(line) for line in content.splitlines()]
    assert header == {"machine": "parcel", "sealed_at": at.isoformat(), "previous": ""}
    assert heads == [[parcel.pk, 1, parcel.head] for parcel in parcels]
    assert (sealed.objects_count, sealed.digest) == (3, hashlib.sha256(content).hexdigest())


def test_a_seal_is_chained_to_the_one_before(announce: Announce) -> None:
    announce()
    seal_journals(at=timezone.now() - timedelta(days=1))
    seal_journals(at=timezone.now())
    newest, oldest = Seal.objects.filter(machine="parcel")
    assert (oldest.previous, newest.previous) == ("", oldest.digest)
    file = SealFile.last("parcel")
    assert file is not None
    assert (file.sealed_at, file.previous) == (newest.sealed_at, oldest.digest)


def test_a_seal_that_fails_leaves_neither_row_nor_file(announce: Announce, settings: object) -> None:
    announce()
    at = timezone.now()
    seal_journals(at=at)
    before = sorted(Path(settings.LIFECYCLE_SEAL_DIR).glob("*.gz"))
    with pytest.raises(DatabaseError), transaction.atomic():
        seal_journals(at=at)
    assert sorted(Path(settings.LIFECYCLE_SEAL_DIR).glob("*.gz")) == before


def test_a_seal_never_changes(announce: Announce) -> None:
    announce()
    seal_journals(at=timezone.now())
    with pytest.raises(DatabaseError, match="ajout"), transaction.atomic():
        Seal.objects.update(digest="")
    with pytest.raises(DatabaseError, match="ajout"), transaction.atomic():
        Seal.objects.all().delete()
    connection.check_constraints()


def test_the_command_and_the_nightly_task_seal_every_machine(announce: Announce) -> None:
    announce(2)
    told = StringIO()
    call_command("seal_journal", stdout=told)
    assert "parcel\u00a0: 2 objets scellés" in told.getvalue()
    verify_and_seal(timestamp=0)
    assert Seal.objects.filter(machine="parcel").count() == 2
