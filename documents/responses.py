"""Serve a stored file or a paper, from a view of the app that owns it and has decided who may open it."""

import io

from django.http import FileResponse, Http404

from documents.enums import ContentType
from documents.exceptions import FileForgotten
from documents.models import Document, StoredFile
from documents.services.files import open_file
from documents.services.papers import render_document
from lifecycle.unkept import unkept

SHOWN_IN_PLACE = frozenset((ContentType.PDF, ContentType.PNG, ContentType.JPEG))
"""What a browser may show; anything else is only downloaded."""


def file_response(stored: StoredFile, *, as_attachment: bool = True) -> FileResponse:
    """The file, checked against its hash, in a response that no browser guesses the type of nor keeps.

    The caller has fetched the owner of the file through ``visible_to``. Raises Http404 for a forgotten file,
    FileAltered when what lies on disk is not what was deposited: it is not served.
    """
    try:
        content = open_file(stored)
    except FileForgotten:
        raise Http404("Ce fichier a été effacé\u00a0; il n’en reste que l’empreinte.") from None
    response = FileResponse(
        content,
        as_attachment=as_attachment or stored.content_type not in SHOWN_IN_PLACE,
        filename=stored.called,
        content_type=str(stored.content_type),  # a server takes no other kind of string than str itself
    )
    response["X-Content-Type-Options"] = "nosniff"
    return unkept(response)


def document_response(document: Document, *, as_attachment: bool = False) -> FileResponse:
    """The PDF of a paper, drawn now if no task has yet; called outside any transaction.

    Raises Http404 for a forgotten paper.
    """
    paper = document
    if paper.rendered is None and paper.forgotten_at is None:
        paper = render_document(document)
    if paper.rendered is None:
        raise Http404("Ce document a été effacé\u00a0; il n’en reste que l’empreinte.")
    return file_response(paper.rendered, as_attachment=as_attachment)


def drawn_response(content: bytes, name: str) -> FileResponse:
    """A PDF that was drawn for whoever opens it and that nobody keeps; ``name`` is that of the file, if it is saved."""
    response = FileResponse(io.BytesIO(content), filename=name, content_type=str(ContentType.PDF))
    response["X-Content-Type-Options"] = "nosniff"
    return unkept(response)
