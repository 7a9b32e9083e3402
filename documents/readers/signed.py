"""Electronic signatures of a PDF: whether they cover a known file, byte for byte, and nothing was changed beside.

What is signed outside must be the file that was frozen, then *added to*: its bytes come first, untouched, and the
additions hold signatures and nothing that shows another text. Run apart (``documents.readers.apart``).

Sources: ISO 32000-2, §7.5.6 (incremental updates) and ISO 32000-2, §12.8 (signatures); ETSI EN 319 142-1 (PAdES).
"""

import io
import logging
from datetime import UTC, datetime
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, PdfObject, Reference
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from documents.readers.apart import answer_apart

ADDED_TO_ROOT = {"/AcroForm", "/DSS", "/Extensions", "/Perms", "/Version", "/Metadata"}
"""What a signature adds to the catalog of a file."""
CHANGED_FREELY = {"/StructTreeRoot", "/StructElem", "/Metadata"}
"""Objects that show nothing on a page: the logical structure and what the file says of itself."""
MOST_SIGNATURES = 20
COVERED = (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)


class Doubtful(Exception):
    """Why the file is no signature of the frozen one, as a code."""


def read_signed(frozen: bytes, content: bytes) -> dict[str, Any]:
    """``{"signers": [...]}`` in the order they signed, or ``{"refused": code}``.

    Codes: other (the bytes of the frozen file are not at its beginning), unsigned, encrypted, broken (a signature does
    not match what it covers), partial (it leaves out a part), altered (something else was added than signatures).
    """
    try:
        return {"signers": _signers(frozen, content)}
    except Doubtful as doubt:
        return {"refused": str(doubt)}


def _signers(frozen: bytes, content: bytes) -> list[dict[str, Any]]:
    if not content.startswith(frozen):
        raise Doubtful("other" if _signatures(PdfFileReader(io.BytesIO(content))) else "unsigned")
    reader = PdfFileReader(io.BytesIO(content))
    if reader.encrypted:
        raise Doubtful("encrypted")
    given = _signatures(reader)
    if not given:
        raise Doubtful("unsigned")
    _only_signatures_were_added(PdfFileReader(io.BytesIO(frozen)), reader)
    return [_signer(signature, len(frozen)) for signature in given[:MOST_SIGNATURES]]


def _signatures(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    return [] if reader.encrypted else list(reader.embedded_regular_signatures)


def _signer(signature: EmbeddedPdfSignature, frozen: int) -> dict[str, Any]:
    """Who signed, when and with which certificate. Raises Doubtful."""
    status = validate_pdf_signature(signature, ValidationContext(allow_fetching=False, trust_roots=[]))
    if not (status.intact and status.valid):
        raise Doubtful("broken")
    start, first, *_ = signature.byte_range
    if start != 0 or first < frozen or status.coverage not in COVERED:
        raise Doubtful("partial")
    if not status.docmdp_ok:
        raise Doubtful("altered")
    return _signature_facts(status)


def _signature_facts(status: PdfSignatureStatus) -> dict[str, Any]:
    certificate = status.signing_cert
    names, issuer = certificate.subject.native, certificate.issuer.native
    said = status.signer_reported_dt
    stamped = status.timestamp_validity.timestamp if status.timestamp_validity is not None else None
    at = stamped or said or datetime.now(UTC)
    own = " ".join(filter(None, (names.get("given_name"), names.get("surname"))))
    return {
        "name": _text(own or names.get("common_name")),
        "organisation": _text(names.get("organization_name")),
        "issuer": _text(issuer.get("common_name") or issuer.get("organization_name")),
        "self_signed": certificate.self_signed != "no",
        "valid_from": certificate.not_valid_before.date().isoformat(),
        "valid_to": certificate.not_valid_after.date().isoformat(),
        "was_valid": certificate.not_valid_before <= at <= certificate.not_valid_after,
        "signed_at": said.isoformat() if said else "",
        "stamped_at": stamped.isoformat() if stamped else "",
    }


def _text(value: Any) -> str:
    """What a certificate says, on one line."""
    return " ".join(str(value or "").split())[:120]


# --- what was added


def _only_signatures_were_added(frozen: PdfFileReader, signed: PdfFileReader) -> None:
    """No object of the frozen file says anything else, but for the place of signatures. Raises Doubtful."""
    root, pages = signed.trailer.raw_get("/Root"), _page_references(frozen)
    if root != frozen.trailer.raw_get("/Root"):
        raise Doubtful("altered")
    for reference in sorted(frozen.xrefs.explicit_refs_in_revision(0), key=lambda one: one.idnum):
        now = Reference(reference.idnum, reference.generation, signed)
        if signed.xrefs.get_last_change(now) == 0:
            continue
        before, after = _object(frozen, reference), _object(signed, now)
        if reference.idnum == root.idnum:
            _compare(before, after, ADDED_TO_ROOT)
        elif reference.idnum in pages:
            _compare(before, after, {"/Annots"})
            _only_signature_boxes(before, after)
        elif not _is_harmless(frozen, reference, before, after):
            raise Doubtful("altered")
    _only_signature_fields(signed)


def _object(reader: Any, reference: Reference) -> Any:
    """An object as this reader sees it."""
    return reader.get_object(reference)


def _page_references(reader: PdfFileReader) -> set[int]:
    found, waiting = set(), [reader.root["/Pages"]]
    while waiting:
        for kid in _raw(waiting.pop()["/Kids"]):
            node: Any = kid.get_object()
            if _at(node, "/Type") == "/Pages":
                waiting.append(node)
            else:
                found.add(kid.idnum)
    return found


def _at(held: Any, key: str) -> Any:
    """What a dictionary holds, references followed."""
    return held[key] if isinstance(held, DictionaryObject) and key in held else None


def _raw(array: Any) -> list[Any]:
    return [array.raw_get(rank) for rank in range(len(array))]


def _compare(before: DictionaryObject, after: DictionaryObject, allowed: set[str]) -> None:
    for key in {*before, *after} - allowed:
        if key not in before or key not in after or before.raw_get(key) != after.raw_get(key):
            raise Doubtful("altered")


def _only_signature_boxes(before: DictionaryObject, after: DictionaryObject) -> None:
    """Everything that is laid on the page since is the box of a signature."""
    held = _raw(before["/Annots"]) if "/Annots" in before else []
    now = _raw(after["/Annots"]) if "/Annots" in after else []
    if any(one not in now for one in held):
        raise Doubtful("altered")
    for added in (one for one in now if one not in held):
        box: Any = added.get_object() if isinstance(added, IndirectObject) else added  # type: ignore[no-untyped-call]
        field = box if "/FT" in box else _at(box, "/Parent")
        if _at(box, "/Subtype") != "/Widget" or _at(field, "/FT") != "/Sig":
            raise Doubtful("altered")


def _only_signature_fields(reader: PdfFileReader) -> None:
    form = _at(reader.root, "/AcroForm")
    if form is None:
        return
    if "/XFA" in form or any(_at(field.get_object(), "/FT") != "/Sig" for field in _raw(_at(form, "/Fields") or [])):
        raise Doubtful("altered")


def _is_harmless(frozen: PdfFileReader, reference: Reference, before: PdfObject, after: PdfObject) -> bool:
    """What the file says of itself, or of its structure for screen readers."""
    info = frozen.trailer.raw_get("/Info") if "/Info" in frozen.trailer else None
    if isinstance(info, IndirectObject) and info.idnum == reference.idnum:
        return True
    kinds = {_at(one, "/Type") for one in (before, after)}
    return len(kinds) == 1 and kinds <= CHANGED_FREELY


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    answer_apart(read_signed)
