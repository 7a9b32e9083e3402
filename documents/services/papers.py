"""Make a paper: freeze its values with the change that makes it, draw it once, prove it, forget it."""

import hashlib
import json
import math
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app as tasks

from documents.kinds import current_kind
from documents.locks import hold
from documents.models import Document, StoredFile
from documents.paper import render_pdf
from documents.services.files import forget_file, store_file, verify_file
from lifecycle.actors import Actor
from lifecycle.references import new_reference


@transaction.atomic
def freeze_document(
    *,
    kind: str,
    owner: tuple[str, int],
    values: dict[str, Any],
    by: Actor | None,
    at: datetime | None = None,
    title: str = "",
) -> Document:
    """Freeze what a paper says, in the caller's transaction; a task draws it after the commit.

    ``values`` is everything the template will read: text, whole numbers, booleans, dates, decimals, lists and
    dictionaries (dates and decimals become text); a float is refused, since it does not read back the same.
    ``owner`` is the machine and the primary key of the row it belongs to. ``title`` is the label of the kind
    unless given. Raises KeyError for a kind that no app declared, TypeError for values that cannot be frozen.
    """
    declared = current_kind(kind)
    frozen = _frozen(values)
    code = _new_code()
    document = Document.objects.create(
        kind=declared.code,
        version=declared.version,
        title=title or declared.label,
        values=frozen,
        sha256=_digest(declared.code, declared.version, code, frozen),
        public_code=code,
        owner_machine=owner[0],
        owner_pk=owner[1],
        created_at=at or timezone.now(),
        created_by_id=by.pk if by else None,
    )
    tasks.configure_task("documents.render_document", allow_unknown=False).defer(document=document.pk)
    return document


@transaction.atomic(durable=True)
def render_document(document: Document) -> Document:
    """Draw the PDF of a paper, once, and return the paper with it.

    Two calls at once draw it once: the second waits on a lock of its own and finds the file. No row is locked
    while it is drawn, hence it refuses to run inside the caller's transaction (RuntimeError). A forgotten
    paper is returned as it is. Raises KeyError when its kind is not declared any more, ForbiddenResource.
    """
    hold(f"documents.render:{document.pk}")
    paper = Document.objects.select_related("rendered").get(pk=document.pk)
    if paper.rendered_id is not None or paper.forgotten_at is not None:
        return paper
    content = render_pdf(
        paper.declared_kind.template,
        {"values": paper.values, "document": paper, "reference": paper.values.get("reference", "")},
        title=paper.title,
        identifier=paper.public_code,
        date=paper.created_at,
    )
    paper.rendered = store_file(content=content, name=f"{paper.title}.pdf", by=None, at=paper.created_at)
    paper.save(update_fields=["rendered"])
    return paper


def verify_document(document: Document) -> bool:
    """Whether a paper still says what was frozen: its values match their hash, and its PDF its own.

    False for a forgotten paper: nothing is left to prove.
    """
    if document.forgotten_at is not None:
        return False
    expected = _digest(document.kind, document.version, document.public_code, document.values)
    return document.sha256 == expected and (document.rendered is None or verify_file(document.rendered))


@transaction.atomic
def forget_document(*, document: Document, at: datetime | None = None) -> Document:
    """Erase the values, the title and the PDF of a paper; its hashes, its dates and its public code stay."""
    hold(f"documents.render:{document.pk}")
    paper = Document.objects.select_for_update().get(pk=document.pk)
    if paper.forgotten_at is not None:
        return paper
    at = at or timezone.now()
    paper.values, paper.title, paper.forgotten_at = {}, "", at
    paper.save(update_fields=["values", "title", "forgotten_at"])
    if paper.rendered_id is not None:
        forget_file(file=StoredFile.objects.get(pk=paper.rendered_id), at=at)
    return paper


def canonical(values: Any) -> bytes:
    """The one way to write values before hashing them: keys sorted, no space, UTF-8."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(kind: str, version: int, code: str, values: dict[str, Any]) -> str:
    """The hash of a paper. Its unguessable code goes in: the hash alone does not let values be tried."""
    named = {"kind": kind, "version": version, "code": code, "values": values}
    return hashlib.sha256(canonical(named)).hexdigest()


def _frozen(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the database gives them back. Raises TypeError."""
    frozen: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder, allow_nan=False))
    _refuse_floats(frozen)
    return frozen


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"A frozen value is never a float ({math.floor(value)}…): pass a Decimal or a text.")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_floats(inner)


def _new_code() -> str:
    """Sixteen characters without look-alikes, in fours: about 78 bits. Follows the seed of the demo."""
    return "-".join(new_reference("D").removeprefix("D-") for _ in range(2))
