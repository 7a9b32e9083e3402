"""What was announced, accepted, collected and received: explain the differences, before the lot is balanced."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from donations.enums import DonationState
from donations.forms.donations import DonationDifferencesForm
from donations.models import Donation, LineExplanation
from donations.permissions import can_reconcile_donation
from donations.services.donations import explain_line
from donations.units import arrivals_of
from donations.views.donations import visible_donation
from donations.views.sheet import lines_of
from lifecycle.acting import answer, asks_then_acts, may, posted
from network.requests import Request


@asks_then_acts
def donation_differences(request: Request, reference: str) -> HttpResponse:
    """One explanation per line whose numbers differ and that has none yet for these numbers."""
    donation = visible_donation(request, reference)
    may(can_reconcile_donation(request.membership))
    lines = lines_of(donation)
    unexplained = [line for line in lines if line.differs and line.explanation is None]
    form = DonationDifferencesForm(posted(request), lines=unexplained)
    done = answer(request, form, lambda data: _explain(request, form), donation)
    if done is not None:
        messages.success(request, "Écarts expliqués.")
        return redirect("donations:donation_reconcile", reference=reference)
    collected = donation.state == DonationState.COLLECTED
    context = {
        "form": form,
        "row": donation,
        "donation": donation,
        "lines": lines,
        "arrivals": arrivals_of(donation),
        "title": "Expliquer les écarts",
        "submit": "Enregistrer les explications",
        "impossible": _nothing_to_explain(donation, collected, bool(unexplained)),
        "back": reverse("donations:donation_detail", args=[reference]),
    }
    return render(request, "donations/actions/donation_differences.html", context)


def _explain(request: Request, form: DonationDifferencesForm) -> list[LineExplanation]:
    """Every line or none."""
    with transaction.atomic():
        return [
            explain_line(actor=request.membership, line=one.line, code=one.cleaned_data["code"]) for one in form.lines
        ]


def _nothing_to_explain(donation: Donation, collected: bool, some: bool) -> str:
    if not collected:
        return "Les écarts s’expliquent quand le lot est enlevé."
    return "" if some else "Aucun écart n’attend d’explication."
