"""What was deposited as a signature: compared, confirmed, refused, known to its signatory, contested."""

import base64
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from conventions.forms.circuit import (
    SignatureConfirmForm,
    SignatureRefuseDepositForm,
)
from conventions.models import Signature, SignatureDeposit
from conventions.services import signatures as services
from conventions.views.rows import back_to
from conventions.views.signatures import SIGNATURE_PAGES, hash_of, paper_of, standing_deposit, visible_signature
from documents.models import StoredFile
from documents.readers.apart import NotRead, read_apart
from documents.readers.pages import PICTURE, READER
from documents.responses import file_response
from documents.services import open_file
from lifecycle.acting import asks_then_acts, posted
from lifecycle.typed import whole_ones
from network.requests import Request

MOST_SHOWN = 15
"""Pages that are shown side by side; the others are opened from the files."""
A4 = [778, 1100]


def _evidence(signature: Signature, deposit: SignatureDeposit | None) -> dict[str, Any]:
    """What a page shows of a deposit: both papers, page by page, and what was read."""
    read = deposit.reading if deposit else {}
    pages, frozen = read.get("pages", 0), read.get("frozen_pages", 0)
    return {
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


def deposited_by_a_party(request: Request, signature: Signature) -> dict[str, Any]:
    """What was deposited in the name of the signatory, as the page on which she says that she knows shows it."""
    return _evidence(signature, standing_deposit(signature))


@asks_then_acts
def signature_confirm(request: Request, reference: str) -> HttpResponse:
    """Another party compares what was deposited with the document, and confirms that it is the same, signed."""
    signature = visible_signature(request, reference)
    if signature.organisation_id == request.membership.organisation_id:
        raise PermissionDenied
    deposit = standing_deposit(signature)
    if deposit is None and signature.state == "asked":
        messages.info(request, "Rien n’est encore déposé pour cette signature.")
        return redirect(back_to(signature, "signatures"))
    form = SignatureConfirmForm(posted(request), deposit=deposit)
    return SIGNATURE_PAGES.act(
        request,
        signature,
        "sign",
        form,
        services.sign_signature,
        values=lambda form: _confirmed(signature, form.cleaned_data),
        done="Signature confirmée",
        names=dict.fromkeys(("sha256", "scan", "signed_on", "method"), "checked"),
        template="conventions/actions/signature_confirm.html",
        submit="Confirmer la signature",
        **_evidence(signature, deposit),
    )


def _confirmed(signature: Signature, data: dict[str, Any]) -> dict[str, Any]:
    """The deposit that was on the page, not one that came since."""
    return {"deposit": _named(signature, data["deposit"]), "sha256": data["sha256"], "code": data.get("code", "")}


def _named(signature: Signature, pk: str) -> SignatureDeposit:
    found = signature.deposits.select_related("file").filter(pk__in=whole_ones([pk])).first()
    if found is None:
        raise Http404
    return found


@asks_then_acts
def signature_refuse_deposit(request: Request, reference: str) -> HttpResponse:
    """Say that it is no signature of this document, and why."""
    signature = visible_signature(request, reference)
    deposit = standing_deposit(signature)
    form = SignatureRefuseDepositForm(posted(request), own=signature.signatory_id == request.membership.pk)
    return SIGNATURE_PAGES.act(
        request,
        signature,
        "refuse_deposit",
        form,
        services.refuse_deposit_signature,
        values=lambda form: form.cleaned_data | {"deposit": _named(signature, form.cleaned_data["deposit"])},
        done="Document refusé\u00a0: la partie qui l’a déposé en reçoit le motif",
        names={"deposit": "reason"},
        template="conventions/actions/signature_refuse_deposit.html",
        **_evidence(signature, deposit),
    )


@require_safe
def signature_deposited(request: Request, reference: str, pk: int) -> FileResponse:
    """What was deposited, as it was."""
    return file_response(_deposit(request, reference, pk).file, as_attachment=False)


@require_safe
def signature_picture(request: Request, reference: str, pk: int, side: str, number: int) -> HttpResponse:
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


def _deposit(request: Request, reference: str, pk: int) -> SignatureDeposit:
    deposits = SignatureDeposit.objects.visible_to(request.membership).filter(signature__reference=reference)
    return get_object_or_404(deposits.select_related("file", "signature__document__rendered"), pk=pk)
