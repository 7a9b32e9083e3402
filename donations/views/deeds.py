"""What a donor says in law: the decision of transfer of a public donor, the deed of gift."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from donations.enums import DonationState, DonorKind
from donations.forms.donations import (
    DonationAcceptDeedForm,
    DonationTransferForm,
)
from donations.models import DeedAcceptance, Donation
from donations.permissions import can_accept_deed, can_edit_donation
from donations.services import donations
from donations.services.deeds import accept_deed, deed_of
from donations.views.donations import visible_donation
from lifecycle.acting import answer, asks_then_acts, may, posted
from lifecycle.exceptions import Refused
from lifecycle.forms import retype
from network.requests import Request
from reference.dated import fingerprint

PLAIN = "donations/actions/_donation.html"


@asks_then_acts
def donation_record_transfer(request: Request, reference: str) -> HttpResponse:
    """Note the decision of a public donor, until the lot is qualified."""
    donation = visible_donation(request, reference)
    may(can_edit_donation(request.membership))
    back = reverse("donations:donation_detail", args=[reference])
    known = {"reference": donation.transfer_reference, "decided_on": donation.transfer_decided_on}
    form = DonationTransferForm(posted(request), initial=known)
    open_to_it = donation.donor_kind == DonorKind.PUBLIC and donation.state in (
        DonationState.DRAFT,
        DonationState.ANNOUNCED,
    )
    done: Donation | bool | None = open_to_it and answer(
        request,
        form,
        lambda data: donations.record_transfer_decision(actor=request.membership, donation=donation, **data),
        donation,
    )
    if done:
        messages.success(request, "Décision de cession notée.")
        return redirect(back)
    context = {
        "form": form,
        "row": donation,
        "donation": donation,
        "title": "Noter la décision de cession",
        "submit": "Enregistrer",
        "impossible": ""
        if open_to_it
        else "La décision se note pour un donateur public, avant que le lot soit qualifié.",
        "back": back,
    }
    return render(request, PLAIN, context)


@asks_then_acts
def donation_accept_deed(request: Request, reference: str) -> HttpResponse:
    """The deed of gift: whoever sees the lot reads it, a contact of the donor accepts it."""
    donation = visible_donation(request, reference)
    actor = request.membership
    accepts = can_accept_deed(actor) is not None
    accepted = donation.deeds.filter(round=donation.allocation_round).select_related("accepted_by__user").first()
    open_to_it = donation.state in (DonationState.QUALIFIED, DonationState.SCHEDULED) and accepted is None
    form = DonationAcceptDeedForm(posted(request), by=actor)
    if request.method == "POST":
        if not accepts:
            raise PermissionDenied
        if _accept(request, donation, form):
            messages.success(request, "Acte de don accepté. L’atelier peut fixer la date de l’enlèvement.")
            return redirect("donations:donation_detail", reference=reference)
    text, missing = _text(donation, accepted, open_to_it)
    # The fingerprint in the page is that of the text above it, even after a refusal because the text changed.
    form.fields["sha256"].initial = fingerprint(text)
    if form.is_bound:
        retype(form, {"sha256": fingerprint(text)})
    context = {
        "donation": donation,
        "form": form,
        "text": text,
        "missing": missing,
        "accepted": accepted,
        "given": donation.allocations.current().aggregate(total=Sum("quantity"))["total"] or 0,
        "asks": accepts and open_to_it and bool(text),
    }
    return render(request, "donations/donation_deed.html", context)


def _accept(request: Request, donation: Donation, form: DonationAcceptDeedForm) -> bool:
    accepted: DeedAcceptance | None = answer(
        request,
        form,
        lambda data: accept_deed(actor=request.membership, donation=donation, sha256=data["sha256"]),
        donation,
    )
    return accepted is not None


def _text(donation: Donation, accepted: DeedAcceptance | None, open_to_it: bool) -> tuple[str, str]:
    """The exact text, accepted or to be accepted, or what keeps it from being there."""
    if accepted is not None:
        return accepted.exact_text, ""
    if not open_to_it:
        return "", "L’acte de don s’écrit quand le lot est qualifié\u00a0: il nomme chaque atelier et ce qu’il reçoit."
    try:
        return deed_of(donation)[1], ""
    except Refused as refused:
        return "", str(refused)
