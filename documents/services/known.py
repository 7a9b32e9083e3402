"""What Maillon already knows of a content: that it is one of its papers, or was deposited for something else."""

import hashlib
import re
from collections.abc import Iterable

from django.db.models import Exists, Model, OuterRef

from documents.addresses import typed_code
from documents.models import Document, StoredFile
from documents.services.files import takers

ENDS = re.compile(rb"%%EOF\r?\n?")
MOST_ENDS = 60
"""A file that was added to more often than that is looked at up to there."""


def paper_within(content: bytes) -> Document | None:
    """The paper of Maillon that this file is, or begins with once signatures were added to it; the longest."""
    ends = [match.end() for match in ENDS.finditer(content)][:MOST_ENDS]
    sizes = {len(content), *ends, *(end - 1 for end in ends)}
    hashes, running, begin = {}, hashlib.sha256(), 0
    for size in sorted(sizes):
        running.update(content[begin:size])
        hashes[running.copy().hexdigest()] = size
        begin = size
    found = Document.objects.filter(rendered__sha256__in=hashes).select_related("rendered")
    return max(found, key=lambda paper: hashes[paper.rendered.sha256], default=None)  # type: ignore[union-attr]


def papers_named(texts: Iterable[str]) -> list[Document]:
    """The papers whose address or code these texts are, as a QR code holds them."""
    codes = {typed_code(text.rstrip("/").rsplit("/", 1)[-1]) for text in texts} - {""}
    return list(Document.objects.filter(public_code__in=codes).order_by("pk"))


def serves_elsewhere(content: bytes, *, beside: type[Model]) -> bool:
    """Whether the same content is held by a row of any app, those of ``beside`` left out."""
    same = StoredFile.objects.filter(sha256=hashlib.sha256(content).hexdigest(), forgotten_at=None)
    return any(
        same.filter(Exists(model._base_manager.filter(**{column: OuterRef("pk")}))).exists()
        for model, column in takers()
        if model is not beside
    )
