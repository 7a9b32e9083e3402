"""All that is known of a household, as it is taken away: a paper to read, and a file that other software reads."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from documents.exceptions import FileForgotten
from documents.models import Document
from documents.services import draw_document, open_file, render_pdf
from prescriptions.services.condensed import condensed, reasons_apart
from prescriptions.services.known import KnownOfHousehold

TEMPLATE = "documents/prescriptions/everything_known.html"


def as_pdf(known: KnownOfHousehold, at: datetime) -> bytes:
    """The readable one: a tagged PDF, drawn for whoever opens it and kept nowhere."""
    return render_pdf(
        TEMPLATE,
        {"sections": [condensed(section) for section in known.sections], "apart": reasons_apart(known.sections)},
        title="Tout ce que Maillon sait de vous",
        identifier=f"Dossier {known.household.reference}",
        date=at,
    )


def as_archive(known: KnownOfHousehold, at: datetime) -> bytes:
    """The one that other software reads: the PDF, the same rows in JSON, and each paper as it was made."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a-lire.pdf", as_pdf(known, at))
        archive.writestr("donnees.json", json.dumps(_plain(known), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        for paper in known.papers:
            archive.writestr(f"papiers/{paper.public_code}.pdf", _content(paper))
        for file in known.files:
            archive.writestr(f"fichiers/{file.pk}-{file.called}", open_file(file).read())
    return packed.getvalue()


def _content(paper: Document) -> bytes:
    try:
        return open_file(paper.rendered).read() if paper.rendered is not None else draw_document(paper)
    except FileForgotten:
        return b""


def _plain(known: KnownOfHousehold) -> dict[str, Any]:
    rows = {
        section.title: [{cell.name: {"dit": cell.said, "valeur": cell.raw} for cell in row} for row in section.rows]
        for section in known.sections
    }
    return {"dossier": known.household.reference, "contenu": rows}
