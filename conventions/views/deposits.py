"""What was deposited as a signature: compared, confirmed, refused, known to its signatory, contested."""

import base64
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from conventions.forms.circuit import (
    PlainForm,
    SignatureConfirmForm,
    SignatureRefuseDepositForm,
)
from conventions.models import Signature, SignatureDeposit
from conventions.services import signatures as services
from conventions.views.rows import back_to, visible_row
from conventions.views.signatures import hash_of, paper_of, standing_deposit
from documents.models import StoredFile
from documents.readers.apart import NotRead, read_apart
from documents.readers.pages import PICTURE, READER
from documents.responses import file_response
from documents.services import open_file
from lifecycle.acting import act, posted
from network.models import Membership

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])
MOST_SHOWN = 15
"""Pages that are shown side by side; the others are opened from the files."""
A4 = [778, 1100]


def _signature(request: HttpRequest, reference: str) -> Signature:
    return visible_row(Signature, request, reference, "signatory__user", "document__rendered")


def _evidence(signature: Signature, deposit: SignatureDeposit | None) -> dict[str, Any]:
    """What a page shows of a deposit: both papers, page by page, and what was read."""
    read = deposit.reading if deposit else {}
    pages, frozen = read.get("pages", 0), read.get("frozen_pages", 0)
    return {
        "signature": signature,
        "convention": signature.convention,
        "paper": paper_of(signature),
        "sha256": hash_of(signature),
        "deposit": deposit,
        "signers": read.get("signers", []),
        "pages": pages,
        "frozen_pages": frozen,
        "sheets": _sheets(read) if pages else [],
    }


def _sheets(read: dict[str, Any]) -> list[tuple[int, list[int] | None, list[int] | None]]:
    """Each page to compare: its number, then the width and height of its picture on either side, if it is there.

    The place of a picture is kept before it comes; a deposit of before is taken for A4.
    """
    counts = read.get("frozen_pages", 0), read.get("pages", 0)
    sizes = read.get("frozen_sizes", []), read.get("sizes", [])
    sheets = []
    for number in range(1, min(max(counts), MOST_SHOWN) + 1):
        established, deposited = (
            None if number > count else size[number - 1] if number <= len(size) else A4
            for count, size in zip(counts, sizes, strict=True)
        )
        sheets.append((number, established, deposited))
    return sheets


@asks_then_acts
def signature_confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """Another party compares what was deposited with the document, and confirms that it is the same, signed."""
    signature = _signature(request, reference)
    if signature.organisation_id == request.membership.organisation_id:
        raise PermissionDenied
    deposit = standing_deposit(signature)
    if deposit is None and signature.state == "asked":
        messages.info(request, "Rien n’est encore déposé pour cette signature.")
        return redirect(back_to(signature, "signatures"))
    form = SignatureConfirmForm(posted(request), deposit=deposit)
    return act(
        request,
        signature,
        "sign",
        form,
        lambda data: _confirm(request.membership, signature, data),
        done="Signature confirmée.",
        back=back_to(signature, "signatures"),
        names=dict.fromkeys(("sha256", "scan", "signed_on", "method"), "checked"),
        template="conventions/actions/signature_confirm.html",
        submit="Confirmer la signature",
        **_evidence(signature, deposit),
    )


def _confirm(actor: Membership, signature: Signature, data: dict[str, Any]) -> Signature:
    """The deposit that was on the page, not one that came since."""
    deposit = _named(signature, data["deposit"])
    code = data.get("code", "")
    return services.sign_signature(actor=actor, signature=signature, sha256=data["sha256"], deposit=deposit, code=code)


def _named(signature: Signature, pk: str) -> SignatureDeposit:
    found = signature.deposits.select_related("file").filter(pk=pk).first() if pk.isdecimal() else None
    if found is None:
        raise Http404
    return found


@asks_then_acts
def signature_refuse_deposit(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that it is no signature of this document, and why."""
    signature = _signature(request, reference)
    deposit = standing_deposit(signature)
    form = SignatureRefuseDepositForm(posted(request), own=signature.signatory_id == request.membership.pk)
    return act(
        request,
        signature,
        "refuse_deposit",
        form,
        lambda data: services.refuse_deposit_signature(
            actor=request.membership,
            signature=signature,
            deposit=_named(signature, data["deposit"]),
            reason=data["reason"],
            comment=data["comment"],
        ),
        done="Document refusé : la partie qui l’a déposé en reçoit le motif.",
        back=back_to(signature, "signatures"),
        names={"deposit": "reason"},
        template="conventions/actions/signature_refuse_deposit.html",
        **_evidence(signature, deposit),
    )


@asks_then_acts
def signature_acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    """The named signatory sees what was deposited in her name, and says that she knows, or that she did not sign."""
    signature = _signature(request, reference)
    deposit = standing_deposit(signature)
    return act(
        request,
        signature,
        "acknowledge",
        PlainForm(posted(request)),
        lambda data: services.acknowledge_signature(actor=request.membership, signature=signature),
        done="C’est noté : vous en avez connaissance.",
        back=back_to(signature, "signatures"),
        template="conventions/actions/signature_acknowledge.html",
        submit="J’en ai connaissance",
        **_evidence(signature, deposit),
    )


@asks_then_acts
def signature_contest(request: HttpRequest, reference: str) -> HttpResponse:
    """Before the convention is in force, the named signatory says that she did not sign."""
    signature = _signature(request, reference)
    return act(
        request,
        signature,
        "contest",
        PlainForm(posted(request)),
        lambda data: services.contest_signature(actor=request.membership, signature=signature),
        done="Signature contestée : elle est de nouveau attendue, les parties sont prévenues.",
        back=back_to(signature, "signatures"),
        template="conventions/actions/_convention.html",
        convention=signature.convention,
        warning="Ce qui a été déposé en votre nom ne comptera plus. La convention n’entrera pas en vigueur sans votre"
        " signature.",
        submit="Je n’ai pas signé ce document",
    )


@require_safe
def signature_deposited(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    """What was deposited, as it was."""
    return file_response(_deposit(request, reference, pk).file, as_attachment=False)


@require_safe
def signature_picture(request: HttpRequest, reference: str, pk: int, side: str, number: int) -> HttpResponse:
    """One page of the document (``side`` « etabli »), or of what was deposited (« depose »), to be compared."""
    deposit = _deposit(request, reference, pk)
    file: StoredFile | None = {"etabli": deposit.signature.document.rendered, "depose": deposit.file}.get(side)
    pages = deposit.reading.get("frozen_pages" if side == "etabli" else "pages", 0)
    if file is None or not 1 <= number <= pages:
        raise Http404
    with open_file(file) as content:
        try:
            drawn = read_apart(READER, PICTURE, content.read(), str(number).encode())
        except NotRead:
            raise Http404 from None
    picture = HttpResponse(base64.b64decode(drawn["png"]), content_type="image/png")
    picture["Cache-Control"] = "private, max-age=600"
    return picture


def _deposit(request: HttpRequest, reference: str, pk: int) -> SignatureDeposit:
    deposits = SignatureDeposit.objects.visible_to(request.membership).filter(signature__reference=reference)
    return get_object_or_404(deposits.select_related("file", "signature__document__rendered"), pk=pk)
