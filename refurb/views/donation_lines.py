"""The lines of a lot once it is announced: its donor corrects what it said of them, until the lot is decided upon."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lifecycle.acting import posted
from refurb.enums import DonorKind
from refurb.forms.donations import DonationCorrectLinesForm
from refurb.gift_law import gift_law
from refurb.services.donations import correct_lines_donation
from refurb.views.donation_actions import act_on, asks_then_acts
from refurb.views.donations import visible_donation


@asks_then_acts
def donation_correct_lines(request: HttpRequest, reference: str) -> HttpResponse:
    """Every line on one page, each told at once what the law refuses; what is left as it is is no correction."""
    donation = visible_donation(request, reference)
    form = DonationCorrectLinesForm(
        posted(request),
        lines=donation.lines.order_by("pk"),
        public=donation.donor_kind == DonorKind.PUBLIC,
        law=gift_law(timezone.localdate()),
    )
    return act_on(
        request,
        donation,
        "correct_lines",
        form,
        lambda data: correct_lines_donation(
            actor=request.membership, donation=donation, corrected=form.corrected(), comment=data["comment"]
        ),
        done=f"Lignes du lot {reference} corrigées.",
        template="refurb/actions/donation_correct_lines.html",
        submit="Enregistrer les corrections",
    )
