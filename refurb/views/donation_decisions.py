"""What is decided of a lot line by line, and which workshops take it."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lifecycle.acting import posted
from network.enums import OrganisationKind
from refurb.enums import DonorKind
from refurb.forms.donation_shares import DonationGiveUpForm, DonationQualifyForm, DonationReassignForm, workshops
from refurb.models import Allocation
from refurb.parameters import DEVICE_AGE, PUBLIC_GIFT_VALUE
from refurb.services.donations import qualify_donation, reassign_donation
from refurb.views.donation_actions import act_on, asks_then_acts
from refurb.views.donation_sheet import lines_of
from refurb.views.donations import visible_donation


@asks_then_acts
def donation_qualify(request: HttpRequest, reference: str) -> HttpResponse:
    """Every line on one page: how many, for what, why not the others, to whom."""
    donation = visible_donation(request, reference)
    today = timezone.localdate()
    form = DonationQualifyForm(
        posted(request),
        donation=donation,
        lines=lines_of(donation),
        oldest=_oldest(today),
        among=list(workshops()),
    )
    return act_on(
        request,
        donation,
        "qualify",
        form,
        lambda data: qualify_donation(actor=request.membership, donation=donation, **form.decision()),
        done=f"Lot {reference} qualifié. Le donateur et les ateliers sont prévenus.",
        template="refurb/actions/donation_qualify.html",
        is_public=donation.donor_kind == DonorKind.PUBLIC,
        ceiling=PUBLIC_GIFT_VALUE.on(today),
    )


def _oldest(today: date) -> int:
    """The first year of purchase that may still be used again."""
    return today.year - DEVICE_AGE.on(today)


@asks_then_acts
def donation_reassign(request: HttpRequest, reference: str) -> HttpResponse:
    """Other workshops take the lot: the pilot shares it again, a workshop gives up its own share."""
    donation = visible_donation(request, reference)
    actor = request.membership
    shares = list(Allocation.objects.filter(donation=donation).current().select_related("workshop", "line"))
    if actor.kind == OrganisationKind.RECONDITIONER:
        form = DonationGiveUpForm(posted(request), among=list(workshops().exclude(pk=actor.organisation_id)))
        after = reverse("refurb:donation_list")
    else:
        form = DonationReassignForm(posted(request), lines=lines_of(donation), among=list(workshops()))
        after = ""

    def reassign(data: dict[str, object]) -> object:
        shared = form.shared() if isinstance(form, DonationReassignForm) else form.shared(shares, actor)
        return reassign_donation(
            actor=actor, donation=donation, shares=shared, reason=data["reason"], comment=data["comment"]
        )

    return act_on(
        request,
        donation,
        "reassign",
        form,
        reassign,
        done=f"Lot {reference} réaffecté. Le donateur et les ateliers sont prévenus.",
        after=after,
        template="refurb/actions/donation_reassign.html",
        shares=shares,
        own=actor.organisation_id if actor.kind == OrganisationKind.RECONDITIONER else None,
        warning="Ce qui était planifié est annulé, et le donateur accepte de nouveau l’acte de don.",
    )
