"""The note of a hand-over once it is signed: what was prepared, with the day and the way it was signed.

Nothing is frozen again: what was signed is the paper that was prepared, and the row beside it says the rest.
"""

from base64 import b64encode

from django.utils import timezone

from distribution.enums import ClosedBecause, HandOverProof
from distribution.models import HandOver
from documents.addresses import address_of
from documents.services import open_file, render_pdf
from typography.french import in_a_sentence, written_day


def draw_signed_note(note: HandOver) -> bytes:
    """The PDF of a note that was signed, and not forgotten; read with its document, its signature and who took it."""
    document = note.document
    assert note.handed_over_at is not None
    undone = note.closed_at if note.closed_because == ClosedBecause.UNDONE else None
    return render_pdf(
        "documents/distribution/signed_note.html",
        {
            "written": document.declared_kind.template,
            "values": document.values,
            "document": document,
            "reference": document.values.get("reference", ""),
            "authenticity": address_of(document.public_code, document.declared_kind.opens),
            "handed_over_on": written_day(timezone.localdate(note.handed_over_at)),
            "undone_on": written_day(timezone.localdate(undone)) if undone is not None else "",
            "by_mandate": note.by_mandate,
            "collected_by": note.collected_by,
            "how": in_a_sentence(HandOverProof(note.proof).label),
            "by": note.signed_by.user.get_full_name() if note.signed_by is not None else "",
            "drawn": _drawn(note),
        },
        title=f"{document.title}, signée",
        identifier=document.public_code,
        date=note.handed_over_at,
    )


def _drawn(note: HandOver) -> str:
    """What was drawn on the screen, as an image that carries itself; empty for a paper, which is kept beside."""
    if note.proof != HandOverProof.DRAWN or note.signature is None or note.signature.forgotten_at is not None:
        return ""
    return f"data:{note.signature.content_type};base64,{b64encode(open_file(note.signature).read()).decode()}"
