"""Make a paper: freeze its values with the change that makes it, draw it once, prove it, forget it."""

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from documents.addresses import address_of
from documents.jobs import put_off
from documents.kinds import current_kind
from documents.locks import hold
from documents.models import Document, StoredFile
from documents.paper import render_pdf
from documents.services.files import forget_file, store_file, verify_file
from lifecycle.actors import Actor
from lifecycle.locking import locked
from lifecycle.references import new_reference

RENDERING = "documents.render_document"
IN_THE_BACKGROUND = -10
"""The priority of the tasks that draw the papers of sets."""


@dataclass(frozen=True)
class Draft:
    """What one paper of a set will say: see ``freeze_document``."""

    kind: str
    owner: tuple[str, int]
    values: dict[str, Any]
    title: str = ""


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
    (document,) = freeze_documents([Draft(kind, owner, values, title)], by=by, at=at)
    return document


def freeze_documents(
    drafts: Iterable[Draft], *, by: Actor | None, at: datetime | None = None, priority: int = 0
) -> list[Document]:
    """Freeze the papers of a set, in their order, in two queries whatever their number; tasks draw them later.

    ``priority`` is that of these tasks: below 0 they let what people wait for pass first (``IN_THE_BACKGROUND``).
    Raises KeyError and TypeError as ``freeze_document``.
    """
    at = at or timezone.now()
    drafted = [_drafted(draft, by, at) for draft in drafts]
    with transaction.atomic(savepoint=False):
        documents = Document.objects.bulk_create(drafted)
        if documents:
            put_off(RENDERING, [{"document": document.pk} for document in documents], priority=priority)
    return documents


def _drafted(draft: Draft, by: Actor | None, at: datetime) -> Document:
    declared = current_kind(draft.kind)
    frozen = _frozen(draft.values)
    code = _new_code()
    return Document(
        kind=declared.code,
        version=declared.version,
        title=draft.title or declared.label,
        values=frozen,
        sha256=_digest(declared.code, declared.version, code, frozen),
        public_code=code,
        owner_machine=draft.owner[0],
        owner_pk=draft.owner[1],
        created_at=at,
        created_by_id=by.pk if by else None,
    )


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
    return _keep(paper, draw_document(paper))


def draw_document(document: Document) -> bytes:
    """The PDF of what a paper says: the same values always give the same bytes. Reads nothing from the database.

    Raises KeyError when its kind is not declared any more, ForbiddenResource.
    """
    return render_pdf(
        document.declared_kind.template,
        {
            "values": document.values,
            "document": document,
            "reference": document.values.get("reference", ""),
            "authenticity": address_of(document.public_code, document.declared_kind.opens),
        },
        title=document.title,
        identifier=document.public_code,
        date=document.created_at,
    )


@transaction.atomic
def keep_drawing(document: Document, content: bytes) -> Document:
    """Keep the PDF of a paper that another process drew with ``draw_document``; one that is drawn stays as it is."""
    hold(f"documents.render:{document.pk}")
    paper = Document.objects.select_related("rendered").get(pk=document.pk)
    return paper if paper.rendered_id is not None or paper.forgotten_at is not None else _keep(paper, content)


def _keep(paper: Document, content: bytes) -> Document:
    paper.rendered = store_file(content=content, name=f"{paper.title}.pdf", by=None, at=paper.created_at)
    paper.save(update_fields=["rendered"])
    return paper


def verify_document(document: Document) -> bool:
    """Whether a paper still says what was frozen: its values match their hash, and its PDF its own.

    False for an erased paper: nothing is left to prove. Of an act whose values alone were forgotten, the PDF is asked.
    """
    if document.is_erased:
        return False
    return values_hold(document) and (document.rendered is None or verify_file(document.rendered))


def values_hold(document: Document) -> bool:
    """Whether the values of a paper match their hash; its PDF is looked at when the values were forgotten."""
    if document.forgotten_at is not None:
        return document.rendered is not None and verify_file(document.rendered)
    return document.sha256 == _digest(document.kind, document.version, document.public_code, document.values)


@transaction.atomic
def forget_document(*, document: Document, at: datetime | None = None, keep_act: bool = False) -> Document:
    """Erase the values, the title and the PDF of a paper; its hashes, its dates and its public code stay.

    ``keep_act``: the PDF is an act that others are bound by; it is drawn if it was not, and kept.
    """
    hold(f"documents.render:{document.pk}")
    (paper,) = locked(Document.objects.filter(pk=document.pk))
    if paper.forgotten_at is not None:
        return paper
    at = at or timezone.now()
    if keep_act and paper.rendered_id is None:
        _keep(paper, draw_document(paper))
    paper.values, paper.title, paper.forgotten_at = {}, "", at
    paper.save(update_fields=["values", "title", "forgotten_at"])
    if paper.rendered_id is not None and not keep_act:
        forget_file(file=StoredFile.objects.get(pk=paper.rendered_id), at=at)
    return paper


def canonical(values: Any) -> bytes:
    """The one way to write values before hashing them: keys sorted, no space, UTF-8."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(kind: str, version: int, code: str, values: dict[str, Any]) -> str:
    """The hash of a paper. Its unguessable code goes in: the hash alone does not let values be tried."""
    return hashlib.sha256(_hashed(kind, version, code, values)).hexdigest()


def hashed_values(document: Document) -> bytes:
    """What a paper says, in the very bytes whose hash it prints: for whoever may read the paper, its code is in it."""
    return _hashed(document.kind, document.version, document.public_code, document.values)


def _hashed(kind: str, version: int, code: str, values: dict[str, Any]) -> bytes:
    return canonical({"kind": kind, "version": version, "code": code, "values": values})


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
