"""The pages of signatories: sign on screen, or deposit what was signed elsewhere."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from conventions.enums import FoundOnDeposit, SignatureState
from conventions.forms.circuit import SignatureDepositForm, SignatureSignForm
from conventions.models import ConventionEntry, ConventionPaper, Signature, SignatureDeposit
from conventions.permissions import can_deposit_signature
from conventions.services.signatures import deposit_signature, sign_signature
from conventions.views.brief import brief_of
from conventions.views.remarks import refusal_of
from conventions.views.rows import back_to, of_its_convention, visible_row
from conventions.views.steps import step_of
from documents.services import open_file
from lifecycle.acting import answer, asks_then_acts, deposited, posted
from lifecycle.pages import Pages
from network.requests import Request

DEPOSITED_UNREAD = (
    "Fichier déposé, mais aucun code n’y a été lu\u00a0: rien ne dit encore qu’il vient de cette convention."
    " Une autre partie le compare page à page, et tape le code qu’elle y lit."
)


def visible_signature(request: Request, reference: str) -> Signature:
    """The signature with who is asked and its document, if the person may see it; else a 404."""
    return visible_row(Signature, request, reference, "signatory__user", "asked_before__user", "document__rendered")


SIGNATURE_PAGES = Pages(
    Signature,
    visible_signature,
    "conventions/actions/_convention.html",
    back=lambda signature: back_to(signature, "signatures"),
    context=of_its_convention,
    step=lambda signature, actor: step_of(signature.convention, actor),
)
"""What the pages of the verbs of a signature share."""


def paper_of(signature: Signature) -> ConventionPaper | None:
    """The document as the pages lead to it."""
    return ConventionPaper.objects.filter(document=signature.document_id).first()


def hash_of(signature: Signature) -> str:
    """The fingerprint of its PDF, empty until it is drawn."""
    rendered = signature.document.rendered
    return rendered.sha256 if rendered else ""


def standing_deposit(signature: Signature) -> SignatureDeposit | None:
    """The deposit that counts: the last one, unless somebody refused it."""
    deposits = signature.deposits.standing().select_related("file", "deposited_by__user", "deposited_by__organisation")
    return deposits.order_by("-pk").first()


def asked_of_another(request: Request, signature: Signature) -> HttpResponse:
    """To one who was asked before, of whom it is asked now, or that it is void. Raises PermissionDenied otherwise."""
    if not _was_asked(signature, request.membership.pk):
        raise PermissionDenied
    if signature.state == SignatureState.VOID:
        return signature_void(request, signature)
    context = {
        "signature": signature,
        "convention": signature.convention,
        "step": step_of(signature.convention, request.membership),
        "paper": paper_of(signature),
        "sha256": hash_of(signature),
        "back": back_to(signature, "signatures"),
    }
    return render(request, "conventions/actions/signature_of_another.html", context)


def signature_void(request: Request, signature: Signature) -> HttpResponse:
    """To whoever was to sign, or had signed, a text that was opened again or abandoned since: what comes next."""
    void = signature.journal.filter(verb="void").order_by("-seq").first()
    assert void is not None
    refusal_of(request, signature)
    assert void.cause_entry is not None
    asked = Signature.objects.filter(
        convention=signature.convention_id, signatory=request.membership.pk, state=SignatureState.ASKED
    )
    context = {
        "signature": signature,
        "convention": signature.convention,
        "is_refused": request.method == "POST",
        "why": ConventionEntry.objects.get(pk=void.cause_entry),
        "asked": asked.order_by("-round").first(),
        **_who_signs_now(signature),
        "step": step_of(signature.convention, request.membership),
        "paper": paper_of(signature),
        "sha256": hash_of(signature),
        "back": back_to(signature, "signatures"),
    }
    return render(request, "conventions/actions/signature_void.html", context)


def _who_signs_now(signature: Signature) -> dict[str, Any]:
    """For the party of a void signature: its organisation, the signature asked since, and whom the text names.

    After a merger the text names whoever signed for the EPCI that is no more, until the successor names another.
    """
    convention = signature.convention
    organisation, named = next((one, who) for party, one, who in convention.parties() if party == signature.party)
    since = Signature.objects.filter(convention=convention, party=signature.party).exclude(state=SignatureState.VOID)
    found = since.select_related("signatory__user", "organisation").order_by("-round").first()
    if named is not None and organisation is not None and named.organisation_id != organisation.pk:
        named = None
    return {"organisation": organisation, "named": named, "since": found}


def _was_asked(signature: Signature, member: int) -> bool:
    """Whether somebody was asked for this signature: named by the text, or instead of another since."""
    named = (signatory for party, _, signatory in signature.convention.parties() if party == signature.party)
    if signature.asked_before_id == member or any(one is not None and one.pk == member for one in named):
        return True
    return signature.journal.filter(verb__in=("hand_on", "replace"), values__to=member).exists()


@asks_then_acts
def signature_sign(request: Request, reference: str) -> HttpResponse:
    """The document and its fingerprint, then a box, a name: the signature on screen of the named signatory.

    Not while a document signed elsewhere waits for another party: the page says who is awaited, and the way out.
    """
    signature = visible_signature(request, reference)
    if signature.signatory_id != request.membership.pk:
        return asked_of_another(request, signature)
    if signature.state == SignatureState.VOID:
        return signature_void(request, signature)
    refusal_of(request, signature)
    form = SignatureSignForm(posted(request), by=request.membership)
    deposit = standing_deposit(signature) if signature.state == "asked" else None
    return SIGNATURE_PAGES.act(
        request,
        signature,
        "sign",
        form,
        sign_signature,
        values=lambda form: {"sha256": form.cleaned_data["sha256"]},
        done=f"{'Avenant signé' if signature.convention.is_amendment else 'Convention signée'}."
        " Les autres parties le voient",
        names={"sha256": "agreed", "method": "agreed"},
        template="conventions/actions/signature_sign.html",
        deposit=deposit,
        withheld=deposit is not None,
        others=[name for party, name, _ in signature.convention.parties() if party != signature.party],
        paper=paper_of(signature),
        sha256=hash_of(signature),
        brief=brief_of(signature.convention, request.membership),
    )


@asks_then_acts
def signature_deposit(request: Request, reference: str) -> HttpResponse:
    """Deposit what one's party signed on paper or in a signature book."""
    signature = _to_deposit(request, reference)
    awaited = signature.state == "asked" and signature.convention.state == "signing"
    today = timezone.localdate()
    form = SignatureDepositForm(
        posted(request),
        deposited(request),
        by=request.membership,
        earliest=timezone.localdate(signature.asked_at) if signature.asked_at else today,
        latest=today,
    )

    def keep(data: dict[str, Any]) -> SignatureDeposit:
        stored = data["deposit"]
        with open_file(stored) as content:
            return deposit_signature(
                actor=request.membership,
                signature=signature,
                method=data["method"],
                content=content.read(),
                name=stored.name,
                signed_on=data["signed_on"],
            )

    if awaited and (deposit := answer(request, form, keep, signature)) is not None:
        if deposit.found == FoundOnDeposit.NOTHING:
            messages.warning(request, DEPOSITED_UNREAD)
        else:
            messages.success(request, "Document lu et déposé. Une autre partie le compare et confirme la signature.")
        return redirect(back_to(signature, "signatures"))
    context = {
        "form": form,
        "row": signature,
        "signature": signature,
        "convention": signature.convention,
        "title": "Déposer un document signé",
        "submit": "Déposer",
        "paper": paper_of(signature),
        "sha256": hash_of(signature),
        "impossible": "" if awaited else "Cette signature n’est plus attendue.",
        "back": back_to(signature, "signatures"),
    }
    return render(request, "conventions/actions/signature_deposit.html", context)


def _to_deposit(request: Request, reference: str) -> Signature:
    """The signature, if the person deposits for the party that gives it. Raises PermissionDenied."""
    signature = visible_signature(request, reference)
    scope = can_deposit_signature(request.membership)
    if scope is None or not Signature.objects.filter(scope, pk=signature.pk).exists():
        raise PermissionDenied
    return signature
