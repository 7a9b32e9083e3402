"""Keep a file, open it, prove it is the one that was deposited, forget it."""

import hashlib
import hmac
import io
from collections.abc import Collection
from datetime import datetime
from typing import cast

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Exists, Model, OuterRef
from django.utils import timezone
from django.utils.formats import number_format

from documents.enums import ContentType
from documents.exceptions import FileAltered, FileForgotten, FileRefused, UnknownContentError
from documents.jobs import put_off
from documents.locks import hold
from documents.models import StoredFile
from documents.readers.signature import clean_name, recognise, with_ending
from documents.storage import PrivateStorage
from lifecycle.actors import Actor
from lifecycle.locking import locked

MEBIBYTE = 1024 * 1024


def check_file(
    *, content: bytes, name: str, content_type: str = "", accept: Collection[ContentType] | None = None
) -> ContentType:
    """Tell what a file is, or refuse it: empty, too large, of no accepted kind, or not what its name says.

    ``accept`` narrows the kinds for one use (a scan is a PDF or an image). The limit is
    ``settings.DOCUMENTS_MAX_BYTES``. Raises FileRefused with the sentence to show.
    """
    name = clean_name(name)
    if not content:
        raise FileRefused(f"Le fichier «\u00a0{name}\u00a0» est vide.", code="file_empty")
    if len(content) > settings.DOCUMENTS_MAX_BYTES:
        limit = number_format(settings.DOCUMENTS_MAX_BYTES / MEBIBYTE, 0)
        raise FileRefused(
            f"Le fichier «\u00a0{name}\u00a0» dépasse {limit}\u00a0Mo\u00a0: réduisez-le avant de le déposer.",
            code="file_too_large",
        )
    wanted = ", ".join(ContentType(one).label for one in accept or ())
    try:
        kind = recognise(content, name, content_type, sheets=accept is not None and ContentType.XLS in accept)
    except UnknownContentError as refused:
        raise UnknownContentError(refused.what, f"de type\u00a0: {wanted}") if accept else refused from None
    if accept is not None and kind not in accept:
        raise FileRefused(
            f"«\u00a0{name}\u00a0» est de type {kind.label}\u00a0; il faut ici\u00a0: {wanted}.",
            code="file_type_refused",
        )
    return kind


@transaction.atomic
def store_file(
    *,
    content: bytes,
    name: str,
    content_type: str = "",
    by: Actor | None,
    at: datetime | None = None,
    accept: Collection[ContentType] | None = None,
) -> StoredFile:
    """Keep a file with its SHA-256: one row per deposit, one content on disk whatever the number of deposits.

    What is kept as its type is told from the content; ``content_type`` is only a hint. ``by`` is the
    membership that deposits, or None for Maillon itself. Raises FileRefused as ``check_file`` does.
    """
    kind = check_file(content=content, name=name, content_type=content_type, accept=accept)
    sha256 = hashlib.sha256(content).hexdigest()
    hold(_content_lock(sha256))
    path = content_path(sha256)
    _disk().save(path, ContentFile(content))
    return StoredFile.objects.create(
        sha256=sha256,
        name=with_ending(clean_name(name), kind),
        content_type=kind,
        size=len(content),
        file=path,
        stored_at=at or timezone.now(),
        stored_by_id=by.pk if by else None,
    )


def open_file(stored: StoredFile) -> io.BytesIO:
    """The content of a file, checked against its hash.

    Raises FileForgotten when it was erased on request, FileAltered when what lies on disk is something else.
    """
    if stored.is_forgotten:
        raise FileForgotten(f"File {stored.pk} was erased.")
    try:
        with _disk().open(content_path(stored.sha256)) as file:
            content = file.read()
    except FileNotFoundError:
        raise FileAltered(f"File {stored.pk} is missing.") from None
    if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), stored.sha256):
        raise FileAltered(f"File {stored.pk} is not what was deposited.")
    return io.BytesIO(content)


def verify_file(stored: StoredFile) -> bool:
    """Whether the content on disk is the one that was deposited. False when forgotten or missing."""
    try:
        open_file(stored)
    except (FileForgotten, FileAltered):
        return False
    return True


@transaction.atomic
def forget_file(*, file: StoredFile, at: datetime | None = None) -> StoredFile:
    """Erase a file and its name; its hash, size and dates stay. Doing it again changes nothing.

    It can no longer be opened at once; a task removes the content from disk after the commit, unless another
    deposit of the same content is still kept.
    """
    (held,) = locked(StoredFile.objects.filter(pk=file.pk))
    if held.is_forgotten:
        return held
    held.file, held.name, held.forgotten_at = "", "", at or timezone.now()
    held.save(update_fields=["file", "name", "forgotten_at"])
    put_off("documents.remove_content", [{"file": held.pk}])
    return held


def takers() -> list[tuple[type[Model], str]]:
    """Every column of every app that holds a file, those without a name on the file's side included."""
    return [
        (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is StoredFile
    ]


def forget_abandoned(*, before: datetime) -> int:
    """Erase the files that people deposited before ``before`` and that no row took: a form given up, a second choice.

    A deposit waits in its page under a signed key; once the key has expired nobody can take it any more. Returns the
    number of files erased.
    """
    waiting = StoredFile.objects.filter(stored_at__lt=before, forgotten_at=None, stored_by__isnull=False)
    for model, column in takers():
        waiting = waiting.exclude(Exists(model._base_manager.filter(**{column: OuterRef("pk")})))
    return len([forget_file(file=file) for file in waiting.order_by("pk")])


@transaction.atomic
def remove_content(*, sha256: str) -> bool:
    """Remove a content from disk when no deposit of it is kept any more. Tells whether it did."""
    hold(_content_lock(sha256))
    if StoredFile.objects.filter(sha256=sha256, forgotten_at=None).exists():
        return False
    _disk().delete(content_path(sha256))
    return True


def sweep_contents(*, before: datetime) -> int:
    """Remove what lies on disk without a row: deposits that were rolled back, files half written.

    Only what was written before ``before`` is looked at, so that a deposit under way is left alone. Returns
    the number of files removed.
    """
    removed = 0
    for path in _disk().older_than(before.timestamp()):
        sha256 = path.rsplit("/", 1)[-1]
        if path == content_path(sha256):
            removed += remove_content(sha256=sha256)
        else:
            _disk().delete(path)
            removed += 1
    return removed


def content_path(sha256: str) -> str:
    """Where a content lies under the private folder, told from its hash alone."""
    return f"contents/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _disk() -> PrivateStorage:
    return cast(PrivateStorage, storages["default"])


def _content_lock(sha256: str) -> str:
    return f"documents.content:{sha256}"
