"""Which workshops take a lot."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from donations.forms.shares import DonationGiveUpForm, DonationReassignForm, workshops
from donations.models import Allocation
from donations.services.donations import reassign_donation
from donations.skills import told_by_skill
from donations.views.donations import DONATION_PAGES, visible_donation
from donations.views.sheet import lines_of
from lifecycle.acting import asks_then_acts, posted
from network.enums import OrganisationKind
from network.requests import Request


@asks_then_acts
def donation_reassign(request: Request, reference: str) -> HttpResponse:
    """Other workshops take the lot: the pilot shares it again, a workshop gives up its own share."""
    donation = visible_donation(request, reference)
    actor = request.membership
    form: DonationGiveUpForm | DonationReassignForm
    shares = list(Allocation.objects.filter(donation=donation).current().select_related("workshop", "line"))
    if actor.kind == OrganisationKind.RECONDITIONER:
        form = DonationGiveUpForm(posted(request), among=list(workshops().exclude(pk=actor.organisation_id)))
        after = reverse("donations:donation_list")
    else:
        among = list(workshops())
        lines = told_by_skill(lines_of(donation), among, timezone.localdate())
        form = DonationReassignForm(posted(request), lines=lines, among=among)
        after = ""

    def values(form: DonationReassignForm | DonationGiveUpForm) -> dict[str, Any]:
        shared = form.shared() if isinstance(form, DonationReassignForm) else form.shared(shares, actor)
        return {"shares": shared, "reason": form.cleaned_data["reason"], "comment": form.cleaned_data["comment"]}

    return DONATION_PAGES.act(
        request,
        donation,
        "reassign",
        form,
        reassign_donation,
        values=values,
        done="Lot {row} réaffecté. Le donateur et les ateliers sont prévenus",
        after=after,
        template="donations/actions/donation_reassign.html",
        shares=shares,
        own=actor.organisation_id if actor.kind == OrganisationKind.RECONDITIONER else None,
        warning="Ce qui était planifié est annulé, et le donateur accepte de nouveau l’acte de don.",
    )
