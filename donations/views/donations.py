"""Lots as one reads them: the list, one of them, its papers."""

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from documents.responses import document_response, file_response
from donations.documents import calendar_of
from donations.filters import DonationFilter
from donations.forms.donations import DonationDeclineForm
from donations.models import Donation, DonationPaper, PickUp
from donations.permissions import can_create_donation, can_decline_donation, sees_donations
from donations.services.inventory import machines_of
from donations.tables import DonationTable
from donations.units import units
from donations.views.sheet import listed, sheet_of
from donations.views.steps import next_step
from lifecycle.pages import Pages
from lifecycle.sets import SetVerb
from lifecycle.unkept import unkept
from lists.listing import Listing, lists
from network.enums import OrganisationKind
from network.requests import Request
from typography.french import Noun

LOT = Noun("lot", "lots")
HIDDEN_FROM = {
    OrganisationKind.DONOR: ["donor"],
    OrganisationKind.RECONDITIONER: ["workshops"],
}
"""Columns that say the same on every row to people of these kinds."""
ON_DONATIONS = (SetVerb(Donation, "decline", DonationDeclineForm, can_decline_donation),)
"""The verbs offered on a selection of lots."""


@lists
def donation_list(request: Request) -> HttpResponseBase:
    """The lots one may see, the newest first."""
    actor = request.membership
    can_create = can_create_donation(actor) is not None
    page = Listing(
        request,
        rows=listed(Donation.objects.visible_to(actor)),
        table=DonationTable,
        noun=LOT,
        filters=DonationFilter,
        exclude=HIDDEN_FROM.get(OrganisationKind(actor.kind), []),
        sets=ON_DONATIONS,
        empty="Aucun lot pour l’instant. Proposez-en un\u00a0: il apparaîtra ici avec son avancement."
        if can_create
        else "Aucun lot pour l’instant. Un lot apparaît ici quand le Département vous le confie.",
    )
    sees_lots = sees_donations(actor) is not None
    outcomes = units().outcomes if can_create else ""
    return page.respond("donations/donation_list.html", can_create=can_create, sees_lots=sees_lots, outcomes=outcomes)


@require_safe
def donation_detail(request: Request, reference: str) -> HttpResponse:
    """One lot: who acts next, what may be done, facts, lines, pick-ups, papers, timeline."""
    donation = visible_donation(request, reference)
    context = {
        "donation": donation,
        "step": next_step(donation, request.membership),
        "sheet": sheet_of(donation, request.membership),
        "inventoried": machines_of(donation),
    }
    return render(request, "donations/donation_detail.html", context)


@require_safe
def donation_paper(request: Request, reference: str, pk: int) -> FileResponse:
    """The PDF of a slip, an outcome statement, the data of a tax receipt."""
    donation = visible_donation(request, reference)
    papers = DonationPaper.objects.visible_to(request.membership).filter(donation=donation)
    return document_response(get_object_or_404(papers.select_related("document"), pk=pk).document)


@require_safe
def pick_up_calendar(request: Request, reference: str, pk: int) -> HttpResponse:
    """The date of a pick-up, for one's calendar."""
    pick_up = visible_pick_up(request, reference, pk)
    response = HttpResponse(calendar_of(pick_up), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="enlevement-{reference}.ics"'
    return unkept(response)


@require_safe
def pick_up_signature(request: Request, reference: str, pk: int) -> FileResponse:
    """The signed slip, scanned, or the signature drawn on screen."""
    pick_up = visible_pick_up(request, reference, pk)
    if pick_up.signature is None:
        raise Http404
    return file_response(pick_up.signature, as_attachment=False)


def visible_donation(request: Request, reference: str) -> Donation:
    """The lot, if the person may see it; else a 404."""
    seen = Donation.objects.visible_to(request.membership).select_related("donor", "commune", "origin_epci")
    return get_object_or_404(seen, reference=reference)


DONATION_PAGES = Pages(Donation, visible_donation, "donations/actions/_donation.html", step=next_step)
"""What the pages of the verbs of a lot share."""


def visible_pick_up(request: Request, reference: str, pk: int) -> PickUp:
    """The pick-up of this lot, if the person may see it; else a 404."""
    seen = PickUp.objects.visible_to(request.membership).filter(donation__reference=reference)
    return get_object_or_404(seen.select_related("donation__donor", "workshop", "signature"), pk=pk)
