"""Files: kept with their hash, served by their owner, forgotten on request."""

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.utils import timezone

from documents.enums import ContentType
from documents.exceptions import FileAltered, FileForgotten, FileRefused
from documents.models import StoredFile
from documents.responses import file_response
from documents.services import forget_file, open_file, store_file, verify_file
from documents.services.files import check_file, content_path, remove_content, sweep_contents
from documents.tasks import forget_abandoned_deposits, remove_forgotten_content
from network.models import Membership
from tests.documents.samples import NWIPE_LOG, PDF, png
from tests.documents.worker import run_worker

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def contents(media: Path) -> list[Path]:
    return [place for place in media.rglob("*") if place.is_file()]


def test_a_file_is_kept_with_its_hash_its_date_and_who_deposited_it(technician: Membership) -> None:
    stored = store_file(
        content=NWIPE_LOG, name="nwipe.log", content_type="application/octet-stream", by=technician, at=AT
    )
    assert stored.sha256 == hashlib.sha256(NWIPE_LOG).hexdigest()
    assert (stored.name, stored.size, stored.content_type) == ("nwipe.log", len(NWIPE_LOG), ContentType.TEXT)
    assert (stored.stored_at, stored.stored_by) == (AT, technician)
    assert open_file(stored).read() == NWIPE_LOG


def test_the_same_content_lies_once_on_disk_and_each_deposit_keeps_its_name_and_author(
    technician: Membership, pilot: Membership, settings: Any
) -> None:
    first = store_file(content=PDF, name="certificat.pdf", by=technician)
    second = store_file(content=PDF, name="preuve.pdf", by=pilot)
    assert first.sha256 == second.sha256
    assert (first.name, second.name) == ("certificat.pdf", "preuve.pdf")
    assert len(contents(settings.MEDIA_ROOT)) == 1


def test_a_file_has_no_address(db: None) -> None:
    stored = store_file(content=PDF, name="a.pdf", by=None)
    with pytest.raises(ValueError, match="no address"):
        _ = stored.file.url


@pytest.mark.parametrize("change", ["name = 'autre'", "size = 1", "sha256 = repeat('0', 64)", "file = 'ailleurs'"])
def test_the_database_refuses_to_change_a_file(db: None, change: str) -> None:
    store_file(content=PDF, name="a.pdf", by=None)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE documents_storedfile SET {change}")


def test_the_database_refuses_to_delete_a_file(db: None) -> None:
    stored = store_file(content=PDF, name="a.pdf", by=None)
    with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
        stored.delete()


def test_a_file_that_changed_on_disk_is_not_served(db: None) -> None:
    stored = store_file(content=PDF, name="a.pdf", by=None)
    Path(default_storage.path(stored.file.name)).write_bytes(PDF + b"altered")
    assert not verify_file(stored)
    with pytest.raises(FileAltered):
        file_response(stored)


def test_a_file_that_went_missing_is_told(db: None) -> None:
    stored = store_file(content=PDF, name="a.pdf", by=None)
    Path(default_storage.path(stored.file.name)).unlink()
    with pytest.raises(FileAltered, match="missing"):
        open_file(stored)


def test_depositing_the_same_content_again_repairs_what_lies_on_disk(db: None) -> None:
    stored = store_file(content=PDF, name="a.pdf", by=None)
    Path(default_storage.path(stored.file.name)).write_bytes(b"altered")
    store_file(content=PDF, name="b.pdf", by=None)
    assert verify_file(stored)


def test_forgetting_removes_the_content_and_the_name_and_keeps_the_hash(db: None, settings: Any) -> None:
    stored = store_file(content=PDF, name="Martin.pdf", by=None)
    forgotten = forget_file(file=stored, at=AT)
    remove_forgotten_content(file=stored.pk)
    assert (forgotten.name, forgotten.file.name, forgotten.forgotten_at) == ("", "", AT)
    assert forgotten.sha256 == stored.sha256
    assert contents(settings.MEDIA_ROOT) == []
    with pytest.raises(FileForgotten):
        open_file(forgotten)
    with pytest.raises(Http404, match="effacé"):
        file_response(forgotten)
    assert not verify_file(forgotten)


def test_a_deposit_that_no_row_took_is_erased_after_a_day(technician: Membership) -> None:
    yesterday = timezone.now() - timedelta(days=2)
    given_up = store_file(content=PDF, name="abandon.pdf", by=technician, at=yesterday)
    fresh = store_file(content=PDF, name="en-cours.pdf", by=technician)
    ours = store_file(content=PDF, name="maillon.pdf", by=None, at=yesterday)
    forget_abandoned_deposits(timestamp=0)
    kept = {file.pk: not file.is_forgotten for file in StoredFile.objects.all()}
    assert kept == {given_up.pk: False, fresh.pk: True, ours.pk: True}


def test_forgetting_twice_changes_nothing(db: None) -> None:
    stored = store_file(content=PDF, name="a.pdf", by=None)
    forget_file(file=stored, at=AT)
    assert forget_file(file=stored, at=AT + timedelta(days=1)).forgotten_at == AT


def test_a_forgotten_file_does_not_come_back(db: None) -> None:
    stored = forget_file(file=store_file(content=PDF, name="a.pdf", by=None))
    stored.name, stored.file, stored.forgotten_at = "a.pdf", content_path(stored.sha256), None
    with pytest.raises(DatabaseError), transaction.atomic():
        stored.save()


def test_forgetting_one_deposit_leaves_the_other_readable(db: None) -> None:
    first = store_file(content=PDF, name="a.pdf", by=None)
    second = store_file(content=PDF, name="b.pdf", by=None)
    forget_file(file=first)
    remove_forgotten_content(file=first.pk)
    assert open_file(second).read() == PDF


@pytest.mark.django_db(transaction=True)
def test_the_worker_removes_a_forgotten_content_after_the_commit(settings: Any) -> None:
    stored = store_file(content=PDF, name="a.pdf", by=None)
    forget_file(file=stored)
    assert len(contents(settings.MEDIA_ROOT)) == 1
    run_worker()
    assert contents(settings.MEDIA_ROOT) == []


@pytest.mark.django_db(transaction=True)
def test_a_deposit_waits_for_a_removal_of_the_same_content_and_is_kept() -> None:
    old = store_file(content=PDF, name="a.pdf", by=None)
    forget_file(file=old)
    kept: list[StoredFile] = []

    def deposit() -> None:
        try:
            kept.append(store_file(content=PDF, name="b.pdf", by=None))
        finally:
            connection.close()

    with transaction.atomic():
        remove_content(sha256=old.sha256)
        other = threading.Thread(target=deposit)
        other.start()
        other.join(timeout=0.3)
        assert kept == []
    other.join(timeout=10)
    assert open_file(kept[0]).read() == PDF


@pytest.mark.django_db(transaction=True)
def test_what_a_rolled_back_deposit_left_on_disk_is_swept_and_what_is_kept_stays(settings: Any) -> None:
    kept = store_file(content=PDF, name="a.pdf", by=None)
    with transaction.atomic():
        store_file(content=NWIPE_LOG, name="a.log", by=None)
        transaction.set_rollback(True)
    default_storage.save("contents/ab/.half", ContentFile(b"half"))
    assert sweep_contents(before=timezone.now() - timedelta(days=1)) == 0
    assert sweep_contents(before=timezone.now() + timedelta(days=1)) == 2
    assert open_file(kept).read() == PDF
    assert len(contents(settings.MEDIA_ROOT)) == 1


def test_a_file_is_served_with_a_type_no_browser_guesses_and_that_none_keeps(db: None) -> None:
    response = file_response(store_file(content=png(), name="écran cassé.png", by=None))
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%A9cran")
    assert b"".join(response) == png()


def test_only_a_pdf_or_an_image_is_shown_in_place(db: None) -> None:
    shown = file_response(store_file(content=PDF, name="a.pdf", by=None), as_attachment=False)
    text = file_response(store_file(content=b"<script>", name="a.txt", by=None), as_attachment=False)
    assert shown["Content-Disposition"].startswith("inline")
    assert text["Content-Disposition"].startswith("attachment")


def test_a_refused_file_leaves_nothing(db: None, settings: Any) -> None:
    with pytest.raises(FileRefused):
        store_file(content=b"", name="a.pdf", by=None)
    assert not StoredFile.objects.exists()
    assert contents(settings.MEDIA_ROOT) == []


@pytest.mark.parametrize("accept", [(ContentType.CSV, ContentType.XLSX), (ContentType.PDF,)])
def test_a_file_of_no_known_kind_is_told_which_kinds_are_taken_here(accept: tuple[ContentType, ...]) -> None:
    with pytest.raises(FileRefused) as refused:
        check_file(content=b"MZ\x90\x00\x03", name="outil.exe", accept=accept)
    (told,) = refused.value.messages
    assert "n’est pas d’un type accepté" in told
    assert told.endswith(f"Déposez un fichier de type\u00a0: {', '.join(one.label for one in accept)}.")
